"""Charts as geometry: where lines, marks and words stand; the page's template draws them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from math import inf

from exporter.final_report.figures import Day, History, Point, Score, Series, TierScore
from exporter.gate.verdicts import OUTCOME_WORDS, Outcome
from exporter.units import BY_NAME

# In the units of the drawings, which are CSS pixels on a phone.
WIDTH, HEIGHT = 320, 150
LEFT, RIGHT, TOP, BOTTOM = 56, 10, 12, 24
APART = 13
MOST_MARKS = 40

LABEL, BAR = 92, 148
ROW = 26

# A day is no narrower than its sign.
NAMES = 128
MOST_DAYS = 28
CELL = 18


@dataclass(frozen=True, slots=True)
class Mark:
    """A verdict at a place; `radius` is half its size."""

    x: float
    y: float
    verdict: Outcome
    radius: float


@dataclass(frozen=True, slots=True)
class Label:
    """A word at a place."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Trend:
    """A metric over days: a gap is a day without a value, which no line crosses."""

    alt: str
    lines: tuple[str, ...]
    marks: tuple[Mark, ...]
    unknown: tuple[float, ...]
    target: float | None
    ticks: tuple[Label, ...]
    days: tuple[Label, Label]


def trend_of(series: Series, history: History) -> Trend | None:
    """Return the chart; None where fewer than two days have a value."""
    if len(series.known) < 2:  # noqa: PLR2004 - it takes two to show a trend
        return None
    first, last = history.days[0].day, history.days[-1].day
    height = _scale(series)
    radius = 4.5 if len(series.known) <= MOST_MARKS else 2.0
    places = {one.day: (_x(one.day, first, last), height(one.value or 0.0)) for one in series.known}
    return Trend(
        alt=_alt(series),
        lines=tuple(_lines(series.points, places)),
        marks=tuple(Mark(*places[one.day], one.verdict, radius) for one in series.known),
        unknown=tuple(
            _x(one.day, first, last)
            for one in series.points
            if one.value is None and one.verdict is Outcome.UNKNOWN
        ),
        target=None if series.target_value is None else height(series.target_value),
        ticks=tuple(_ticks(series, height)),
        days=(Label(LEFT, HEIGHT - 6, f"{first:%b} {first.day}"), _end(last)),
    )


def _end(day: date) -> Label:
    return Label(WIDTH - RIGHT, HEIGHT - 6, f"{day:%b} {day.day}")


class _Scale:
    """Heights of values between the lowest and the highest, the target among them."""

    def __init__(self, values: Iterable[float]) -> None:
        # In quarters, no difference of two numbers is infinite.
        quarters = [value / 4 for value in values]
        self._low, self._high = min(quarters), max(quarters)

    def __call__(self, value: float) -> float:
        """Return the height of the value."""
        span = self._high - self._low
        share = (value / 4 - self._low) / span if span else 0.5
        return round(HEIGHT - BOTTOM - 8 - share * (HEIGHT - BOTTOM - TOP - 16), 1)


def _scale(series: Series) -> _Scale:
    values = [one.value for one in series.known if one.value is not None]
    return _Scale(values if series.target_value is None else [*values, series.target_value])


def _x(day: date, first: date, last: date) -> float:
    share = (day - first) / (last - first) if last > first else 0.5
    return round(LEFT + 8 + share * (WIDTH - LEFT - RIGHT - 16), 1)


def _lines(points: Sequence[Point], places: dict[date, tuple[float, float]]) -> Iterator[str]:
    """Yield a line for each stretch of days in a row that have a value."""
    numbered = [(one.day.toordinal() - at, one.day) for at, one in _at(points, places)]
    for _, stretch in groupby(numbered, lambda pair: pair[0]):
        yield " ".join(f"{x:g},{y:g}" for x, y in (places[day] for _, day in stretch))


def _at(
    points: Sequence[Point], places: dict[date, tuple[float, float]]
) -> Iterator[tuple[int, Point]]:
    yield from enumerate(one for one in points if one.day in places)


