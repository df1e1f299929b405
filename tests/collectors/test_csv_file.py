import os
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pydantic import ValidationError

from exporter import csv_text
from exporter.collectors.csv_file import Settings, collect, measure, parse
from exporter.model import Context, ErrorClass, Reading, Reason, Rejection, Sample, SourceError
from exporter.plan import PHASES

GAUGE = "release_crash_free_ratio"
DAYS = "day,crash free,status\nD1,0.97,open\nD2,0.99,closed\nD3,0.98,open\n"
NOW = datetime(2026, 1, 17, tzinfo=UTC)


def make(**written: Any) -> Settings:
    entry = {"gauge": GAUGE, "file": "crash.csv", "column": "crash free"}
    return Settings.model_validate(entry | written)


def write(context: Context, content: str | bytes, name: str = "crash.csv") -> Path:
    file = context.folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    os.utime(file, (context.now.timestamp(), context.now.timestamp()))
    return file


def read(context: Context, content: str | bytes, **written: Any) -> Reading:
    write(context, content)
    return collect(make(**written), context)


def refused(context: Context, content: str | bytes, **written: Any) -> SourceError:
    with pytest.raises(SourceError) as caught:
        read(context, content, **written)
    return caught.value


@pytest.mark.parametrize(
    ("take", "value", "n"),
    [
        ("last", 0.98, 1),
        ("first", 0.97, 1),
        ("min", 0.97, 3),
        ("max", 0.99, 3),
        ("sum", 2.94, 3),
        ("mean", 0.98, 3),
        ("count", 3, 3),
    ],
)
def test_column_is_taken_as_asked(context: Context, take: str, value: float, n: int) -> None:
    (sample,) = read(context, DAYS, take=take).samples
    assert sample.value == pytest.approx(value, abs=1e-15)
    assert (sample.gauge, sample.n) == (GAUGE, n)
    assert sample.evidence == f"{take} of 3 cells in crash free (crash.csv)"


def test_reading_counts_rows_and_has_the_file_s_date(context: Context) -> None:
    os.utime(write(context, DAYS), (1_768_600_000, 1_768_600_000))
    reading = collect(make(), context)
    observed = datetime.fromtimestamp(1_768_600_000, UTC)
    assert (reading.read, reading.rejected, reading.facts_from) == (3, {}, observed)
    assert [one.observed for one in reading.samples] == [observed]


def test_facts_are_never_later_than_now(context: Context) -> None:
    tomorrow = (context.now + timedelta(days=1)).timestamp()
    os.utime(write(context, DAYS), (tomorrow, tomorrow))
    assert collect(make(), context).facts_from == context.now


@pytest.mark.parametrize("ahead", [timedelta(days=1, seconds=1), timedelta(days=20_000)])
def test_a_file_from_the_future_is_refused_with_the_fix(context: Context, ahead: timedelta) -> None:
    later = (context.now + ahead).timestamp()
    os.utime(write(context, DAYS), (later, later))
    with pytest.raises(SourceError) as caught:
        collect(make(), context)
    message = "written more than a day in the future; `touch` it, or set the clock right (time)"
    assert str(caught.value) == f"crash.csv: {message}"


def test_facts_of_a_week_ago_are_too_old_unless_the_user_says_otherwise() -> None:
    assert make().facts_max_age == timedelta(days=7)
    assert make(facts_max_age="30d").facts_max_age == timedelta(days=30)
    assert make(facts_max_age=None).facts_max_age is None
    assert make().PRODUCED_IN == PHASES


def test_where_keeps_only_the_rows_that_say_exactly_this(context: Context) -> None:
    (sample,) = read(context, DAYS, take="mean", where={"status": "open"}).samples
    assert (sample.value, sample.n) == (0.975, 2)
    assert read(context, DAYS, where={"status": "ope"}).samples == ()
    (sample,) = read(context, DAYS, where={"status": "open", "day": "D1"}).samples
    assert sample.value == 0.97


def test_count_takes_any_text_and_n_is_the_rows_looked_at(context: Context) -> None:
    (sample,) = read(context, DAYS, take="count", column="day", where={"status": "open"}).samples
    assert (sample.value, sample.n) == (2, 3)
    assert sample.evidence == "count of 2 cells in day (crash.csv)"


def test_count_of_none_among_some_is_zero_not_absent(context: Context) -> None:
    (sample,) = read(context, DAYS, take="count", where={"status": "lost"}).samples
    assert (sample.value, sample.n) == (0, 3)


