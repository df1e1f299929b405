"""JUnit XML: the dialects that people's tools write, and what is no JUnit XML."""

import io
import subprocess
import sys
import tracemalloc
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from exporter.files import ItemError
from exporter.model import Reason
from exporter.results import junit, suites
from exporter.results.records import Origin, Run, Tally

NOW = datetime(2026, 1, 17, 20, 0, tzinfo=UTC)
WRITTEN = NOW - timedelta(hours=1)
ORIGIN = Origin("results.xml", WRITTEN, NOW)


def parse(text: str | bytes, pick: str = "") -> list[Run]:
    content = text.encode() if isinstance(text, str) else text
    return junit.parse(io.BytesIO(content), ORIGIN, pick)


def tally(text: str | bytes) -> Tally:
    return sum((run.tally for run in parse(text)), Tally())


DIALECTS = {
    "pytest": (
        """<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite
        name="pytest" errors="3" failures="2" skipped="2" tests="9" time="0.045"
        timestamp="2026-01-16T10:29:30.386595+00:00" hostname="vm">
        <testcase classname="test_x" name="test_ok" time="0.000" />
        <testcase classname="test_x" name="test_pass_teardown"><error message="failed on teardown"
        >boom</error></testcase>
        <testcase classname="test_x" name="test_double"><failure message="assert 0"/></testcase>
        <testcase classname="test_x" name="test_double"><error message="on teardown"/></testcase>
        <testcase classname="test_x" name="test_setup"><error message="on setup"/></testcase>
        <testcase classname="test_x" name="test_skip"><skipped type="pytest.skip"/></testcase>
        <testcase classname="test_x" name="test_xf"><skipped type="pytest.xfail"/></testcase>
        <testcase classname="test_x" name="test_xp" />
        <testcase classname="test_x" name="test_xps"><failure message="XPASS"/></testcase>
        </testsuite></testsuites>""",
        Tally(2, 5, 2),
    ),
    "pytest that declares a passed test with a broken teardown twice": (
        """<testsuites><testsuite name="pytest" errors="1" failures="0" tests="2">
        <testcase classname="t" name="a"><error message="failed on teardown"/></testcase>
        </testsuite></testsuites>""",
        Tally(0, 1, 0),
    ),
    "nextest": (
        """<testsuites name="nextest-run" tests="3" failures="1" errors="0"
        uuid="45c50042-482e-477e-88d2-60cfcc3eaf95" timestamp="2026-01-16T07:52:12.023+02:00">
        <testsuite name="caro" tests="2" disabled="0" errors="0" failures="1">
        <testcase name="tests::flaky" classname="caro" timestamp="2026-01-16T07:52:12.024+02:00">
        <flakyFailure type="test failure"><system-out>x</system-out></flakyFailure></testcase>
        <testcase name="tests::bad" classname="caro"><failure type="test failure">x</failure>
        <rerunFailure type="test failure"><system-err/></rerunFailure></testcase></testsuite>
        <testsuite name="caro::cli" tests="1" errors="0" failures="0">
        <testcase name="runs" classname="caro::cli" time="0.1"/></testsuite></testsuites>""",
        Tally(2, 1, 0),
    ),
    "Gradle": (
        """<?xml version="1.0" encoding="UTF-8"?><testsuite name="com.example.CaroTest" tests="3"
        skipped="1" failures="1" errors="0" timestamp="2026-01-16T10:00:00" hostname="ci"
        time="0.03"><properties/><testcase name="adds()" classname="com.example.CaroTest"/>
        <testcase name="divides()" classname="com.example.CaroTest"><failure message="x"
        type="AssertionError"><![CDATA[trace <testcase/>]]></failure></testcase>
        <testcase name="later()" classname="com.example.CaroTest"><skipped/></testcase>
        <system-out><![CDATA[]]></system-out><system-err><![CDATA[]]></system-err></testsuite>""",
        Tally(1, 1, 1),
    ),
    "Maven": (
        """<testsuite xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" version="3.0"
        xsi:noNamespaceSchemaLocation="https://maven.apache.org/surefire-test-report.xsd"
        name="com.example.AppTest" time="0.05" tests="4" errors="1" skipped="1" failures="0">
        <properties><property name="user.dir" value="x"/></properties>
        <testcase name="flaky" classname="com.example.AppTest" time="0.01">
        <flakyError message="x" type="E"><stackTrace>t</stackTrace></flakyError></testcase>
        <testcase name="bad" classname="com.example.AppTest"><error message="x" type="E">t</error>
        <rerunError message="x" type="E"><stackTrace>t</stackTrace></rerunError></testcase>
        <testcase name="off" classname="com.example.AppTest"><skipped message="x"/></testcase>
        <testcase name="good" classname="com.example.AppTest"/></testsuite>""",
        Tally(2, 1, 1),
    ),
    "jest": (
        """<testsuites name="jest tests" tests="3" failures="0" errors="0" time="2.1">
        <testsuite name="sum" errors="0" failures="0" skipped="1" timestamp="2026-01-16T10:00:00"
        time="1.2" tests="2"><testcase classname="sum adds" name="sum adds" time="0.005"/>
        <testcase classname="sum later" name="sum later"><skipped/></testcase></testsuite>
        <testsuite name="cli" errors="0" failures="0" skipped="0" tests="1">
        <testcase classname="cli runs" name="cli runs"/></testsuite></testsuites>""",
        Tally(2, 0, 1),
    ),
    "go-junit-report": (
        """<?xml version="1.0" encoding="UTF-8"?><testsuites tests="2" failures="1">
        <testsuite name="example.com/caro" tests="2" failures="1" errors="0" id="0" hostname="ci"
        skipped="0" time="0.160" timestamp="2026-01-16T10:00:00.123456789Z"><properties>
        <property name="go.version" value="go1.22"/></properties>
        <testcase name="TestOne" classname="example.com/caro" time="0.06"/>
        <testcase name="TestTwo" classname="example.com/caro"><failure message="Failed">x</failure>
        </testcase></testsuite></testsuites>""",
        Tally(1, 1, 0),
    ),
    "GoogleTest": (
        """<testsuites tests="2" failures="0" disabled="1" errors="0" name="AllTests">
        <testsuite name="Sum" tests="2" failures="0" disabled="1" errors="0">
        <testcase name="Adds" status="run" result="completed" classname="Sum"/>
        <testcase name="DISABLED_Later" status="notrun" result="suppressed" classname="Sum"/>
        </testsuite></testsuites>""",
        Tally(1, 0, 1),
    ),
}


