"""Which outcome of a test counts when several runs list it."""

import itertools
from datetime import UTC, datetime

import pytest

from exporter.results.newest import Newest
from exporter.results.records import Listing, Outcome, Run, Tally

OUTCOMES = {"+": Outcome.PASSED, "-": Outcome.FAILED, "o": Outcome.SKIPPED}


def run(
    day: int,
    tests: str = "",
    *,
    file: str = "",
    suite: str = "s",
    whole: bool = False,
    rest: Tally = Tally(),  # noqa: B008 - immutable
) -> Run:
    """Return a run of that day; `a+ b- co` lists a as passed, b as failed, c as skipped."""
    listing = Listing("")
    for test in tests.split():
        listing.add(test[:-1], OUTCOMES[test[-1]])
    written = datetime(2026, 1, day, tzinfo=UTC)
    file = file or f"results-2026-01-{day:02}.xml"
    return Run(suite, file, written, listing.tests, rest, whole)


def settle(*runs: Run) -> tuple[Tally, int]:
    """Return what the runs come to, and how many outcomes were superseded."""
    newest = Newest()
    for _, same in itertools.groupby(runs, key=lambda one: one.file):
        newest.add(same)
    kept, superseded = newest.settle()
    return sum((one.tally for one in kept), Tally()), superseded


CASES = {
    "a newer run of the same tests": (["a- b-", "a+ b+"], Tally(2), 2),
    "a selection hides no failure": (["a+ b- c+ d-", "a+"], Tally(2, 2), 1),
    "a failure settled by a selection": (["a+ b- c+", "b+"], Tally(3), 1),
    "a failure that is new": (["a+ b+", "b-"], Tally(1, 1), 1),
    "two selections without a common test": (["a+ b+", "c+ d-"], Tally(3, 1), 0),
    "tests come and go": (["a- b+", "b+ c+"], Tally(2, 1), 1),
    "a skip says nothing of a failure": (["a- b+", "ao b+"], Tally(1, 1), 2),
    "a skip replaces a pass": (["a+", "ao"], Tally(0, 0, 1), 1),
    "a skip after a pass after a failure": (["a-", "a+", "ao"], Tally(0, 0, 1), 2),
    "a skip after a failure after a pass": (["a+", "a-", "ao"], Tally(0, 1), 2),
    "a pass after a skip after a failure": (["a-", "ao", "a+"], Tally(1), 2),
    "two skips after a failure": (["a-", "ao", "ao"], Tally(0, 1), 2),
    "a name twice": (["a+ a-", "a+"], Tally(1), 2),
}


@pytest.mark.parametrize(("listed", "expected", "superseded"), CASES.values(), ids=CASES)
def test_the_newest_outcome_of_each_test_counts_in_whatever_order_files_are_read(
    listed: list[str], expected: Tally, superseded: int
) -> None:
    for order in itertools.permutations(range(len(listed))):
        runs = [run(1 + number, listed[number]) for number in order]
        assert settle(*runs) == (expected, superseded)


@pytest.mark.parametrize(
    ("first", "second"), [("linux.xml", "mac.xml"), ("py3.11.xml", "py3.12.xml")]
)
def test_another_environment_supersedes_nothing(first: str, second: str) -> None:
    runs = run(1, "a+ b-", file=first), run(2, "a+ b+", file=second)
    assert settle(*runs) == (Tally(3, 1), 0)


def test_another_suite_supersedes_nothing() -> None:
    assert settle(run(1, "a-", suite="a"), run(2, "a+", suite="b")) == (Tally(1, 1), 0)


def test_within_a_file_everything_counts() -> None:
    # Two crates of one workspace may both have a binary `integration`.
    assert settle(run(1, "a-"), run(1, "a+")) == (Tally(1, 1), 0)
    assert settle(run(1, "a-", file="f.xml"), run(2, "a+", file="f.xml")) == (Tally(1, 1), 0)


def test_a_copy_of_a_file_counts_once() -> None:
    assert settle(run(1, "a+", file="old.xml"), run(1, "a+", file="new.xml")) == (Tally(1), 1)


def test_a_whole_run_supersedes_tests_that_are_no_more() -> None:
    old = run(1, "a+ gone-")
    assert settle(old, run(2, "a+ b+", whole=True)) == (Tally(2), 2)


@pytest.mark.parametrize("tests", ["c+ d+ e+", "a+"])
def test_a_whole_run_of_other_or_fewer_tests_may_be_another_crates(tests: str) -> None:
    assert settle(run(1, "a+ b-"), run(2, tests, whole=True))[0].failed == 1


def test_a_whole_run_takes_a_skipped_test_for_settled() -> None:
    assert settle(run(1, "a- b+"), run(2, "ao b+", whole=True))[0].failed == 0


QUIET = Tally(2, 1)


def test_runs_without_names_are_superseded_by_a_whole_one_of_as_many_tests() -> None:
    old = run(1, rest=QUIET)
    assert settle(old, run(2, rest=Tally(3), whole=True)) == (Tally(3), 3)
    assert settle(run(2, rest=Tally(3), whole=True), old) == (Tally(3), 3)
    assert settle(old, run(2, "a+ b+ c+", whole=True)) == (Tally(3), 3)
    assert settle(run(1, "a- b+ c+"), run(2, rest=Tally(3), whole=True)) == (Tally(3), 3)


@pytest.mark.parametrize(
    "new",
    [
        run(2, rest=Tally(3)),
        run(2, "a+ b+ c+"),
        run(2, rest=Tally(2), whole=True),
        run(2, "a+ b+", whole=True),
    ],
)
def test_runs_without_names_stand_beside_a_selection(new: Run) -> None:
    assert settle(run(1, rest=QUIET), new)[0].failed == 1


def test_a_run_of_no_test_at_all_stays_a_run() -> None:
    newest = Newest()
    newest.add([run(1)])
    assert len(newest.settle()[0]) == 1


def test_the_chosen_tests_are_those_that_still_count() -> None:
    newest = Newest()
    for day, outcomes in ((1, "--"), (2, "+")):
        listing = Listing("case")
        for number, outcome in enumerate(outcomes):
            listing.add(f"case_{number}", OUTCOMES[outcome])
        listing.add("other", Outcome.FAILED)
        file = f"2026-01-{day:02}.xml"
        moment = datetime(2026, 1, day, tzinfo=UTC)
        newest.add([Run("s", file, moment, listing.tests, picked=listing.picked)])
    runs, _ = newest.settle()
    assert sum((one.chosen for one in runs), Tally()) == Tally(1, 1)
