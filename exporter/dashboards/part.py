"""A part: a panel beside a trend that shows what a metric is made of."""

from collections.abc import Callable
from dataclasses import dataclass

from exporter.dashboards.model import Panel


@dataclass(frozen=True, slots=True)
class Part:
    """A panel of a width and height; `height` is what it needs."""

    panel: Callable[[int, int], Panel]
    height: int = 6
