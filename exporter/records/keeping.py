"""Keeping a release's records: which days lack one, what is made of them, and for how long."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from exporter import atomic
from exporter.gate.report import Report
from exporter.logs import log
from exporter.model import Sample, SourceError
from exporter.plan import Phase
from exporter.records import summary
from exporter.records.layout import FOLDERS, Records
from exporter.records.recomputing import recompute, telemetry_of, write_raw
from exporter.records.summary import Days, week_of
from exporter.records.writing import record, repair
from exporter.release import Release
from exporter.schedule import DAY, WEEK, end_of
from exporter.sources import Source

# Longer gaps are no downtime any more; telemetry knows no more days apart either.
MOST_DAYS = 400
# Testers export late: so many days back the raw records are looked at again.
RAW_AGAIN = 7
# What is known only of all exports together.
_MOVING = ("release_telemetry_duplicate_events", "release_privacy_since_timestamp_seconds")
# What a killed process left half written.
ABANDONED = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Options:
    """Whether raw telemetry is kept too, and for how long anything is; None is for ever."""

    raw: bool = True
    retention: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Keeper:
    """The records of one release, with what it takes to make them."""

    storage: Path
    sources: tuple[Source, ...]
    options: Options = Options()

    @property
    def release(self) -> Release:
        """The release."""
        return self.sources[0].release

    @property
    def records(self) -> Records:
        """Its records."""
        return Records.of(self.storage, *self.release.id)

    def keep(self, report: Report) -> list[Path]:
        """Write the report as its day's record, and the summaries; return what changed."""
        changed = record(self.records, report)
        return [*changed, *self._summarize([report.day], report.day)]

    def recompute(self, days: Sequence[date], now: datetime) -> list[Path]:
        """Make the records of days that are over from what is still known of them."""
        changed: list[Path] = []
        for day in days:
            raw = self.records.raw(day) if self.options.raw else None
            report = recompute(self.sources, self.storage, day, now, raw)
            changed += record(self.records, report)
        return changed + self._summarize(days, self.release.plan.today(now))

    def catch_up(self, now: datetime, most: int = MOST_DAYS) -> bool:
        """Make what is missing of the last days before today, so many at most; tell if that is all.

        Then remove what is too old, and sum up a release that is over.
        """
        days = self.missing(now)
        self.recompute(days[-most:], now)
        if days:
            log.info("records recomputed", **self._bound(), days=len(days[-most:]))
        if len(days) > most:
            return False
        _sweep(self.records, now)
        repair(self.records)
        if self.release.over(now):
            self.finish(now)
        self._expire(now)
        return True

    def missing(self, now: datetime) -> list[date]:
        """Return the days that should have a record: from the first one, or the beta, until today.

        A release that is over needs none any more.
        """
        plan = self.release.plan.as_of(now)
        today, recorded = plan.today(now), self.records.days()
        opening = plan.opening(Phase.BETA)
        starts = [*recorded[:1], *([plan.today(opening)] if opening else [])]
        first = max(min(starts, default=today), self._oldest(today))
        days = (first + DAY * step for step in range((today - first).days))
        known = set(recorded)
        return [
            day
            for day in days
            if day not in known and not self.release.over(end_of(day, plan.zone))
        ]

    def keep_raw(self, days: Iterable[date], now: datetime) -> None:
        """Write the telemetry of these days, where there is more of it than before."""
        try:
            for day in days if self.options.raw else ():
                write_raw(self.sources, self.storage, day, now, self.records.raw(day))
        except SourceError as error:
            log.warning("raw record not written", **self._bound(), reason=str(error))

    def telemetry_of(self, day: date, now: datetime) -> list[Sample]:
        """Return the series without a verdict that telemetry has as of the end of that day."""
        samples = telemetry_of(self.sources, self.storage, day, now)
        return [
            one for one in samples if one.gauge not in _MOVING and "day" not in dict(one.labels)
        ]

    def recent(self, today: date) -> list[date]:
        """Return the days whose telemetry may still grow, today the last."""
        opening = self.release.plan.opening(Phase.BETA)
        first = self.release.plan.today(opening) if opening else today
        days = (today - DAY * back for back in reversed(range(RAW_AGAIN + 1)))
        return [day for day in days if day >= first]

    def finish(self, now: datetime) -> list[Path]:
        """Write the final summary, unless there is one of more days; return it if it changed."""
        reports = list(self.records.reports())
        if not reports or len(reports) < _recorded(self.records.final):
            return []
        days = Days(reports[0].day, reports[-1].day)
        text = summary.render(reports, days, self.release.plan.today(now))
        return list(_put(self.records.final, text))

    def _summarize(self, days: Iterable[date], today: date) -> list[Path]:
        """Write the summaries of these days' weeks and of the last one, which may be over now."""
        changed: list[Path] = []
        weeks = {week_of(self.release.plan, one) for one in (*days, today - DAY * WEEK)}
        for week in sorted(weeks, key=lambda one: one.first):
            reports = list(self.records.reports(week.first, week.last))
            if reports:
                before = self.records.before(week.first)
                text = summary.render(reports, week, today, before)
                changed += _put(self.records.week(week.first), text)
        return changed

    def _oldest(self, today: date) -> date:
        kept = self.options.retention
        return today - (min(kept, DAY * MOST_DAYS) if kept else DAY * MOST_DAYS)

    def _expire(self, now: datetime) -> None:
        if self.options.retention is None:
            return
        first = self.release.plan.today(now) - self.options.retention
        for day, file in list(self.records.dated_files()):
            if day < first:
                file.unlink(missing_ok=True)

    def _bound(self) -> dict[str, str]:
        return {"project": self.release.project, "release": self.release.name}


def _put(file: Path, text: str) -> Iterator[Path]:
    content = text.encode()
    if not file.is_file() or file.read_bytes() != content:
        atomic.write(file, content)
        yield file


def _recorded(file: Path) -> int:
    """Return how many days a final summary is of."""
    try:
        days = json.loads(file.read_bytes())["days"]
        return len(days["recorded"]) + len(days["recomputed"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0


def _sweep(records: Records, now: datetime) -> None:
    """Remove what killed processes left half written."""
    for name in FOLDERS:
        for file in (records.folder / name).glob(".*"):
            if now.timestamp() - file.stat().st_mtime > ABANDONED.total_seconds():
                file.unlink(missing_ok=True)
