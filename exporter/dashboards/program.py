"""The exporter as a program: its targets, configuration, dropped series, scrapes and resources.

Every exporter counts on its own, but none is named: of several, the worst is shown.
"""

from exporter.dashboards import promql, verdicts
from exporter.dashboards.model import Json, Override, Panel, Query
from exporter.dashboards.tables import Column, Table
from exporter.dashboards.tile import HIDDEN, stat_options
from exporter.dashboards.trend import LINE, line_options

# Which targets are exporters, also for a while after they stopped.
_OURS = "on (job, instance) last_over_time(release_exporter_build_info[1h])"

_YES_NO: Json = {
    "1": {"text": "✅ yes", "color": verdicts.GREEN, "index": 0},
    "0": {"text": "❌ no", "color": verdicts.RED, "index": 1},
}
_RELOAD = "release_exporter_config_last_reload"


def state(width: int, height: int) -> Panel:
    """Return whether it is up and its configuration was taken."""
    terms = (
        promql.named(f"min(up and {_OURS})", "every exporter up"),
        promql.named(f"min({_RELOAD}_successful)", "last reload good"),
        promql.named(f"time() - min({_RELOAD}_success_timestamp_seconds)", "last good reload"),
    )
    return Panel(
        "stat",
        "Exporter",
        "Whether Prometheus reaches every exporter, and whether the last load of the release files "
        "found all of them valid.",
        (Query(promql.either(terms), "{{item}}"),),
        width,
        height,
        options=stat_options(),
        fields={
            "color": HIDDEN,
            "mappings": [{"type": "value", "options": _YES_NO}, *verdicts.mappings()],
        },
        overrides=(Override("last good reload", {"unit": "s", "decimals": 0, "mappings": []}),),
    )


def files(width: int, height: int) -> Panel:
    """Return the validity of each release file."""
    options = {
        "mappings": [{"type": "value", "options": _YES_NO}],
        "custom.cellOptions": {"type": "color-background", "mode": "basic"},
        "custom.width": 110,
    }
    return Table(
        "Release files",
        "Whether each release file could be read and is valid; the status page names the mistake.",
        {"file": "File"},
        (Column("Valid", "min by (file) (release_config_file_valid)", options),),
        sort="Valid",
    ).panel(width, height)


def dropped(width: int, height: int) -> Panel:
    """Return the series that were not exposed."""
    return Table(
        "Dropped series",
        "Series that were there twice, or too many of one gauge in one release.",
        {"gauge": "Gauge"},
        (Column("Dropped", "max by (gauge) (release_exporter_dropped_series)"),),
    ).panel(width, height, none="None was dropped, or the exporter is silent")


def scrapes(width: int, height: int) -> Panel:
    """Return what a scrape costs."""
    took = f"max(scrape_duration_seconds and {_OURS})"
    count = f"max(scrape_samples_scraped and {_OURS})"
    return Panel(
        "timeseries",
        "Cost of a scrape",
        "How long a scrape takes, and how many samples it brings.",
        (
            Query(took, "duration", over_time=True),
            Query(count, "samples", over_time=True),
        ),
        width,
        height,
        unit="s",
        options=line_options(),
        fields={"min": 0, "custom": LINE | {"fillOpacity": 0}},
        overrides=(Override("samples", {"unit": "short", "custom.axisPlacement": "right"}),),
    )


def resources(width: int, height: int) -> Panel:
    """Return memory and processor of the exporter."""
    memory = f"max(process_resident_memory_bytes and {_OURS})"
    cpu = f"max(rate(process_cpu_seconds_total[$__rate_interval]) and {_OURS})"
    return Panel(
        "timeseries",
        "Memory and processor",
        "Resident memory of the serving process, and the share of one core that it takes.",
        (Query(memory, "memory", over_time=True), Query(cpu, "processor", over_time=True)),
        width,
        height,
        unit="bytes",
        options=line_options(),
        fields={"min": 0, "custom": LINE | {"fillOpacity": 0}},
        overrides=(
            Override("processor", {"unit": "percentunit", "custom.axisPlacement": "right"}),
        ),
    )
