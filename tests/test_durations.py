from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from exporter.config.duration import Duration
from exporter.durations import parse, render

LONGEST = timedelta(days=3650)


class Model(BaseModel):
    """Anything with a duration."""

    every: Duration


@pytest.mark.parametrize(
    ("written", "duration"),
    [
        ("15m", timedelta(minutes=15)),
        ("15 min", timedelta(minutes=15)),
        ("36h", timedelta(hours=36)),
        ("2 d", timedelta(days=2)),
        ("1w", timedelta(days=7)),
        ("850 ms", timedelta(milliseconds=850)),
        (" 30s ", timedelta(seconds=30)),
        ("1.5h", timedelta(minutes=90)),
        ("3650d", LONGEST),
        (timedelta(seconds=3), timedelta(seconds=3)),
    ],
)
def test_a_duration_is_a_number_with_its_unit(written: object, duration: timedelta) -> None:
    assert parse(written) == duration


@pytest.mark.parametrize(
    "written",
    ["", "15", 15, 1.5, True, None, "m", "-5m", "+5m", "5 M", "5H", "1h30m", "1e3s", "\u0665m",
     "5 m s", "1_0s", ".5s", "5.s", "inf s", "nan s", "5\nm x", "9" * 10 + "s", [1], {}],
)  # fmt: skip
def test_anything_else_says_what_is_accepted(written: object) -> None:
    with pytest.raises(ValueError, match="number with its unit, such as 30s, 15m, 36h or 2d"):
        parse(written)


@pytest.mark.parametrize("written", ["3651d", "999999999w", "999999999.999999999d", "522w"])
def test_a_duration_beyond_every_calendar_is_refused(written: str) -> None:
    with pytest.raises(ValidationError, match="write at most 3650d"):
        Model.model_validate({"every": written})


@pytest.mark.parametrize("written", ["0s", "0.0d", "0.0000001s"])
def test_a_time_that_never_passes_is_refused(written: str) -> None:
    with pytest.raises(ValidationError, match="above zero"):
        Model.model_validate({"every": written})


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (timedelta(0), "0s"),
        (timedelta(seconds=90), "90s"),
        (timedelta(seconds=120), "2m"),
        (timedelta(hours=26), "26h"),
        (timedelta(days=7), "7d"),
        (timedelta(milliseconds=850), "0.85s"),
        (timedelta(microseconds=1), "0.000001s"),
        (timedelta(seconds=1_234_567), "1234567s"),
        (timedelta(seconds=100, microseconds=123_456), "100.123456s"),
    ],
)
def test_a_duration_is_shown_in_its_largest_whole_unit(duration: timedelta, text: str) -> None:
    assert render(duration) == text


@settings(max_examples=100, deadline=None)
@given(st.timedeltas(timedelta(microseconds=1), LONGEST))
def test_what_is_shown_is_read_back_to_the_microsecond(duration: timedelta) -> None:
    assert parse(render(duration)) == duration


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=12))
def test_any_text_is_a_duration_or_a_value_error(written: str) -> None:
    try:
        duration = parse(written)
    except ValueError:
        return
    assert timedelta(0) <= duration <= LONGEST


def test_a_model_writes_its_duration_as_it_reads_it() -> None:
    assert Model.model_validate({"every": "90s"}).model_dump_json() == '{"every":"90s"}'
    schema = Model.model_json_schema()["properties"]["every"]
    assert schema["type"] == "string"