@pytest.mark.parametrize(("text", "expected"), DIALECTS.values(), ids=DIALECTS)
def test_each_dialect_is_counted_by_its_test_cases(text: str, expected: Tally) -> None:
    assert tally(text) == expected


def test_nested_suites_each_count_their_own_cases() -> None:
    runs = parse(
        """<testsuites><testsuite name="outer" tests="3"><testcase name="a"/>
        <testsuite name="inner" tests="2"><testcase name="b"/><testcase name="c"><failure/>
        </testcase></testsuite></testsuite></testsuites>"""
    )
    assert {run.suite: run.tally for run in runs} == {
        "junit/outer/inner": Tally(1, 1),
        "junit/outer": Tally(1),
    }


def test_a_suite_that_breaks_in_its_set_up_has_failed() -> None:
    text = '<testsuite name="s" tests="1" errors="1"><error/><testcase name="a"/></testsuite>'
    assert tally(text) == Tally(1, 1)


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("<flakyFailure><failure/></flakyFailure>", Tally(1)),
        ("<flakyError/><flakyFailure/>", Tally(1)),
        ("<failure/><rerunFailure/><rerunError/>", Tally(0, 1)),
        ("<rerunFailure/>", Tally(0, 1)),
        ("<failure/><skipped/>", Tally(0, 1)),
        ("<skipped/><failure/>", Tally(0, 1)),
        ("<system-out/><system-err/><properties/>", Tally(1)),
    ],
)
def test_the_last_attempt_decides(inside: str, expected: Tally) -> None:
    assert tally(f"<testsuite><testcase>{inside}</testcase></testsuite>") == expected


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        *((f'status="{word}"', Tally(0, 1)) for word in ("fail", "failed", "FAILURE", "Error")),
        *((f'result="{word}"', Tally(0, 1)) for word in ("fail", "failed", "failure", "error")),
        *((f'status="{word}"', Tally(1)) for word in ("run", "passed", "completed", "ok", "")),
        ('result="success"', Tally(1)),
        *((f'status="{word}"', Tally(0, 0, 1)) for word in ("skipped", "ignored", "disabled")),
        *((f'status="{word}"', Tally(0, 0, 1)) for word in ("notrun", "Not Run", "not_run")),
        ('result="suppressed"', Tally(0, 0, 1)),
        ('status="run" result="skipped"', Tally(0, 0, 1)),
        ('status="run" result="failed"', Tally(0, 1)),
        ('status="notrun" result="error"', Tally(0, 1)),
        ('status="odd" result="failed"', Tally(0, 1)),
    ],
)
def test_a_status_decides_where_no_element_does(attributes: str, expected: Tally) -> None:
    assert tally(f"<testsuite><testcase {attributes}/></testsuite>") == expected


