"""The text of cargo test: what counts, and what must not."""

import re
import subprocess
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.files import ItemError
from exporter.model import Reason
from exporter.results import cargo
from exporter.results.records import Origin, Run, Tally
from tests.results.logs import REAL, log, report, result, running

NOW = datetime(2026, 1, 17, 20, 0, tzinfo=UTC)
ORIGIN = Origin("tests.txt", NOW, NOW)

USERS_COMMAND = r"""grep "test result:" | awk '{printf "%.1f%%\n", ($4/($4+$6))*100}'"""
EXACTLY = r"""grep "test result:" | awk '{printf "%.17g\n", $4/($4+$6)}'"""

FAKE = result(100)


def parse(text: str, pick: str = "") -> list[Run]:
    return cargo.parse(text, ORIGIN, pick)


def tally(text: str) -> Tally:
    return sum((run.tally for run in parse(text)), Tally())


def rejected(text: str) -> tuple[Reason, str]:
    with pytest.raises(ItemError) as caught:
        parse(text)
    return caught.value.rejection.reason, caught.value.rejection.position


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("all_pass", Tally(18, 0, 4)),
        ("two_fail", Tally(16, 2, 4)),
        ("quiet", Tally(16, 2, 4)),
        ("colours", Tally(16, 2, 4)),
        ("no_capture", Tally(16, 2, 4)),
        ("no_capture_one_thread", Tally(16, 2, 4)),
        ("show_output", Tally(16, 2, 4)),
        ("custom_harness_last", Tally(12, 0, 2)),
        ("filtered", Tally(2, 0, 0)),
    ],
)
def test_what_cargo_really_wrote_is_summed_over_all_binaries(name: str, expected: Tally) -> None:
    # Two crates with documentation tests, nested look-alikes in the output of failing tests.
    assert tally((REAL / f"{name}.txt").read_text()) == expected


@pytest.mark.parametrize(("name", "line"), [("crash", 14), ("compile_error", 2)])
def test_what_cargo_really_wrote_without_a_result_is_no_pass(name: str, line: int) -> None:
    text = (REAL / f"{name}.txt").read_text()
    assert rejected(text) == (Reason.TRUNCATED, f"line {line}")


def shell(command: str, text: str) -> str:
    return subprocess.run(
        ["sh", "-c", command], input=text, capture_output=True, text=True, check=True
    ).stdout.strip()


@given(passed=st.integers(0, 300), failed=st.integers(0, 9), ignored=st.integers(0, 5))
@settings(max_examples=25, deadline=None)
def test_the_users_awk_agrees_on_one_binary(passed: int, failed: int, ignored: int) -> None:
    text = log([("caro", report(passed or 1, failed, ignored))])
    ours = tally(text)
    assert shell(USERS_COMMAND, text) == f"{ours.passed / ours.ran * 100:.1f}%"
    assert float(shell(EXACTLY, text)) == pytest.approx(ours.passed / ours.ran, abs=1e-12)


def test_the_users_awk_prints_one_figure_a_binary_and_we_sum() -> None:
    text = log([("a", report(1, 1)), ("b", report(98))])
    assert shell(USERS_COMMAND, text).split() == ["50.0%", "100.0%"]
    assert tally(text) == Tally(99, 1)


def test_ignored_and_filtered_tests_do_not_count() -> None:
    (run,) = parse(log([("caro", report(3, 0, ignored=2, filtered=7))]))
    assert (run.tally, run.whole) == (Tally(3, 0, 2), False)
    assert run.tally.ran == 3


@pytest.mark.parametrize(
    "ending",
    [
        "",
        "; 0 ignored",
        "; 0 ignored; 0 measured",
        "; 0 ignored; 0 measured; 0 filtered out",
        "; 0 ignored; 0 measured; 2 filtered out; finished in 12.01s",
    ],
)
def test_older_result_lines_count(ending: str) -> None:
    assert tally(f"running 4 tests\n\ntest result: FAILED. 3 passed; 1 failed{ending}\n") == Tally(
        3, 1
    )


