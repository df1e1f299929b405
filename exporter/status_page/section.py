"""One release as the page shows it: where it stands in its plan, and its verdicts by box."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from urllib.parse import quote

from exporter.gate.output.wording import said
from exporter.gate.report import Report
from exporter.gate.reporting import report_of
from exporter.gate.verdicts import Outcome
from exporter.gate.waivers import WaiverLine
from exporter.judge import Judgement, judge
from exporter.model import Finding, Tier
from exporter.plan import Milestone
from exporter.release import Release
from exporter.status_page.badges import DECISIONS, VERDICTS, WAIVERS, Badge
from exporter.status_page.health import Health, list_health
from exporter.view import ReleaseView
from exporter.words import PHASE_WORDS, TIER_TITLES

SHOWN_FIRST = (
    Outcome.FAIL,
    Outcome.UNKNOWN,
    Outcome.WARN,
    Outcome.WAIVED,
    Outcome.PASS,
    Outcome.NOT_DUE,
)


@dataclass(frozen=True)
class Section:
    """One release at `now`; `valid` tells whether its file still is what is served."""

    view: ReleaseView
    now: datetime
    valid: bool

    @property
    def release(self) -> Release:
        """The release itself."""
        return self.view.release

    @property
    def anchor(self) -> str:
        """What links inside the page call it: the same on every refresh, and unique."""
        return "/".join(quote(part, safe="", errors="replace") for part in self.release.id)

    def place(self, key: str) -> str:
        """Return what links call the verdict of that key."""
        return f"{self.anchor}/{quote(key, safe='', errors='replace')}"

    @property
    def updated(self) -> str:
        """The moment of the page on the release's own clock: `2026-01-17 12:00 PST (UTC-08:00)`."""
        local = self.now.astimezone(self.release.plan.zone)
        return f"{local:%Y-%m-%d %H:%M %Z} (UTC{local.isoformat()[-6:]})"

    @property
    def phase(self) -> str:
        """The phase in words, with its day in the beta; a plan may have none."""
        plan = self.release.plan
        phase, day = plan.phase(self.now), plan.beta_day(self.now)
        if phase is None:
            return "unknown: the plan has no milestones"
        days = len(plan.beta_days())
        beta = f", day {day}" if day else ""
        return PHASE_WORDS[phase] + beta + (f" of {days}" if beta and days else "")

    @property
    def upcoming(self) -> tuple[str, str] | None:
        """The nearest unfinished milestone and how far it is."""
        ahead = (one for one in self._unfinished() if one.planned >= self._today)
        return next(((one.name, _distance(one, self._today)) for one in ahead), None)

    @property
    def overdue(self) -> list[tuple[str, str]]:
        """The unfinished milestones whose day has passed, with their delay."""
        late = (one for one in self._unfinished() if one.planned < self._today)
        return [(one.name, _distance(one, self._today)) for one in late]

    @cached_property
    def judgements(self) -> list[Judgement]:
        """Every verdict, in the catalog's order."""
        return judge(self.release, self.view.states, self.now)

    @property
    def boxes(self) -> Mapping[str, list[Judgement]]:
        """The executive view: its verdicts by heading."""
        return {
            title: [x for x in self.judgements if _executive(x) and x.metric.tier is tier]
            for tier, title in TIER_TITLES.items()
            if tier is not Tier.ENGAGEMENT
        }

    @property
    def detail(self) -> list[Judgement]:
        """The verdicts that the executive view leaves out."""
        return [one for one in self.judgements if not _executive(one)]

    @property
    def tally(self) -> list[tuple[Badge, int]]:
        """How often each verdict occurs, the worst first."""
        counts = Counter(one.verdict for one in self.report.verdicts)
        return [(VERDICTS[one], counts[one]) for one in SHOWN_FIRST if counts[one]]

    @cached_property
    def report(self) -> Report:
        """The gate's own view of it."""
        return report_of(self.view, self.now, self.judgements)

    @property
    def overall(self) -> Badge:
        """The user's OVERALL STATUS."""
        return DECISIONS[self.report.decision]

    @property
    def deciding(self) -> list[str]:
        """The reasons that decide it."""
        return [said(cause) for cause in self.report.reasons if cause.decides]

    @cached_property
    def signs(self) -> Mapping[str, Badge]:
        """The sign of each verdict by its key; a waived one's is not that of its band."""
        return {line.key: VERDICTS[line.verdict] for line in self.report.verdicts}

    @property
    def waivers(self) -> list[tuple[WaiverLine, str, Badge]]:
        """The waivers with the title of what they excuse, the next to expire first."""
        titles = {one.key: one.series.title for one in self.judgements}
        return [
            (one, titles.get(one.metric, ""), WAIVERS[one.state]) for one in self.report.waivers
        ]

    @property
    def findings(self) -> list[Finding]:
        """Where privacy rules matched."""
        readings = [state.reading for state in self.view.states.values()]
        return [one for reading in readings if reading for one in reading.findings]

    @property
    def sources(self) -> list[Health]:
        """The health of its sources, by name."""
        return list_health(self.view.states, self.release.plan, self.now)

    @property
    def _today(self) -> date:
        return self.release.plan.today(self.now)

    def _unfinished(self) -> list[Milestone]:
        milestones = self.release.plan.milestones
        rest = [one for one in milestones if one.actual is None or one.actual > self._today]
        return sorted(rest, key=lambda one: one.planned)


def _executive(judgement: Judgement) -> bool:
    return judgement.series.executive and judgement.metric.tier is not Tier.ENGAGEMENT


def _distance(milestone: Milestone, today: date) -> str:
    days = (milestone.planned - today).days
    if days == 0:
        return "today"
    count = f"{abs(days):,} day" if abs(days) == 1 else f"{abs(days):,} days"
    how_far = f"in {count}" if days > 0 else f"{count} overdue"
    return f"{how_far} ({milestone.planned})"
