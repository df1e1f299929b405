"""The roster: what testers did, and that no mistake in it makes a ratio look better."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from exporter.collectors import testers
from exporter.model import Context, ErrorClass, Reading, Reason, SourceError
from exporter.plan import Plan

WRITTEN = datetime(2026, 1, 17, 9, 0, tzinfo=UTC)
# In the release's time zone; the beta runs from the 13th to the 17th.
NOON = {day: datetime(2026, 1, day, 20, 0, tzinfo=UTC) for day in range(12, 20)}

DEFAULTS = testers.Settings.model_validate({})

INSTALL = "release_install_success_ratio"
COMPLETION = "release_beta_completion_ratio"
RESPONSE = "release_survey_response_ratio"

HEADER = "tester,installed,days,survey"
GOOD = ["ann,yes,1 2 3 4 5,yes", "bob,yes,1 2 3 4 5,yes", "carl,no,1 2 3 4 5,"]


def collect(
    context: Context,
    text: str,
    name: str = "testers.csv",
    written: datetime | None = None,
    **settings: Any,
) -> Reading:
    file = context.folder / name
    file.write_text(text, "utf-8")
    moment = (written or min(WRITTEN, context.now)).timestamp()
    os.utime(file, (moment, moment))
    return testers.collect(testers.Settings.model_validate({"file": name} | settings), context)


def roster(*rows: str, header: str = HEADER) -> str:
    return "\n".join([header, *rows]) + "\n"


def values(reading: Reading, gauge: str) -> dict[str, float]:
    """The gauge's values by the value of its only label."""
    found = [sample for sample in reading.samples if sample.gauge == gauge]
    return {dict(one.labels).popitem()[1] if one.labels else "": one.value for one in found}


def value(reading: Reading, gauge: str) -> float | None:
    return values(reading, gauge).get("")


def test_the_users_five_testers_are_counted(context: Context) -> None:
    rows = [f"t{count},yes,1 2 3 4 5,yes" for count in range(4)]
    reading = collect(context, roster(*rows, "t5,yes,1 2 3,yes"))
    samples = {one.gauge: one for one in reading.samples if not one.labels}
    assert {gauge: (one.value, one.n) for gauge, one in samples.items()} == {
        INSTALL: (1.0, 5),
        COMPLETION: (0.8, 5),
        RESPONSE: (1.0, 5),
    }
    assert samples[COMPLETION].evidence == (
        "4 of 5 testers took part on every day so far (testers.csv)"
    )
    assert all(one.observed == WRITTEN for one in reading.samples)
    assert (reading.read, reading.rejections, reading.facts_from) == (5, (), WRITTEN)


def test_a_file_from_the_future_is_not_newer_than_now(context: Context) -> None:
    tomorrow = context.now + timedelta(days=1)
    reading = collect(context, roster("ann,yes,1,"), written=tomorrow)
    assert {one.observed for one in reading.samples} == {context.now}


def test_a_file_from_the_day_after_tomorrow_is_refused(context: Context) -> None:
    later = context.now + timedelta(days=1, minutes=1)
    with pytest.raises(SourceError, match=r"testers\.csv: written more than a day in the future"):
        collect(context, roster("ann,,,"), written=later)


def test_blank_is_pending_not_failed(context: Context) -> None:
    reading = collect(context, roster("ann,yes,,", "bob,,,", "carl,no,,"))
    assert values(reading, "release_install_results") == {"succeeded": 1, "failed": 1, "pending": 1}
    assert value(reading, INSTALL) == 0.5


def test_nobody_has_tried_means_no_value_rather_than_zero(context: Context) -> None:
    reading = collect(context, roster("ann,,,", "bob,,,"))
    assert value(reading, INSTALL) is None
    assert values(reading, "release_install_results")["pending"] == 2


def test_a_roster_without_testers_says_nothing(context: Context) -> None:
    reading = collect(context, roster())
    assert (reading.samples, reading.read, reading.rejections) == ((), 0, ())


