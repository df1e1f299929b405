"""Privacy violations: which events, of all the copies of each, a rule matched."""

from dataclasses import dataclass, field

import numpy as np

from exporter.telemetry.counts import Bounds, local_days
from exporter.telemetry.rows import Keys, Rows


@dataclass(frozen=True, slots=True)
class Violations:
    """Offending events, each once: how many, by day and by bit of the rule."""

    total: int
    by_day: dict[int, int]
    by_rule: dict[int, int]


@dataclass(slots=True)
class Findings:
    """Copies of events that offend: event, time and bits of the rules."""

    _events: list[int] = field(default_factory=list)
    _times: list[float] = field(default_factory=list)
    _bits: list[int] = field(default_factory=list)

    def add(self, found: list[tuple[int, int]], start: int, keys: Keys, rows: Rows) -> None:
        """Add what was found in the rows from `start` on, of which these are the keys."""
        for row, bits in found:
            # An event without id is its own, under a number too small for a hash.
            self._events.append(int(keys[row]) or start + row + 1)
            self._times.append(float(rows.times[start + row]))
            self._bits.append(bits)

    def violations(self, bounds: Bounds, now: float) -> Violations:
        """Return the events of which any copy since `bounds.privacy_since` offends."""
        times = np.minimum(np.array(self._times), now)
        counted = np.array(self._times) >= bounds.privacy_since
        events = np.array(self._events, np.uint64)[counted]
        if not len(events):
            return Violations(0, {}, {})
        order = np.argsort(events)
        events = events[order]
        starts = np.flatnonzero(np.concatenate(([True], events[1:] != events[:-1])))
        first = np.minimum.reduceat(times[counted][order], starts)
        bits = np.bitwise_or.reduceat(np.array(self._bits, np.uint64)[counted][order], starts)
        days, counts = np.unique(local_days(first, bounds.zone), return_counts=True)
        by_rule = {
            bit: int(np.count_nonzero(bits & np.uint64(1 << bit)))
            for bit in range(int(bits.max()).bit_length())
        }
        return Violations(
            len(starts), dict(zip(days.tolist(), counts.tolist(), strict=True)), by_rule
        )