def _ticks(series: Series, height: _Scale) -> Iterator[Label]:
    """Yield the target's bound, the highest and the lowest value, as far as there is room."""
    unit = BY_NAME[series.unit]
    values = [one.value for one in series.known if one.value is not None]
    wanted = [*([series.target_value] if series.target_value is not None else [])]
    taken: list[float] = []
    for value in (*wanted, max(values), min(values)):
        y = height(value)
        if min((abs(y - one) for one in taken), default=inf) >= APART:
            taken.append(y)
            yield Label(LEFT - 6, y, unit.show(value, bound=value in wanted))


def _alt(series: Series) -> str:
    known = sorted(series.known, key=lambda one: one.value or 0.0)
    first, last = series.known[0], series.known[-1]
    return (
        f"{len(known)} days with a value: {first.shown} on {first.day}, {last.shown} on {last.day};"
        f" lowest {known[0].shown}, highest {known[-1].shown}; target {series.target}"
    )


@dataclass(frozen=True, slots=True)
class Bar:
    """The points of a tier as a bar of parts, each with its class and its place."""

    y: float
    title: str
    said: str
    parts: tuple[tuple[str, float, float], ...]


def bars_of(score: Score) -> tuple[Bar, ...]:
    """Return a bar for each tier, as long as its points are many."""
    most = max((one.points for one in score.tiers), default=1.0)
    return tuple(_bar(one, at * ROW, most) for at, one in enumerate(score.tiers))


def _bar(one: TierScore, y: float, most: float) -> Bar:
    x, parts = float(LABEL), []
    for name, points in (
        ("earned", one.earned),
        ("lost", one.lost),
        ("unknown", one.unknown),
        ("waiting", one.not_due),
    ):
        width = round(points / most * BAR, 1)
        parts.append((name, round(x, 1), width))
        x += width
    said = f"{one.earned:g} of {one.points:g}"
    return Bar(y, one.title, said, tuple(part for part in parts if part[2]))


def score_alt(score: Score) -> str:
    """Return what the bars show, in words."""
    parts = (f"{one.title} {one.earned:g} of {one.points:g}" for one in score.tiers)
    return f"Points by tier: {', '.join(parts)}"


@dataclass(frozen=True, slots=True)
class Grid:
    """The verdicts of every metric on the last days; a day without a record stays empty."""

    alt: str
    width: float
    height: float
    names: tuple[Label, ...]
    days: tuple[Label, ...]
    marks: tuple[Mark, ...]


def grid_of(history: History) -> Grid:
    """Return the grid of the last days."""
    shown = history.days[-MOST_DAYS:]
    step = min(CELL * 2, (WIDTH + 40 - NAMES) / len(shown))
    columns = {one.day: NAMES + (at + 0.5) * step for at, one in enumerate(shown)}
    rows = [(one, TOP + (at + 0.5) * CELL) for at, one in enumerate(history.series)]
    bottom = TOP + CELL * len(rows)
    return Grid(
        alt=_grid_alt(shown, history),
        width=WIDTH + 40,
        height=bottom + BOTTOM,
        names=tuple(Label(NAMES - 8, y, one.name[:20]) for one, y in rows),
        days=_day_labels(shown, columns, bottom + 14),
        marks=tuple(
            Mark(round(columns[x.day], 1), y, x.verdict, min(5.5, step / 2.4))
            for one, y in rows
            for x in one.points
            if x.day in columns
        ),
    )


def _day_labels(shown: Sequence[Day], columns: dict[date, float], y: float) -> tuple[Label, ...]:
    ends = dict.fromkeys((shown[0].day, shown[-1].day))
    return tuple(Label(columns[day], y, f"{day:%b} {day.day}") for day in ends)


def _grid_alt(shown: Sequence[Day], history: History) -> str:
    last = shown[-1]
    counts = ", ".join(f"{OUTCOME_WORDS[one]} {n}" for one, n in last.verdicts.items())
    return (
        f"A row a metric, a column a day, {shown[0].day} to {last.day}"
        f" ({len(shown)} of {len(history.days)} days); on the last day: {counts}"
    )