@pytest.mark.parametrize("missing", ["installed", "days", "survey"])
def test_a_column_that_nobody_keeps_gives_no_value_and_says_so(
    context: Context, missing: str
) -> None:
    header = ["tester", *(one for one in ("installed", "days", "survey") if one != missing)]
    reading = collect(context, roster("ann,1,1", header=",".join(header)))
    gauge = {"installed": INSTALL, "days": COMPLETION, "survey": RESPONSE}[missing]
    found = {one.gauge for one in reading.samples}
    assert gauge not in found
    assert {INSTALL, COMPLETION, RESPONSE} - found == {gauge}
    assert reading.withheld[gauge].startswith(
        f"no column is called '{missing}'; set columns.{missing} to its header"
    )
    assert not found & set(reading.withheld)


def test_a_column_of_another_name_is_not_silently_left_out(context: Context) -> None:
    reading = collect(context, roster("ann,yes,yes", header="tester,installed,Survey answered"))
    assert value(reading, RESPONSE) is None
    assert set(reading.withheld) == {
        COMPLETION,
        "release_beta_participants",
        RESPONSE,
        "release_survey_responses",
    }


def test_a_roster_with_every_column_withholds_nothing(context: Context) -> None:
    assert collect(context, roster("ann,,,")).withheld == {}


@pytest.mark.parametrize(
    "word",
    [
        *("yes", "Yes", " YES ", "y", "true", "TRUE", "1", "x", "OK", "success"),
        "✓",
        "✔\ufe0f",
        "✅",
    ],
)
def test_people_say_yes_in_many_ways(context: Context, word: str) -> None:
    assert value(collect(context, roster(f"ann,{word},,")), INSTALL) == 1


@pytest.mark.parametrize(
    "word",
    [*("no", "No", "n", "false", "FALSE", "0", "failed", "error"), "✗", "✖\ufe0f", "❌"],
)
def test_people_say_no_in_many_ways(context: Context, word: str) -> None:
    assert value(collect(context, roster(f"ann,{word},,")), INSTALL) == 0


@pytest.mark.parametrize(
    "days",
    [
        "1 2 3 4",
        "D1 D2 D3 D4 D5",
        "d1;d2;d3;d4",
        '"1,2,3,4"',
        '"Day 1, Day 2, Day 3, Day 4"',
        "day_1 day_2 day_3 day_4",
        "2026-01-13 2026-01-14 2026-01-15 2026-01-16",
        '"4\n3\n2\n1"',
        "1 1 2 2 3 3 4 4",
    ],
)
def test_days_are_a_list_in_one_cell(context: Context, days: str) -> None:
    reading = collect(context, roster(f"ann,yes,{days},"))
    assert value(reading, COMPLETION) == 1
    assert reading.rejections == ()


@pytest.mark.parametrize(
    "header",
    [
        "day_1,day_2,day_3,day_4,day_5",
        "D1,D2,D3,D4,D5",
        "Day 1,Day 2,Day 3,Day 4,Day 5",
        "2026-01-13,2026-01-14,2026-01-15,2026-01-16,2026-01-17",
    ],
)
def test_days_are_one_column_each(context: Context, header: str) -> None:
    text = roster("ann,yes,x,x,x,x,", "bob,yes,x,x,,x,", header=f"tester,installed,{header}")
    reading = collect(context, text)
    assert value(reading, COMPLETION) == 0.5
    assert values(reading, "release_beta_participants") == {
        "2026-01-13": 2,
        "2026-01-14": 2,
        "2026-01-15": 1,
        "2026-01-16": 2,
        "2026-01-17": 0,
    }


def test_before_the_beta_there_is_no_completion(context: Context) -> None:
    reading = collect(replace(context, now=NOON[12]), roster("ann,yes,,"))
    assert value(reading, COMPLETION) is None
    assert values(reading, "release_beta_participants") == {}


@pytest.mark.parametrize(
    ("day", "completion"),
    [
        (13, 2 / 3),  # only today to go by: who is there so far
        (14, 2 / 3),  # today is not over, so that day 1 alone counts
        (15, 1 / 3),
        (16, 1 / 3),
        (17, 1 / 3),  # the last day is not over either
        (18, 0.0),  # final: nobody was there on day 5
        (19, 0.0),
    ],
)
def test_only_days_that_are_over_can_be_missed(
    context: Context, day: int, completion: float
) -> None:
    today = min(day, 17) - 12
    rows = ["ann," + " ".join(str(one) for one in range(1, min(today, 4) + 1)), "bob,1", "carl,"]
    reading = collect(replace(context, now=NOON[day]), roster(*rows, header="tester,days"))
    assert value(reading, COMPLETION) == pytest.approx(completion)
    assert len(values(reading, "release_beta_participants")) == today


