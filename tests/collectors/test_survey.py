"""The survey: what form tools and spreadsheets write is read, everything else is rejected."""

import os
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from exporter.collectors import survey
from exporter.collectors.survey import times
from exporter.collectors.survey.responses import SCORES, score
from exporter.model import Context, ErrorClass, Reading, Reason, Sample, SourceError

WRITTEN = datetime(2026, 1, 17, 19, 0, tzinfo=UTC)
PACIFIC = ZoneInfo("America/Los_Angeles")
NOW = datetime(2026, 1, 17, 20, 0, tzinfo=UTC)

SATISFIED = "Overall, how satisfied are you with Caro v1.1.0-beta?"
RECOMMEND = "How likely are you to recommend Caro to a colleague?"

GOOGLE = f'''"Timestamp","Username","{SATISFIED}","{RECOMMEND}","Anything else?"
"2026/01/17 9:12:33 AM PST","ann@example.org","5","10","Great,
really
""great"""
"2026/01/17 9:20:01 AM PST","bob@example.org","4","9",""
"2026/01/17 10:05:59 AM PST","carl@example.org","5","9",""
"2026/01/17 11:00:00 AM PST","dora@example.org","5","10",""
"2026/01/17 11:30:00 AM PST","eve@example.org","4","8",""
'''

TYPEFORM = f"""#,"Hello!
{SATISFIED}",{RECOMMEND},Other,Other,Response Type,Start Date (UTC),Stage Date (UTC),\
Submit Date (UTC),Network ID,Tags
hefupfubphvacf8sv12ch63vnvacgl4s,5,10,,,completed,2026-01-17 17:10:02,,2026-01-17 17:12:33,98f,
kk2upfubphvacf8sv12ch63vnvacgl4t,4,9,,,completed,2026-01-17 17:10:02,,2026-01-17 19:30:00,98f,
kk3upfubphvacf8sv12ch63vnvacgl4u,5,9,,,completed,2026-01-17 17:10:02,,2026-01-17 17:14:33,98f,
kk4upfubphvacf8sv12ch63vnvacgl4v,5,10,x,,completed,2026-01-17 17:10:02,,2026-01-17 17:15:33,98f,
kk5upfubphvacf8sv12ch63vnvacgl4w,4,8,,y,completed,2026-01-17 17:10:02,,2026-01-17 17:16:33,98f,
"""

MICROSOFT = f"""\ufeffID;Start time;Completion time;Email;Name;{SATISFIED};{RECOMMEND}\r
1;1/17/26 9:10:02;1/17/26 9:12:33;anonymous;;5;10\r
2;1/17/26 9:10:02;1/17/26 11:30:00;anonymous;;4;9\r
3;1/17/26 9:10:02;1/17/26 9:14:33;anonymous;;5;9\r
4;1/17/26 9:10:02;1/17/26 9:15:33;anonymous;;5;10\r
5;1/17/26 9:10:02;1/17/26 9:16:33;anonymous;;4;8\r
;;;;;;\r
"""

BARE = f'id,"{SATISFIED}",{RECOMMEND}'


def collect(
    context: Context,
    text: str,
    encoding: str = "utf-8",
    written: datetime = WRITTEN,
    **settings: Any,
) -> Reading:
    file = context.folder / "survey.csv"
    file.write_text(text, encoding, newline="")
    os.utime(file, (written.timestamp(), written.timestamp()))
    return survey.collect(survey.Settings.model_validate(settings), context)


def answers(*rows: str) -> str:
    return "\n".join([BARE, *rows]) + "\n"


def sample(reading: Reading, gauge: str) -> Sample | None:
    return next((one for one in reading.samples if one.gauge == gauge), None)


def satisfaction(reading: Reading) -> tuple[float, int | None] | None:
    found = sample(reading, "release_satisfaction_score")
    return (found.value, found.n) if found else None


def promoters(reading: Reading) -> tuple[float, int | None] | None:
    found = sample(reading, "release_net_promoter_score")
    return (found.value, found.n) if found else None


