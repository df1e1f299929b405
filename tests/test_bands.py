from math import inf, nextafter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.bands import (
    OTHERWISE,
    Band,
    Interval,
    above,
    at_least,
    at_most,
    below,
    check_bands,
    find_band,
    target_band,
    target_range,
    within,
)
from exporter.model import Verdict
from exporter.units import COUNT, DAYS, HOURS, LATENESS, MILLISECONDS, POINTS, SCORE, SHARE, Unit

PASS, WARN, FAIL = Verdict.PASS, Verdict.WARN, Verdict.FAIL
DAY = 86400.0


def bands(*ranges: Interval, verdicts: tuple[Verdict, ...] = ()) -> list[Band]:
    default = (PASS, *(WARN,) * (len(ranges) - 2), FAIL)
    return [
        Band(one, verdict, f"band {number}")
        for number, (one, verdict) in enumerate(zip(ranges, verdicts or default, strict=False), 1)
    ]


@pytest.mark.parametrize(
    ("interval", "below_it", "on_it", "above_it"),
    [
        (at_least(0.8), False, True, True),
        (above(0.8), False, False, True),
        (at_most(0.8), True, True, False),
        (below(0.8), True, False, False),
        (OTHERWISE, True, True, True),
    ],
)
def test_an_end_belongs_to_its_range_as_the_condition_says(
    interval: Interval, below_it: bool, on_it: bool, above_it: bool
) -> None:
    assert (nextafter(0.8, -inf) in interval) is below_it
    assert (0.8 in interval) is on_it
    assert (nextafter(0.8, inf) in interval) is above_it


def test_within_holds_both_ends() -> None:
    assert 1.0 in within(1.0)
    assert -1.0 in within(1.0)
    assert nextafter(1.0, inf) not in within(1.0)
    assert nextafter(-1.0, -inf) not in within(1.0)


@pytest.mark.parametrize(
    ("interval", "unit", "text"),
    [
        (at_most(0), COUNT, "0"),
        (at_most(3), COUNT, "≤3"),
        (below(1), COUNT, "<1"),
        (at_least(100), COUNT, "≥100"),
        (at_least(1.0), SHARE, "100%"),
        (at_least(0.8), SHARE, "≥80%"),
        (at_least(0.9995), SHARE, "≥99.95%"),
        (above(0.8), SHARE, ">80%"),
        (below(0.05), SHARE, "<5%"),
        (at_least(4.0), SCORE, "≥4.0"),
        (at_least(30), POINTS, "≥30"),
        (below(2.0), MILLISECONDS, "<2s"),
        (below(0.85), MILLISECONDS, "<850ms"),
        (below(4 * 3600), HOURS, "<4h"),
        (within(DAY), LATENESS, "±1 day"),
        (within(2 * DAY), DAYS, "±2 days"),
        (at_most(3 * DAY), DAYS, "≤3 days"),
        (Interval(0.6, 0.8, low_in=True), SHARE, "60% to 80%"),
    ],
)
def test_a_range_is_written_as_people_write_a_target(
    interval: Interval, unit: Unit, text: str
) -> None:
    assert interval.text(unit) == text


def test_the_first_band_that_fits_applies() -> None:
    some = bands(at_least(0.8), at_least(0.7), OTHERWISE)
    assert [find_band(some, value) for value in (0.9, 0.75, 0.1)] == some
    assert find_band(some[:2], 0.1) is None


def test_the_target_is_the_marked_band_else_the_last_that_passes_else_the_first() -> None:
    marked = [
        Band(at_least(1.0), PASS, "ideal", target=True),
        Band(at_least(0.8), PASS, "acceptable"),
        Band(OTHERWISE, WARN, "follow up"),
    ]
    assert target_band(marked).text == "ideal"
    two = bands(at_least(70), at_least(30), OTHERWISE, verdicts=(PASS, PASS, FAIL))
    assert target_band(two) is two[1]
    none = bands(at_least(70), OTHERWISE, verdicts=(WARN, FAIL))
    assert target_band(none) is none[0]