def test_windows_line_ends_change_nothing() -> None:
    text = log([("caro", report(3, 1))])
    assert tally(text.replace("\n", "\r\n")) == Tally(3, 1)


def test_result_lines_that_grep_left_alone_count() -> None:
    assert tally(f"{result(5)}\n{result(3, 1)}\n") == Tally(8, 1)


def test_benchmarks_are_neither_passed_nor_failed() -> None:
    text = (
        "running 2 tests\ntest a ... ok\ntest b ... bench:  1,234 ns/iter (+/- 5)\n\n"
        "test result: ok. 1 passed; 0 failed; 0 ignored; 1 measured; 0 filtered out\n"
    )
    assert tally(text) == Tally(1, 0, 1)


@pytest.mark.parametrize(
    "printed",
    [
        FAKE,
        f"\n{FAKE}\n",
        result(1, 1),
        result(2),
        f"failures:\n    inner\n\n{result(1, 1)}",
        f"running 2 tests\ntest a ... ok\ntest b ... ok\n\n{result(2)}",
        report(1, 1).replace("bad_0", "inner"),
        report(5),
        "     Running tests/inner.rs (target/debug/deps/inner-0123456789abcdef)",
        "error: test failed, to rerun pass `--lib`",
        "test inner ... FAILED",
        "successes:\n    tests::good_0\n\n" + result(2),
        f"\x1b[32m{FAKE}\x1b[m",
    ],
    ids=range(13),
)
def test_what_a_failed_test_printed_does_not_count(printed: str) -> None:
    (run,) = parse(log([("caro", report(1, 1, printed=printed))]))
    assert run.tally == Tally(1, 1)


def test_a_test_with_a_nested_failing_run_of_the_same_size_is_told_apart() -> None:
    inner = report(1, 1).replace("tests::", "inner::")
    text = log([("caro", report(1, 1, printed=inner)), ("cli", report(4))])
    assert [run.tally for run in parse(text)] == [Tally(1, 1), Tally(4)]


def test_a_result_printed_in_mid_line_does_not_count() -> None:
    text = f"running 1 test\ntest a ... {FAKE}\nok\n\n{result(1)}\n"
    assert tally(text) == Tally(1)


def test_a_result_printed_by_a_running_test_does_not_count() -> None:
    text = f"running 2 tests\ntest a ... \n{result(2)}\nFAILED\ntest b ... ok\n\n{result(1, 1)}\n"
    assert tally(text) == Tally(1, 1)


def test_an_error_that_a_passing_test_lets_through_stops_nothing() -> None:
    text = f"running 1 test\nerror: as expected\ntest a ... ok\n\n{result(1)}\n"
    assert tally(text) == Tally(1)


def test_a_result_above_a_tests_own_line_was_printed() -> None:
    text = f"running 2 tests\ntest a ... ok\n{result(2)}\ntest b ... FAILED\n"
    assert rejected(text) == (Reason.TRUNCATED, "line 1")


@pytest.mark.parametrize("cut", [0.2, 0.4, 0.6, 0.8, 0.9])
def test_half_a_log_is_no_log(cut: float) -> None:
    text = log([("caro", report(40))])
    assert rejected(text[: int(len(text) * cut)])[0] is Reason.TRUNCATED


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_log_cut_anywhere_never_claims_more_than_it_says(data: st.DataObject) -> None:
    text = log([("a", report(3, 1)), ("b", report(2))])
    cut = text[: data.draw(st.integers(0, len(text)))]
    try:
        found = tally(cut)
    except ItemError:
        return
    assert found in (Tally(3, 1), Tally(5, 1))