def distribution(reading: Reading, question: str) -> list[float]:
    return [
        one.value
        for one in reading.samples
        if one.gauge == "release_survey_answers" and ("question", question) in one.labels
    ]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (GOOGLE, "utf-8"),
        (TYPEFORM, "utf-8"),
        (MICROSOFT, "utf-8"),
        (GOOGLE.replace('","', '"\t"'), "utf-16"),
    ],
    ids=["Google Forms", "Typeform", "Microsoft Forms as Excel saves it", "Unicode text of Excel"],
)
def test_every_form_tool_gives_the_users_scores(context: Context, text: str, encoding: str) -> None:
    reading = collect(context, text, encoding)
    assert satisfaction(reading) == (4.6, 5)
    assert promoters(reading) == (80, 5)
    assert distribution(reading, "satisfaction") == [0, 0, 0, 2, 3]
    assert distribution(reading, "recommend") == [0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 2]
    assert (reading.read, reading.rejections) == (5, ())
    assert reading.facts_from == datetime(2026, 1, 17, 19, 30, tzinfo=UTC)


def test_the_evidence_says_what_was_counted(context: Context) -> None:
    reading = collect(context, answers("1,5,9", "2,4,7", "3,3,0", "4,5,10"))
    evidence = {one.gauge: one.evidence for one in reading.samples if one.evidence}
    assert evidence == {
        "release_satisfaction_score": "mean of 4 answers from 1 to 5 (survey.csv)",
        "release_net_promoter_score": "2 promoters and 1 detractor in 4 answers (survey.csv)",
    }


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([10, 9], 100),
        ([0, 6], -100),
        ([7, 8], 0),
        ([9, 6], 0),
        ([10, 9, 8, 7, 6, 5], 0),
        ([9, 9, 7], 200 / 3),
    ],
)
def test_promoters_begin_at_nine_and_detractors_end_at_six(
    context: Context, scores: list[int], expected: float
) -> None:
    rows = [f"{count},,{one}" for count, one in enumerate(scores)]
    found = sample(collect(context, answers(*rows)), "release_net_promoter_score")
    assert found is not None
    assert found.value == pytest.approx(expected)
    assert found.n == len(scores)


def test_an_empty_answer_is_no_answer_and_no_mistake(context: Context) -> None:
    reading = collect(context, answers("1,5,", "2,,9", "3,  ,"))
    assert (satisfaction(reading), promoters(reading)) == ((5, 1), (100, 1))
    assert (reading.read, reading.rejections) == (3, ())


def test_without_any_answer_there_is_no_value_and_no_distribution(context: Context) -> None:
    for text in (answers(), answers("1,,", "2,,")):
        assert collect(context, text).samples == ()


def test_a_question_nobody_answered_leaves_the_other_alone(context: Context) -> None:
    reading = collect(context, answers("1,4,", "2,5,"))
    assert promoters(reading) is None
    assert distribution(reading, "recommend") == []
    assert satisfaction(reading) == (4.5, 2)


def test_a_question_nobody_asked_is_switched_off(context: Context) -> None:
    reading = collect(context, f'"{SATISFIED}"\n5\n', recommend=None)
    assert (satisfaction(reading), promoters(reading)) == ((5, 1), None)


@pytest.mark.parametrize(
    "header",
    [
        "OVERALL, HOW SATISFIED ARE YOU",
        "overall how  satisfied\nare you?!",
        "Overall, how\u00a0satisfied are you\u2026",
        "2. How satisfied are you with *Caro*",
    ],
)
def test_a_question_is_found_by_its_words(context: Context, header: str) -> None:
    reading = collect(context, f'"{header}"\n5\n', recommend=None)
    assert satisfaction(reading) == (5, 1)


def test_the_whole_question_beats_one_that_contains_it(context: Context) -> None:
    text = "How satisfied are you?,And how satisfied are you with the manual?\n5,1\n"
    assert satisfaction(collect(context, text, recommend=None)) == (5, 1)


def test_half_a_word_is_no_match(context: Context) -> None:
    with pytest.raises(SourceError, match="none of 1 columns"):
        collect(context, "How satisfied are yours\n5\n", recommend=None)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("4", 4),
        (" 4 ", 4),
        ("4.0", 4),  # as a spreadsheet or pandas writes it beside empty cells
        ("4 - Satisfied", 4),
        ("5 (very satisfied)", 5),
        ("1 \u2013 Not at all", 1),
        ("5. Sehr zufrieden", 5),
        ("3: so-so", 3),
        ("2 stars", 2),
    ],
)
def test_an_answer_is_a_whole_number_with_or_without_its_label(cell: str, expected: int) -> None:
    assert score(cell, SCORES["satisfaction"]) == expected


