"""What is to be done next: the longest due first, and of a queue one at a time."""

import heapq
from collections import deque
from collections.abc import Collection
from itertools import count
from typing import Generic, TypeVar

T = TypeVar("T")


class Agenda(Generic[T]):
    """Things with the moment (monotonic seconds) at which each is due; one costs O(log n)."""

    def __init__(self) -> None:
        """Begin without any."""
        self._number = count()
        self._coming: list[tuple[float, int, str, T]] = []
        self._lines: dict[str, deque[tuple[float, int, str, T]]] = {}

    def add(self, due: float, queue: str, thing: T) -> None:
        """Put it down; with a queue, it waits for those of the same queue."""
        heapq.heappush(self._coming, (due, next(self._number), queue, thing))

    def take(self, now: float, taken: Collection[str]) -> T | None:
        """Return what is due the longest and not in a queue that is taken; it is off the agenda."""
        coming = self._coming
        while coming and coming[0][0] <= now and coming[0][2] in taken:
            entry = heapq.heappop(coming)
            self._lines.setdefault(entry[2], deque()).append(entry)
        first = coming[0] if coming and coming[0][0] <= now else None
        heads = [line[0] for queue, line in self._lines.items() if line and queue not in taken]
        waiting = min(heads, key=_order, default=None)
        if waiting is not None and (first is None or _order(waiting) < _order(first)):
            return self._lines[waiting[2]].popleft()[3]
        return heapq.heappop(coming)[3] if first is not None else None

    def waiting(self, queue: str) -> int:
        """Return how many were passed by, because the queue was taken, and still wait."""
        return len(self._lines.get(queue, ()))

    def next_due(self) -> float | None:
        """Return when the next one becomes due, or became so; those that wait in line apart."""
        return self._coming[0][0] if self._coming else None


def _order(entry: tuple[float, int, str, T]) -> tuple[float, int]:
    return entry[:2]