def test_on_the_first_day_nobody_yet_is_no_value(context: Context) -> None:
    reading = collect(replace(context, now=NOON[13]), roster("ann,yes,,", "bob,yes,,"))
    assert value(reading, COMPLETION) is None
    assert values(reading, "release_beta_participants") == {"2026-01-13": 0}


def test_after_the_last_day_the_sentence_is_final(context: Context) -> None:
    reading = collect(replace(context, now=NOON[18]), roster("ann,yes,1 2 3 4 5,"))
    (sample,) = (one for one in reading.samples if one.gauge == COMPLETION)
    assert sample.evidence == "1 of 1 testers took part on every day (testers.csv)"


def test_a_plan_without_a_beta_leaves_days_alone(context: Context, plan: Plan) -> None:
    bare = replace(context, plan=Plan((), plan.zone))
    reading = collect(bare, roster("ann,yes,whenever,yes"))
    assert value(reading, COMPLETION) is None
    assert (value(reading, INSTALL), reading.rejections) == (1, ())
    assert reading.withheld[COMPLETION] == "the plan does not say when the beta begins and ends"


def test_survey_answers_are_counted_over_all_testers(context: Context) -> None:
    reading = collect(context, roster("ann,,,yes", "bob,,,", "carl,,,no", "dora,,,yes"))
    assert value(reading, RESPONSE) == 0.5
    assert values(reading, "release_survey_responses") == {"answered": 2, "open": 2}


def test_columns_have_the_names_that_the_settings_say(context: Context) -> None:
    columns = {"tester": "E-Mail", "installed": "Setup OK?", "survey": "Feedback"}
    text = roster("a@x.org,yes,1 2 3 4,yes", header="e-mail,setup ok,days,FEEDBACK")
    reading = collect(context, text, columns=columns)
    assert (value(reading, INSTALL), value(reading, RESPONSE)) == (1, 1)


def test_a_semicolon_file_from_a_spreadsheet_is_read(context: Context) -> None:
    text = "\ufeff" + roster(*GOOD).replace(",", ";")
    assert value(collect(context, text), INSTALL) == pytest.approx(2 / 3)


YAML = """
- {tester: ann, installed: yes, days: [1, 2, 3, 4], survey: true, notes: [fast, neat]}
- tester: bob
  installed: no
  days: [2026-01-13, 2026-01-14]
- tester: 7
  installed:
  days: D1 D2 D3 D4
"""


@pytest.mark.parametrize("name", ["testers.yaml", "Testers.YML"])
def test_a_roster_in_yaml_says_the_same(context: Context, name: str) -> None:
    reading = collect(context, YAML, name)
    assert value(reading, INSTALL) == 0.5
    assert value(reading, COMPLETION) == pytest.approx(2 / 3)
    assert value(reading, RESPONSE) == pytest.approx(1 / 3)
    assert (reading.read, reading.rejections) == (3, ())


