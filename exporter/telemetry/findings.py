"""Privacy violations: which events, of all the copies of each, a rule matched, and where."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from exporter.model import LISTED_REJECTIONS, Finding
from exporter.telemetry.columns import AROUND, Part
from exporter.telemetry.counts import Bounds, Days
from exporter.telemetry.rows import Floats, Keys, Numbers


@dataclass(frozen=True, slots=True)
class Violations:
    """Offending events, each once: how many, by day and by bit of the rule."""

    total: int
    by_day: dict[int, int]
    by_rule: dict[int, int]


@dataclass(frozen=True, slots=True)
class Offences:
    """Copies of events that offend: which event, its row, when, where, and the rules' bits."""

    events: Keys
    rows: Numbers
    times: Floats
    rules: Keys
    bytes: NDArray[np.int64]
    lines: Numbers

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.rows)

    def take(self, which: NDArray[np.intp]) -> "Offences":
        """Return some of them."""
        return Offences(*(getattr(self, one.name)[which] for one in fields(self)))


class Findings:
    """The offences of all files."""

    def __init__(self) -> None:
        """Start without any."""
        self._pieces: list[Offences] = []

    def add(self, part: Part, start: int, keys: Keys, times: Floats) -> None:
        """Add those of a part whose rows begin at `start`; the keys and times are its rows'."""
        rows = np.frombuffer(part.found_rows, np.uint32)
        if not len(rows):
            return
        ours = rows + np.uint32(start)
        # An event without id is its own, under a number too small for a hash.
        own = ours.astype(np.uint64) + np.uint64(1)
        self._pieces.append(
            Offences(
                np.where(keys[rows] == 0, own, keys[rows]),
                ours,
                times[rows],
                np.frombuffer(part.found_rules, np.uint64),
                np.frombuffer(part.found_bytes, np.int64),
                np.frombuffer(part.found_lines, np.uint32),
            )
        )

    def kept(self) -> list[bytes]:
        """Return all of them as bytes, a column each."""
        every = self._every()
        columns = fields(Offences)
        return [] if every is None else [getattr(every, one.name).tobytes() for one in columns]

    def recall(self, kept: list[bytes]) -> None:
        """Add what was kept."""
        if kept:
            types = (np.uint64, np.uint32, np.float64, np.uint64, np.int64, np.uint32)
            self._pieces.append(Offences(*map(np.frombuffer, kept, types)))

    def violations(self, bounds: Bounds, now: float) -> Violations:
        """Return the events of which any copy since `bounds.privacy_since` offends."""
        counted = self._within(bounds)
        if counted is None:
            return Violations(0, {}, {})
        counted = counted.take(np.argsort(counted.events))
        events = counted.events
        starts = np.flatnonzero(np.concatenate(([True], events[1:] != events[:-1])))
        first = np.minimum(np.minimum.reduceat(counted.times, starts), now)
        bits = np.bitwise_or.reduceat(counted.rules, starts)
        by_rule = {
            bit: int(np.count_nonzero(bits & np.uint64(1 << bit)))
            for bit in range(int(bits.max()).bit_length())
        }
        by_day = Days(first, bounds.zone).count(np.ones(len(first), np.bool_))
        return Violations(len(starts), by_day, by_rule)

    def listed(
        self, bounds: Bounds, rules: Sequence[str], names: Sequence[str], starts: Sequence[int]
    ) -> tuple[Finding, ...]:
        """Return where the violations are, the first by file and position; a rule once an event.

        `rules` are the names of the bits; the files' `names` have rows that begin at `starts`.
        """
        counted = self._within(bounds)
        if counted is None:
            return ()
        files = np.searchsorted(starts, counted.rows, "right") - 1
        ranks = np.empty(len(names), np.int64)
        ranks[sorted(range(len(names)), key=names.__getitem__)] = np.arange(len(names))
        order = np.lexsort((counted.rows, ranks[files]))
        files, counted = files[order], counted.take(order)
        places = sorted(
            (at, bit) for bit in range(len(rules)) for at in _firsts(counted, bit).tolist()
        )
        return tuple(
            Finding(names[files[at]], _place(counted, at, starts[files[at]]), rules[bit])
            for at, bit in places[:LISTED_REJECTIONS]
        )

    def rules_of(self, events: Keys) -> Keys:
        """Return the bits of the rules that any copy of each of the events offends against."""
        bits = np.zeros(len(events), np.uint64)
        every = self._every()
        if every is None:
            return bits
        every = every.take(np.argsort(every.events))
        offending, starts = np.unique(every.events, return_index=True)
        found = np.bitwise_or.reduceat(every.rules, starts)
        at = np.minimum(np.searchsorted(offending, events), len(offending) - 1)
        known = offending[at] == events
        bits[known] = found[at[known]]
        return bits

    def _within(self, bounds: Bounds) -> Offences | None:
        """Return the offences that count, None without any."""
        every = self._every()
        if every is None:
            return None
        counted = np.flatnonzero(
            (every.times >= bounds.privacy_since) & (every.times < bounds.until)
        )
        return every.take(counted) if len(counted) else None

    def _every(self) -> Offences | None:
        if not self._pieces:
            return None
        columns = ([getattr(one, name.name) for one in self._pieces] for name in fields(Offences))
        return Offences(*map(np.concatenate, columns))


def _firsts(offences: Offences, bit: int) -> NDArray[np.intp]:
    """Return the first copy of each event that offends against a rule, the first ones of them."""
    against = np.flatnonzero(offences.rules & np.uint64(1 << bit))
    _, firsts = np.unique(offences.events[against], return_index=True)
    return against[np.sort(firsts)[:LISTED_REJECTIONS]]


def _place(offences: Offences, at: int, start: int) -> str:
    event = int(offences.rows[at]) - start + 1
    return place_of(event, int(offences.bytes[at]), int(offences.lines[at]))


def place_of(event: int, byte: int, line: int) -> str:
    """Say where an event stands: on which line if it has one, or at which byte of the file."""
    if line:
        return f"line {line}"
    return "around the events" if byte == AROUND else f"event {event}, byte {byte}"
