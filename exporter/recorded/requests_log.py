"""What was asked of the recorded services, without any secret."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from threading import Lock


@dataclass(frozen=True)
class Logged:
    """One request and its answer; `at` is monotonic seconds, `now` the served clock.

    `host` is "api" or "storage"; `document` is a GraphQL query's own text.
    """

    at: float
    now: datetime
    host: str
    method: str
    path: str
    query: Mapping[str, str]
    agent: str
    authorized: bool
    conditional: bool
    status: int
    cost: int
    fault: str | None
    document: str | None = None


class RequestsLog:
    """Requests in the order of their answers, and how many there were at one time."""

    def __init__(self) -> None:
        """Begin empty."""
        self._lock = Lock()
        self._entries: list[Logged] = []
        self._in_flight = 0
        self.highest_in_flight = 0

    def __iter__(self) -> Iterator[Logged]:
        """Yield what was asked so far."""
        with self._lock:
            return iter(tuple(self._entries))

    def __len__(self) -> int:
        """Return how many requests there were."""
        return len(self._entries)

    def add(self, entry: Logged) -> None:
        """Keep one request; it is there before its answer is."""
        with self._lock:
            self._entries.append(entry)

    def clear(self) -> None:
        """Forget every request so far."""
        with self._lock:
            self._entries.clear()
            self.highest_in_flight = self._in_flight

    def count(self, status: int) -> int:
        """Return how many answers had that status."""
        return sum(entry.status == status for entry in self)

    @property
    def cost(self) -> int:
        """What all requests together took from the quota."""
        return sum(entry.cost for entry in self)

    @property
    def smallest_gap(self) -> float:
        """Seconds between the two requests closest to each other; infinite for fewer than two."""
        times = sorted(entry.at for entry in self)
        return min((b - a for a, b in pairwise(times)), default=float("inf"))

    @contextmanager
    def in_flight(self) -> Iterator[None]:
        """Count a request as long as it is being answered."""
        with self._lock:
            self._in_flight += 1
            self.highest_in_flight = max(self.highest_in_flight, self._in_flight)
        try:
            yield
        finally:
            with self._lock:
                self._in_flight -= 1
