"""Bars by day: of the beta, or from the publication."""

from exporter.dashboards.model import Json, Override, Panel, Query
from exporter.dashboards.part import Part
from exporter.dashboards.promql import select
from exporter.dashboards.trend import BLUE, PURPLE, fixed

_CLEAN: tuple[Json, ...] = (
    {"id": "organize", "options": {"excludeByName": {"Time": True}, "renameByName": {}}},
)


def by_day(title: str, description: str, gauge: str, unit: str = "none", **fields: object) -> Part:
    """Return bars by day of the beta."""

    def panel(width: int, height: int) -> Panel:
        return Panel(
            "barchart",
            title,
            description,
            (Query(f"max by (day) ({select(gauge)})", table=True),),
            width,
            height,
            unit=unit,
            options=_bars("day"),
            fields={"color": fixed(BLUE), "min": 0, "custom": {"fillOpacity": 80, "axisSoftMax": 1}}
            | fields,
            overrides=(Override("Value", {"displayName": title}),),
            transformations=(
                {"id": "sortBy", "options": {"fields": {}, "sort": [{"field": "day"}]}},
                *_CLEAN,
            ),
        )

    return Part(panel)


def _bars(label: str) -> Json:
    return {
        "xField": label,
        "orientation": "auto",
        "showValue": "always",
        "barWidth": 0.8,
        "groupWidth": 0.7,
        "stacking": "none",
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": False, "calcs": []},
        "tooltip": {"mode": "single", "sort": "none"},
        "xTickLabelSpacing": 0,
    }


def downloads(width: int, height: int) -> Panel:
    """Return the downloads of each day and how many there were until then."""
    daily = f"max by (day, scope) ({select('release_downloads_daily')})"
    cumulate: Json = {
        "mode": "cumulativeFunctions",
        "cumulative": {"field": "Value", "reducer": "sum"},
        "alias": "cumulative",
        "replaceFields": False,
    }
    return Panel(
        "barchart",
        "Downloads by day and cumulative",
        "Complete UTC days from publication; of this version, or of the package where the registry "
        "counts by package only.",
        (Query(daily, table=True),),
        width,
        height,
        options=_bars("day")
        | {"legend": {"displayMode": "list", "placement": "bottom", "showLegend": True}},
        fields={"min": 0, "decimals": 0, "custom": {"fillOpacity": 80}},
        overrides=(
            Override("Value", {"displayName": "by day", "color": fixed(BLUE)}),
            Override("cumulative", {"color": fixed(PURPLE)}),
        ),
        transformations=(
            {"id": "sortBy", "options": {"fields": {}, "sort": [{"field": "day"}]}},
            {"id": "calculateField", "options": cumulate},
            *_CLEAN,
        ),
    )