def test_an_answer_of_a_semicolon_file_may_have_its_decimal_comma() -> None:
    assert score("4,0", SCORES["satisfaction"], ";") == 4


# Beside three good answers; the answer to the other question stays.
BAD_SATISFACTION = {
    "below the scale": "0",
    "above the scale": "6",
    "on the other scale": "10",
    "negative": "-4",
    "between two": "4.5",
    "between two, German": '"4,5"',
    "a share": "4/5",
    "a share in words": "4 of 5",
    "a span": "4-5",
    "a percentage": "80%",
    "words": "very satisfied",
    "a word for a number": "four",
    "stars": "\u2605\u2605\u2605\u2605",
    "not a number": "NaN",
    "without end": "inf",
    "an exponent": "4e0",
    "an underscore": "0_4",
    "an Arabic digit": "\u0664",
    "a wide digit": "\uff14",
    "a superscript": "\u2074",
    "hexadecimal": "0x4",
    "a formula": "=4",
    "a plus": "+4",
    "two numbers": "4 5",
    "a date that a spreadsheet made of it": "04.05.",
    "very long": "4" * 400,
    "a long label": "4 - " + "x" * 300,
    "a label without its space": "4th",
    "an address": "ann@example.org",
}


@pytest.mark.parametrize("cell", BAD_SATISFACTION.values(), ids=BAD_SATISFACTION.keys())
def test_a_bad_answer_is_rejected_with_its_place_and_the_others_counted(
    context: Context, cell: str
) -> None:
    reading = collect(context, answers("1,5,9", f"2,{cell},9", "3,4,9", "4,3,0"))
    (rejection,) = reading.rejections
    assert (rejection.reason, rejection.file, rejection.position) == (
        Reason.FIELD,
        "survey.csv",
        "line 3, column 2",
    )
    assert rejection.message == "expected a whole number from 1 to 5"
    assert satisfaction(reading) == (4, 3)
    assert promoters(reading) == (50, 4)
    assert (reading.read, reading.rejected) == (3, {Reason.FIELD: 1})


@pytest.mark.parametrize("cell", ["-1", "11", "100", "9.5", "9-10", "ten", "10/10"])
def test_a_bad_recommendation_leaves_satisfaction_alone(context: Context, cell: str) -> None:
    reading = collect(context, answers("1,5,9", f"2,5,{cell}"))
    assert [one.position for one in reading.rejections] == ["line 3, column 3"]
    assert (satisfaction(reading), promoters(reading)) == ((5, 2), (100, 1))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2,5", Reason.SHAPE),
        ("2,5,9,more", Reason.SHAPE),
        ("2;5;9", Reason.SHAPE),
        ('2,"5,9', Reason.SYNTAX),
        ('2,"5"!,9', Reason.SYNTAX),
        (f'2,"{"x" * (1 << 20)}!",9', Reason.SIZE),
    ],
)
def test_a_broken_row_is_rejected_and_the_others_counted(
    context: Context, row: str, reason: Reason
) -> None:
    reading = collect(context, answers("1,5,9", row, "3,4,9"))
    (rejection,) = reading.rejections
    assert (rejection.reason, rejection.position) == (reason, "line 3")
    assert reading.read == 2


HALF = {
    "an answer in words": (answers("1,5,10", "2,1 of 5,0/10"), (5, 3), (100, 0)),
    "two of them": (answers("1,5,10", "2,very bad,-1", "3,4 of 5,x"), (5, 7 / 3), (100, -100 / 3)),
    "a row cut short": (answers("1,5,10", "2,4,9") + "3,1", (4.5, 10 / 3), (100, 100 / 3)),
    "a cell too many": (answers("1,5,10", "2,1,0,0"), (5, 3), (100, 0)),
    "a row without its end": (answers("1,5,10") + '2,"1', (5, 1), (100, -100)),
}


@pytest.mark.parametrize(("text", "satisfied", "promoting"), HALF.values(), ids=HALF.keys())
def test_half_a_survey_says_how_bad_it_may_be(
    context: Context, text: str, satisfied: tuple[float, float], promoting: tuple[float, float]
) -> None:
    reading = collect(context, text)
    scores = {one.gauge: one for one in reading.samples}
    for gauge, (value, worst) in (
        ("release_satisfaction_score", satisfied),
        ("release_net_promoter_score", promoting),
    ):
        assert (scores[gauge].value, scores[gauge].worst) == pytest.approx((value, worst))
        first = reading.rejections[0].position
        assert f"could not be read, the first at survey.csv: {first[:6]}" in scores[gauge].evidence


