"""What a review is told: the user's own list of subjects for each, in sections of rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice

from exporter.digest.changes import OLDEST, change, name_of
from exporter.digest.reviews import Due, Review
from exporter.digest.told import Before
from exporter.freshness import acceptable
from exporter.gate.decision import Decision
from exporter.gate.report import Report
from exporter.gate.reporting import report_of
from exporter.gate.verdicts import OUTCOME_ICONS, Line, word
from exporter.model import Sample
from exporter.units import COUNT, PERCENT, Unit
from exporter.view import ReleaseView

# Verdicts by key, numbers beside them by gauge, and what went on day by day by gauge.
SUBJECTS: dict[Review, tuple[tuple[str, tuple[str, ...]], ...]] = {
    Review.DAILY: (
        ("Must be zero", ("QM-1", "QM-3")),
        ("Participation", ("EM-1", "release_beta_participants")),
        ("New issues", ("release_new_issues", "release_open_issues")),
        ("Success rate", ("QM-2", "release_command_success_ratio_daily")),
        ("Performance", ("PM-1", "PM-2", "PM-3")),
    ),
    Review.WEEKLY: (
        ("Quality", ("QM-1", "QM-2", "QM-3", "QM-4", "QM-5")),
        (
            "Community growth",
            (
                "EM-5",
                "release_package_downloads",
                "release_repository_stars",
                "release_new_issues",
                "release_open_issues",
                "release_open_discussions",
            ),
        ),
        ("Time to resolve", ("PM-5/P0", "PM-5/P1")),
        ("Schedule", ("PM-4",)),
    ),
}
NUMBERS = {
    "release_new_issues": "Opened in the last 24 hours",
    "release_open_issues": "Open issues",
    "release_open_discussions": "Open discussions",
    "release_package_downloads": "Downloads since the beginning",
    "release_repository_stars": "Stars",
}
DAYS: dict[str, tuple[str, Unit]] = {
    "release_beta_participants": ("Took part", COUNT),
    "release_command_success_ratio_daily": ("By day", PERCENT),
}
# A beta is some days long; of a longer one the last week is shown.
MOST_DAYS = 7
MOST_CAUSES = 20

Samples = Mapping[str, Sequence[Sample]]


@dataclass(frozen=True, slots=True)
class Section:
    """A subject and what is said of it, a line each."""

    title: str
    rows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """The summary for one review; `values` are what the next one tells its changes against."""

    due: Due
    report: Report
    sections: tuple[Section, ...]
    before: Before | None
    values: Mapping[str, float] = field(default_factory=dict)


def digest_of(view: ReleaseView, due: Due, before: Before | None, now: datetime) -> Digest:
    """Return the summary, of the same verdicts as the day's record."""
    report = report_of(view, now)
    samples = _samples(view, now)
    subjects = [
        Section(title, tuple(_row(name, report, samples, before) for name in names))
        for title, names in SUBJECTS[due.review]
    ]
    risks = Section("Risks", tuple(_risks(report)))
    values = dict(_values(due.review, report, samples))
    return Digest(due, report, (*subjects, risks), before, values)


def _samples(view: ReleaseView, now: datetime) -> Samples:
    """Return what may still be believed, by gauge."""
    plan, found = view.release.plan.as_of(now), dict[str, list[Sample]]()
    for state in view.states.values():
        reading = acceptable(state, plan, now)
        for sample in reading.samples if reading else ():
            found.setdefault(sample.gauge, []).append(sample)
    return found


def _row(name: str, report: Report, samples: Samples, before: Before | None) -> str:
    if name in DAYS:
        title, unit = DAYS[name]
        return f"{title}: {_by_day(samples.get(name, ()), unit)}"
    if name in NUMBERS:
        value = _number(samples, name)
        shown = "N/A" if value is None else COUNT.show(value)
        return _joined(f"{NUMBERS[name]}: {shown}", change(COUNT.name, name, value, before))
    line = report.line(name)
    return _verdict(line, before) if line else f"{name}: N/A (not judged in this release)"


def _verdict(line: Line, before: Before | None) -> str:
    name = name_of(line)
    title = line.title + (OLDEST if name != line.key else "")
    said = (
        f"{OUTCOME_ICONS[line.verdict]} {title}: {line.shown} ({word(line)}, target {line.target}"
    )
    if line.value is None:
        said += f", {line.reason}"
    return _joined(f"{said})", change(line.unit, name, line.value, before))


def _joined(said: str, changed: str) -> str:
    return f"{said}, {changed}" if changed else said


def _by_day(samples: Sequence[Sample], unit: Unit) -> str:
    days = {dict(one.labels)["day"]: one for one in samples}
    last = sorted(days.items(), key=lambda one: one[0])[-MOST_DAYS:]
    return " → ".join(_of_day(day, one, unit) for day, one in last) or "N/A"


def _of_day(day: str, sample: Sample, unit: Unit) -> str:
    whole = f" of {sample.n}" if unit is COUNT and sample.n is not None else ""
    return f"{date.fromisoformat(day):%a %d} {unit.show(sample.value)}{whole}"


def _number(samples: Samples, gauge: str) -> float | None:
    found = samples.get(gauge, ())
    return found[0].value if found else None


def _risks(report: Report) -> Iterator[str]:
    """Yield every reason against GO, the deciding ones first."""
    for cause in islice(report.reasons, MOST_CAUSES):
        icon = f"{OUTCOME_ICONS[cause.verdict]} " if cause.verdict else ""
        yield f"{icon}{cause.text}"
    if len(report.reasons) > MOST_CAUSES:
        yield f"… and {len(report.reasons) - MOST_CAUSES} more"
    if report.decision is Decision.GO:
        yield "None: every metric that is due passes"


def _values(review: Review, report: Report, samples: Samples) -> Iterator[tuple[str, float]]:
    for name in (name for _, names in SUBJECTS[review] for name in names):
        line = report.line(name)
        if name in NUMBERS and (value := _number(samples, name)) is not None:
            yield name, value
        elif line and line.value is not None:
            yield name_of(line), line.value
