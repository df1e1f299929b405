"""The nouns of test results: outcomes, tallies and runs of suites."""

from collections import Counter
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Outcome(StrEnum):
    """What one test came to; the label `result`."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Tally:
    """Tests by outcome."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    @property
    def ran(self) -> int:
        """How many tests came to a result; skipped ones did not."""
        return self.passed + self.failed

    @property
    def total(self) -> int:
        """How many tests there are."""
        return self.ran + self.skipped

    def by_outcome(self) -> tuple[tuple[Outcome, int], ...]:
        """Return the number of tests of each outcome."""
        return tuple(zip(Outcome, (self.passed, self.failed, self.skipped), strict=True))

    def __add__(self, other: "Tally") -> "Tally":
        """Return the tests of both."""
        return Tally(
            self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped
        )


@dataclass(frozen=True, slots=True)
class Origin:
    """Where results come from: the file, when it was written (not later than now), and now."""

    file: str
    written: datetime
    now: datetime


@dataclass(slots=True)
class Listing:
    """Tests as they are listed by name: counted, and kept by name where it contains `pick`."""

    pick: str
    counts: Counter[Outcome] = field(default_factory=Counter)
    tests: set[int] = field(default_factory=set)
    picked: list[tuple[str, Outcome]] = field(default_factory=list)

    def add(self, name: str, outcome: Outcome) -> None:
        """Count one test."""
        self.counts[outcome] += 1
        self.tests.add(hash(name))
        if self.pick and self.pick in name:
            self.picked.append((name, outcome))

    @property
    def tally(self) -> Tally:
        """What the listed tests came to."""
        return Tally(*(self.counts[outcome] for outcome in Outcome))


@dataclass(frozen=True, slots=True)
class Run:
    """What one file says of one suite.

    `filtered` counts the tests that the run was told to leave out. `tests` are hashes of the
    listed tests' names, empty when none is listed; `listed` tells whether every counted test is;
    `picked` are those that were asked for by name.
    """

    suite: str
    file: str
    time: datetime
    tally: Tally
    filtered: int = 0
    tests: AbstractSet[int] = frozenset()
    listed: bool = True
    picked: tuple[tuple[str, Outcome], ...] = ()
