"""The days of a release, as its records have them, up to the report's own."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from exporter.final_report.figures import (
    Day,
    History,
    Point,
    Series,
    Source,
    Week,
    WeekCell,
)
from exporter.final_report.sections import NAMES, actual
from exporter.gate.report import Report
from exporter.gate.verdicts import Line
from exporter.records.marks import is_recomputed
from exporter.records.summary import Days, summarize
from exporter.schedule import DAY, WEEK

# A longer history is no release any more; the records keep no more days apart either.
MOST_DAYS = 400

_PLACES = {key: place for place, key in enumerate(NAMES)}


@dataclass(frozen=True, slots=True)
class Kept:
    """The records of one release, in order, and the days whose record cannot be believed."""

    reports: tuple[Report, ...] = ()
    unreadable: tuple[date, ...] = ()

    def until(self, report: Report) -> list[Report]:
        """Return the records before that report, and the report; one of a later day is not its."""
        return [*(one for one in self.reports if _before(one.day, report)), report]

    def unread(self, report: Report) -> set[date]:
        """Return the days before that report whose record cannot be believed."""
        return {day for day in self.unreadable if _before(day, report)}


def _before(day: date, report: Report) -> bool:
    return report.day - DAY * MOST_DAYS <= day < report.day


def history_of(report: Report, kept: Kept) -> History:
    """Return what the records and the report itself say, day by day."""
    reports = kept.until(report)
    return History(
        days=tuple(_days(reports, kept.unread(report))),
        series=tuple(_series(line, reports) for line in sorted(report.verdicts, key=_place)),
        weeks=tuple(_weeks(reports)),
    )


def _place(line: Line) -> int:
    """Return where the user's tables have the verdict; own metrics come behind, in their order."""
    return _PLACES.get(line.key, len(_PLACES))


def _days(reports: Sequence[Report], unreadable: set[date]) -> Iterator[Day]:
    by_day = {one.day: one for one in reports}
    for day in Days(min({reports[0].day, *unreadable}), reports[-1].day).each():
        found = by_day.get(day)
        if found is None:
            source = Source.UNREADABLE if day in unreadable else Source.MISSING
            yield Day(day, source, None, {})
        else:
            counts = Counter(line.verdict for line in found.verdicts)
            yield Day(
                day, _source(found, reports[-1]), found.decision, dict(sorted(counts.items()))
            )


def _source(report: Report, last: Report) -> Source:
    if report is last:
        return Source.NOW
    return Source.RECOMPUTED if is_recomputed(report) else Source.RECORDED


def _series(line: Line, reports: Sequence[Report]) -> Series:
    found = ((one.day, one.line(line.key)) for one in reports)
    points = tuple(_point(day, then) for day, then in found if then is not None)
    name = NAMES.get(line.key, line.title)
    return Series(line.key, name, line.unit, line.target, line.target_value, points)


def _point(day: date, line: Line) -> Point:
    return Point(day, actual(line), line.value, line.verdict, line.judged)


def _weeks(reports: Sequence[Report]) -> Iterator[Week]:
    """Yield the weeks from the beta's first day on, as the summaries of the records have them."""
    last = reports[-1].day
    first = _first_day(reports)
    before: Report | None = None
    while first <= last:
        days = Days(first, first + DAY * (WEEK - 1))
        inside = [one for one in reports if one.day in days]
        yield _week(inside, days, last, before)
        before = inside[-1] if inside else before
        first += DAY * WEEK


def _first_day(reports: Sequence[Report]) -> date:
    """Return the first day of the first week: weeks run from the beta's first day."""
    in_beta = (one.day - DAY * (one.beta_day - 1) for one in reports if one.beta_day)
    start = next(in_beta, reports[0].day)
    return reports[0].day - DAY * ((reports[0].day - start).days % WEEK)


def _week(inside: Sequence[Report], days: Days, today: date, before: Report | None) -> Week:
    content = summarize(inside, days, today, before)
    metrics = content["metrics"]
    last = inside[-1] if inside else None
    return Week(
        first=days.first,
        last=days.last,
        complete=content["complete"],
        recorded=len(content["days"]["recorded"]),
        recomputed=len(content["days"]["recomputed"]),
        missing=len(content["days"]["missing"]),
        decision=last.decision if last else None,
        metrics=tuple(
            WeekCell(
                key=line.key,
                name=NAMES.get(line.key, line.title),
                shown=actual(line),
                in_target=metrics[line.key]["days_in_target"],
                judged=metrics[line.key]["days_judged"],
            )
            for line in sorted(last.verdicts if last else (), key=_place)
        ),
    )
