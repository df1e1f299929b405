"""Detailed Tracking: how each number came about, by category."""

from collections.abc import Iterator, Sequence

from exporter.alerting.links import DEFAULTS, Links
from exporter.catalog import CATALOG, Judged, Metric
from exporter.dashboards import alerts, annotations, links, own, parts, variables, verdicts
from exporter.dashboards.header import header
from exporter.dashboards.model import COLUMNS, Dashboard, Item, Panel, Query, Row
from exporter.dashboards.part import Part
from exporter.dashboards.process import community
from exporter.dashboards.tile import tile
from exporter.dashboards.trend import trend

# The user's categories, by the letters that ids begin with.
CATEGORIES = {
    "QM": "Quality Metrics Detail",
    "EM": "Engagement Metrics Detail",
    "PM": "Performance and Process Metrics Detail",
}
OTHERS = "Other Metrics Detail"

_HEIGHT = 6
# Percent: the words and icons in a bar of its verdict's colour can be read in both themes.
STATE_OPACITY = 45
# Each asks for all verdicts at once; of the six days that are shown first, one an hour.
_STATES = 144
_TILE, _TREND = 5, 10
_REST = COLUMNS - _TILE - _TREND


def dashboard(site: Links = DEFAULTS, catalog: Sequence[Metric] = CATALOG) -> Dashboard:
    """Return the view."""
    return Dashboard(
        links.DETAILED,
        "Release: Detailed Tracking",
        "How each number of a release came about: trend, target, parts and age.",
        (*header(), *_now(site), *_categories(catalog, site), *_own()),
        variables.of_release(),
        links.views(site),
        since="now-6d",
        annotations=annotations.of_release(),
    )


def _now(site: Links) -> tuple[Item, ...]:
    return (Row("Verdicts and alerts"), _verdicts(), alerts.firing(site, 10, 10))


def _verdicts() -> Panel:
    return Panel(
        "state-timeline",
        "Verdicts over time",
        "The exporter's verdict on every metric at each time: by the release's own bands, due or "
        "not, with waivers.",
        (Query(verdicts.verdict(), "{{metric}} {{priority}}", over_time=True),),
        14,
        10,
        options={
            "mergeValues": True,
            "showValue": "auto",
            "rowHeight": 0.85,
            "alignValue": "left",
            "legend": {"displayMode": "list", "placement": "bottom", "showLegend": False},
            "tooltip": {"mode": "single", "sort": "none"},
        },
        fields={
            "mappings": verdicts.mappings(verdicts.SIGNS),
            "custom": {"fillOpacity": STATE_OPACITY, "lineWidth": 0, "spanNulls": False},
        },
        points=_STATES,
    )


def _categories(catalog: Sequence[Metric], site: Links) -> Iterator[Item]:
    for prefix, title in {**CATEGORIES, "": OTHERS}.items():
        found = [metric for metric in catalog if _category(metric) == prefix]
        if found:
            yield Row(title)
        for metric in sorted(found, key=lambda one: one.id):
            yield from _of_metric(metric, site)


def _category(metric: Metric) -> str:
    prefix = metric.id.partition("-")[0]
    return prefix if prefix in CATEGORIES else ""


def _of_metric(metric: Metric, site: Links) -> Iterator[Item]:
    part = parts.PARTS.get(metric.id)
    for place, series in enumerate(metric.judged):
        yield from _of_series(metric, series, part if place == 0 else None, site)


def _of_series(metric: Metric, series: Judged, part: Part | None, site: Links) -> Iterator[Item]:
    height = part.height if part else _HEIGHT
    yield tile(metric, series, site, (_TILE, height), tall=True)
    yield trend(metric, series, width=_TREND if part else _TREND + _REST, height=height)
    if part:
        yield part.panel(_REST, height)
    if metric.id == "EM-5":
        yield community(COLUMNS, 3)


def _own() -> tuple[Item, ...]:
    return (Row("This release's own metrics"), own.table(12, 7), own.trend(12, 7))
