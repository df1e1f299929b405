"""Every event of a folder once: which copy counts, and what that makes."""

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from copy import copy
from datetime import date, timedelta

import numpy as np

from exporter.model import LISTED_REJECTIONS, Reason, Rejection
from exporter.telemetry.columns import DATED, LAST_NAME, NAMELESS, OTHER, UNREADABLE, Part
from exporter.telemetry.counts import Bounds, Counts, midnight
from exporter.telemetry.findings import Findings
from exporter.telemetry.rows import Keys, Numbers, Rows, choose, load
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


class Index:
    """The events of all exports, each once, and what they add up to."""

    def __init__(self, exports: Iterable[Export], bounds: Bounds, now: float) -> None:
        """Index exports that are in the order of their names."""
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
        parts = [part for export in exports for part in self._note(export)]
        sizes = [part.rows for part in parts]
        keys, self._rows = load(parts, self.kinds.__getitem__, self.backends.__getitem__)
        self._date(parts, sizes, now)
        choice = choose(keys, self._rows.times, self._rows.kinds >= UNREADABLE)
        self._keys, self._winners = choice.keys, choice.winners
        self._find(parts, sizes, 0, keys)
        del keys
        self._count_copies(choice.copies, choice.originals)
        self._rows.flags[choice.anonymous] |= NAMELESS
        # In the order of the columns they are read twice as fast.
        self.counts.add(self._rows, np.sort(np.concatenate((choice.winners, choice.anonymous))))

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
        base, offset = self._total, np.uint32(self._total)
        parts = list(self._note(export))
        sizes = [part.rows for part in parts]
        keys, rows = load(parts, self.kinds.__getitem__, self.backends.__getitem__)
        if np.any(rows.times > now + AHEAD):
            return False
        choice = choose(keys, rows.times, rows.kinds >= UNREADABLE)
        self._rows = self._rows.join(rows)
        self._find(parts, sizes, base, keys)
        at = np.searchsorted(self._keys, choice.keys)
        known = np.zeros(len(at), np.bool_)
        inside = at < len(self._keys)
        known[inside] = self._keys[at[inside]] == choice.keys[inside]
        copies, standing = choice.winners[known] + offset, self._winners[at[known]]
        if self._displaces(copies, standing):
            return False
        stands_for = np.arange(len(rows), dtype=np.uint32) + offset
        stands_for[choice.winners[known]] = standing
        accepted = self._rows.kinds[copies] < UNREADABLE
        self._count_copies(
            np.concatenate((copies[accepted], choice.copies + offset)),
            np.concatenate((standing[accepted], stands_for[choice.originals])),
        )
        new = choice.winners[~known] + offset
        self._keys = np.insert(self._keys, at[~known], choice.keys[~known])
        self._winners = np.insert(self._winners, at[~known], new)
        self._rows.flags[choice.anonymous + offset] |= NAMELESS
        self.counts.add(self._rows, np.concatenate((new, choice.anonymous + offset)))
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
        rows, zone = self._rows, self.bounds.zone
        start, end = midnight(day, zone), midnight(day + timedelta(days=1), zone)
        within = (rows.times >= start) & (rows.times < end)
        named = np.flatnonzero(within[self._winners])
        nameless = np.flatnonzero(within & (rows.flags & NAMELESS > 0)).astype(np.uint32)
        which = np.concatenate((self._winners[named], nameless))
        own = nameless.astype(np.uint64) + np.uint64(1)
        keys = np.concatenate((self._keys[named], own))
        bits = self.findings.rules_of(keys)
        taken = np.flatnonzero((rows.kinds[which] < UNREADABLE) | (bits > 0))
        order = taken[np.lexsort((which[taken], rows.times[which[taken]]))]
        return keys[order], rows.take(which[order]), bits[order]

    def _note(self, export: Export) -> Sequence[Part]:
        """Register a file and what was rejected of it; return its parts."""
        self._files.add(export.name, self._total)
        events = lines = 0
        unread = any(UNREADABLE in part.kinds for part in export.parts)
        for part in export.parts:
            self.rejections.add_part(export.name, part, events, lines)
            if part.found_lines and lines:
                part.found_lines = below(part.found_lines, lines)
            events += part.rows
            lines += part.lines
        self._total += events
        if export.refused is not None:
            self.rejections.add(export.refused)
        self.unaudited += export.refused is not None or unread
        return export.parts

    def _date(self, parts: Iterable[Part], sizes: Sequence[int], now: float) -> None:
        """Give events whose time is still to come the time of their file."""
        rows = self._rows
        future = np.flatnonzero(rows.times > now + AHEAD)
        if not len(future):
            return
        self.expires = float(rows.times[future].min()) - AHEAD
        dated = np.minimum([part.dated for part in parts], now)
        rows.times[future] = dated[np.searchsorted(np.cumsum(sizes), future, "right")]
        rows.flags[future] |= DATED
        counted = future[rows.kinds[future] < UNREADABLE].tolist()
        self._reject(Reason.TIME, counted, FROM_AHEAD)

    def _find(self, parts: Iterable[Part], sizes: Iterable[int], base: int, keys: Keys) -> None:
        times = self._rows.times[base:]
        start = 0
        for part, size in zip(parts, sizes, strict=True):
            rows = slice(start, start + size)
            self.findings.add(part, base + start, keys[rows], times[rows])
            start += size

    def _displaces(self, copies: Numbers, standing: Numbers) -> bool:
        """Tell whether any of the copies counts instead of the one that stands."""
        rows = self._rows
        earlier = rows.times[copies] < rows.times[standing]
        same = rows.times[copies] == rows.times[standing]
        better = rows.kinds[standing] >= UNREADABLE
        instead = better | earlier | (same & rows.differ(copies, standing))
        return bool(np.any(instead & (rows.kinds[copies] < UNREADABLE)))

    def _count_copies(self, copies: Numbers, originals: Numbers) -> None:
        self.duplicates += len(copies)
        conflicts = copies[self._rows.differ(copies, originals)].tolist()
        self._reject(Reason.CONFLICT, conflicts, IN_CONFLICT)

    def _reject(self, reason: Reason, rows: list[int], message: str) -> None:
        self.rejections.counts[reason] += len(rows)
        self.rejections.list_rows(reason, sorted(rows[:LISTED_REJECTIONS]), message, self._files)


def below(lines: bytes, count: int) -> bytes:
    """Return the lines of a part as those of its file, which has so many in front of it."""
    of_part = np.frombuffer(lines, np.uint32)
    return np.where(of_part > 0, of_part + np.uint32(count), np.uint32(0)).tobytes()
