from decimal import Decimal
from fractions import Fraction
from math import inf, nextafter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.units import (
    COUNT,
    DAYS,
    HOURS,
    LATENESS,
    MILLISECONDS,
    NUMBER,
    PERCENT,
    POINTS,
    SCORE,
    SHARE,
    UNITS,
    Unit,
)

DAY = 86400.0
EVERY = (COUNT, DAYS, HOURS, LATENESS, MILLISECONDS, NUMBER, PERCENT, POINTS, SCORE, SHARE)


@pytest.mark.parametrize(
    ("unit", "value", "text"),
    [
        (COUNT, 0, "0"),
        (SHARE, 1.0, "100%"),
        (SHARE, 0.948, "94.8%"),
        (SCORE, 4.6, "4.6/5.0"),
        (SCORE, 4, "4.0/5.0"),
        (POINTS, 80, "80"),
        (SHARE, 0.8, "80%"),
        (MILLISECONDS, 0.85, "850ms"),
        (SHARE, 0.95, "95%"),
        (PERCENT, 0.000001, "0.0001%"),
        (HOURS, 9000, "2.5h"),
        (HOURS, 18 * 3600, "18h"),
        (COUNT, 285, "285"),
    ],
)
def test_the_users_own_box_reads_as_the_user_wrote_it(unit: Unit, value: float, text: str) -> None:
    assert unit.show(value) == text


@pytest.mark.parametrize(
    ("unit", "value", "text"),
    [
        (LATENESS, 0, "on time"),
        (LATENESS, DAY, "1 day late"),
        (LATENESS, 2 * DAY, "2 days late"),
        (LATENESS, -DAY, "1 day early"),
        (LATENESS, -3 * DAY, "3 days early"),
        (LATENESS, 1.5 * DAY, "1.5 days late"),
        (DAYS, 0, "0 days"),
        (DAYS, DAY, "1 day"),
        (DAYS, -DAY, "-1 day"),
        (DAYS, 2 * DAY, "2 days"),
        (DAYS, 2.5 * DAY, "2.5 days"),
        (DAYS, 1000 * DAY, "1,000 days"),
        (COUNT, 1_234_567, "1,234,567"),
        (MILLISECONDS, 1.5, "1.5s"),
        (MILLISECONDS, 0, "0ms"),
        (PERCENT, -0.012, "-1.2%"),
        (PERCENT, -0.0, "0%"),
        (POINTS, -100, "-100"),
        (NUMBER, 0.25, "0.25"),
        (SHARE, 2 / 3, "66.7%"),
        (NUMBER, inf, "∞"),
        (NUMBER, -inf, "-∞"),
    ],
)
def test_a_value_is_shown_as_people_read_it(unit: Unit, value: float, text: str) -> None:
    assert unit.show(value) == text


@pytest.mark.parametrize(
    ("unit", "value", "bound", "text"),
    [
        (SHARE, 0.7996, 0.8, "79.96%"),
        (SHARE, 0.80004, 0.8, "80.004%"),
        (SHARE, nextafter(0.8, 0), 0.8, "79.99999999999999%"),
        (SHARE, nextafter(0.95, 0), 0.95, "94.99999999999998%"),
        (SHARE, 0.8, 0.8, "80%"),
        (SHARE, 0.9995, 0.9995, "99.95%"),
        (HOURS, 600, 600, "0.166667h"),
        (MILLISECONDS, 1.9999, 2.0, "1.9999s"),
        (SCORE, 3.96, 4.0, "3.96/5.0"),
        (POINTS, 29.96, 30, "29.96"),
        (COUNT, 0.3, 0, "0.3"),
        (PERCENT, 1e-9, 0.05, "0.0000001%"),
        (PERCENT, -1e-9, 0.05, "-0.0000001%"),
        (LATENESS, DAY + 1, DAY, "1.00001 days late"),
    ],
)
def test_a_value_beside_a_bound_is_shown_on_its_side(
    unit: Unit, value: float, bound: float, text: str
) -> None:
    assert unit.show(value, (bound,)) == text


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([unit for unit in EVERY if unit is not LATENESS]),
    st.floats(-1e6, 1e6),
    st.floats(-1e6, 1e6),
    st.integers(-3, 3),
)
def test_a_shown_value_is_never_on_or_across_a_bound(
    unit: Unit, bound: float, other: float, steps: int
) -> None:
    value = bound
    for _ in range(abs(steps)):
        value = nextafter(value, inf if steps > 0 else -inf)
    if steps == 0:
        value = other
    shown = unit.show(value, (bound,)).removesuffix(unit.outof)
    digits = "".join(one for one in shown if one in "-.0123456789")
    size = max(one for one, _, _ in unit.steps if abs(value) >= one or one == unit.steps[0][0])
    # Read back exactly: a float would round once more.
    read = Fraction(digits) * Fraction(repr(float(size)))
    for edge in {bound, 0.0} - {value}:
        assert (read > Fraction(repr(edge))) == (value > edge)
        assert (read < Fraction(repr(edge))) == (value < edge)


def test_every_percent_with_one_decimal_is_the_float_that_a_program_writes() -> None:
    for tenths in range(1001):
        written = f"{tenths // 10}.{tenths % 10}"
        assert SHARE.parse(f"{written}%") == float(f"{Decimal(written) / 100}")
    for whole in range(101):
        assert SHARE.parse(f"{whole} %") == whole / 100


