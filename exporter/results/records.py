"""The nouns of test results: outcomes, tallies and runs of suites."""

from collections.abc import Iterable
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

    @property
    def silent(self) -> bool:
        """Whether it says nothing of the tests: they were skipped."""
        return bool(self.skipped) and not self.ran

    def without(self, other: "Tally") -> "Tally | None":
        """Return what is left without those; None where they are no part of it."""
        left = Tally(
            self.passed - other.passed, self.failed - other.failed, self.skipped - other.skipped
        )
        return left if min(left.passed, left.failed, left.skipped) >= 0 else None

    def by_outcome(self) -> tuple[tuple[Outcome, int], ...]:
        """Return the number of tests of each outcome."""
        return tuple(zip(Outcome, (self.passed, self.failed, self.skipped), strict=True))

    def __add__(self, other: "Tally") -> "Tally":
        """Return the tests of both."""
        return Tally(
            self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped
        )


def total(tallies: Iterable[Tally]) -> Tally:
    """Return all of them together."""
    passed = failed = skipped = 0
    for one in tallies:
        passed += one.passed
        failed += one.failed
        skipped += one.skipped
    return Tally(passed, failed, skipped)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where results come from: the file, when it was written (not later than now), and now."""

    file: str
    written: datetime
    now: datetime


_ONE = {
    Outcome.PASSED: Tally(passed=1),
    Outcome.FAILED: Tally(failed=1),
    Outcome.SKIPPED: Tally(skipped=1),
}


@dataclass(slots=True)
class Listing:
    """Tests as they are listed by name: their outcomes by the name's hash.

    `picked` are those whose names contain `pick`.
    """

    pick: str
    tests: dict[int, Tally] = field(default_factory=dict)
    picked: set[int] = field(default_factory=set)

    def add(self, name: str, outcome: Outcome) -> None:
        """Count one test; several of one name are one with several outcomes."""
        key = hash(name)
        one = _ONE[outcome]
        self.tests[key] = self.tests[key] + one if key in self.tests else one
        if self.pick and self.pick in name:
            self.picked.add(key)

    @property
    def tally(self) -> Tally:
        """What the listed tests came to."""
        return total(self.tests.values())


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """What one file says of one suite.

    `tests` are outcomes by the hash of the test's name, `rest` is what was counted without a name;
    `whole` tells whether it is known to have left no test out, and `picked` are those of `tests`
    that were asked for by name.
    """

    suite: str
    file: str
    time: datetime
    tests: dict[int, Tally] = field(default_factory=dict)
    rest: Tally = Tally()
    whole: bool = False
    picked: AbstractSet[int] = frozenset()

    @property
    def tally(self) -> Tally:
        """What its tests came to."""
        return total(self.tests.values()) + self.rest

    @property
    def chosen(self) -> Tally:
        """What the tests that were asked for came to."""
        return total(self.tests[key] for key in self.picked if key in self.tests)