MALFORMED = {
    "empty": ("", Reason.SHAPE, ""),
    "blank": ("\n\n \n", Reason.SHAPE, ""),
    "prose": ("All tests passed, we think.\n", Reason.SHAPE, ""),
    "nextest": ("     Summary [   0.005s] 3 tests run: 3 passed, 0 skipped\n", Reason.SHAPE, ""),
    "json": ('{"type":"suite","event":"ok","passed":3,"failed":0}\n', Reason.SHAPE, ""),
    "built only": ("    Finished `test` profile target(s) in 0.01s\n", Reason.SHAPE, ""),
    "compile error": (
        "error[E0308]: mismatched types\nerror: could not compile `caro` (lib test)\n",
        Reason.TRUNCATED,
        "line 1",
    ),
    "no manifest": ("error: could not find `Cargo.toml`\n", Reason.TRUNCATED, "line 1"),
    "header alone": ("\nrunning 3 tests\n", Reason.TRUNCATED, "line 2"),
    "cut in the listing": (
        "running 3 tests\ntest a ... ok\ntest b ... o",
        Reason.TRUNCATED,
        "line 1",
    ),
    "cut in the output of a failed test": (
        f"running 1 test\ntest a ... FAILED\n\nfailures:\n\n---- a stdout ----\n{result(1)}\n",
        Reason.TRUNCATED,
        "line 1",
    ),
    "cut below a look-alike": (
        report(1, 1, printed=result(1, 1)).partition("\n\n\nfailures:")[0],
        Reason.TRUNCATED,
        "line 2",
    ),
    "cut below what a test let through": (
        f"running 2 tests\n{result(2)}\n\nfailures:\n\n---- tests::b stdout ----\n",
        Reason.TRUNCATED,
        "line 1",
    ),
    "cut below a nested run": (
        report(1, 1, printed=report(1, 1).replace("tests::bad", "inner::bad")).partition(
            "\nfailures:\n    tests::bad"
        )[0],
        Reason.TRUNCATED,
        "line 2",
    ),
    "cut in the list of failures": (
        report(1, 1).partition("\ntest result:")[0],
        Reason.TRUNCATED,
        "line 2",
    ),
    "cut in the result": (report(3).partition(" passed")[0], Reason.TRUNCATED, "line 2"),
    "crash in the second binary": (
        log([("a", report(3))])
        + running("b")
        + "\nrunning 2 tests\nerror: test failed, to rerun pass `-p b --lib`\n",
        Reason.TRUNCATED,
        "line 13",
    ),
    "crash before the third": (
        log([("a", report(1)), ("b", "\nrunning 2 tests\n"), ("c", report(2))]),
        Reason.TRUNCATED,
        "line 11",
    ),
    "crash before any header": (
        log([("a", report(3))]) + running("b") + "error: test failed, to rerun pass `-p b`\n",
        Reason.TRUNCATED,
        "line 12",
    ),
    "cut before any header": (log([("a", report(3))]) + running("b"), Reason.TRUNCATED, "line 11"),
    "start missing": (report(3).partition("tests\n")[2], Reason.TRUNCATED, "line 1"),
    "start missing before others": (
        f"test a ... ok\n\n{result(1)}\n{report(2)}",
        Reason.TRUNCATED,
        "line 1",
    ),
    "a result before the first header": (f"{result(1)}\n{report(2)}", Reason.TRUNCATED, "line 1"),
    "grep of a cut log": (f"{result(3)}\ntest result: ok. 5 pas", Reason.TRUNCATED, "line 2"),
    "fewer than announced": (
        f"running 5 tests\n\n{result(3)}\n",
        Reason.TRUNCATED,
        "line 1",
    ),
    "more than announced": (f"running 2 tests\n\n{result(3)}\n", Reason.TRUNCATED, "line 1"),
    "a listed failure that is not counted": (
        f"running 2 tests\ntest a ... ok\ntest b ... FAILED\n\n{result(2)}\n",
        Reason.TRUNCATED,
        "line 1",
    ),
    "a second result that differs": (
        f"running 2 tests\n\n{result(2)}\n\n{result(5)}\n",
        Reason.TRUNCATED,
        "line 1",
    ),
    "failed without a failure": (
        "running 2 tests\n\ntest result: FAILED. 2 passed; 0 failed; 0 ignored\n",
        Reason.CONFLICT,
        "line 1",
    ),
    "more digits than tests exist": (
        f"running 9 tests\n\n{result(10**40)}\n",
        Reason.TRUNCATED,
        "line 1",
    ),
    "a word that is no verdict": (
        "running 2 tests\n\ntest result: maybe. 2 passed; 0 failed\n",
        Reason.TRUNCATED,
        "line 1",
    ),
    "too many binaries": (f"{result(1)}\n" * 10_001, Reason.SIZE, "line 10001"),
    "only in a test's output": (
        f"running 1 test\ntest a ... {FAKE}\n",
        Reason.TRUNCATED,
        "line 1",
    ),
}