@pytest.mark.parametrize("status", ["failed", "passed", "skipped", "odd"])
def test_an_element_is_no_better_for_its_status(status: str) -> None:
    case = f'<testsuite><testcase status="{status}"><failure/></testcase></testsuite>'
    assert tally(case) == Tally(0, 1)


def test_a_failed_status_is_not_excused_by_a_skip() -> None:
    case = '<testsuite><testcase status="failed"><skipped/></testcase></testsuite>'
    assert tally(case) == Tally(0, 1)


def test_what_an_error_excuses_the_outer_suite_excuses() -> None:
    inner = '<testsuite tests="2"><testcase><error/></testcase></testsuite>'
    assert tally(f'<testsuites tests="2">{inner}</testsuites>') == Tally(0, 1)


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        *((tag, Tally(0, 1)) for tag in ("failed", "Failure", "ERROR", "crashed", "warning")),
        *((tag, Tally(0, 0, 1)) for tag in ("skip", "ignored", "notRun", "incomplete", "pending")),
        *((tag, Tally(1)) for tag in ("passed", "run", "properties", "attachments")),
    ],
)
def test_an_element_of_another_tools_word_counts_as_what_it_says(tag: str, expected: Tally) -> None:
    assert tally(f"<testsuite><testcase><{tag}/></testcase></testsuite>") == expected


def conflict(text: str) -> str:
    with pytest.raises(ItemError) as caught:
        parse(text)
    assert caught.value.rejection.reason is Reason.CONFLICT
    return caught.value.rejection.position


@pytest.mark.parametrize("tests", [2, 1, 0])
def test_skipped_tests_that_are_declared_must_be_listed_as_such(tests: int) -> None:
    inside = "<testcase><omitted/></testcase><testcase/>"
    assert conflict(f'<testsuite tests="{tests}" skipped="1">{inside}</testsuite>') == "line 1"


def test_a_failed_test_leaves_no_doubt_about_skipped_ones() -> None:
    text = '<testsuite tests="1" skipped="1"><testcase><skipped/><error/></testcase></testsuite>'
    assert tally(text) == Tally(0, 1)


@pytest.mark.parametrize("said", ['status="failed"', 'result="Error"'])
def test_a_suite_that_says_it_failed_is_no_pass(said: str) -> None:
    assert conflict(f"<testsuite {said}><testcase/></testsuite>") == "line 1"


def test_a_namespace_changes_nothing() -> None:
    text = '<testsuite xmlns="urn:x"><testcase name="a"><failure/></testcase></testsuite>'
    assert tally(text) == Tally(0, 1)


@pytest.mark.parametrize("declared", ["utf-16", "utf-8"])
def test_utf_16_is_read_whatever_it_declares(declared: str) -> None:
    text = f'<?xml version="1.0" encoding="{declared}"?><testsuite><testcase/></testsuite>'
    assert tally(text.encode("utf-16")) == Tally(1)


def test_more_cases_than_declared_count() -> None:
    assert tally('<testsuite tests="1"><testcase/><testcase/></testsuite>') == Tally(2)


def test_a_suite_has_its_own_time_else_the_outer_ones_else_the_files() -> None:
    runs = parse(
        """<testsuites timestamp="2026-01-16T10:00:00+02:00">
        <testsuite name="own" timestamp="2026-01-15T10:00:00"><testcase/></testsuite>
        <testsuite name="outer"><testcase/></testsuite></testsuites>"""
    )
    assert [run.time for run in runs] == [
        datetime(2026, 1, 15, 10, tzinfo=UTC),
        datetime(2026, 1, 16, 8, tzinfo=UTC),
    ]
    (run,) = parse("<testsuite><testcase/></testsuite>")
    assert run.time == WRITTEN


