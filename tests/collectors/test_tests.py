"""The test results of a release: what the pass rate is, and when there is none."""

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from exporter.collectors import tests as collector
from exporter.model import Context, ErrorClass, Reading, Reason, SourceError
from tests.results import test_cargo, test_junit
from tests.results.logs import log, report, result, running
from tests.results.test_junit import suite

HOUR = timedelta(hours=1)


def write(context: Context, name: str, text: str | bytes, age: timedelta = HOUR) -> Path:
    path = context.folder / "test-results" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    moment = (context.now - age).timestamp()
    os.utime(path, (moment, moment))
    return path


def collect(context: Context, **settings: object) -> Reading:
    return collector.collect(collector.Settings.model_validate(settings), context)


def values(reading: Reading) -> Mapping[str, float]:
    return {dict(sample.labels).get("result", "ratio"): sample.value for sample in reading.samples}


def test_the_ratio_is_over_all_suites_of_all_files(context: Context) -> None:
    write(context, "cargo.txt", log([("caro", report(900, ignored=3)), ("cli", report(299))]))
    write(context, "site/jest.xml", suite("<testcase/>" * 5, name="site"), 2 * HOUR)
    reading = collect(context)
    assert values(reading) == {"ratio": 1, "passed": 1204, "failed": 0, "skipped": 3}
    sample = reading.samples[0]
    assert sample.gauge == "release_test_pass_ratio"
    assert sample.evidence == "1,204 of 1,204 tests passed in 3 suites (2 files)"
    assert (sample.n, reading.read, reading.withheld) == (1204, 1207, {})
    # A sum is as old as its oldest part; the newest fact tells whether tests still run.
    assert sample.observed == context.now - 2 * HOUR
    assert reading.facts_from == context.now - HOUR


def test_one_of_each_is_said_in_the_singular(context: Context) -> None:
    write(context, "cargo.txt", log([("caro", report(1))]))
    assert collect(context).samples[0].evidence == "1 of 1 test passed in 1 suite (1 file)"


def test_failed_tests_lower_the_ratio(context: Context) -> None:
    write(context, "cargo.txt", log([("caro", report(3, 1))]))
    assert values(collect(context))["ratio"] == 0.75


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_logs_and_xml_as_powershell_saves_them_count(context: Context, encoding: str) -> None:
    write(
        context, "cargo.txt", log([("caro", report(3, 1))]).replace("\n", "\r\n").encode(encoding)
    )
    write(context, "jest.xml", suite("<testcase/>" * 4).encode(encoding))
    assert values(collect(context))["ratio"] == 7 / 8


@pytest.mark.parametrize(
    "text",
    [
        report(0),
        report(0, ignored=3),
        "<testsuite/>",
        "<testsuites/>",
        suite("<testcase><skipped/></testcase>"),
    ],
)
def test_no_test_that_ran_is_no_value(context: Context, text: str) -> None:
    write(context, "results.txt", text)
    reading = collect(context)
    assert (reading.samples, reading.rejections) == ((), ())
    assert set(reading.withheld.values()) == {"no test ran"}


def pytest_run(time: str, **outcomes: bool) -> str:
    cases = "".join(
        f'<testcase classname="t" name="{name}">{"" if passed else "<failure/>"}</testcase>'
        for name, passed in outcomes.items()
    )
    return suite(cases, name="pytest", timestamp=f"2026-01-17T{time}Z")


def evidence(reading: Reading) -> str:
    return reading.samples[0].evidence


def test_a_selection_run_later_hides_no_failure(context: Context) -> None:
    write(context, "full.xml", pytest_run("10:00:00", a=True, b=True, c=False, d=False))
    write(context, "part.xml", pytest_run("12:00:00", a=True))
    reading = collect(context)
    assert values(reading)["failed"] == 2
    assert evidence(reading) == (
        "3 of 5 tests passed in 1 suite (2 files; 1 suite in several files, which all count)"
    )


def test_one_system_that_passes_hides_no_failure_of_another(context: Context) -> None:
    write(context, "linux.xml", pytest_run("10:00:00", a=True, b=False))
    write(context, "mac.xml", pytest_run("10:05:00", a=True, b=True))
    assert values(collect(context)) == {"ratio": 0.75, "passed": 3, "failed": 1, "skipped": 0}


