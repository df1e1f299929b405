"""Keeping a release's records: which days lack one, what is made of them, and for how long."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import structlog

from exporter import atomic
from exporter.gate.report import Report
from exporter.model import SourceError
from exporter.plan import Phase
from exporter.records import summary
from exporter.records.layout import FOLDERS, Records
from exporter.records.recomputing import recompute, write_raw
from exporter.records.summary import Days, week_of
from exporter.records.writing import record, repair
from exporter.release import Release
from exporter.schedule import DAY, WEEK, end_of
from exporter.sources import Source

log = structlog.get_logger()

# Longer gaps are no downtime any more; telemetry knows no more days apart either.
MOST_DAYS = 400
# Testers export late: so many days back the raw records are looked at again.
RAW_AGAIN = 7
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
        return [*record(self.records, report), *self._summarize(report.day)]

    def recompute(self, day: date, now: datetime) -> list[Path]:
        """Make the record of a day that is over from what is still known of it."""
        raw = self.records.raw(day) if self.options.raw else None
        report = recompute(self.sources, self.storage, day, now, raw)
        return self.keep(report)

    def catch_up(self, now: datetime) -> list[Path]:
        """Make what is missing of the days before today, and remove what is too old."""
        _sweep(self.records, now)
        changed = repair(self.records)
        days = self.missing(now)
        for day in days:
            changed += self.recompute(day, now)
        if days:
            log.info("records recomputed", **self._bound(), days=len(days), last=str(days[-1]))
        changed += self._summarize(self.release.plan.today(now))
        if self.release.over(now):
            changed += self.finish(now)
        self._expire(now)
        return changed

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

    def recent(self, today: date) -> list[date]:
        """Return the days whose telemetry may still grow, today the last."""
        opening = self.release.plan.opening(Phase.BETA)
        first = self.release.plan.today(opening) if opening else today
        days = (today - DAY * back for back in reversed(range(RAW_AGAIN + 1)))
        return [day for day in days if day >= first]

    def finish(self, now: datetime) -> Iterator[Path]:
        """Write the final summary, unless there is one of more days."""
        reports = list(self.records.reports())
        if reports and len(reports) >= _recorded(self.records.final):
            days = Days(reports[0].day, reports[-1].day)
            today = self.release.plan.today(now)
            yield from _put(self.records.final, summary.render(reports, days, today))

    def _summarize(self, day: date) -> list[Path]:
        """Write the summaries of that day's week and of the one before, which may be over now."""
        changed: list[Path] = []
        for one in (day - DAY * WEEK, day):
            days = week_of(self.release.plan, one)
            reports = list(self.records.reports(days.first, days.last))
            if reports:
                before = self.records.before(days.first)
                text = summary.render(reports, days, day, before)
                changed += _put(self.records.week(days.first), text)
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
