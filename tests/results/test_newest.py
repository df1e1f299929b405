"""Which of several runs of one suite counts."""

from datetime import UTC, datetime

from exporter.results.newest import newest, picked
from exporter.results.records import Outcome, Run, Tally


def run(
    file: str, day: int, tests: str = "ab", *, suite: str = "s", filtered: int = 0, failed: int = 0
) -> Run:
    return Run(
        suite=suite,
        file=file,
        time=datetime(2026, 1, day, tzinfo=UTC),
        tally=Tally(len(tests) - failed, failed),
        filtered=filtered,
        tests=frozenset(map(ord, tests)),
    )


def kept(*runs: Run) -> list[str]:
    return sorted(one.file for one in newest(runs))


def test_the_newest_run_of_a_suite_counts() -> None:
    assert kept(run("old", 1), run("new", 3), run("middle", 2)) == ["new"]


def test_different_suites_both_count() -> None:
    assert kept(run("old", 1, suite="a"), run("new", 3, suite="b")) == ["new", "old"]


def test_two_selections_without_a_common_test_both_count() -> None:
    # pytest calls every suite "pytest": unit and integration tests are no re-runs of each other.
    assert kept(run("unit", 1, "ab"), run("integration", 2, "cd")) == ["integration", "unit"]


def test_a_suite_may_lose_and_gain_tests() -> None:
    assert kept(run("old", 1, "abc"), run("new", 2, "cd")) == ["new"]


def test_a_run_that_leaves_tests_out_repeats_no_whole_one() -> None:
    whole, part = run("whole", 1, "abc", failed=1), run("part", 2, "a", filtered=2)
    assert kept(whole, part) == ["part", "whole"]


def test_a_whole_run_repeats_one_that_left_tests_out() -> None:
    assert kept(run("part", 1, "a", filtered=2), run("whole", 2, "abc")) == ["whole"]


def test_a_run_that_left_tests_out_is_repeated_by_another_such() -> None:
    assert kept(run("old", 1, "a", filtered=2), run("new", 2, "ab", filtered=1)) == ["new"]


def test_runs_without_names_are_told_apart_by_their_suite_alone() -> None:
    assert kept(run("old", 1, ""), run("new", 2)) == ["new"]
    assert kept(run("old", 1), run("new", 2, "")) == ["new"]


def test_within_a_file_everything_counts() -> None:
    # Two crates of one workspace may both have a binary `integration`.
    assert kept(run("log", 1), run("log", 1)) == ["log", "log"]


def test_a_copy_of_a_file_counts_once() -> None:
    assert kept(run("a", 1), run("b", 1)) == ["b"]


def test_a_partial_run_of_a_workspace_repeats_only_its_own_binary() -> None:
    old = [run("old", 1, "ab"), run("old", 1, "cd", failed=1)]
    found = newest([*old, run("new", 2, "ab")])
    assert sorted((one.file, one.tally.failed) for one in found) == [("new", 0), ("old", 1)]


def test_the_newest_outcome_of_a_picked_test_counts() -> None:
    def one(file: str, day: int, *outcomes: Outcome) -> Run:
        names = tuple((f"case_{number}", outcome) for number, outcome in enumerate(outcomes))
        return Run("s", file, datetime(2026, 1, day, tzinfo=UTC), Tally(), picked=names)

    old, new = one("old", 1, Outcome.FAILED, Outcome.FAILED), one("new", 2, Outcome.PASSED)
    assert sorted(picked([new, old])) == [Outcome.FAILED, Outcome.PASSED]


def test_picked_tests_of_one_name_in_one_file_all_count() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    same = (("case", Outcome.PASSED), ("case", Outcome.FAILED))
    assert len(picked([Run("s", "f", moment, Tally(), picked=same)] * 2)) == 4