@pytest.mark.parametrize("take", ["last", "first", "min", "max", "sum", "mean", "count"])
def test_header_alone_has_no_value(context: Context, take: str) -> None:
    reading = read(context, "day,crash free\n", take=take)
    assert (reading.samples, reading.read) == ((), 0)


@pytest.mark.parametrize("take", ["last", "first", "min", "max", "sum", "mean"])
def test_blank_cells_are_still_to_come(context: Context, take: str) -> None:
    (sample,) = read(context, "crash free,x\n,1\n0.5,1\n  ,1\n", take=take).samples
    assert sample.value == 0.5
    assert read(context, "crash free,x\n,1\n", take=take).samples == ()


def test_scale_is_exact_in_decimals(context: Context) -> None:
    (sample,) = read(context, "crash free,x\n69,1\n", scale=0.01).samples
    assert sample.value == 0.69
    assert sample.evidence == "last of 1 cell in crash free (crash.csv)"


def test_separators_decimal_commas_and_byte_order_marks_are_understood(context: Context) -> None:
    (sample,) = read(context, "\ufeffcrash free;x\r\n4,5;a\r\n".encode()).samples
    assert sample.value == 4.5


def test_header_may_have_spaces_around_it(context: Context) -> None:
    (sample,) = read(context, "day , crash free \nD1, 0.5\n").samples
    assert sample.value == 0.5


BAD_CELLS = [
    "canary",
    "nan",
    "inf",
    "1e5",
    "1_0",
    "\u0664",  # an Arabic four, which `float` takes
    "4,5",
    "0x10",
    "99.2%",
    "1 000",
    "=1+1",
    "--1",
]


@pytest.mark.parametrize("cell", BAD_CELLS)
def test_bad_cell_is_rejected_with_its_place_and_good_neighbours_count(
    context: Context, cell: str
) -> None:
    reading = read(context, f'day,crash free\nD1,1\nD2,"{cell}"\nD3,3\n', take="mean")
    message = "not a plain number"
    bad = Rejection(Reason.FIELD, "crash.csv", "line 3, column 2", message)
    assert reading.rejections == (bad,)
    assert reading.rejected == {Reason.FIELD: 1}
    assert reading.read == 2
    assert reading.samples == ()
    assert list(reading.withheld.values()) == [f"{bad}; correct it, a mean needs every row"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("D2", Reason.SHAPE),
        ("D2,2,more", Reason.SHAPE),
        ('D2,"2"x', Reason.SYNTAX),
        ('D2,"2', Reason.SYNTAX),
        ("D2," + "x" * (csv_text.FIELD_LENGTH + 1), Reason.SIZE),
    ],
    ids=["short", "long", "text behind a quote", "open quote", "huge cell"],
)
def test_bad_row_is_rejected_with_its_place_and_good_neighbours_count(
    context: Context, row: str, reason: Reason
) -> None:
    reading = read(context, f"day,crash free\nD1,1\n{row}\nD3,3\n", take="mean")
    (bad,) = reading.rejections
    assert (bad.reason, bad.file, bad.position) == (reason, "crash.csv", "line 3")
    assert (reading.read, reading.samples) == (2, ())
    assert len(reading.withheld) == 1


def test_rejections_come_in_the_order_of_the_file(context: Context) -> None:
    reading = read(context, "day,crash free\nD1,x\nD2\nD3,y\nD4\nD5,1\n", take="mean")
    places = ["line 2, column 2", "line 3", "line 4, column 2", "line 5"]
    assert [one.position for one in reading.rejections] == places


def test_bad_cell_of_a_row_that_was_not_asked_for_is_nobody_s_business(context: Context) -> None:
    text = "day,crash free\nD1,canary\nD2,1\n"
    reading = read(context, text, take="sum", where={"day": "D2"})
    assert (reading.rejections, reading.read) == ((), 2)


@pytest.mark.parametrize(
    ("take", "rows", "value"),
    [
        ("last", ["1", "2", "x"], None),
        ("last", ["1", "x", "2"], 2),
        ("last", ["1", "2", "", "x"], None),
        ("first", ["x", "1", "2"], None),
        ("first", ["1", "x", "2"], 1),
        ("min", ["1", "x", "2"], None),
        ("max", ["1", "x", "2"], None),
        ("sum", ["1", "x", "2"], None),
        ("mean", ["x"], None),
        ("last", ["x"], None),
        ("first", ["x"], None),
    ],
)
def test_no_value_rather_than_one_that_lacks_a_row_it_needs(
    context: Context, take: str, rows: list[str], value: float | None
) -> None:
    text = "day,crash free\n" + "".join(f"D,{cell}\n" for cell in rows)
    if value is not None:
        assert [one.value for one in read(context, text, take=take).samples] == [value]
        return
    error = refused(context, text, take=take)
    assert error.kind is ErrorClass.MALFORMED
    place = f"crash.csv: line {rows.index('x') + 2}, column 2: not a plain number (field)"
    assert str(error) == f"{place}; correct it, {take} cannot do without"


