"""How often each duration was measured: exact order statistics in memory that stays small.

Milliseconds that are whole are few, however many events there are.
"""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


class Pieces(msgspec.Struct, array_like=True):
    """Durations as they are kept: float64 in milliseconds, and int64 how often each."""

    values: bytes
    counts: bytes


class Durations:
    """Milliseconds in order, and how often each was measured."""

    def __init__(self) -> None:
        """Start without any."""
        self._pieces: list[tuple[Floats, Counts]] = []

    def __len__(self) -> int:
        """Return how many were measured."""
        return sum(int(counts.sum()) for _, counts in self._pieces)

    def add(self, milliseconds: Floats) -> None:
        """Add some, in any order."""
        if len(milliseconds):
            # Minus zero becomes zero: as bits they are far apart.
            self._add(*np.unique(milliseconds + 0.0, return_counts=True))

    def join(self, kept: Pieces) -> None:
        """Add those that were kept."""
        self._add(np.frombuffer(kept.values), np.frombuffer(kept.counts, np.int64))

    def kept(self) -> Pieces:
        """Return them as bytes."""
        values, counts = self.table()
        return Pieces(values.tobytes(), counts.tobytes())

    def table(self) -> tuple[Floats, Counts]:
        """Return each once, in order, and how often it was measured."""
        if not self._pieces:
            return np.empty(0), np.empty(0, np.int64)
        if len(self._pieces) > 1:
            values = np.concatenate([values for values, _ in self._pieces])
            counts = np.concatenate([counts for _, counts in self._pieces])
            unique, where = np.unique(values, return_inverse=True)
            summed = np.zeros(len(unique), np.int64)
            np.add.at(summed, where, counts)
            self._pieces = [(unique, summed)]
        return self._pieces[0]

    def _add(self, values: Floats, counts: Counts) -> None:
        self._pieces.append((values, counts))
        first, *others = self._pieces
        # Joined whenever they have doubled, each is moved a few times at most.
        if sum(len(values) for values, _ in others) > len(first[0]):
            self.table()


def quantile(days: Sequence[Durations]) -> float | None:
    """Return the value at index floor(0.95 n) of all days' values in order, exactly."""
    tables = [day.table() for day in days if len(day)]
    if not tables:
        return None
    sizes = [int(counts.sum()) for _, counts in tables]
    # It is one of the days' own ones at that place, or between two of them: few are looked into.
    own = [
        values[np.cumsum(counts).searchsorted(_place(size), "right")]
        for (values, counts), size in zip(tables, sizes, strict=True)
    ]
    below = 0
    between: list[tuple[Floats, Counts]] = []
    for values, counts in tables:
        start, end = values.searchsorted(min(own)), values.searchsorted(max(own), "right")
        below += int(counts[:start].sum())
        between.append((values[start:end], counts[start:end]))
    values, counts = map(np.concatenate, zip(*between, strict=True))
    order = np.argsort(values)
    sums = np.cumsum(counts[order])
    return float(values[order[sums.searchsorted(_place(sum(sizes)) - below, "right")]])


def _place(count: int) -> int:
    return 95 * count // 100
