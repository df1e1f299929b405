"""The beta's testers, from a roster in CSV or YAML: installation, participation, response.

release_install_success_ratio 1
release_beta_completion_ratio 0.8
release_beta_participants{day="2026-01-13"} 5
release_survey_response_ratio 1
"""

from collections import Counter
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pydantic import Field

from exporter import csv_text
from exporter.collectors.settings import HOUR, InnerPath, SourceSettings
from exporter.collectors.testers import entries
from exporter.collectors.testers.roster import Columns, Tester, parse
from exporter.config.duration import Duration
from exporter.files import ItemError, find_one, read_text, source_error
from exporter.model import Context, ErrorClass, Labels, Reading, Sample, SourceError, labels
from exporter.plan import Phase

# The gauges that each column of the roster gives, by its key and by the tester's field.
_GAUGES = {
    ("installed", "installed"): ("release_install_success_ratio", "release_install_results"),
    ("days", "days"): ("release_beta_completion_ratio", "release_beta_participants"),
    ("survey", "answered"): ("release_survey_response_ratio", "release_survey_responses"),
}
_RESULTS = {True: "succeeded", False: "failed", None: "pending"}


class Settings(SourceSettings):
    """The roster and its columns; further columns are not looked at."""

    PRODUCED_IN = (Phase.BETA,)
    REMADE = True

    facts_max_age: Duration | None = Field(
        48 * HOUR,
        gt=timedelta(0),
        description="oldest acceptable roster while the beta is running",
    )
    file: InnerPath = Field("testers.csv", description="one row (CSV) or entry (YAML) a tester")
    columns: Columns = Field(Columns(), description="what the columns or keys are called")


def collect(settings: Settings, context: Context) -> Reading:
    """Return the three ratios and the counts behind them."""
    found = find_one(context.folder, settings.file, "file")
    beta, today = context.plan.beta_days(), context.plan.today(context.now)
    read = entries.parse if found.name.lower().endswith((".yaml", ".yml")) else csv_text.parse
    try:
        table = read(read_text(found, csv_text.LENGTH), found.name)
        roster = parse(table, settings.columns, beta, today)
        observed = found.written(context.now)
    except ItemError as error:
        raise source_error(error) from error
    if roster.rejections and not roster.read:
        message = f"no tester could be read; the first: {roster.rejections[0]}"
        raise SourceError(ErrorClass.MALFORMED, message)
    mistakes = len(roster.rejections) - roster.left_out
    team = Team(roster.testers, found.name, observed, mistakes, roster.left_out)
    samples = [
        *(installation(team) if "installed" in roster.tracked else ()),
        *(participation(team, beta, today) if "days" in roster.tracked else ()),
        *(response(team) if "answered" in roster.tracked else ()),
    ]
    return Reading.of(
        samples,
        read=roster.read,
        rejections=roster.rejections,
        facts_from=observed,
        withheld=dict(withhold(settings.columns, roster.tracked, beta)),
    )


def withhold(
    columns: Columns, tracked: Container[str], beta: Sequence[date]
) -> Iterator[tuple[str, str]]:
    """Yield the gauges that the roster has no column for, and what to do about it."""
    for (key, field), gauges in _GAUGES.items():
        if field not in tracked:
            why = f"no column is called {getattr(columns, key)!r}; set columns.{key} to its header"
            if key == "days":
                why += ", or keep one column a day"
                why = why if beta else "the plan does not say when the beta begins and ends"
            yield from dict.fromkeys(gauges, why).items()


@dataclass(frozen=True, slots=True)
class Team:
    """The testers, where and when they were written down, and with how many mistakes.

    `left_out` rows are no testers, such as totals.
    """

    testers: Sequence[Tester]
    file: str
    observed: datetime
    mistakes: int = 0
    left_out: int = 0

    def count(self, gauge: str, value: int, label: Labels) -> Sample:
        """Return how many of the testers; an explicit zero when none."""
        return Sample(gauge, value, label, n=len(self.testers), observed=self.observed)

    def share(self, gauge: str, part: int, whole: int, did: str) -> Sample:
        """Return the share as a ratio, with its sentence."""
        evidence = f"{part} of {whole} testers {did} ({self.file})"
        if self.mistakes:
            evidence += "; what could not be read counts as no"
        if self.left_out:
            rows = "1 row" if self.left_out == 1 else f"{self.left_out} rows"
            evidence += f"; {rows} of no tester left out"
        return Sample(gauge, part / whole, n=whole, observed=self.observed, evidence=evidence)


def installation(team: Team) -> Iterator[Sample]:
    """Yield installations by result, and the share of those tried that succeeded."""
    results = Counter(_RESULTS[tester.installed] for tester in team.testers)
    if team.testers:
        for result in _RESULTS.values():
            yield team.count("release_install_results", results[result], labels(result=result))
    tried = results["succeeded"] + results["failed"]
    if tried:
        did = "who tried installed it"
        yield team.share("release_install_success_ratio", results["succeeded"], tried, did)


def participation(team: Team, beta: Sequence[date], today: date) -> Iterator[Sample]:
    """Yield who took part by day, and the share of testers who did on every day so far."""
    if not team.testers:
        return
    begun = [day for day in beta if day <= today]
    present = Counter(day for tester in team.testers for day in tester.days)
    for day in begun:
        label = labels(day=day.isoformat())
        yield team.count("release_beta_participants", present[day], label)
    # Nobody is late today. On the first day there is only today: who is there so far counts.
    days = {day for day in begun if day < today} or {day for day in begun if present[day]}
    if days:
        complete = sum(days <= tester.days for tester in team.testers)
        did = "took part on every day" if today > beta[-1] else "took part on every day so far"
        yield team.share("release_beta_completion_ratio", complete, len(team.testers), did)


def response(team: Team) -> Iterator[Sample]:
    """Yield the share of testers who answered the survey; a blank is an open answer."""
    answered, everybody = sum(tester.answered for tester in team.testers), len(team.testers)
    if everybody:
        counts = {"answered": answered, "open": everybody - answered}
        for result, count in counts.items():
            yield team.count("release_survey_responses", count, labels(result=result))
        did = "answered the survey"
        yield team.share("release_survey_response_ratio", answered, everybody, did)