def test_unread_answer_is_a_doubt_about_its_own_question_alone(context: Context) -> None:
    reading = collect(context, answers("1,5,10", "2,1 of 5,0"))
    worst = {one.gauge: one.worst for one in reading.samples if one.gauge.endswith("score")}
    assert worst == {"release_satisfaction_score": 3, "release_net_promoter_score": None}


def test_what_was_read_whole_leaves_no_doubt(context: Context) -> None:
    reading = collect(context, answers("1,5,10", "2,,"))
    assert {one.worst for one in reading.samples} == {None}


TIMED = f'Response ID,Timestamp,"{SATISFIED}",{RECOMMEND}\n'


def test_of_two_responses_of_one_respondent_the_later_counts(context: Context) -> None:
    text = TIMED + "a,2026-01-17 09:00:00,5,10\nb,2026-01-17 08:00:00,4,9\n"
    for again in ("a,2026-01-17 10:00:00,1,0\n", "a,2026-01-17 08:59:59,3,0\n"):
        reading = collect(context, text + again)
        later = 1 if "10:00" in again else 5
        assert satisfaction(reading) == ((4 + later) / 2, 2)
        assert (reading.read, reading.rejections) == (2, ())


@pytest.mark.parametrize("time", ["", "2026-01-17 09:00:00"])
@pytest.mark.parametrize("twice", [("5,10", "1,0"), ("1,0", "5,10"), ("5,0", "1,10")])
def test_of_two_responses_at_no_telling_time_the_worse_answers_count(
    context: Context, time: str, twice: tuple[str, str]
) -> None:
    one, other = twice
    text = TIMED + f"a,{time},{one}\nb,2026-01-17 08:00:00,4,9\na,{time},{other}\n"
    reading = collect(context, text)
    assert [(one.reason, one.position) for one in reading.rejections] == [
        (Reason.CONFLICT, "line 4")
    ]
    assert (satisfaction(reading), promoters(reading)) == ((2.5, 2), (0, 2))
    assert reading.read == 2
    assert {one.worst for one in reading.samples} == {None}


def test_a_response_known_to_be_older_is_out_of_every_conflict(context: Context) -> None:
    rows = ("a,2026-01-17 08:00:00,1,0", "a,2026-01-17 09:00:00,4,9", "a,,3,8")
    reading = collect(context, TIMED + "\n".join(rows))
    assert satisfaction(reading) == (3, 1)
    assert [one.position for one in reading.rejections] == ["line 4"]


def test_an_answer_that_one_of_two_responses_lacks_is_in_doubt(context: Context) -> None:
    reading = collect(context, answers("a,5,10", "b,3,9", "a,,10"))
    score = next(one for one in reading.samples if one.gauge == "release_satisfaction_score")
    assert (score.value, score.n, score.worst) == (3, 1, 2)
    assert promoters(reading) == (100, 2)
    assert [one.position for one in reading.rejections] == ["line 4", "line 4, column 2"]


def test_a_file_from_the_future_is_refused_and_a_clock_that_is_off_is_not(
    context: Context,
) -> None:
    ahead = NOW + timedelta(days=1)
    assert collect(context, answers("1,5,9"), written=ahead).facts_from == NOW
    with pytest.raises(SourceError, match=r"survey\.csv: written more than a day in the future"):
        collect(context, answers("1,5,9"), written=ahead + timedelta(minutes=1))


def test_the_same_response_twice_counts_once(context: Context) -> None:
    reading = collect(context, answers("a,5,10", "b,4,9", "a,5,10"))
    assert (satisfaction(reading), reading.rejections) == ((4.5, 2), ())


def test_responses_without_an_id_are_never_merged(context: Context) -> None:
    assert satisfaction(collect(context, answers(",5,10", ",5,10", ",5,9"))) == (5, 3)


def test_an_id_that_a_spreadsheet_rounded_merges_nobody(context: Context) -> None:
    assert satisfaction(collect(context, answers("1.14E+11,5,10", "1.14E+11,3,9"))) == (4, 2)


