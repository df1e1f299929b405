"""A trend: one judged series over time beside its target, and the worst case where there is one."""

from collections.abc import Iterator
from math import isfinite

from exporter.bands import target_range
from exporter.catalog import Judged, Metric
from exporter.dashboards import promql, verdicts
from exporter.dashboards.model import Json, Override, Panel, Query
from exporter.dashboards.promql import BY_RELEASE, select
from exporter.dashboards.tile import describe, worst_case
from exporter.dashboards.units import shown

VALUE, TARGET = "value", "target"

# How far up a count goes whose target is none.
_FEW = 5

BLUE, PURPLE = "#3d71d9", "#8f3bb8"


def trend(metric: Metric, series: Judged, *, width: int, height: int) -> Panel:
    """Return the panel; the target is the release's own at each time, so that it moves with it."""
    unit = shown(metric.unit)
    return Panel(
        "timeseries",
        f"{series.title} over time",
        f"{describe(metric, series)} The dashed line is the target's bound.",
        (Query(promql.either(_lines(metric, series)), "{{item}}", over_time=True),),
        width,
        height,
        unit=unit.unit,
        options=line_options(),
        fields=unit.fields() | _reach(metric, series),
        overrides=(
            Override(VALUE, {"color": fixed(BLUE)}),
            Override(TARGET, DASHED),
            *([Override(worst_case(series), {"color": fixed(PURPLE)})] if series.worst else []),
        ),
    )


LINE: Json = {
    "drawStyle": "line",
    "lineInterpolation": "stepAfter",
    "lineWidth": 2,
    "fillOpacity": 8,
    "showPoints": "auto",
    "pointSize": 6,
    "spanNulls": False,
}


def fixed(colour: str) -> Json:
    """Return that colour for a whole series."""
    return {"mode": "fixed", "fixedColor": colour}


DASHED: Json = {
    "color": fixed(verdicts.RED),
    "custom.lineStyle": {"fill": "dash", "dash": [10, 8]},
    "custom.fillOpacity": 0,
    "custom.lineWidth": 2,
    "custom.showPoints": "never",
}


def line_options() -> Json:
    """Return the options of a chart over time."""
    return {
        "legend": {
            "displayMode": "list",
            "placement": "bottom",
            "showLegend": True,
            "calcs": ["lastNotNull"],
        },
        "tooltip": {"mode": "multi", "sort": "none"},
    }


def _lines(metric: Metric, series: Judged) -> Iterator[str]:
    unit = shown(metric.unit)
    yield promql.named(unit.scale(promql.worst(metric, series)), VALUE)
    bound = select("release_metric_target", promql.identity(metric, series))
    yield promql.named(unit.scale(f"max by ({BY_RELEASE}) ({bound})"), TARGET)
    if series.worst:
        worst = f"max by ({BY_RELEASE}) ({select(series.worst, series.labels)})"
        yield promql.named(unit.scale(worst), worst_case(series))


def _reach(metric: Metric, series: Judged) -> Json:
    """Return what the axis shows at least: a flat line at the target is no drama."""
    unit, size = metric.unit, shown(metric.unit).size
    bounds = [bound / size for bound in target_range(series.bands).bounds]
    reach: Json = {"custom": LINE | {"axisSoftMax": 1.5 * max(bounds) or _FEW}}
    if isfinite(unit.low):
        reach["min"] = unit.low / size
    else:
        reach["custom"]["axisSoftMin"] = 1.5 * min(0.0, *bounds)
    if isfinite(unit.high):
        reach["max"] = unit.high / size
    return reach
