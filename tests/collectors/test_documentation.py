"""Documentation accuracy: the checklist and the documentation's tests together."""

import os
from collections.abc import Mapping
from datetime import timedelta

import pytest
from pydantic import ValidationError

from exporter.collectors import documentation as collector
from exporter.model import Context, ErrorClass, Reading, Reason, SourceError
from tests.results.logs import report, result
from tests.results.test_checklist import BAD_ITEMS, NOT_ONE, ODD

HOUR = timedelta(hours=1)
ALL_DONE = "- [x] README.md accurate\n- [x] TELEMETRY.md accurate\n- [x] Installation works\n"
BOTH = {"checklist": "checklist.md", "tests": ["results/*"]}


def write(context: Context, name: str, text: str, age: timedelta = HOUR) -> None:
    path = context.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    moment = (context.now - age).timestamp()
    os.utime(path, (moment, moment))


def examples(*outcomes: str) -> str:
    """Return the log of the website examples with these outcomes."""
    counted = [outcomes.count(outcome) for outcome in ("ok", "FAILED", "ignored")]
    lines = [
        f"test website::test_website_examples::case_{number} ... {outcome}\n"
        for number, outcome in enumerate(outcomes)
    ]
    return f"running {len(outcomes)} tests\n{''.join(lines)}\n{result(*counted)}\n"


def collect(context: Context, **settings: object) -> Reading:
    return collector.collect(collector.Settings.model_validate(settings), context)


def ratio(reading: Reading) -> float:
    return reading.samples[0].value


def checks(reading: Reading) -> Mapping[str, float]:
    return {dict(sample.labels)["check"]: sample.value for sample in reading.samples[1:]}


def test_tests_and_checklist_count_together(context: Context) -> None:
    write(context, "checklist.md", ALL_DONE.replace("[x] TEL", "[ ] TEL"), 2 * HOUR)
    write(context, "results/docs.txt", examples("ok", "ok", "ok", "ok"))
    reading = collect(context, **BOTH)
    sample = reading.samples[0]
    assert (sample.gauge, sample.value) == ("release_documentation_accuracy_ratio", 6 / 7)
    assert (sample.n, sample.observed) == (7, context.now - 2 * HOUR)
    assert sample.evidence == "6 of 7 checks passed: 4 of 4 tests, 2 of 3 items of checklist.md"
    assert reading.facts_from == context.now - 2 * HOUR
    assert not reading.withheld
    assert checks(reading) == {
        "website examples": 1,
        "README.md accurate": 1,
        "TELEMETRY.md accurate": 0,
        "Installation works": 1,
    }
    assert [one.n for one in reading.samples[1:]] == [4, 1, 1, 1]


def test_checks_go_stale_a_week_after_the_oldest() -> None:
    assert collector.Settings.model_validate({}).facts_max_age == timedelta(days=7)


def test_a_checklist_from_next_week_is_no_fact(context: Context) -> None:
    write(context, "checklist.md", ALL_DONE, -25 * HOUR)
    reading = collect(context)
    assert (reading.samples, reading.facts_from) == ((), None)
    assert [(one.reason, one.file) for one in reading.rejections] == [(Reason.TIME, "checklist.md")]


def test_a_checklist_from_a_clock_a_little_ahead_is_from_now(context: Context) -> None:
    write(context, "checklist.md", ALL_DONE, -HOUR)
    assert collect(context).facts_from == context.now


def test_one_path_needs_no_list(context: Context) -> None:
    write(context, "results/docs.txt", examples("ok"))
    assert ratio(collect(context, checklist=None, tests="results/docs.txt")) == 1


def test_a_checklist_alone_is_enough(context: Context) -> None:
    write(context, "checklist.md", ALL_DONE)
    assert ratio(collect(context)) == 1


def test_tests_alone_are_enough(context: Context) -> None:
    write(context, "results/docs.txt", examples("ok", "FAILED"))
    assert ratio(collect(context, checklist=None, tests=["results"])) == 0.5


def test_neither_is_no_source() -> None:
    with pytest.raises(ValidationError, match="give `checklist`, `tests` or both"):
        collector.Settings.model_validate({"checklist": None})


def test_only_the_tests_of_the_documentation_count(context: Context) -> None:
    write(context, "checklist.md", ALL_DONE)
    write(context, "results/all.txt", report(3, 4) + examples("ok"))
    assert collect(context, **BOTH).samples[0].n == 4


def test_another_filter_names_its_check(context: Context) -> None:
    write(
        context,
        "results/docs.xml",
        '<testsuite><testcase classname="docs.test_guide" name="a"/></testsuite>',
    )
    reading = collect(context, checklist=None, tests=["results/*"], filter="test_guide")
    assert checks(reading) == {"guide": 1}


def test_a_documentation_test_left_out_is_not_passed(context: Context) -> None:
    write(context, "results/docs.txt", examples("ok", "ignored"))
    assert ratio(collect(context, checklist=None, tests=["results/*"])) == 0.5


