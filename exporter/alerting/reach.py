"""Where each band of a list really applies: the first that fits wins, so later ones are cut."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby, pairwise
from math import inf

from exporter.bands import Band, Interval, find_band
from exporter.model import Verdict

Reach = tuple[Interval, ...]

# How bad each verdict of a band is; a direction is what makes this only rise or only fall.
_RANK = {Verdict.PASS: 0, Verdict.WARN: 1, Verdict.FAIL: 2}


def reaches(bands: Sequence[Band]) -> tuple[Reach, ...]:
    """Return the ranges in which each band applies, disjoint, from low to high."""
    found: list[list[Interval]] = [[] for _ in bands]
    for index, pieces in groupby(_pieces(bands), key=lambda piece: piece[0]):
        run = [piece for _, piece in pieces]
        whole = replace(run[0], high=run[-1].high, high_in=run[-1].high_in)
        found[index].append(whole)
    return tuple(tuple(one) for one in found)


def rising(bands: Sequence[Band]) -> bool | None:
    """Tell whether larger values are worse, or smaller ones (False); None for neither."""
    ranks = [_RANK[bands[index].verdict] for index, _ in _pieces(bands)]
    if all(one <= other for one, other in pairwise(ranks)):
        return True
    return False if all(one >= other for one, other in pairwise(ranks)) else None


def _pieces(bands: Sequence[Band]) -> Iterable[tuple[int, Interval]]:
    """Yield every bound and every gap between two, from low to high, with its band's position."""
    bounds = sorted({bound for band in bands for bound in band.range.bounds})
    for low, high in pairwise((-inf, *bounds, inf)):
        yield _position(bands, _between(low, high)), Interval(low, high)
        if high != inf:
            yield _position(bands, high), Interval(high, high, low_in=True, high_in=True)


def _between(low: float, high: float) -> float:
    if low == -inf:
        return high - 1 if high != inf else 0.0
    return low + 1 if high == inf else low + (high - low) / 2


def _position(bands: Sequence[Band], value: float) -> int:
    band = find_band(bands, value)
    return next(index for index, one in enumerate(bands) if one is band)