def test_what_a_newer_run_lists_is_superseded_and_said(context: Context) -> None:
    write(context, "2026-01-16.xml", pytest_run("10:00:00", a=True, b=False, c=False))
    write(context, "2026-01-17.xml", pytest_run("12:00:00", a=True, b=True))
    reading = collect(context)
    assert values(reading) == {"ratio": 2 / 3, "passed": 2, "failed": 1, "skipped": 0}
    assert evidence(reading).endswith(", 2 older results superseded")
    write(context, "2026-01-18.xml", pytest_run("13:00:00", a=True, b=True, c=True))
    reading = collect(context)
    assert evidence(reading) == (
        "3 of 3 tests passed in 1 suite (1 file), 5 older results superseded"
    )


def test_a_set_up_that_works_again_is_settled(context: Context) -> None:
    broken = suite("<error/>", name="s", timestamp="2026-01-17T10:00:00Z")
    write(context, "2026-01-16.xml", broken)
    assert values(collect(context))["failed"] == 1
    fine = suite('<testcase name="a"/>', name="s", timestamp="2026-01-17T11:00:00Z")
    write(context, "2026-01-17.xml", fine)
    assert values(collect(context)) == {"ratio": 1, "passed": 1, "failed": 0, "skipped": 0}


def test_a_log_without_suites_counts_beside_its_successor(context: Context) -> None:
    write(context, "2026-01-16.txt", report(3, 1), 2 * HOUR)
    write(context, "2026-01-17.txt", report(4))
    assert values(collect(context))["failed"] == 1


def test_the_newest_run_of_a_suite_counts(context: Context) -> None:
    write(context, "monday.txt", running("caro") + report(3, 1), 48 * HOUR)
    write(context, "tuesday.txt", running("caro", "fedcba9876543210") + report(4), 24 * HOUR)
    assert values(collect(context))["ratio"] == 1


def test_the_newest_run_is_told_by_the_xml_not_by_the_copying(context: Context) -> None:
    case = '<testcase name="a"/>'
    bad = '<testcase name="a"><failure/></testcase>'
    write(context, "old.xml", suite(bad, timestamp="2026-01-16T10:00:00Z"), HOUR)
    write(context, "new.xml", suite(case, timestamp="2026-01-17T10:00:00Z"), 3 * HOUR)
    reading = collect(context)
    assert values(reading)["ratio"] == 1
    assert reading.facts_from == datetime(2026, 1, 17, 10, tzinfo=UTC)


def test_a_run_of_the_documentation_tests_alone_hides_no_failure(context: Context) -> None:
    write(context, "all.txt", running("caro") + report(3, 1), 2 * HOUR)
    write(context, "docs.txt", running("caro") + report(1, filtered=3), HOUR)
    assert values(collect(context))["failed"] == 1


def test_a_rejected_file_withholds_a_perfect_ratio(context: Context) -> None:
    write(context, "good.txt", report(3))
    write(context, "half.txt", "running 5 tests\n")
    reading = collect(context)
    assert reading.samples == ()
    assert reading.rejected == {Reason.TRUNCATED: 1}
    assert reading.read == 3
    reason = "1 of 2 files could not be read whole"
    assert reading.withheld == dict.fromkeys(
        ("release_test_pass_ratio", "release_test_results"), reason
    )


def test_only_rejected_files_leave_no_value(context: Context) -> None:
    write(context, "half.txt", "running 5 tests\n")
    reading = collect(context)
    assert reading.samples == ()
    assert str(reading.rejections[0]) == (
        "test-results/half.txt: line 1: running 5 tests, but no result line accounts for them:"
        " the binary crashed, or the log is cut off (truncated)"
    )


def test_a_suite_that_has_not_run_for_a_week_is_no_evidence(context: Context) -> None:
    write(context, "old.txt", running("old") + report(3), 9 * 24 * HOUR)
    write(context, "new.txt", running("new") + report(3), HOUR)
    reading = collect(context)
    assert reading.samples == ()
    assert [(one.reason, one.file) for one in reading.rejections] == [
        (Reason.TIME, "test-results/old.txt")
    ]
    assert set(reading.withheld.values()) == {"1 of 2 files too old"}
    assert reading.facts_from == context.now - HOUR
    assert values(collect(context, facts_max_age=None))["ratio"] == 1
    assert values(collect(context, facts_max_age="10d"))["ratio"] == 1


def test_the_last_runs_stand_once_the_release_is_out(context: Context) -> None:
    write(context, "cargo.txt", report(3))
    late = replace(context, now=context.now + timedelta(days=60))
    assert values(collect(late))["ratio"] == 1


