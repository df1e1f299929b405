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
    count = sum(map(len, days))
    if not count:
        return None
    index = 95 * count // 100
    # Floats from 0 upwards are in the order of their bits, and those can be halved.
    tables = [day.table() for day in days if len(day)]
    bits = [values.view(np.int64) for values, _ in tables]
    sums = [np.concatenate(([0], np.cumsum(counts))) for _, counts in tables]
    low, high = 0, max(int(one[-1]) for one in bits)
    while low < high:
        middle = (low + high) // 2
        below = (
            int(total[np.searchsorted(one, middle, "right")])
            for one, total in zip(bits, sums, strict=True)
        )
        if sum(below) > index:
            high = middle
        else:
            low = middle + 1
    return float(np.int64(low).view(np.float64))
