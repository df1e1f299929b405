"""A trend: one judged series over time, its target, and where it begins to warn and to fail."""

from collections.abc import Iterator, Sequence
from math import isfinite

from exporter.catalog import Judged, Metric
from exporter.dashboards import promql, verdicts
from exporter.dashboards.model import Json, Override, Panel, Query
from exporter.dashboards.promql import BY_RELEASE, select
from exporter.dashboards.tile import describe, worst_case
from exporter.dashboards.units import shown

# In the order of a legend, which is that of the names.
VALUE, TARGET = "actual", "target"

# How far up a count goes whose target is none, and how far beyond the last bound anything goes.
_FEW, _ROOM = 5, 1.2

# Each has a contrast of 3 or more with the background of a panel, in both themes.
BLUE, PURPLE = "#3d71d9", "#a352cc"
NEUTRAL, AMBER, RED = "#7a7f87", "#c26a00", "#d92d20"


def trend(metric: Metric, series: Judged, *, width: int, height: int) -> Panel:
    """Return the panel; its bounds are the release's own at each time: they move with it."""
    unit = shown(metric.unit)
    return Panel(
        "timeseries",
        f"{series.title} over time",
        f"{describe(metric, series)} The grey line is the target's "
        "bound; beyond the dotted one values warn, beyond the dashed one they fail.",
        (Query(promql.either(_lines(metric, series)), "{{item}}", over_time=True),),
        width,
        height,
        unit=unit.unit,
        options=line_options(),
        fields={"mappings": verdicts.mappings()} | unit.axis() | _reach(metric, series),
        overrides=(
            Override(VALUE, {"color": fixed(BLUE)}),
            Override(TARGET, _bound(NEUTRAL)),
            Override("/^warn /", _bound(AMBER, [2, 6])),
            Override("/^fail /", _bound(RED, [12, 8])),
            *([Override(worst_case(series), {"color": fixed(PURPLE)})] if series.worst else []),
        ),
    )


LINE: Json = {
    "drawStyle": "line",
    "lineInterpolation": "stepAfter",
    "lineWidth": 2,
    "fillOpacity": 0,
    "showPoints": "auto",
    "pointSize": 6,
    "spanNulls": False,
}


def fixed(colour: str) -> Json:
    """Return that colour for a whole series."""
    return {"mode": "fixed", "fixedColor": colour}


def _bound(colour: str, dash: Sequence[int] = ()) -> Json:
    """Return the options of a bound's line; the pattern tells it without its colour."""
    return {
        "color": fixed(colour),
        "custom.lineStyle": {"fill": "dash", "dash": list(dash)} if dash else {"fill": "solid"},
        "custom.fillOpacity": 0,
        "custom.lineWidth": 2 if dash else 1,
        "custom.showPoints": "never",
    }


def line_options() -> Json:
    """Return the options of a chart over time."""
    return {
        "legend": {
            "displayMode": "list",
            "placement": "bottom",
            "showLegend": True,
            "calcs": [],
        },
        "tooltip": {"mode": "multi", "sort": "none"},
    }


def _lines(metric: Metric, series: Judged) -> Iterator[str]:
    unit = shown(metric.unit)
    yield promql.named(unit.scale(promql.worst(metric, series)), VALUE)
    bound = select("release_metric_target", promql.identity(metric, series))
    yield promql.named(unit.scale(f"max by ({BY_RELEASE}) ({bound})"), TARGET)
    begins = select("release_metric_threshold", promql.identity(metric, series))
    each = unit.scale(f"max by ({BY_RELEASE}, verdict, side) ({begins})")
    yield f'label_join({each}, "item", " ", "verdict", "side")'
    if series.worst:
        worst = f"max by ({BY_RELEASE}) ({select(series.worst, series.labels)})"
        yield promql.named(unit.scale(worst), worst_case(series))


def _reach(metric: Metric, series: Judged) -> Json:
    """Return what the axis shows at least: a flat line at the target is no drama."""
    unit, size = metric.unit, shown(metric.unit).size
    bounds = [bound for band in series.bands for bound in band.range.bounds]
    low, high = min(0.0, *bounds) * _ROOM, max(bounds) * _ROOM or _FEW
    reach: Json = {}
    if isfinite(unit.high):
        # As much again below the lowest bound as above it: what is far below moves the axis.
        high, below = unit.high, min(bounds)
        low = max(unit.low, below - max(high - below, (high - unit.low) / 10))
        reach["max"] = high / size
    elif isfinite(unit.low):
        low = reach["min"] = unit.low / size
    return reach | {
        "custom": LINE | {"axisSoftMin": round(low / size, 6), "axisSoftMax": round(high / size, 6)}
    }