# Beside three good testers, of whom two installed and answered, and all were there every day.
MISTAKES = {
    "installed in other words": ("dora,maybe,1 2 3 4,yes", Reason.FIELD, "line 5, installed"),
    "installed twice": ("dora,yes yes,1 2 3 4,yes", Reason.FIELD, "line 5, installed"),
    "installed as a number": ("dora,2,1 2 3 4,yes", Reason.FIELD, "line 5, installed"),
    "installed as a formula": ("dora,=1,1 2 3 4,yes", Reason.FIELD, "line 5, installed"),
    "an Arabic digit": ("dora,\u0661,1 2 3 4,yes", Reason.FIELD, "line 5, installed"),
    "a day after the beta": ("dora,yes,1 2 3 4 6,yes", Reason.FIELD, "line 5, days"),
    "day nought": ("dora,yes,0 1 2 3 4,yes", Reason.FIELD, "line 5, days"),
    "a date outside the beta": ("dora,yes,1 2 3 4 2026-01-18,yes", Reason.FIELD, "line 5, days"),
    "a date that no calendar has": ("dora,yes,2026-01-32,yes", Reason.FIELD, "line 5, days"),
    "a date in another order": ("dora,yes,13/01/2026,yes", Reason.FIELD, "line 5, days"),
    "a span of days": ("dora,yes,1-4,yes", Reason.FIELD, "line 5, days"),
    "days in words": ("dora,yes,all,yes", Reason.FIELD, "line 5, days"),
    "days run together": ("dora,yes,12345,yes", Reason.FIELD, "line 5, days"),
    "half a day": ("dora,yes,1.5,yes", Reason.FIELD, "line 5, days"),
    "a day with a sign": ("dora,yes,-1,yes", Reason.FIELD, "line 5, days"),
    "an Arabic day": ("dora,yes,\u0661,yes", Reason.FIELD, "line 5, days"),
    "a date as the answer": ("dora,yes,1 2 3 4,2026-01-17", Reason.FIELD, "line 5, survey"),
    "no name": (",yes,1 2 3 4,yes", Reason.FIELD, "line 5, tester"),
    "a blank name": ("  ,yes,1 2 3 4,yes", Reason.FIELD, "line 5, tester"),
    "a cell missing": ("dora,yes,1 2 3 4", Reason.SHAPE, "line 5"),
    "a cell too many": ("dora,yes,1,2,yes", Reason.SHAPE, "line 5"),
    "another separator": ("dora;yes;1 2 3 4;yes", Reason.SHAPE, "line 5"),
    "a quote left open": ('"dora,yes,1 2 3 4,yes', Reason.SYNTAX, "line 5"),
    "text after a quote": ('"dora"!,yes,1 2 3 4,yes', Reason.SYNTAX, "line 5"),
    "a tester twice": ("Ann ,yes,1 2 3 4 5,yes", Reason.CONFLICT, "line 5"),
}


