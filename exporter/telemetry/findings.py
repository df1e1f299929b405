"""Privacy violations: which events, of all the copies of each, a rule matched."""

from dataclasses import dataclass

import numpy as np

from exporter.telemetry.columns import Part
from exporter.telemetry.counts import Bounds, Days
from exporter.telemetry.rows import Floats, Keys


@dataclass(frozen=True, slots=True)
class Violations:
    """Offending events, each once: how many, by day and by bit of the rule."""

    total: int
    by_day: dict[int, int]
    by_rule: dict[int, int]


class Findings:
    """Copies of events that offend: which event, when, and the bits of the rules."""

    def __init__(self) -> None:
        """Start without any."""
        self._events: list[Keys] = []
        self._times: list[Floats] = []
        self._rules: list[Keys] = []

    def add(self, part: Part, start: int, keys: Keys, times: Floats) -> None:
        """Add those of a part whose rows begin at `start`; the keys and times are its rows'."""
        rows = np.frombuffer(part.found_rows, np.uint32)
        if len(rows):
            # An event without id is its own, under a number too small for a hash.
            own = rows.astype(np.uint64) + np.uint64(start + 1)
            self._events.append(np.where(keys[rows] == 0, own, keys[rows]))
            self._times.append(times[rows])
            self._rules.append(np.frombuffer(part.found_rules, np.uint64))

    def violations(self, bounds: Bounds, now: float) -> Violations:
        """Return the events of which any copy since `bounds.privacy_since` offends."""
        if not self._events:
            return Violations(0, {}, {})
        events, rules = np.concatenate(self._events), np.concatenate(self._rules)
        times = np.concatenate(self._times)
        counted = np.flatnonzero(times >= bounds.privacy_since)
        counted = counted[np.argsort(events[counted])]
        if not len(counted):
            return Violations(0, {}, {})
        events = events[counted]
        starts = np.flatnonzero(np.concatenate(([True], events[1:] != events[:-1])))
        first = np.minimum(np.minimum.reduceat(times[counted], starts), now)
        bits = np.bitwise_or.reduceat(rules[counted], starts)
        by_rule = {
            bit: int(np.count_nonzero(bits & np.uint64(1 << bit)))
            for bit in range(int(bits.max()).bit_length())
        }
        by_day = Days(first, bounds.zone).count(np.ones(len(first), np.bool_))
        return Violations(len(starts), by_day, by_rule)