@pytest.mark.parametrize(
    ("unit", "written", "value"),
    [
        (SHARE, "80 %", 0.8),
        (SHARE, "80%", 0.8),
        (SHARE, " 100 % ", 1.0),
        (SHARE, "0%", 0.0),
        (PERCENT, "-5%", -0.05),
        (PERCENT, "250 %", 2.5),
        (MILLISECONDS, "850 ms", 0.85),
        (MILLISECONDS, "2s", 2.0),
        (MILLISECONDS, "0.5 s", 0.5),
        (HOURS, "4h", 14400.0),
        (HOURS, "30 min", 1800.0),
        (HOURS, "2d", 172800.0),
        (DAYS, "1 d", DAY),
        (LATENESS, "-3d", -3 * DAY),
        (DAYS, "12h", 43200.0),
        (SCORE, "4.0", 4.0),
        (SCORE, 4.2, 4.2),
        (SCORE, 1, 1.0),
        (POINTS, -100, -100.0),
        (POINTS, "+30", 30.0),
        (COUNT, 0, 0.0),
        (COUNT, "999999999999999", 999999999999999.0),
        (NUMBER, "-0.125", -0.125),
    ],
)
def test_a_written_quantity_becomes_base_units(unit: Unit, written: object, value: float) -> None:
    assert unit.parse(written) == value


@pytest.mark.parametrize(
    ("unit", "written", "fix"),
    [
        (SHARE, "80", "'10%'"),
        (SHARE, 80, "'10%'"),
        (SHARE, 0.8, "'10%'"),
        (SHARE, "80 percent", "'10%'"),
        (SHARE, "80 %%", "'10%'"),
        (SHARE, "%", "'10%'"),
        (SHARE, "101 %", "outside 0% to 100%"),
        (SHARE, "-1%", "outside 0% to 100%"),
        (MILLISECONDS, "2", "'10ms' or '10s'"),
        (MILLISECONDS, "2 h", "'10ms' or '10s'"),
        (MILLISECONDS, "2 S", "'10ms' or '10s'"),
        (MILLISECONDS, "-1 ms", "outside 0ms to ∞"),
        (HOURS, "4 ms", "'10min' or '10h' or '10d'"),
        (HOURS, "4h 30min", "'10min' or '10h' or '10d'"),
        (DAYS, "tomorrow", "'10h' or '10d'"),
        (SCORE, "4 points", "a plain number"),
        (SCORE, 6, "outside 1.0/5.0 to 5.0/5.0"),
        (SCORE, 0, "outside"),
        (POINTS, 101, "outside -100 to 100"),
        (COUNT, -1, "outside 0 to ∞"),
        (COUNT, "4,5", "a plain number"),
        (COUNT, "1_0", "a plain number"),
        (COUNT, "٤", "a plain number"),
        (COUNT, "1e3", "a plain number"),
        (COUNT, "1e400", "a plain number"),
        (COUNT, "", "a plain number"),
        (COUNT, "0x10", "a plain number"),
        (COUNT, "1\n2", "a plain number"),
        (COUNT, True, "a plain number"),
        (COUNT, None, "a plain number"),
        (COUNT, [1], "a plain number"),
        (COUNT, float("nan"), "a plain number"),
        (COUNT, inf, "a plain number"),
        (COUNT, 10**400, "a plain number"),
        (COUNT, "9" * 16, "a plain number"),
        (NUMBER, "1." + "3" * 16, "a plain number"),
        (NUMBER, "--1", "a plain number"),
        (NUMBER, ".5", "a plain number"),
        (NUMBER, "5.", "a plain number"),
    ],
)
def test_a_quantity_that_cannot_be_read_says_what_is_accepted(
    unit: Unit, written: object, fix: str
) -> None:
    with pytest.raises(ValueError, match=r"write a|is outside") as caught:
        unit.parse(written)
    assert fix in str(caught.value)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(EVERY), st.text(max_size=12))
def test_any_text_is_a_finite_number_or_a_value_error(unit: Unit, written: str) -> None:
    try:
        value = unit.parse(written)
    except ValueError:
        return
    assert unit.low <= value <= unit.high
    assert abs(value) != inf


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([SHARE, PERCENT, SCORE, POINTS, NUMBER]), st.decimals(1, 5, places=4))
def test_a_bound_is_shown_as_it_was_written(unit: Unit, number: Decimal) -> None:
    bound = unit.parse(f"{number}{unit.steps[0][1]}")
    assert unit.parse(unit.show(bound, bound=True)) == bound


@pytest.mark.parametrize(
    ("unit", "value", "user"),
    [
        (SHARE, 0.855, 85.5),
        (SHARE, 1.0, 100.0),
        (MILLISECONDS, 0.85, 850),
        (PERCENT, 0.000001, 0.0001),
        (DAYS, 0, 0),
        (DAYS, -2 * DAY, -2),
        (HOURS, 9000, 2.5),
        (SCORE, 4.6, 4.6),
        (POINTS, -20, -20),
        (COUNT, 3, 3),
    ],
)
def test_a_snapshot_holds_the_users_units(unit: Unit, value: float, user: float) -> None:
    assert unit.user(value) == user


def test_own_metrics_choose_among_six_units() -> None:
    assert list(UNITS) == ["count", "percent", "milliseconds", "hours", "days", "number"]
    assert UNITS["percent"] is SHARE