@pytest.mark.parametrize(
    ("ranges", "left"),
    [
        ([below(0.5)], at_least(0.5)),
        ([at_most(0.5)], above(0.5)),
        ([above(9)], at_most(9)),
        ([at_least(9)], below(9)),
        ([below(0.7), below(0.8)], at_least(0.8)),
        ([below(0.8), at_most(0.8)], above(0.8)),
        ([below(1), above(9)], Interval(1, 9, low_in=True, high_in=True)),
    ],
)
def test_when_otherwise_passes_the_target_is_what_is_left(
    ranges: list[Interval], left: Interval
) -> None:
    verdicts = (*(FAIL,) * len(ranges), PASS)
    some = bands(*ranges, OTHERWISE, verdicts=verdicts)
    check_bands(some)
    assert target_range(some) == left


@pytest.mark.parametrize(
    "ranges",
    [
        (at_least(0.8), OTHERWISE),
        (at_least(0.8), at_least(0.7), OTHERWISE),
        (below(2), at_most(2), OTHERWISE),
        (within(1), at_most(3), OTHERWISE),
        (below(0), above(0), OTHERWISE),
    ],
)
def test_bands_that_share_out_every_value_are_accepted(ranges: tuple[Interval, ...]) -> None:
    check_bands(bands(*ranges))


@pytest.mark.parametrize(
    ("ranges", "message"),
    [
        ((), "last band must be 'otherwise'"),
        ((at_least(0.8),), "last band must be 'otherwise'"),
        ((OTHERWISE, at_least(0.8)), "last band must be 'otherwise'"),
        ((at_least(0.7), at_least(0.8), OTHERWISE), "band 2 can never apply"),
        ((at_least(0.8), at_least(0.8), OTHERWISE), "band 2 can never apply"),
        ((at_least(0.8), above(0.8), OTHERWISE), "band 2 can never apply"),
        ((at_most(2), below(2), OTHERWISE), "band 2 can never apply"),
        ((within(1), at_most(3), at_most(0), OTHERWISE), "band 3 can never apply"),
        ((OTHERWISE, OTHERWISE), "band 2 can never apply"),
        # Only together do the earlier ones take all of it.
        ((at_least(0.8), below(0.8), OTHERWISE), "band 3 can never apply"),
        ((at_most(1), at_least(5), within(7), OTHERWISE), "band 4 can never apply"),
        ((within(-1), OTHERWISE), "band 1 can never apply"),
    ],
)
def test_a_band_without_a_value_is_named(ranges: tuple[Interval, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_bands(bands(*ranges))


@pytest.mark.parametrize("ranges", [(OTHERWISE,), (within(1), OTHERWISE)])
def test_bands_must_have_a_target_to_show(ranges: tuple[Interval, ...]) -> None:
    verdicts = (*(FAIL,) * (len(ranges) - 1), PASS)
    with pytest.raises(ValueError, match="no target"):
        check_bands(bands(*ranges, verdicts=verdicts))


RANGES = st.builds(
    lambda make, bound: make(bound),
    st.sampled_from([at_least, above, at_most, below, within]),
    st.integers(-3, 3).map(float),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(RANGES, max_size=5))
def test_a_list_is_refused_exactly_when_a_band_takes_no_value(ranges: list[Interval]) -> None:
    some = bands(*ranges, OTHERWISE, verdicts=(WARN,) * (len(ranges) + 1))
    # Every bound is whole: halves stand for all that lies between.
    taken = {id(find_band(some, half / 2)) for half in range(-9, 10)}
    useful = all(id(band) in taken for band in some)
    has_target = bool(target_range(some).bounds)
    if useful and has_target:
        check_bands(some)
    else:
        with pytest.raises(ValueError, match=r"can never apply|no target"):
            check_bands(some)
