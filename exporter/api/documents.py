"""What each address of the API answers, made of one moment's view and of the records."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from exporter.api import badge
from exporter.api.shapes import (
    InvalidFile,
    MetricsDocument,
    MilestoneLine,
    MilestoneState,
    RecordsDocument,
    ReleaseDocument,
    ReleaseItem,
    Releases,
    ShieldsBadge,
    SourcesDocument,
)
from exporter.gate.decision import STATUS
from exporter.gate.document import Bundle
from exporter.gate.report import VERSION, Report
from exporter.gate.verdicts import Outcome
from exporter.moment import Moment
from exporter.plan import Milestone, Phase, Plan
from exporter.records.layout import Records
from exporter.view import ReleaseView

Content = TypeVar("Content")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question: what is known, where the records of a release are, and which one is meant."""

    moment: Moment
    records: Callable[[str, str], Records | None]
    project: str = ""
    release: str = ""
    day: str = ""


def of_release(
    make: Callable[[ReleaseView, Report], Content],
) -> Callable[[Asked], Content | None]:
    """Return what makes a document of the release that is meant; None where there is none."""

    def answer(asked: Asked) -> Content | None:
        view = asked.moment.release(asked.project, asked.release)
        return make(view, asked.moment.report(view)) if view else None

    return answer


def list_releases(asked: Asked) -> Releases:
    """Return every release with its decision, and the files that describe none."""
    moment = asked.moment
    return Releases(
        version=VERSION,
        time=moment.time,
        releases=tuple(_item(moment.report(one)) for one in moment.view.releases),
        invalid_files=tuple(
            InvalidFile(file, tuple(text.splitlines()))
            for file, text in sorted(moment.view.mistakes.items())
        ),
    )


def get_release(view: ReleaseView, report: Report) -> ReleaseDocument:
    """Return where the release stands."""
    plan, counts = view.release.plan, Counter(line.verdict for line in report.verdicts)
    return ReleaseDocument(
        version=VERSION,
        project=report.project,
        release=report.release,
        file=report.file,
        time=report.time,
        day=report.day,
        time_zone=report.time_zone,
        phase=_phase(report),
        beta_day=report.beta_day,
        beta_days=len(plan.beta_days()),
        decision=report.decision,
        status=STATUS[report.decision],
        reasons=report.reasons,
        problems=report.problems,
        verdicts={outcome: counts[outcome] for outcome in Outcome},
        milestones=tuple(_milestones(plan.as_of(report.time), report.day)),
        waivers=report.waivers,
    )


def list_metrics(_view: ReleaseView, report: Report) -> MetricsDocument:
    """Return the verdicts of the release."""
    return MetricsDocument(VERSION, report.project, report.release, report.time, report.verdicts)


def list_sources(_view: ReleaseView, report: Report) -> SourcesDocument:
    """Return the health of the release's sources."""
    return SourcesDocument(VERSION, report.project, report.release, report.time, report.sources)


def get_gate(_view: ReleaseView, report: Report) -> Report:
    """Return the decision on the release."""
    return report


def get_badge(_view: ReleaseView, report: Report) -> ShieldsBadge:
    """Return the decision as Shields draws it."""
    return badge.shields(report.name, report.decision)


def draw_badge(_view: ReleaseView, report: Report) -> str:
    """Return the decision as a picture."""
    return badge.draw(report.name, report.decision)


def list_records(asked: Asked) -> RecordsDocument | None:
    """Return the days of which there is a record; a release that is over keeps them."""
    records = asked.records(asked.project, asked.release)
    if records is None:
        return None
    return RecordsDocument(VERSION, asked.project, asked.release, tuple(records.days()))


def get_record(asked: Asked) -> Report | None:
    """Return the record of the day; one that cannot be believed is none."""
    records = asked.records(asked.project, asked.release)
    day = _day(asked.day)
    return records.report(day) if records and day else None


def get_gates(asked: Asked) -> Bundle:
    """Return the decision of every release, and the worst of them."""
    return Bundle.of(asked.moment.reports())


def _item(report: Report) -> ReleaseItem:
    return ReleaseItem(
        report.project,
        report.release,
        _phase(report),
        report.beta_day,
        report.decision,
        STATUS[report.decision],
    )


def _phase(report: Report) -> Phase | None:
    return Phase(report.phase) if report.phase else None


def _milestones(plan: Plan, today: date) -> list[MilestoneLine]:
    return [
        MilestoneLine(
            name=one.name,
            planned=one.planned,
            actual=one.actual,
            opens=one.opens,
            closes=one.closes,
            state=_state(one, today),
            days_late=((one.actual or today) - one.planned).days,
        )
        for one in plan.milestones
    ]


def _state(one: Milestone, today: date) -> MilestoneState:
    if one.actual:
        return MilestoneState.FINISHED
    return MilestoneState.OVERDUE if one.planned < today else MilestoneState.AHEAD


def _day(written: str) -> date | None:
    try:
        found = date.fromisoformat(written)
    except ValueError:
        return None
    # It reads other spellings too, of which no file is called.
    return found if found.isoformat() == written else None
