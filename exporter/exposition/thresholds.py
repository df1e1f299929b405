"""Where a metric's values begin to warn and to fail, as series: by the release's own bands."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from math import inf

from exporter.alerting.reach import reaches
from exporter.bands import Band, target_range
from exporter.model import Verdict

Add = Callable[..., None]

HELP = (
    "Bound at which the metric's values begin to warn or to fail, seen from the target: for those "
    "above it or below it."
)
JUDGED = (Verdict.WARN, Verdict.FAIL)


def add_thresholds(add: Add, bands: Sequence[Band], labels: Mapping[str, str]) -> None:
    """Add a series for each bound, in the gauge's unit."""
    for verdict, side, bound in thresholds(tuple(bands)) if bands else ():
        add("release_metric_threshold", HELP, bound, verdict=verdict.value, side=side, **labels)


# Most releases have most bands of the catalog.
@lru_cache(maxsize=1024)
def thresholds(bands: tuple[Band, ...]) -> tuple[tuple[Verdict, str, float], ...]:
    """Return verdict, `above` or `below`, and the nearest such bound outside of the target."""
    return tuple(_thresholds(bands))


def _thresholds(bands: Sequence[Band]) -> Iterator[tuple[Verdict, str, float]]:
    target, found = target_range(bands), reaches(bands)
    for verdict in JUDGED:
        pieces = [
            piece
            for band, reach in zip(bands, found, strict=True)
            if band.verdict is verdict
            for piece in reach
        ]
        for bound in sorted(one.low for one in pieces if target.high <= one.low < inf)[:1]:
            yield verdict, "above", bound
        for bound in sorted(one.high for one in pieces if -inf < one.high <= target.low)[-1:]:
            yield verdict, "below", bound
