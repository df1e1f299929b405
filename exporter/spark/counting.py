"""From rows to a tally: the cluster counts, and what it says is put together here."""

import math
import struct
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from exporter.model import LISTED_REJECTIONS, ErrorClass, Finding, Reason, SourceError
from exporter.spark import statements, work
from exporter.spark.frame import SCHEMA, Frame, Unit, events
from exporter.spark.noted import Noted
from exporter.spark.session import Session
from exporter.spark.work import Site
from exporter.telemetry.columns import GENERATION, UNREADABLE
from exporter.telemetry.counts import DAY, EARLIER, Bounds, Counts, Speed, midnight, midnights
from exporter.telemetry.findings import Violations, place_of
from exporter.telemetry.index import IN_CONFLICT
from exporter.telemetry.rows import Keys, Rows
from exporter.telemetry.tally import Tally

NONE = Violations(0, {}, {})

# A later day than any.
LAST = date.max.toordinal()


class Cell(NamedTuple):
    """So many rows that are alike in what counts: as `statements.CELLS` has them."""

    counts: bool
    copy: bool
    conflict: bool
    day: int
    kind: int
    backend: int
    success: int
    counted: bool
    audited: bool
    number: int
    newest: float
    offences: int


class Counting:
    """The events of some files, as the queries of a session see them."""

    def __init__(self, session: Session, noted: Noted, bounds: Bounds, now: float) -> None:
        """Count what was noted; `now` in seconds since 1970."""
        self.kinds = noted.kinds
        self.backends = noted.backends
        self._session = session
        self._noted = noted
        self._bounds = bounds
        self._now = now

    def prepare(self, site: Site, folder: Path) -> None:
        """Let workers write the rows into that folder, and take each event once."""
        batches = self._batches(folder)
        if batches:
            self._session.map(work.rows, [site, self._frame()], batches)
            self._session.view("rows", SCHEMA, [path for path, _ in batches])
            self._session.keep("events", statements.EVENTS, self._noted.rows)

    def tally(self, rules: Sequence[str], day: date | None = None) -> Tally:
        """Return what it adds up to, with a day without anything later.

        `rules` are the names of the findings' bits. Raises SourceError when rows are missing.
        """
        noted, now, cells = self._noted, self._now, self._cells()
        counts = _counts([cell for cell in cells if cell.counts], self._bounds)
        if day is not None:
            counts = counts.as_of(day.toordinal())
            now = min(now, counts.bounds.until - 1)
        self._reject(sum(cell.number for cell in cells if cell.conflict))
        offending = any(cell.offences for cell in cells)
        return Tally(
            counts=counts,
            speeds=self._speeds(day.toordinal() if day else LAST),
            kinds=self.kinds.names,
            backends=self.backends.names,
            duplicates=sum(cell.number for cell in cells if cell.copy),
            violations=self._violations(counts.bounds, now) if offending else NONE,
            findings=self._findings(counts.bounds, rules) if offending else (),
            rejected=noted.rejections.counts,
            rejections=noted.rejections.listed,
            files=len(noted.files.names),
            unaudited=noted.unaudited,
        )

    def of_day(self, day: date) -> tuple[Keys, Rows, Keys]:
        """Return that day's events as an index does; all of them come here."""
        if not self._noted.rows:
            none, numbers = np.empty(0), np.empty(0, np.uint8)
            keys = np.empty(0, np.uint64)
            return keys, Rows(none, none, numbers, numbers, numbers), keys
        zone = self._bounds.zone
        bounds = {"start": midnight(day, zone), "end": midnight(day + timedelta(days=1), zone)}
        return events(self._session.columns(statements.DAY, bounds))

    def _ask(self, statement: str, **values: Any) -> list[Any]:
        return self._session.ask(statement, values) if self._noted.rows else []

    def _batches(self, folder: Path) -> list[tuple[Path, list[Unit]]]:
        """Return the units in as many groups as there is room for, of about as many rows."""
        size = math.ceil(self._noted.rows / self._session.pieces)
        groups: dict[int, list[Unit]] = {}
        for unit, _ in self._noted.units:
            groups.setdefault(unit.row // size, []).append(unit)
        return [(folder / f"{number}.parquet", units) for number, units in groups.items()]

    def _frame(self) -> Frame:
        noted = self._noted
        days = np.unique([day for _, note in noted.units for day in note.days])
        beginnings = midnights(days * DAY, self._bounds.zone)
        starts = sorted(beginnings)
        ordinals = [EARLIER, *(beginnings[start] for start in starts)]
        return Frame(self._now, starts, ordinals, dict(noted.kinds), dict(noted.backends))

    def _cells(self) -> list[Cell]:
        """Return what all counts are made of; raises SourceError when rows are missing."""
        since = {"since": self._bounds.since, "privacy_since": self._bounds.privacy_since}
        cells = [Cell(*one) for one in self._ask(statements.CELLS, **since)]
        seen, rows = sum(cell.number for cell in cells), self._noted.rows
        if seen != rows:
            message = f"Spark saw {seen} of {rows} rows; the next run starts anew"
            raise SourceError(ErrorClass.INTERNAL, message)
        return cells

    def _speeds(self, last: int) -> dict[int | None, Speed]:
        said = self._ask(statements.SPEEDS, since=self._bounds.since, last=last)
        return {day: Speed(number, _float(bits)) for day, number, bits in said}

    def _violations(self, bounds: Bounds, now: float) -> Violations:
        by_day: Counter[int] = Counter()
        by_rule: Counter[int] = Counter()
        for day, rules, number in self._ask(
            statements.VIOLATIONS,
            privacy_since=bounds.privacy_since,
            until=bounds.until,
            now=now,
            today=datetime.fromtimestamp(now, bounds.zone).date().toordinal(),
        ):
            by_day[day] += number
            by_rule.update({bit: number for bit in range(64) if rules >> bit & 1})
        return Violations(by_day.total(), by_day, by_rule)

    def _findings(self, bounds: Bounds, rules: Sequence[str]) -> tuple[Finding, ...]:
        findings = []
        for bit, row, byte, line in self._ask(
            statements.FINDINGS,
            privacy_since=bounds.privacy_since,
            until=bounds.until,
            most=LISTED_REJECTIONS,
        ):
            name, event = self._noted.files.event_at(row)
            findings.append(Finding(name, place_of(event, byte, line), rules[bit]))
        return tuple(findings)

    def _reject(self, conflicts: int) -> None:
        if not conflicts:
            return
        said = self._ask(statements.CONFLICTS, most=LISTED_REJECTIONS)
        rows = sorted(row for (row,) in said)
        rejections = self._noted.rejections
        rejections.list_rows(Reason.CONFLICT, rows, IN_CONFLICT, self._noted.files)
        rejections.counts[Reason.CONFLICT] += conflicts


def _counts(cells: Iterable[Cell], bounds: Bounds) -> Counts:
    counts = Counts(bounds)
    latest = -math.inf
    for cell in cells:
        if cell.audited and cell.kind != UNREADABLE:
            counts.audited[cell.day] += cell.number
        if cell.kind >= UNREADABLE:
            continue
        counts.events += cell.number
        latest = max(cell.newest, latest)
        if cell.counted:
            counts.cells[cell.day, cell.kind, cell.backend, cell.success] += cell.number
            counts.newest[cell.day] = max(cell.newest, counts.newest.get(cell.day, -math.inf))
        elif cell.kind == GENERATION:
            counts.earlier += cell.number
    counts.latest = latest if counts.events else None
    return counts


def _float(bits: int) -> float:
    return float(struct.unpack("<d", struct.pack("<q", bits))[0])