@pytest.mark.parametrize("name", ["Username", "Email Address"])
def test_of_two_answers_to_google_from_one_address_the_later_counts(
    context: Context, name: str
) -> None:
    text = GOOGLE.replace("Username", name)
    again = '"2026/01/17 11:40:00 AM PST","ann@example.org","1","10",""\n'
    assert satisfaction(collect(context, text + again)) == (3.8, 5)


@pytest.mark.parametrize("who", ["anonymous", "Anonymous", "N/A", "-"])
def test_nobody_is_no_respondent(context: Context, who: str) -> None:
    head = TIMED.replace("Response ID", "Email address", 1)
    rows = [f"{who},2026-01-17 0{hour}:00:00,{score},0" for hour, score in ((8, 1), (9, 5))]
    assert satisfaction(collect(context, head + "\n".join(rows))) == (3, 2)


def test_a_column_that_says_the_same_of_everybody_identifies_nobody(context: Context) -> None:
    rows = [f"a,2026-01-17 0{hour}:00:00,{1 + 4 * (hour == 9)},0" for hour in range(5, 10)]
    assert satisfaction(collect(context, TIMED + "\n".join(rows))) == (1.8, 5)


@pytest.mark.parametrize("cell", ["5 - Very dissatisfied", "10 (not at all likely)", "9: Unlikely"])
def test_a_scale_that_runs_the_other_way_is_not_taken(cell: str) -> None:
    with pytest.raises(ValueError, match="the other way"):
        score(cell, range(11) if cell[0] != "5" else range(1, 6))
    assert score(f"1{cell.lstrip('0123456789')}", range(1, 6)) == 1


def test_the_middle_of_a_scale_may_name_both_ends() -> None:
    assert score("3 - Neither satisfied nor dissatisfied", range(1, 6)) == 3
    assert score("5 (neither likely nor unlikely)", range(11)) == 5


def test_one_network_may_have_many_respondents(context: Context) -> None:
    text = f'Network ID,"{SATISFIED}"\n98f,5\n98f,3\n'
    assert satisfaction(collect(context, text, recommend=None)) == (4, 2)


def test_the_columns_of_respondent_and_time_can_be_said(context: Context) -> None:
    text = f'Mail,Wann,"{SATISFIED}"\na,17.01.2026 09:00,5\na,17.01.2026 10:00,3\n'
    reading = collect(context, text, recommend=None, respondent="mail", time="wann")
    assert satisfaction(reading) == (3, 1)
    assert reading.facts_from == datetime(2026, 1, 17, 18, 0, tzinfo=UTC)


def test_without_readable_times_the_facts_are_as_old_as_the_file(context: Context) -> None:
    assert collect(context, answers("1,5,9")).facts_from == WRITTEN
    assert collect(context, TIMED + "a,soon,5,9\n").facts_from == WRITTEN


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2026/01/17 9:12:33 AM PST", (17, 12, 33)),
        ("2026/01/17 9:12:33 AM GMT-8", (17, 12, 33)),
        ("2026/01/17 12:12:33 am", (8, 12, 33)),
        ("2026/01/17 12:12:33\u202fPM EST", (20, 12, 33)),
        ("2026-01-17 09:12:33", (17, 12, 33)),
        ("2026-01-17T17:12:33Z", (17, 12, 33)),
        ("2026-01-17T17:12:33.123456Z", (17, 12, 33)),
        ("2026-01-17T22:42:33+05:30", (17, 12, 33)),
        ("2026-01-17 17:12:33 UTC", (17, 12, 33)),
        ("1/17/26 9:12:33", (17, 12, 33)),
        ("1/17/2026 9:12", (17, 12, 0)),
        ("17/01/2026 09:12:33", (17, 12, 33)),
        ("17.01.2026 09:12:33", (17, 12, 33)),
        ("17.01.2026, 09:12:33", (17, 12, 33)),
    ],
)
def test_times_are_read_as_tools_write_them(cell: str, moment: tuple[int, int, int]) -> None:
    hour, minute, second = moment
    expected = datetime(2026, 1, 17, hour, minute, second, tzinfo=UTC)
    assert times.parse([cell, ""], PACIFIC, NOW) == [expected, None]


def test_the_whole_column_tells_the_month_from_the_day() -> None:
    american = times.parse(["1/5/26 9:00", "1/13/26 9:00"], UTC, NOW)
    assert american[0] == datetime(2026, 1, 5, 9, tzinfo=UTC)
    european = times.parse(["5/1/26 9:00", "13/1/26 9:00"], UTC, NOW)
    assert european == american


