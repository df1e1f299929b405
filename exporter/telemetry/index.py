"""Every event of a folder once: which copy counts, and what that makes."""

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import msgspec
import numpy as np

from exporter.model import LISTED_REJECTIONS, Reason, Rejection
from exporter.telemetry.columns import DATED, LAST_NAME, NAMELESS, OTHER, UNREADABLE, Part
from exporter.telemetry.counts import Bounds, Counts, Kept, midnight
from exporter.telemetry.findings import Findings
from exporter.telemetry.rows import (
    RECORD,
    Keys,
    Records,
    Rows,
    choose,
    differ,
    records_of,
    rows_of,
)
from exporter.telemetry.settling import settle
from exporter.telemetry.spill import RecordFile, Spill
from exporter.telemetry.standing import Piece, Standing
from exporter.telemetry.store import Export
from exporter.telemetry.tally import Tally, shown

# Exports come from elsewhere; what is further ahead than a time zone can explain is no time.
AHEAD = 86_400

FROM_AHEAD = "timestamp: more than a day ahead; the file's date stands for it"
IN_CONFLICT = "the id of another event, or of this one before it was changed"


class Files:
    """The names of files, and at which row the events of each start."""

    def __init__(self) -> None:
        """Start without any."""
        self.names: list[str] = []
        self.starts: list[int] = []

    def add(self, name: str, start: int) -> None:
        """Add a file behind the others."""
        self.names.append(name)
        self.starts.append(start)

    def event_at(self, row: int) -> tuple[str, int]:
        """Return the name of the row's file, and the event's number in it."""
        file = bisect_right(self.starts, row) - 1
        return self.names[file], row - self.starts[file] + 1


class Rejections:
    """Rejected items, counted by reason; the first ones with their places."""

    def __init__(self) -> None:
        """Start without any."""
        self.counts: Counter[Reason] = Counter()
        self.listed: list[Rejection] = []

    def add(self, rejection: Rejection) -> None:
        """Count one."""
        self.counts[rejection.reason] += 1
        self.list(rejection)

    def add_part(self, name: str, part: Part, events: int, lines: int) -> None:
        """Count a part's, in front of which the file has so many events and lines."""
        self.counts.update(part.rejected)
        for one in part.defects:
            place = f"event {one.event + events}, byte {one.byte}"
            place = f"line {one.line + lines}" if one.line else place
            self.list(Rejection(one.reason, name, place, one.message))

    def list_rows(self, reason: Reason, rows: Iterable[int], message: str, files: Files) -> None:
        """Keep the places of rows that are counted, if they are among the first."""
        for row in rows:
            name, event = files.event_at(row)
            self.list(Rejection(reason, name, f"event {event}", message))

    def list(self, rejection: Rejection) -> None:
        """Keep the place of one that is counted, if it is among the first."""
        if len(self.listed) < LISTED_REJECTIONS:
            self.listed.append(rejection)


class Codes(dict[str, int]):
    """Codes of the names of all parts."""

    def __init__(self, *known: str) -> None:
        """Start with the known names in their order; code 0 is everything else."""
        self.names = ["other", *known]
        super().__init__((name, code) for code, name in enumerate(self.names))

    def __missing__(self, name: str) -> int:
        """Give the name a code while there are any."""
        if len(self.names) > LAST_NAME:
            return OTHER
        self[name] = len(self.names)
        self.names.append(name)
        return self[name]

    def learn(self, names: Iterable[str]) -> None:
        """Give names their codes, in this order."""
        for name in names:
            self[name]


class KeptIndex(msgspec.Struct, array_like=True):
    """An index as it is kept, all but its records; `listed` are rejections of file number so."""

    kinds: list[str]
    backends: list[str]
    counts: Kept
    findings: list[bytes]
    rejected: dict[Reason, int]
    listed: list[tuple[int, Rejection]]
    duplicates: int
    unaudited: int
    expires: float
    starts: list[int]
    total: int
    pieces: list[Piece]


