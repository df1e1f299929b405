"""Bands: ranges of values with a verdict and a sentence; the first that fits applies."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isinf

from exporter.model import Verdict
from exporter.units import Unit


@dataclass(frozen=True, slots=True)
class Interval:
    """A range of base units; an end belongs to it where its flag says so."""

    low: float = -inf
    high: float = inf
    low_in: bool = False
    high_in: bool = False

    def __contains__(self, value: float) -> bool:
        """Tell whether the value lies inside, both ends considered."""
        above = value > self.low or (self.low_in and value == self.low)
        below = value < self.high or (self.high_in and value == self.high)
        return above and below

    def covers(self, other: "Interval") -> bool:
        """Tell whether every value of the other interval lies in this one."""
        low = self.low < other.low or (self.low == other.low and self.low_in >= other.low_in)
        high = self.high > other.high or (self.high == other.high and self.high_in >= other.high_in)
        return low and high

    @property
    def bounds(self) -> tuple[float, ...]:
        """The finite ends."""
        return tuple(end for end in (self.low, self.high) if not isinf(end))

    def text(self, unit: Unit) -> str:
        """Return the range as the user writes a target: `≥80%`, `<2s`, `±1 day`, `0`, `100%`."""
        low, high = unit.show(self.low, bound=True), unit.show(self.high, bound=True)
        if self.low == -self.high and not isinf(self.low):
            return f"±{high}"
        if isinf(self.low):
            if self.high == unit.low:
                return high
            return f"{'≤' if self.high_in else '<'}{high}"
        if isinf(self.high):
            if self.low == unit.high:
                return low
            return f"{'≥' if self.low_in else '>'}{low}"
        return f"{low} to {high}"


def at_least(bound: float) -> Interval:
    """Return x ≥ bound."""
    return Interval(low=bound, low_in=True)


def above(bound: float) -> Interval:
    """Return x > bound."""
    return Interval(low=bound)


def at_most(bound: float) -> Interval:
    """Return x ≤ bound."""
    return Interval(high=bound, high_in=True)


def below(bound: float) -> Interval:
    """Return x < bound."""
    return Interval(high=bound)


def within(bound: float) -> Interval:
    """Return -bound ≤ x ≤ bound."""
    return Interval(-bound, bound, low_in=True, high_in=True)


OTHERWISE = Interval()


@dataclass(frozen=True, slots=True)
class Band:
    """A range with its verdict and sentence; `blocks` makes a fail decide the gate alone.

    `target` marks the band whose bound is the metric's target.
    """

    range: Interval
    verdict: Verdict
    text: str
    blocks: bool = False
    target: bool = False


def find_band(bands: Sequence[Band], value: float) -> Band | None:
    """Return the first band that the value lies in."""
    return next((band for band in bands if value in band.range), None)


def target_band(bands: Sequence[Band]) -> Band:
    """Return the band whose bound is the target: the marked one, else the last that passes.

    A list in which nothing passes has its first band for a target, so that there is a text to show.
    """
    marked = [band for band in bands if band.target]
    passing = [band for band in bands if band.verdict is Verdict.PASS]
    return (marked or passing[-1:] or list(bands))[0]


def check_bands(bands: Sequence[Band]) -> None:
    """Raise ValueError unless every value has a band and every band a value."""
    if not bands or bands[-1].range != OTHERWISE:
        raise ValueError("the last band must be 'otherwise', so that every value has a verdict")
    for index, band in enumerate(bands):
        if any(earlier.range.covers(band.range) for earlier in bands[:index]):
            raise ValueError(f"band {index + 1} can never apply: an earlier one takes its values")