def test_count_needs_every_row(context: Context) -> None:
    error = refused(context, "day,crash free\nD1\nD2,x\n", take="count")
    assert str(error).startswith("crash.csv: line 2: 1 cells where the header has 2")


def test_half_written_last_row_does_not_make_yesterday_s_value_today_s(context: Context) -> None:
    assert "line 4" in str(refused(context, "day,crash free\nD1,1\nD2,2\nD3"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "crash.csv: line 1: empty: there is no header (shape)"),
        (b"\n\n", "there is no header (shape)"),
        (b"day,other\nD1,1\n", "crash.csv: header: 0 columns are called 'crash free'"),
        (b"crash free,crash free\n1,2\n", "crash.csv: header: 2 columns are called 'crash free'"),
        (b'"crash free,x\n1,2\n', "(syntax)"),
        (
            b"crash free,x\n\xff,2\n",
            "crash.csv: byte 13: not UTF-8 text; save it as UTF-8",
        ),
        (b"crash free,x\n1,\0\n", "(encoding)"),
        (b"crash free," * 1001 + b"x\n", "more than 1,000 columns (size)"),
        (b"crash free,x\n" + b"1,2\n" * 100_001, "more than 100,000 rows (size)"),
        (b"crash free,x\n" + b'"1"x,2\n' * 102, "too many broken rows: not CSV (syntax)"),
        (b"crash free\n" + b" " * csv_text.LENGTH, "larger than 8 MiB (size)"),
        (b'{"crash free": 1}', "columns are called"),
        (b"PK\x03\x04\x14\x00\x06\x00", "(encoding)"),
    ],
)
def test_malformed_file_is_named_with_its_place_and_reason(
    context: Context, content: bytes, words: str
) -> None:
    error = refused(context, content)
    assert error.kind is ErrorClass.MALFORMED
    assert str(error).startswith("crash.csv: ")
    assert words in str(error)


def test_column_of_a_condition_must_be_there(context: Context) -> None:
    error = refused(context, DAYS, where={"state": "open"})
    assert "0 columns are called 'state'" in str(error)


def test_missing_file_is_named_with_the_fix(context: Context) -> None:
    with pytest.raises(SourceError, match=r"no file 'crash\.csv'") as caught:
        collect(make(), context)
    assert caught.value.kind is ErrorClass.MISSING


def test_several_files_are_refused_with_the_fix(context: Context) -> None:
    write(context, DAYS, "a.csv")
    error = refused(context, DAYS, file="*.csv")
    assert error.kind is ErrorClass.MALFORMED
    assert "2 files match" in str(error)


@pytest.mark.parametrize(
    "written",
    [
        {"take": "median"},
        {"column": ""},
        {"column": "a\nb"},
        {"where": {"day": 3}},
        {"where": {f"c{number}": "x" for number in range(21)}},
        {"scale": 0},
        {"path": "x"},
        {"file": "../crash.csv"},
        {"gauge": ""},
    ],
)
def test_settings_that_mean_nothing_are_refused(written: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        make(**written)


def _sample(values: list[str], take: str) -> Sample:
    text = "crash free,x\n" + "".join(f"{value},1\n" for value in values)
    settings = make(take=take)
    sample = measure(parse(csv_text.parse(text, "crash.csv"), settings), settings, "crash.csv", NOW)
    assert sample is not None
    return sample


@examples(max_examples=30, deadline=None)
@given(st.lists(st.decimals(-(10**9), 10**9, places=6), min_size=1, max_size=50))
def test_totals_are_correctly_rounded_whatever_the_order(values: list[Decimal]) -> None:
    floats = [float(value) for value in values]
    written = [f"{value:f}" for value in values]
    exact = sum(map(Fraction, floats), Fraction())
    assert _sample(written, "sum").value == float(exact)
    assert _sample(written, "mean").value == pytest.approx(float(exact / len(values)), rel=1e-15)
    assert _sample(written, "max").value == max(floats)
    assert _sample(written, "last").value == floats[-1]