class Index:
    """The events of all exports, each once, and what they add up to."""

    def __init__(self, bounds: Bounds, file: RecordFile) -> None:
        """Start empty; the file is for the records that count."""
        self.bounds = bounds
        self.kinds = Codes("command_generation")
        self.backends = Codes("static")
        self.counts = Counts(bounds)
        self.findings = Findings()
        self.rejections = Rejections()
        self.duplicates = 0
        self.unaudited = 0  # files that could not be looked into, or not into all of it
        self.expires = math.inf  # when a time that is still to come may be one
        self._files = Files()
        self._total = 0
        self._file = file
        self._standing = Standing(file)

    def build(self, exports: Iterable[Export], now: float, folder: Path) -> None:
        """Index exports that are in the order of their names; raises OSError.

        What is too much for memory meanwhile is put into the folder.
        """
        spill = Spill(folder)
        future: list[int] = []
        for export in exports:
            for part, records in self._note(export):
                future += self._date(part, records, now)
                self._find(part, records)
                spill.add(records)
        self._reject(Reason.TIME, future, FROM_AHEAD)
        shares = settle(spill, self._file, self.bounds)
        del spill
        self._standing = Standing(self._file, [piece for share in shares for piece in share.pieces])
        for share in shares:
            self.counts.join(share.counts)
            self.duplicates += share.copies
        self._reject(Reason.CONFLICT, [row for one in shares for row in one.conflicts], IN_CONFLICT)

    def kept(self) -> KeptIndex:
        """Return what is to be kept beside the file, without the files' names."""
        return KeptIndex(
            self.kinds.names,
            self.backends.names,
            self.counts.kept(),
            self.findings.kept(),
            self.rejections.counts,
            [
                (self._files.names.index(one.file), replace(one, file=""))
                for one in self.rejections.listed
            ],
            self.duplicates,
            self.unaudited,
            self.expires,
            self._files.starts,
            self._total,
            self._standing.pieces,
        )

    def recall(self, kept: KeptIndex, names: Sequence[str]) -> None:
        """Take what was kept, of files with these names; raises EOFError if it is damaged."""
        self.kinds, self.backends = Codes(*kept.kinds[1:]), Codes(*kept.backends[1:])
        self.counts.join(kept.counts)
        self.findings.recall(kept.findings)
        self.rejections.counts.update(kept.rejected)
        self.rejections.listed = [replace(one, file=names[at]) for at, one in kept.listed]
        self.duplicates, self.unaudited = kept.duplicates, kept.unaudited
        self.expires = kept.expires
        self._files.names, self._files.starts = list(names), kept.starts
        self._total = kept.total
        self._standing = Standing(self._file, kept.pieces)
        self._standing.verify()

    def tally(self, rules: Sequence[str], now: float) -> Tally:
        """Return what it all adds up to; `rules` are the names of the findings' bits."""
        days = self.counts.timed()
        groups: dict[int | None, list[int]] = {day: [day] for day in shown(days)} | {None: days}
        speeds = {of: self.counts.speed(group) for of, group in groups.items()}
        return Tally(
            counts=self.counts,
            speeds={of: speed for of, speed in speeds.items() if speed},
            kinds=self.kinds.names,
            backends=self.backends.names,
            duplicates=self.duplicates,
            violations=self.findings.violations(self.bounds, now),
            findings=self.findings.listed(
                self.bounds, rules, self._files.names, self._files.starts
            ),
            rejected=self.rejections.counts,
            rejections=self.rejections.listed,
            files=len(self._files.names),
            unaudited=self.unaudited,
        )

    def extend(self, exports: Iterable[Export], now: float) -> bool:
        """Index more exports; False, and the index is void, when that takes a new one."""
        return all(self._add(export, now) for export in exports)

    def _add(self, export: Export, now: float) -> bool:
        if self._standing.is_full:
            return False
        records = np.empty(0, RECORD)
        for part, some in self._note(export):
            self._find(part, some)
            records = np.concatenate((records, some))
        if np.any(records["time"] > now + AHEAD):
            return False
        nameless = records["flags"] & NAMELESS > 0
        named = records[~nameless]
        rejected = named["kind"] >= UNREADABLE
        choice = choose(np.ascontiguousarray(named["key"]), named["time"], rejected)
        chosen = named[choice.winners]
        known, standing = self._standing.find(np.ascontiguousarray(chosen["key"]))
        again = chosen[known]
        if _displaces(again, standing):
            return False
        stands_for = chosen.copy()
        stands_for[known] = standing
        originals = stands_for[np.searchsorted(chosen["key"], named["key"][choice.originals])]
        good = again["kind"] < UNREADABLE
        self._count_copies(
            np.concatenate((again[good], named[choice.copies])),
            np.concatenate((standing[good], originals)),
        )
        new = np.concatenate((chosen[~known], records[nameless]))
        self._standing.add(new)
        self.counts.add(rows_of(new))
        return True

    def as_of(self, day: date) -> "Index":
        """Return the index as if nothing had happened after that day; it cannot be extended."""
        seen = copy(self)
        seen.counts = self.counts.as_of(day.toordinal())
        seen.bounds = seen.counts.bounds
        return seen

    def of_day(self, day: date) -> tuple[Keys, Rows, Keys]:
        """Return that day's events, each once, in their order; offending ones in any case.

        Keys, columns, and the bits of the rules that any copy offends against. A key is the hash of
        an id; that of an event without id is below 2^32.
        """
        zone = self.bounds.zone
        start, end = midnight(day, zone), midnight(day + timedelta(days=1), zone)
        pieces = [some[(some["time"] >= start) & (some["time"] < end)] for some in self._standing]
        records = np.concatenate(pieces)
        own = records["row"] + np.uint64(1)
        keys = np.where(records["flags"] & NAMELESS > 0, own, records["key"])
        bits = self.findings.rules_of(keys)
        taken = np.flatnonzero((records["kind"] < UNREADABLE) | (bits > 0))
        order = taken[np.lexsort((records["row"][taken], records["time"][taken]))]
        return keys[order], rows_of(records[order]), bits[order]

    def _note(self, export: Export) -> Iterator[tuple[Part, Records]]:
        """Register a file and what was rejected of it; yield its parts with their records."""
        self._files.add(export.name, self._total)
        events = lines = 0
        unread = False
        for part in export.parts:
            self.rejections.add_part(export.name, part, events, lines)
            unread = unread or UNREADABLE in part.kinds
            if part.found_lines and lines:
                part.found_lines = below(part.found_lines, lines)
            events += part.rows
            lines += part.lines
            yield (
                part,
                records_of(part, self._total, self.kinds.__getitem__, self.backends.__getitem__),
            )
            self._total += part.rows
        if export.refused is not None:
            self.rejections.add(export.refused)
        self.unaudited += export.refused is not None or unread

    def _date(self, part: Part, records: Records, now: float) -> list[int]:
        """Give events whose time is still to come the time of their file; return their rows."""
        future = np.flatnonzero(records["time"] > now + AHEAD)
        if not len(future):
            return []
        self.expires = min(self.expires, float(records["time"][future].min()) - AHEAD)
        records["time"][future] = min(part.dated, now)
        records["flags"][future] |= DATED
        rows: list[int] = records["row"][future[records["kind"][future] < UNREADABLE]].tolist()
        return rows

    def _find(self, part: Part, records: Records) -> None:
        if part.found_rows:
            keys = np.frombuffer(part.keys, np.uint64)
            self.findings.add(part, self._total, keys, records["time"])

    def _count_copies(self, copies: Records, originals: Records) -> None:
        self.duplicates += len(copies)
        rows = copies["row"][differ(copies, originals)]
        self._reject(Reason.CONFLICT, rows.tolist(), IN_CONFLICT)

    def _reject(self, reason: Reason, rows: list[int], message: str) -> None:
        self.rejections.counts[reason] += len(rows)
        self.rejections.list_rows(reason, sorted(rows)[:LISTED_REJECTIONS], message, self._files)


def _displaces(copies: Records, standing: Records) -> bool:
    """Tell whether any of the copies counts instead of the one that stands."""
    earlier = copies["time"] < standing["time"]
    same = copies["time"] == standing["time"]
    better = standing["kind"] >= UNREADABLE
    instead = better | earlier | (same & differ(copies, standing))
    return bool(np.any(instead & (copies["kind"] < UNREADABLE)))


def below(lines: bytes, count: int) -> bytes:
    """Return the lines of a part as those of its file, which has so many in front of it."""
    of_part = np.frombuffer(lines, np.uint32)
    return np.where(of_part > 0, of_part + np.uint32(count), np.uint32(0)).tobytes()