def test_a_time_without_a_zone_is_never_later_than_now() -> None:
    (run,) = parse('<testsuite timestamp="2026-01-18T09:00:00"><testcase/></testsuite>')
    assert run.time == NOW


def test_suites_are_told_apart_by_package_and_host() -> None:
    written = ['package="a"', 'package="b"', 'hostname="a"', 'hostname="b"', ""]
    texts = [f'<testsuite name="s" {attribute}><testcase/></testsuite>' for attribute in written]
    assert len({parse(text)[0].suite for text in texts}) == 5


def test_asked_for_tests_are_kept_by_class_and_name() -> None:
    (run,) = parse(
        """<testsuite><testcase classname="docs::test_website_examples" name="one"/>
        <testcase classname="docs" name="test_website_examples_two"><failure/></testcase>
        <testcase classname="docs" name="other"/></testsuite>""",
        "test_website_examples",
    )
    assert (run.chosen, run.whole) == (Tally(1, 1), False)


def suite(inside: str = "<testcase/>", **attributes: object) -> str:
    written = " ".join(f'{name}="{value}"' for name, value in attributes.items())
    return f"<testsuites>\n<testsuite {written}>{inside}</testsuite>\n</testsuites>"


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
MALFORMED = {
    "nothing": ("", Reason.TRUNCATED, "line 1, column 1"),
    "a declaration alone": ('<?xml version="1.0"?>', Reason.TRUNCATED, "line 1, column 22"),
    "cut in a tag": ("<testsuite>\n<testca", Reason.TRUNCATED, "line 2, column 1"),
    "cut between cases": ("<testsuite>\n<testcase/>\n", Reason.TRUNCATED, "line 3, column 1"),
    "cut in a CDATA": (
        "<testsuite><system-out><![CDATA[x",
        Reason.TRUNCATED,
        "line 1, column 34",
    ),
    "wrong end tag": ("<testsuite>\n</testsuites>", Reason.SYNTAX, "line 2, column 3"),
    "two roots": ("<testsuite/><testsuite/>", Reason.SYNTAX, "line 1, column 13"),
    "an attribute twice": ('<testsuite a="1" a="2"/>', Reason.SYNTAX, "line 1, column 18"),
    "an undefined entity": ("<testsuite>&nbsp;</testsuite>", Reason.SYNTAX, "line 1, column 12"),
    "a control character": ("<testsuite>\x01</testsuite>", Reason.SYNTAX, "line 1, column 12"),
    "another root": ("<html><body/></html>", Reason.SHAPE, "line 1"),
    "a lone case": ('\n<testcase name="a"/>', Reason.SHAPE, "line 2"),
    "another tool's XML": ("<assemblies><assembly/></assemblies>", Reason.SHAPE, "line 1"),
    "a case in a case": (suite("<testcase>\n<testcase/></testcase>"), Reason.SHAPE, "line 3"),
    "a suite in a case": (suite("<testcase><testsuite/></testcase>"), Reason.SHAPE, "line 2"),
    "a DTD": ("<!DOCTYPE testsuite><testsuite/>", Reason.SECURITY, "line 1"),
    "an entity bomb": (BOMB + "<testsuite>&b;</testsuite>", Reason.SECURITY, "line 1"),
    "a file as entity": (
        '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><testsuite>&f;</testsuite>',
        Reason.SECURITY,
        "line 1",
    ),
    "fewer cases than declared": (suite(tests=2), Reason.TRUNCATED, "line 2"),
    "fewer cases than the root declares": (
        '<testsuites tests="5"><testsuite><testcase/></testsuite></testsuites>',
        Reason.TRUNCATED,
        "line 1",
    ),
    "failures that no case shows": (suite(tests=1, failures=1), Reason.CONFLICT, "line 2"),
    "an error that no case shows": (suite("", tests=0, errors=1), Reason.CONFLICT, "line 2"),
    "tests in words": (suite(tests="many"), Reason.FIELD, "line 2"),
    "tests below zero": (suite(tests=-1), Reason.FIELD, "line 2"),
    "a fraction of tests": (suite(tests="1.5"), Reason.FIELD, "line 2"),
    "tests in other digits": (suite(tests="\N{ARABIC-INDIC DIGIT ONE}"), Reason.FIELD, "line 2"),
    "tests beyond counting": (suite(tests="9" * 20), Reason.FIELD, "line 2"),
    "failures in words": (suite(failures="none"), Reason.FIELD, "line 2"),
    "errors in words": (suite(errors="none"), Reason.FIELD, "line 2"),
    "a status that no table knows": (
        suite('<testcase/>\n<testcase status="purple"/>'),
        Reason.FIELD,
        "line 3",
    ),
    "a status in numbers": (suite('<testcase result="0"/>'), Reason.FIELD, "line 2"),
    "a time in words": (suite(timestamp="yesterday"), Reason.FIELD, "line 2"),
    "a time that is none": (suite(timestamp="2026-02-30T10:00:00"), Reason.FIELD, "line 2"),
    "a time before time": (
        suite(timestamp="0001-01-01T00:00:00+14:00"),
        Reason.FIELD,
        "line 2",
    ),
    "a time still to come": (suite(timestamp="2026-02-17T10:00:00Z"), Reason.TIME, "line 2"),
    "an unknown encoding": (
        '<?xml version="1.0" encoding="klingon"?><testsuite/>',
        Reason.ENCODING,
        "line 1",
    ),
    "nested too deep": ("<testsuite>" * 65, Reason.DEPTH, "line 1"),
    "too many suites": (
        f"<testsuites>{'<testsuite/>' * 10_001}</testsuites>",
        Reason.SIZE,
        "line 1",
    ),
}
MALFORMED_BYTES = {
    "not UTF-8": (b"<testsuite>\xff</testsuite>", Reason.SYNTAX, "line 1, column 12"),
    "UTF-8 that says UTF-16": (
        b'<?xml version="1.0" encoding="utf-16"?><testsuite/>',
        Reason.ENCODING,
        "line 1, column 31",
    ),
    "cut in a character": ("<testsuite>é".encode()[:-1], Reason.TRUNCATED, "line 1, column 12"),
}