def test_a_reading_in_the_future_is_not_the_right_one() -> None:
    assert times.parse(["1/5/26 9:00"], UTC, NOW) == [datetime(2026, 1, 5, 9, tzinfo=UTC)]


def test_a_column_with_two_readings_has_none() -> None:
    assert times.parse(["1/5/25 9:00"], UTC, NOW) == [None]
    assert times.parse(["5/5/25 9:00"], UTC, NOW) == [datetime(2025, 5, 5, 9, tzinfo=UTC)]


def test_a_date_with_points_begins_with_the_day() -> None:
    assert times.parse(["05.01.2025 09:00"], UTC, NOW) == [datetime(2025, 1, 5, 9, tzinfo=UTC)]


@pytest.mark.parametrize(
    "cell",
    [
        "yesterday",
        "2026-01-17",
        "2026-02-30 09:00",
        "2026-01-17 25:00",
        "2026-01-17 09:61",
        "0000-01-01 00:00",
        "9999-12-31 23:59",
        "0001-01-01 00:00 GMT+14",
        "2026-01-17 09:00 GMT+99",
        "2026-01-24 09:00",
        "\u0662\u0660\u0662\u0666-01-17 09:00",
        "1768640400",
        "2026-01-17 09:00" + " " * 1000 + "x",
    ],
)
def test_what_is_no_time_leaves_the_column_without(cell: str) -> None:
    assert times.parse([cell, "2026-01-17 09:00"], UTC, NOW) == [None, None]


def test_an_answer_from_a_zone_ahead_is_not_newer_than_now(context: Context) -> None:
    ahead = (NOW + timedelta(hours=9)).astimezone(timezone(timedelta(0)))
    text = TIMED + f"a,{ahead:%Y-%m-%d %H:%M:%S} UTC,5,9\n"
    assert collect(context, text).facts_from == NOW


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1: empty"),
        ("<html><body>Sign in</body></html>\n", "header: none of 1 columns has satisfaction's"),
        ("ann@example.org,5,10\n", "header: none of 3 columns has satisfaction's"),
        (f'"{SATISFIED}"\n5\n', "header: none of 1 columns has recommend's"),
        (f'{BARE},"{SATISFIED}"\n1,5,9,5\n', "header: columns 2, 4 match satisfaction"),
        (f"{BARE},How satisfied are you with it?\n", "header: columns 2, 4 match satisfaction"),
        (f'{BARE},"{RECOMMEND} Why?"\n', "header: columns 3, 4 match recommend"),
        (answers("1,six,eleven"), "no answer could be taken; the first: survey.csv: line 2"),
        (f'"{SATISFIED},{RECOMMEND}\n5,9\n', "line 1: a quote is not closed"),
        ("a," * 1001 + "a\n", "more than 1,000 columns"),
        (answers(*["1,5,9"] * 100_001), "more than 100,000 rows"),
        ("\0", "a NUL character"),
    ],
)
def test_a_file_that_is_no_survey_fails_the_source(context: Context, text: str, said: str) -> None:
    with pytest.raises(SourceError, match=said) as caught:
        collect(context, text)
    assert caught.value.kind is ErrorClass.MALFORMED
    assert "survey.csv" in str(caught.value)
    assert not any(word in str(caught.value) for word in ("ann@", "Sign in", "eleven"))


def test_a_column_asked_for_by_name_must_be_there(context: Context) -> None:
    for key in ("respondent", "time"):
        settings: dict[str, Any] = {key: "mail"}
        with pytest.raises(SourceError, match=f"none of 3 columns has {key}'s 'mail'"):
            collect(context, answers("1,5,9"), **settings)


def test_a_missing_survey_is_said_with_its_key(context: Context) -> None:
    with pytest.raises(SourceError, match=r"file: there is no file 'survey\.csv'") as caught:
        survey.collect(survey.Settings.model_validate({}), context)
    assert caught.value.kind is ErrorClass.MISSING


def test_nothing_personal_leaves_the_survey(context: Context) -> None:
    text = GOOGLE + '"2026/01/17 11:31:00 AM PST","fay@example.org","Fay","0.5","/home/fay"\n"fay'
    reading = collect(context, text)
    assert len(reading.rejections) == 3
    for word in ("example", "fay", "home", "ann", "really"):
        assert word not in repr(reading).casefold()
