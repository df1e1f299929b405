"""The sources of a release: freshness against limits, errors, rejections, durations."""

from exporter.dashboards.missing import AGE, STATE
from exporter.dashboards.model import Panel, Query
from exporter.dashboards.promql import select
from exporter.dashboards.tables import Column, Table
from exporter.dashboards.trend import LINE, line_options


def states(width: int, height: int) -> Panel:
    """Return the table of all sources."""

    def latest(what: str) -> str:
        return f"max by (source) ({select(f'release_source_{what}')})"

    rejected = f"sum by (source) (max by (source, reason) ({_rejected()}))"
    return Table(
        "Sources",
        "Each source's last run, the age of its last good run and of its newest fact beside their "
        "limits, how long it took, and how many items were read and rejected.",
        {"source": "Source"},
        (
            Column("State", f"min by (source) ({select('release_source_up')})", STATE),
            Column("Last good run", f"time() - {latest('last_success_timestamp_seconds')}", AGE),
            Column("Limit", latest("max_age_seconds"), AGE),
            Column("Facts", f"time() - {latest('facts_timestamp_seconds')}", AGE),
            Column("Facts' limit", latest("facts_max_age_seconds"), AGE),
            Column("Duration", latest("duration_seconds"), {"unit": "s"}),
            Column("Read", latest("items_read")),
            Column("Rejected", rejected),
        ),
        sort="Source",
    ).panel(width, height)


def _rejected() -> str:
    return select("release_source_items_rejected")


def rejections(width: int, height: int) -> Panel:
    """Return the table of rejected items by reason."""
    name = f'label_join({_rejected()}, "name", " · ", "source", "reason")'
    return Table(
        "Rejected items",
        "Items that the last good run did not count, by source and reason; the status page and the "
        "log name file and position.",
        {"name": "Source and reason"},
        (Column("Items", f"max by (name) ({name})"),),
        sort="Items",
        descending=True,
    ).panel(width, height, none="Nothing was rejected, or no source was read")


def errors(width: int, height: int) -> Panel:
    """Return failed runs by source and class over time."""
    total = select("release_source_errors_total")
    return Panel(
        "timeseries",
        "Failed runs by class",
        "Failed runs of each source in each interval, by the class of the error.",
        (
            Query(
                f"sum by (source, class) (increase({total}[$__rate_interval])) > 0",
                "{{source}}: {{class}}",
                over_time=True,
            ),
        ),
        width,
        height,
        unit="short",
        options=line_options(),
        fields={
            "min": 0,
            "custom": LINE | {"drawStyle": "bars", "fillOpacity": 70},
            "noValue": "No run failed in this time, or none is known",
        },
    )


def durations(width: int, height: int) -> Panel:
    """Return how long each source's run took over time."""
    duration = select("release_source_duration_seconds")
    return Panel(
        "timeseries",
        "Duration of runs",
        "How long the last run of each source took.",
        (Query(f"max by (source) ({duration})", "{{source}}", over_time=True),),
        width,
        height,
        unit="s",
        options=line_options(),
        fields={"min": 0, "custom": LINE | {"fillOpacity": 0}},
    )


def ages(width: int, height: int) -> Panel:
    """Return the age of the last good runs as a share of their limits over time."""
    read = select("release_source_last_success_timestamp_seconds")
    limit = select("release_source_max_age_seconds")
    share = f"(time() - max by (source) ({read})) / max by (source) ({limit})"
    return Panel(
        "timeseries",
        "Age of the last good run, as a share of its limit",
        "At 100 % the source's values are withdrawn and its metrics become unknown.",
        (Query(share, "{{source}}", over_time=True),),
        width,
        height,
        unit="percentunit",
        options=line_options(),
        fields={
            "min": 0,
            "custom": LINE
            | {"fillOpacity": 0, "axisSoftMax": 1, "thresholdsStyle": {"mode": "dashed"}},
            "thresholds": {
                "mode": "absolute",
                "steps": [{"color": "transparent", "value": None}, {"color": "red", "value": 1}],
            },
        },
    )