@pytest.mark.parametrize(
    ("text", "reason", "position"),
    [*MALFORMED.values(), *MALFORMED_BYTES.values()],
    ids=[*MALFORMED, *MALFORMED_BYTES],
)
def test_what_is_no_whole_junit_xml_is_rejected(
    text: str | bytes, reason: Reason, position: str
) -> None:
    with pytest.raises(ItemError) as caught:
        parse(text)
    found = caught.value.rejection
    assert (found.reason, found.file, found.position) == (reason, "results.xml", position)


def test_too_many_cases_are_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suites, "CASES", 3)
    with pytest.raises(ItemError, match="more than 3 test cases"):
        parse(suite("<testcase/>" * 4))


def test_too_large_a_file_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(junit, "LIMIT", 10)
    with pytest.raises(ItemError, match="larger than"):
        parse(suite())


MEASURED = """
import sys, time
from datetime import datetime, UTC
from exporter.results.junit import parse
from exporter.results.newest import Newest
from exporter.results.records import Origin
now = datetime.now(UTC)
newest = Newest()
for day in range(5):
    with open(sys.argv[1], "rb") as file:
        newest.add(parse(file, Origin(f"2026-01-1{day}.xml", now, now)))
(run,), superseded = newest.settle()
assert superseded == 4 * run.tally.passed
# Not ru_maxrss: it starts with the memory of the process that started this one.
(peak,) = (line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(run.tally.passed, time.process_time(), int(peak) // 1024)
"""


def test_five_runs_of_200_000_cases_take_seconds_and_less_than_100_mib(tmp_path: Path) -> None:
    path = tmp_path / "results.xml"
    cases = "".join(
        f'<testcase classname="tests.module_{number // 100}" name="test_number_{number}"/>'
        for number in range(200_000)
    )
    path.write_text(f'<testsuite tests="200000">{cases}</testsuite>')
    output = subprocess.run(
        [sys.executable, "-c", MEASURED, path], capture_output=True, text=True, check=True
    ).stdout.split()
    assert int(output[0]) == 200_000
    assert float(output[1]) < 30  # about 7, generous for a busy machine
    assert int(output[2]) < 100


def test_memory_follows_the_names_not_the_output() -> None:
    content = io.BytesIO(suite(f"<testcase/><system-out>{'x' * 50_000_000}</system-out>").encode())
    tracemalloc.start()
    try:
        junit.parse(content, ORIGIN)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()
