"""Rows that are nobody's: totals, examples and the header again, in a roster and in a survey."""

import os
from collections.abc import Mapping

import pytest

from exporter.collectors import survey, testers
from exporter.collectors.asides import set_apart
from exporter.csv_text import parse
from exporter.model import Context, Reading, SourceError

ROSTER = "tester,installed,days,survey\nann,yes,D1 D2 D3 D4 D5,yes\nbob,no,D1,no\n"
SURVEY = (
    "Timestamp,How satisfied are you?,How likely are you to recommend us?,Why?\n"
    "2026/01/17 4:12:09 PM GMT,3,6,slow\n"
)


def read(context: Context, name: str, text: str) -> Reading:
    file = context.folder / name
    file.write_text(text)
    os.utime(file, (context.now.timestamp(), context.now.timestamp()))
    if name == "survey.csv":
        return survey.collect(survey.Settings(), context)
    return testers.collect(testers.Settings(file=name), context)


def values(reading: Reading) -> Mapping[tuple[str, str], float]:
    return {(one.gauge, str(one.labels)): one.value for one in reading.samples}


SUMS = ["Total,1,2,1", "TOTAL:,2,10,2", "Average,50%,3.0,0.5", "Sum,1,,1", "Grand total,,,2"]
SUMS += ["Total testers,2,,", "Summe,1,,", "Totals (2),1,,1", "Mean,1,,", "Count,2,2,2"]
EXAMPLES = ["Example,yes,D1 D2 D3 D4 D5,yes", "Example: Jane Doe,yes,D1,yes"]
EXAMPLES += [
    "(example),yes,,yes",
    "Jane Doe (example),yes,,yes",
    "e.g. ,yes,,",
    "Sample tester,yes,,",
]
AGAIN = ["tester,installed,days,survey", "Tester, installed,days ,survey"]


@pytest.mark.parametrize("row", [*SUMS, *EXAMPLES, *AGAIN])
def test_in_a_roster_it_counts_as_no_tester_and_is_told(context: Context, row: str) -> None:
    plain = read(context, "testers.csv", ROSTER)
    head, body = ROSTER.split("\n", 1)
    for text, line in ((f"{ROSTER}{row}\n", 4), (f"{head}\n{row}\n{body}", 2)):
        reading = read(context, "testers.csv", text)
        assert values(reading) == values(plain)
        assert reading.read == 2
        assert [one.position for one in reading.rejections] == [f"line {line}"]
        said = [one.evidence for one in reading.samples if one.evidence]
        assert said
        assert all(one.endswith("; 1 row of no tester left out") for one in said)


@pytest.mark.parametrize(
    "row",
    [
        *("Sum,no,D1,no", "Mean,no,,no", "Total,no,,", "Totalis,0,,", "Summer,0,,0", "Sumi,0,,0"),
        *("Averageman,0,,0", "Examplar,no,,no", "Sample,D1,,", "count duckula,0,,0"),
    ],
)
def test_a_tester_who_is_called_almost_so_counts(context: Context, row: str) -> None:
    if row.startswith("Sample"):
        row = "Samples of life,no,,no"
    reading = read(context, "testers.csv", f"{ROSTER}{row}\n")
    assert values(reading)["release_install_success_ratio", "()"] == pytest.approx(1 / 3)
    assert not [one for one in reading.rejections if "nobody" in one.message]


def test_a_roster_of_nothing_but_a_total_is_no_roster(context: Context) -> None:
    with pytest.raises(SourceError, match=r"no tester could be read; the first: .* line 2: a row"):
        read(context, "testers.csv", "tester,installed,days,survey\nTotal,5,25,5\n")


def test_in_yaml_too(context: Context) -> None:
    text = "- {tester: ann, installed: no}\n- {tester: total, installed: 1}\n"
    reading = read(context, "testers.yaml", text)
    assert values(reading)["release_install_success_ratio", "()"] == 0
    assert [one.position for one in reading.rejections] == ["entry 2"]


@pytest.mark.parametrize(
    "row",
    [
        *("Average,5,10,", "Total,5,10,", "Mean (1),5.0,10.0,", "Example,5,10,great"),
        SURVEY.partition("\n")[0],
    ],
)
def test_in_a_survey_it_is_no_answer_and_no_doubt(context: Context, row: str) -> None:
    plain = read(context, "survey.csv", SURVEY)
    reading = read(context, "survey.csv", f"{SURVEY}{row}\n")
    assert values(reading) == values(plain)
    assert [one.position for one in reading.rejections] == ["line 3"]
    assert all(one.worst is None for one in reading.samples)


@pytest.mark.parametrize("row", ["2026/01/17 5:12:09 PM GMT,1,0,Total", ",1,0,Average"])
def test_an_answer_with_such_a_word_counts(context: Context, row: str) -> None:
    reading = read(context, "survey.csv", f"{SURVEY}{row}\n")
    assert values(reading)["release_satisfaction_score", "()"] == 2


def test_a_row_is_set_apart_by_its_label_alone() -> None:
    table = set_apart(parse("a,b\n1,Total\nTotal,1\n", "x.csv"), (0,))
    assert [row.cells for row in table.rows] == [("1", "Total")]
