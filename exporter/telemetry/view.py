"""The counts of an index, added up in the ways that the samples need."""

import math
from collections import Counter
from datetime import UTC, date, datetime

from exporter.model import Sample, labels
from exporter.telemetry.columns import GENERATION
from exporter.telemetry.counts import end_of
from exporter.telemetry.tally import Tally


class View:
    """The counts, added up in the ways that the samples need."""

    def __init__(self, tally: Tally, now: float, unaudited: int) -> None:
        """Add up the counts."""
        self.tally = tally
        self.unaudited = unaudited  # files that were not looked into, or not into all of it
        self.counts = tally.counts
        self.now = now
        self.types: Counter[int] = Counter()
        self.results: dict[int, Counter[int]] = {}
        self.backends: dict[int, Counter[int]] = {}
        for (day, kind, backend, success), count in self.counts.cells.items():
            self.types[kind] += count
            if kind == GENERATION:
                self.results.setdefault(day, Counter())[success] += count
                self.backends.setdefault(day, Counter())[backend] += count
        self.generations = self.types[GENERATION]
        self.newest = max(self.counts.newest.values(), default=now)

    def moment(self, seconds: float) -> datetime:
        """Return the time, aware, and never one that is still to come."""
        return datetime.fromtimestamp(min(seconds, self.now), UTC)

    def sample(self, gauge: str, value: float, n: int, evidence: str, **names: str) -> Sample:
        """Return a sample from the newest event that counts."""
        return Sample(gauge, value, labels(**names), n, self.moment(self.newest), evidence)

    def daily(self, gauge: str, value: float, n: int, day: int, **names: str) -> Sample:
        """Return a sample of the gauge's daily series."""
        newest = self.counts.newest.get(day)
        observed = end_of(day, self.counts.bounds.zone) if newest is None else newest
        text = date.fromordinal(day).isoformat()
        return Sample(
            f"{gauge}_daily",
            value,
            labels(day=text, **names),
            n,
            self.moment(observed),
            f"on {text}",
        )

    def since(self) -> str:
        """Say what is counted, and what is not because it is from before."""
        since, earlier = self.counts.bounds.since, self.counts.earlier
        if since == -math.inf:
            return ""
        day = datetime.fromtimestamp(since, self.counts.bounds.zone).date()
        before = f"; {earlier} earlier ones are not counted" if earlier else ""
        return f" since {day}{before}"