@pytest.mark.parametrize(("text", "reason", "position"), MALFORMED.values(), ids=MALFORMED)
def test_a_log_that_is_not_whole_is_rejected(text: str, reason: Reason, position: str) -> None:
    assert rejected(text) == (reason, position)


def test_a_suite_keeps_its_name_when_the_compiler_changes() -> None:
    old = parse(running("caro", "0123456789abcdef") + report(1))
    new = parse(running("caro", "fedcba9876543210") + report(1))
    assert old[0].suite == new[0].suite == "cargo unittests src/lib.rs (target/debug/deps/caro)"


@pytest.mark.parametrize(
    ("line", "suite"),
    [
        ("   Doc-tests caro\n", "cargo Doc-tests caro"),
        ("     Running target/debug/deps/caro-0123456789abcdef\n", "cargo target/debug/deps/caro"),
        (
            "     Running tests\\cli.rs (target\\debug\\deps\\cli-0123456789abcdef.exe)\n",
            "cargo tests\\cli.rs (target\\debug\\deps\\cli.exe)",
        ),
        ("", "cargo in tests.txt"),
    ],
)
def test_a_suite_is_named_as_cargo_names_it(line: str, suite: str) -> None:
    assert [run.suite for run in parse(line + report(1))] == [suite]


def test_cargos_lines_after_all_reports_do_not_cut_the_log() -> None:
    # Output and errors were saved one after the other.
    assert tally(report(2) + report(3) + running("a") + running("b")) == Tally(5)


def test_asked_for_tests_are_kept_by_name() -> None:
    text = (
        "running 4 tests\n"
        "test website::test_website_examples::case_1 ... ok\n"
        "test website::test_website_examples::case_2 - should panic ... FAILED\n"
        "test website::test_website_examples::case_3 ... ignored, needs a browser\n"
        "test other ... ok <0.001s>\n"
        "\nfailures:\n    website::test_website_examples::case_2\n\n" + result(2, 1, 1)
    )
    (run,) = parse(text, "test_website_examples")
    assert (run.chosen, run.tally, run.rest) == (Tally(1, 1, 1), Tally(2, 1, 1), Tally())


def test_a_quiet_run_lists_no_names() -> None:
    (run,) = parse(f"running 3 tests\n...\n{result(3)}\n")
    assert (run.tally, run.rest) == (Tally(3), Tally(3))


def test_a_listing_that_exceeds_the_result_is_not_believed() -> None:
    (run,) = parse(f"running 1 test\ntest a ... ok\ntest printed ... ok\n{result(1)}\n")
    assert (run.tally, run.rest) == (Tally(1), Tally(1))


def test_only_a_run_that_left_nothing_out_is_whole() -> None:
    assert [parse(report(1, filtered=left))[0].whole for left in (0, 2)] == [True, False]


def test_nothing_that_a_test_printed_is_repeated() -> None:
    text = "running 1 test\ntest secret_name ... FAILED\nsomebody@example.com\n"
    with pytest.raises(ItemError) as caught:
        parse(text)
    assert not re.search(r"secret|example", str(caught.value.rejection))
