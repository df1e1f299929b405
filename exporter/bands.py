"""Bands: ranges of values with a verdict and a sentence; the first that fits applies."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import inf, isinf, nextafter

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


def target_range(bands: Sequence[Band]) -> Interval:
    """Return the range of the target band; of `otherwise`, what the bands before it leave over."""
    target = target_band(bands).range
    return target if target != OTHERWISE else _left_over(band.range for band in bands[:-1])


# Most releases have most bands of the catalog.
@lru_cache(maxsize=1024)
def target_text(bands: tuple[Band, ...], unit: Unit) -> str:
    """Return the target as the user writes it: `≥80%`."""
    return target_range(bands).text(unit)


def check_bands(bands: Sequence[Band]) -> None:
    """Raise ValueError unless each value has a band, each band a value, and the target a bound."""
    if not bands or bands[-1].range != OTHERWISE:
        raise ValueError("the last band must be 'otherwise', so that every value has a verdict")
    bounds = {bound for band in bands for bound in band.range.bounds}
    # Whatever lies between two bounds is judged like what lies right beside one of them.
    probes = {0.0, *bounds, *(nextafter(bound, end) for bound in bounds for end in (-inf, inf))}
    reached = {_position(bands, probe) for probe in probes}
    for index in range(len(bands)):
        if index not in reached:
            raise ValueError(f"band {index + 1} can never apply: no value is left for it")
    if not target_range(bands).bounds:
        raise ValueError("no band that passes has a bound, so that there is no target; write one")


def _position(bands: Sequence[Band], value: float) -> int:
    return next(index for index, band in enumerate(bands) if value in band.range)


def _left_over(taken: Iterable[Interval]) -> Interval:
    """Return the range between one-sided ones, each of which takes more than those before it."""
    rest = OTHERWISE
    for one in taken:
        if isinf(one.low):
            rest = replace(rest, low=one.high, low_in=not one.high_in)
        elif isinf(one.high):
            rest = replace(rest, high=one.low, high_in=not one.low_in)
    return rest