def test_a_test_counts_by_its_newest_run(context: Context) -> None:
    suite = "     Running tests/website.rs (target/debug/deps/website-0123456789abcdef)\n"
    write(context, "results/run-1.txt", suite + report(9) + suite + examples("FAILED"), 2 * HOUR)
    alone = examples("ok").replace("0 filtered", "9 filtered")
    write(context, "results/run-2.txt", suite + alone, HOUR)
    reading = collect(context, checklist=None, tests=["results/*"])
    assert (ratio(reading), reading.samples[0].n) == (1, 1)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"checklist": "missing.md"}, "sources.documentation.checklist"),
        (BOTH | {"tests": ["missing/*"]}, "sources.documentation.tests: no file matches missing"),
        (BOTH | {"filter": "test_guide"}, "sources.documentation.filter: no test has 'test_guide'"),
    ],
)
def test_a_missing_part_is_an_error_that_names_the_key(
    context: Context, settings: Mapping[str, object], message: str
) -> None:
    write(context, "checklist.md", ALL_DONE)
    write(context, "results/docs.txt", examples("ok"))
    with pytest.raises(SourceError, match=message) as caught:
        collect(context, **settings)
    assert caught.value.kind is ErrorClass.MISSING


def test_half_a_test_log_leaves_no_value_however_good_the_checklist(context: Context) -> None:
    write(context, "checklist.md", ALL_DONE.replace("[x]", "[ ]", 1))
    write(context, "results/docs.txt", examples("ok", "ok").partition("test result")[0])
    reading = collect(context, **BOTH)
    assert reading.samples == ()
    assert reading.rejected == {Reason.TRUNCATED: 1}
    assert reading.withheld == {
        "release_documentation_accuracy_ratio": "1 file could not be read whole",
        "release_documentation_check": "1 file could not be read whole",
    }


def test_tests_that_are_not_listed_by_name_withhold_a_perfect_ratio(context: Context) -> None:
    write(context, "results/docs.txt", examples("ok"))
    write(context, "results/quiet.txt", f"running 3 tests\n...\n{result(3)}\n")
    reading = collect(context, checklist=None, tests=["results/*"])
    assert reading.samples == ()
    assert [(one.reason, one.file) for one in reading.rejections] == [
        (Reason.SHAPE, "results/quiet.txt")
    ]


@pytest.mark.parametrize(("text", "file", "reason", "position"), NOT_ONE.values(), ids=NOT_ONE)
def test_a_malformed_checklist_leaves_no_value_however_good_the_tests(
    context: Context, text: str, file: str, reason: Reason, position: str
) -> None:
    write(context, file, text)
    write(context, "results/docs.txt", examples("ok", "FAILED"))
    reading = collect(context, checklist=file, tests=["results/*"])
    assert reading.samples == ()
    assert reading.read == 2
    assert [(one.reason, one.file, one.position) for one in reading.rejections] == [
        (reason, file, position)
    ]


@pytest.mark.parametrize("line", ODD)
def test_a_box_that_makes_no_item_withholds_a_perfect_ratio(context: Context, line: str) -> None:
    write(context, "checklist.md", f"{ALL_DONE}\n{line}")
    reading = collect(context)
    assert reading.samples == ()
    assert reading.rejected.keys() <= {Reason.FIELD, Reason.TRUNCATED}


@pytest.mark.parametrize(("item", "file"), BAD_ITEMS.values(), ids=BAD_ITEMS)
def test_an_item_that_cannot_be_understood_withholds_a_perfect_ratio_only(
    context: Context, item: str, file: str
) -> None:
    listed = item.startswith("-")
    form = "- [{}] {}\n" if file == "c.md" else "- {{check: {1}, passed: {0}}}\n"
    form = form if listed else "{1}: {0}\n"
    yes, no = ("x", " ") if file == "c.md" else ("true", "false")
    write(context, file, form.format(yes, "done") + item + "\n")
    perfect = collect(context, checklist=file)
    assert (perfect.samples, perfect.rejected) == ((), {Reason.FIELD: 1})
    assert perfect.withheld[collector.RATIO] == "1 file could not be read whole"
    write(context, file, form.format(yes, "done") + item + "\n" + form.format(no, "open"))
    assert ratio(collect(context, checklist=file)) == 0.5


def test_at_most_fifty_checks_have_a_series_and_all_count(context: Context) -> None:
    write(
        context, "checklist.md", "".join(f"- [x] check {n}\n" for n in range(59)) + "- [ ] last\n"
    )
    reading = collect(context)
    assert ratio(reading) == 59 / 60
    assert len(checks(reading)) == 50
    assert checks(reading)["other"] == 0
    assert reading.samples[-1].n == 11


def test_equal_names_stay_two_series(context: Context) -> None:
    write(context, "checklist.md", "- [x] accurate\n- [ ] accurate\n")
    assert checks(collect(context)) == {"accurate": 1, "accurate (2)": 0}


def test_a_name_shows_no_address(context: Context) -> None:
    write(context, "checklist.md", "- [ ] ask somebody@example.com about /home/somebody\n")
    reading = collect(context)
    assert checks(reading) == {"ask about": 0}
    assert "somebody" not in repr(reading)