def test_no_file_is_an_error_that_names_the_key(context: Context) -> None:
    with pytest.raises(
        SourceError, match=r"sources.tests.files: no file matches ci/\*.xml"
    ) as caught:
        collect(context, files=["ci/*.xml"])
    assert caught.value.kind is ErrorClass.MISSING


@pytest.mark.parametrize(
    ("form", "text", "reason"),
    [
        ("junit", report(3), Reason.SYNTAX),
        ("cargo", suite(), Reason.SHAPE),
    ],
)
def test_a_format_can_be_insisted_on(
    context: Context, form: str, text: str, reason: Reason
) -> None:
    write(context, "results.txt", text)
    assert collect(context, format=form).rejected == {reason: 1}


def test_a_file_from_next_week_is_no_fact(context: Context) -> None:
    write(context, "cargo.txt", report(3), -25 * HOUR)
    write(context, "good.txt", report(1, 1))
    reading = collect(context)
    assert [(one.reason, one.file) for one in reading.rejections] == [
        (Reason.TIME, "test-results/cargo.txt")
    ]
    assert values(reading)["ratio"] == 0.5


def test_one_path_needs_no_list(context: Context) -> None:
    write(context, "cargo.txt", report(3))
    assert values(collect(context, files="test-results/cargo.txt"))["ratio"] == 1


def test_a_file_from_the_future_is_as_old_as_now(context: Context) -> None:
    write(context, "cargo.txt", report(3), -HOUR)
    reading = collect(context)
    assert reading.samples[0].observed == reading.facts_from == context.now


MALFORMED = {
    **{f"cargo: {name}": case for name, case in test_cargo.MALFORMED.items()},
    # Without a start that looks like XML a file is read as text.
    **{
        f"junit: {name}": case
        for name, case in (test_junit.MALFORMED | test_junit.MALFORMED_BYTES).items()
        if case[0].strip()
    },
    "bytes that are no text": (b"running 1 test\n\xff", Reason.ENCODING, "byte 15"),
    "half a character of UTF-16": (b"\xff\xfer\0u", Reason.ENCODING, "byte 4"),
    "a NUL": ("running 1 test\0", Reason.ENCODING, "character 14"),
}


@pytest.mark.parametrize(("text", "reason", "position"), MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_file_is_rejected_and_its_neighbour_counts(
    context: Context, text: str | bytes, reason: Reason, position: str
) -> None:
    write(context, "bad.txt", text)
    write(context, "good.xml", suite(f"<testcase/>{'<testcase><failure/></testcase>' * 3}"))
    reading = collect(context)
    assert [(one.reason, one.file, one.position) for one in reading.rejections] == [
        (reason, "test-results/bad.txt", position)
    ]
    assert values(reading) == {"ratio": 0.25, "passed": 1, "failed": 3, "skipped": 0}


def test_a_log_too_large_is_rejected(context: Context) -> None:
    write(context, "good.txt", report(1, 1))
    with write(context, "large.txt", "running 1 test\n").open("r+b") as file:
        file.truncate(17 * 1024 * 1024)
    moment = context.now.timestamp()
    os.utime(context.folder / "test-results" / "large.txt", (moment, moment))
    reading = collect(context)
    assert reading.rejected == {Reason.SIZE: 1}
    assert values(reading)["ratio"] == 0.5


def test_links_out_and_pipes_are_not_read(context: Context, tmp_path: Path) -> None:
    write(context, "good.txt", report(1, 1))
    (tmp_path / "outside.txt").write_text(report(9))
    (context.folder / "test-results" / "link.txt").symlink_to(tmp_path / "outside.txt")
    os.mkfifo(context.folder / "test-results" / "pipe.txt")
    reading = collect(context)
    assert reading.rejected == {Reason.SECURITY: 2}
    assert values(reading)["passed"] == 1


def test_nothing_of_the_content_is_repeated(context: Context) -> None:
    secret = "somebody@example.com"
    write(context, "a.txt", f"running 1 test\ntest {secret} ... ok\n{result(2)}\n")
    write(context, "b.xml", suite(tests=secret))
    write(context, "c.xml", suite(f'<testcase name="{secret}"><failure>{secret}'))
    write(
        context, "d.xml", suite(f'<testcase name="{secret}"><failure>{secret}</failure></testcase>')
    )
    reading = collect(context)
    assert len(reading.rejections) == 3
    assert values(reading)["failed"] == 1
    assert secret not in repr(reading)