@pytest.mark.parametrize(("bad", "reason", "position"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_rejected_with_its_place_and_the_others_counted(
    context: Context, bad: str, reason: Reason, position: str
) -> None:
    reading = collect(context, roster(*GOOD, bad))
    (rejection,) = reading.rejections
    assert (rejection.reason, rejection.file, rejection.position) == (
        reason,
        "testers.csv",
        position,
    )
    assert (reading.read, reading.rejected) == (3, {reason: 1})
    assert values(reading, "release_install_results")["succeeded"] >= 2
    assert not any("dora" in text.casefold() for text in (str(reading), repr(reading)))


@pytest.mark.parametrize(("bad", "reason", "position"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_never_makes_a_ratio_look_better(
    context: Context, bad: str, reason: Reason, position: str
) -> None:
    with_mistake, without = collect(context, roster(*GOOD, bad)), collect(context, roster(*GOOD))
    spoiled = position.partition(", ")[2]
    fields = {"installed": INSTALL, "days": COMPLETION, "survey": RESPONSE}
    for gauge in [fields[spoiled]] if spoiled in fields else fields.values():
        before, after = value(without, gauge), value(with_mistake, gauge)
        assert before is not None
        assert after is not None
        assert after < before or (reason is Reason.CONFLICT and after == before)


def test_a_mistake_spoils_its_own_field_alone(context: Context) -> None:
    reading = collect(context, roster("ann,yes,1 2 3 4,yes", "bob,yes,whenever,yes"))
    assert [value(reading, gauge) for gauge in (INSTALL, COMPLETION, RESPONSE)] == [1, 0.5, 1]
    (sample,) = (one for one in reading.samples if one.gauge == COMPLETION)
    assert sample.evidence.endswith("(testers.csv); what could not be read counts as no")


def test_a_misspelt_key_of_one_entry_hides_no_failure(context: Context) -> None:
    (context.folder / "testers.yaml").write_text(
        "- {tester: a, installed: yes, survey: yes}\n"
        "- {tester: b, instaled: no, survy: no}\n"
        "- {tester: c, installer: brew}\n"
    )
    os.utime(context.folder / "testers.yaml", (context.now.timestamp(),) * 2)
    reading = testers.collect(testers.Settings(file="testers.yaml"), context)
    found = {one.gauge: one.value for one in reading.samples if not one.labels}
    assert found["release_install_success_ratio"] == 0.5
    assert [one.position for one in reading.rejections] == [
        "entry 2, installed",
        "entry 2, survey",
    ]


def test_every_mistake_of_a_row_is_told_at_once(context: Context) -> None:
    reading = collect(context, roster("ann,yes,,", "bob,perhaps,someday,later"))
    assert [one.position for one in reading.rejections] == [
        "line 3, installed",
        "line 3, survey",
        "line 3, days",
    ]
    assert reading.read == 1


@pytest.mark.parametrize("rows", list(permutations(["bob,yes,1 2 3 4,yes", "BOB,no,1 2,"])))
def test_of_two_rows_of_one_tester_the_worse_counts(context: Context, rows: list[str]) -> None:
    reading = collect(context, roster("ann,yes,1 2 3 4,yes", *rows))
    assert [value(reading, gauge) for gauge in (INSTALL, COMPLETION, RESPONSE)] == [0.5, 0.5, 0.5]
    assert (reading.read, reading.rejected) == (2, {Reason.CONFLICT: 1})


def test_of_two_rows_of_one_tester_a_pending_one_is_no_success(context: Context) -> None:
    reading = collect(context, roster("ann,yes,,", "bob,yes,,", "bob,,,"))
    assert values(reading, "release_install_results") == {"succeeded": 1, "failed": 0, "pending": 1}


def test_a_day_that_has_not_begun_is_no_participation(context: Context) -> None:
    early = replace(context, now=NOON[14])
    reading = collect(early, roster("ann,yes,1 2 3,", "bob,yes,1 2 4,"))
    (rejection,) = reading.rejections
    assert (rejection.reason, rejection.position) == (Reason.TIME, "line 3, days")
    assert values(reading, "release_beta_participants") == {"2026-01-13": 1, "2026-01-14": 1}


@pytest.mark.parametrize("header", ["D6", "day_0", "2026-01-18", "Day 1"])
def test_a_day_column_that_cannot_count_is_rejected_once(context: Context, header: str) -> None:
    text = roster("ann,x,x", "bob,x,x", header=f"tester,D1,{header}")
    reading = collect(replace(context, now=NOON[14]), text)
    (rejection,) = reading.rejections
    assert (rejection.reason, rejection.position) == (Reason.FIELD, "header, column 3")
    assert (value(reading, COMPLETION), reading.read) == (1, 2)


@pytest.mark.parametrize(
    ("entry", "reason", "position"),
    [
        ("just text", Reason.SHAPE, "entry 2"),
        ("[bob, yes]", Reason.SHAPE, "entry 2"),
        ("null", Reason.SHAPE, "entry 2"),
        ("{tester: bob, installed: {at: noon}}", Reason.SHAPE, "entry 2"),
        ("{tester: bob, days: [1, {2: 3}]}", Reason.SHAPE, "entry 2"),
        ("{tester: bob, installed: True and False}", Reason.FIELD, "entry 2, installed"),
        ("{tester: bob, installed: 1.0}", Reason.FIELD, "entry 2, installed"),
        ("{tester: bob, installed: .nan}", Reason.FIELD, "entry 2, installed"),
        ("{tester: bob, installed: [yes, no]}", Reason.FIELD, "entry 2, installed"),
        ("{tester: bob, days: true}", Reason.FIELD, "entry 2, days"),
        ("{tester: bob, days: [1, 9]}", Reason.FIELD, "entry 2, days"),
        ("{tester: bob, days: 2026-01-13 09:00:00}", Reason.FIELD, "entry 2, days"),
        ("{tester: , installed: yes}", Reason.FIELD, "entry 2, tester"),
        ("{installed: yes}", Reason.FIELD, "entry 2, tester"),
        ("{tester: ann}", Reason.CONFLICT, "entry 2"),
    ],
)
def test_a_mistake_in_yaml_is_rejected_with_its_entry(
    context: Context, entry: str, reason: Reason, position: str
) -> None:
    text = f"- {{tester: ann, installed: yes, days: 1}}\n- {entry}\n- {{tester: carl, days: 1}}\n"
    reading = collect(context, text, "testers.yml")
    (rejection,) = reading.rejections
    assert (rejection.reason, rejection.file, rejection.position) == (
        reason,
        "testers.yml",
        position,
    )
    assert reading.read == 2


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("testers.csv", "", "line 1: empty"),
        ("testers.csv", "name,installed\nann,yes\n", "header: no column is called 'tester'"),
        ("testers.csv", "tester,Tester\nann,yes\n", "header: columns 1, 2 have the same header"),
        ("testers.csv", "tester,days,DAYS\nann,1,1\n", "columns 2, 3 have the same header"),
        ("testers.csv", "tester,installed\nann,perhaps\n", "no tester could be read"),
        ("testers.csv", '"tester,installed\nann,yes\n', "line 1: a quote is not closed"),
        ("testers.csv", "tester\n" + "x\n" * 100_001, "more than 100,000 rows"),
        ("testers.csv", "tester\0\nann\n", "a NUL character"),
        ("testers.yaml", "", "expected a list"),
        ("testers.yaml", "testers: ann", "expected a list"),
        ("testers.yaml", "- {tester: [ann", "line 1: not plain YAML"),
        ("testers.yaml", "- {tester: ann, tester: bob}", "line 1: not plain YAML"),
        ("testers.yaml", "- &a {tester: ann}\n- *a", "not plain YAML"),
        ("testers.yaml", "- !!python/object:os.system {}", "not plain YAML"),
        ("testers.yaml", "- {tester: ann, installed: !!binary aGk=}", "line 1: not plain YAML"),
        ("testers.yaml", f"- {{tester: ann, installed: 0x{'f' * 9000}}}", "line 1: not plain"),
        ("testers.yaml", "- {tester: ann, installed: 12:30}", "line 1: not plain YAML"),
        ("testers.yaml", "[" * 10_000, "not plain YAML"),
        ("testers.yaml", "- {tester: ann, days: 2026-02-30}", "not plain YAML"),
        ("testers.yaml", "- {" + ", ".join(f"k{n}: 1" for n in range(1001)) + "}", "1,000 differ"),
        ("testers.yaml", "- {a: 1}\n" * 10_001, "more than 10,000 entries"),
    ],
)
def test_a_file_that_is_no_roster_fails_the_source(
    context: Context, name: str, text: str, said: str
) -> None:
    with pytest.raises(SourceError, match=said) as caught:
        collect(context, text, name)
    assert caught.value.kind is ErrorClass.MALFORMED
    assert str(caught.value).count(name)
    assert not any(person in str(caught.value) for person in ("ann", "bob", "perhaps"))


def test_a_column_asked_for_by_name_must_be_there(context: Context) -> None:
    with pytest.raises(SourceError, match=r"no column is called 'done'; set columns\.installed"):
        collect(context, roster(*GOOD), columns={"installed": "done"})


def test_a_missing_roster_is_said_with_its_key(context: Context) -> None:
    with pytest.raises(SourceError, match=r"file: there is no file 'testers\.csv'") as caught:
        testers.collect(DEFAULTS, context)
    assert caught.value.kind is ErrorClass.MISSING


def test_several_rosters_are_no_roster(context: Context) -> None:
    (context.folder / "testers-1.csv").write_text("tester\n")
    with pytest.raises(SourceError, match="file: 2 files match"):
        collect(context, "tester\n", "testers-2.csv", file="testers-*.csv")


def test_a_link_out_of_the_folder_is_not_followed(context: Context, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.csv").write_text(roster(*GOOD))
    (context.folder / "testers.csv").symlink_to(tmp_path / "elsewhere.csv")
    with pytest.raises(SourceError, match="a link out of the folder") as caught:
        testers.collect(DEFAULTS, context)
    assert caught.value.kind is ErrorClass.UNREADABLE


def test_nothing_personal_leaves_the_roster(context: Context) -> None:
    header = "tester,installed,days,survey,E-Mail,Notes"
    person = "Dora Duck,{},{},{},dora@example.org,/home/dora is slow"
    text = roster(
        person.format("yes", "1", "yes"), person.format("Duck", "Duck", "Duck"), header=header
    )
    reading = collect(context, text + "Dora Duck\n")
    assert len(reading.rejections) == 5
    for word in ("dora", "duck", "example", "home", "slow"):
        assert word not in repr(reading).casefold()


def test_the_limits_of_age_are_two_days_while_the_beta_runs() -> None:
    assert DEFAULTS.facts_max_age == timedelta(hours=48)
    assert [phase.value for phase in DEFAULTS.PRODUCED_IN] == ["beta"]
