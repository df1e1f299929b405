"""Charts stay inside their frame, leave gaps open, and are empty where there is nothing to draw."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.final_report.figures import Day, History, Point, Series, Source
from exporter.final_report.output import FORMS, charts
from exporter.gate.decision import Decision
from exporter.gate.verdicts import Outcome
from exporter.model import Verdict
from exporter.units import BY_NAME
from tests.final_report.days import DAY, LAST, Conditions, told
from tests.status_page.reading import Page

GOOD: Conditions = {}
GONE: Conditions = {"QM-2": "missing"}


def history_of(values: list[float | None], target: float | None, unit: str) -> History:
    days = [LAST - DAY * back for back in range(len(values) - 1, -1, -1)]
    points = tuple(
        Point(
            day,
            "unknown" if value is None else BY_NAME[unit].show(value),
            value,
            Outcome.UNKNOWN if value is None else Outcome.PASS,
            Verdict.UNKNOWN if value is None else Verdict.PASS,
        )
        for day, value in zip(days, values, strict=True)
    )
    series = Series("X-1", "own", unit, "any", target, points)
    return History(tuple(Day(day, Source.RECORDED, Decision.GO, {}) for day in days), (series,), ())


def test_a_day_without_a_value_interrupts_the_line_and_is_marked() -> None:
    history = told([GOOD, GOOD, GONE, GOOD, GOOD, GOOD]).history
    series = history.of("QM-2")
    assert series is not None
    chart = charts.trend_of(series, history)
    assert chart is not None
    assert [line.count(",") for line in chart.lines] == [2, 3]
    assert len(chart.unknown) == 1


def test_a_day_without_a_record_interrupts_it_too() -> None:
    history = told([GOOD, None, GOOD]).history
    chart = charts.trend_of(history.series[0], history)
    assert chart is not None
    assert [line.count(",") for line in chart.lines] == [1, 1]


def test_one_value_makes_no_trend() -> None:
    history = told([GONE, GOOD]).history
    assert charts.trend_of(history.of("QM-2") or history.series[0], history) is None


@given(
    st.lists(
        st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False)),
        min_size=2,
        max_size=8,
    ),
    st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False)),
    st.sampled_from(sorted(BY_NAME)),
)
@settings(max_examples=100, deadline=None)
def test_whatever_the_numbers_all_stays_in_the_frame(
    values: list[float | None], target: float | None, unit: str
) -> None:
    history = history_of(values, target, unit)
    chart = charts.trend_of(history.series[0], history)
    if chart is None:
        assert len(history.series[0].known) < 2
        return
    places = [(one.x, one.y) for one in chart.marks] + [
        tuple(map(float, pair.split(","))) for line in chart.lines for pair in line.split()
    ]
    heights = [y for _, y in places] + ([chart.target] if chart.target is not None else [])
    assert all(charts.LEFT <= x <= charts.WIDTH - charts.RIGHT for x, _ in places)
    assert all(charts.TOP <= y <= charts.HEIGHT - charts.BOTTOM for y in heights)


def test_higher_values_stand_higher() -> None:
    history = history_of([1.0, 2.0, 4.0], 3.0, "number")
    chart = charts.trend_of(history.series[0], history)
    assert chart is not None
    one, two, four = (mark.y for mark in chart.marks)
    assert chart.target is not None
    assert one > two > chart.target > four


@pytest.mark.parametrize("days", [1, 2, 40])
def test_the_grid_has_a_sign_for_each_metric_and_shown_day(days: int) -> None:
    history = told([GOOD] * days).history
    grid = charts.grid_of(history)
    shown = min(days, charts.MOST_DAYS)
    assert len(grid.marks) == shown * len(history.series)
    assert f"({shown} of {days} days)" in grid.alt
    assert max(one.x + one.radius for one in grid.marks) <= grid.width


def test_the_score_bars_are_as_long_as_their_points() -> None:
    score = told([{"QM-1": "fail", "QM-4": "missing"}]).score
    bar = charts.bars_of(score)[0]
    widths = {name: width for name, _, width in bar.parts}
    assert widths["lost"] == widths["unknown"] == widths["earned"] / 2
    assert bar.said == "20 of 40"


def test_every_chart_has_a_name_a_description_and_its_table() -> None:
    page = FORMS["html"](told([GOOD, {"QM-2": "warn"}, GOOD]))
    figures = re.findall(r"<figure.*?</figure>", page, re.DOTALL)
    assert len(figures) == 19  # score, grid, and a trend of each of seventeen verdicts
    for figure in figures:
        read = Page.read(figure)
        (picture,) = (attrs for tag, attrs in read.elements if tag == "svg")
        assert picture["role"] == "img"
        for place in ("aria-labelledby", "aria-describedby"):
            assert picture[place] in read.values("title", "id") + read.values("desc", "id")
        assert len(read.values("table", "class")) == 1
        assert len(read.rows) >= 3
