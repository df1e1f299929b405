"""A tile: value, target, verdict and age of one judged series."""

from collections.abc import Iterator

from exporter.alerting.links import Links
from exporter.bands import target_range
from exporter.catalog import Judged, Metric
from exporter.dashboards import promql, verdicts
from exporter.dashboards.links import of_metric
from exporter.dashboards.model import Json, Override, Panel, Query
from exporter.dashboards.promql import BY_RELEASE, select
from exporter.dashboards.units import Shown, shown
from exporter.model import Labels

VALUE, N, AGE = "value", "n", "age"
TARGET = "target $1"

# Of name and value; what fits into the height of a tile.
SIZES = (12, 22)

_TALL: Json = {
    "orientation": "horizontal",
    "wideLayout": True,
    "text": {"titleSize": 14, "valueSize": 18},
}

HIDDEN = {"mode": "fixed", "fixedColor": verdicts.PLAIN}


def tile(
    metric: Metric, series: Judged, links: Links, size: tuple[int, int], *, tall: bool = False
) -> Panel:
    """Return the tile; what is missing, stale or withdrawn reads N/A and unknown, never the last.

    The value is its gauge's at this moment. The verdict is the exporter's own: it alone knows what
    is due, unknown or judged by bands of the release's own file. A `tall` tile has its items one
    below the other, with n among them.
    """
    unit = shown(metric.unit)
    return Panel(
        "stat",
        series.title,
        describe(metric, series),
        (Query(expression(metric, series, with_n=tall), legend="{{item}}"),),
        *size,
        unit=unit.unit,
        options=stat_options() | (_TALL if tall else {}),
        fields={"color": HIDDEN, "mappings": _of_value(unit)} | unit.fields(),
        overrides=OVERRIDES,
        links=of_metric(metric, series, links),
    )


def stat_options(mode: str = "value_and_name", sizes: tuple[int, int] | None = SIZES) -> Json:
    """Return the options of numbers side by side, each of this moment, without a line behind it.

    `sizes` are those of name and value in pixels; without them the texts fill their place.
    """
    text = {"titleSize": sizes[0], "valueSize": sizes[1]} if sizes else {}
    return {
        "text": text,
        "colorMode": "background_solid",
        "graphMode": "none",
        "justifyMode": "center",
        "orientation": "vertical",
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        "showPercentChange": False,
        "textMode": mode,
        "wideLayout": False,
    }


def expression(metric: Metric, series: Judged, *, with_n: bool) -> str:
    """Return the items in the order in which they stand."""
    return promql.either(_items(metric, series, with_n=with_n))


def describe(metric: Metric, series: Judged) -> str:
    """Return what is measured, by whom, and what each band means."""
    bands = "; ".join(f"{band.verdict}: {band.text}" for band in series.bands)
    worst = (
        f" The {worst_case(series)} is held against the same bands: the worse verdict counts."
        if series.worst
        else ""
    )
    return (
        f"{metric.key(series)}. {metric.help} Source: {metric.source}. Bands, the best first: "
        f"{bands}.{worst} Without an acceptable value it reads N/A."
    )


def worst_case(series: Judged) -> str:
    """Return what the second gauge is called: `oldest open bug`."""
    return series.worst.removeprefix("release_").removesuffix("_seconds").replace("_", " ")


def _items(metric: Metric, series: Judged, *, with_n: bool) -> Iterator[str]:
    unit, about = shown(metric.unit), promql.identity(metric, series)
    value = unit.scale(promql.worst(metric, series))
    if unit.step:
        value = promql.beside_target(target_range(series.bands), value, unit.step)
    info = f"max by ({BY_RELEASE}) ({select('release_metric_info', about)})"
    # Not a number, so that the tile has a place that says N/A; it compares with nothing.
    yield promql.named(f"({value} or {info} * NaN)", VALUE)
    if series.worst:
        worst = f"max by ({BY_RELEASE}) ({select(series.worst, series.labels)})"
        yield promql.named(unit.scale(worst), worst_case(series))
    yield _target(about)
    if with_n:
        observations = select("release_metric_observations", about)
        yield promql.named(f"max by ({BY_RELEASE}) ({observations})", N)
    observed = select("release_metric_observed_timestamp_seconds", about)
    yield promql.named(f"time() - min by ({BY_RELEASE}) ({observed})", AGE)


def _target(about: Labels) -> str:
    """Return the verdict under the name of the target: a release's own, where its file has one."""
    code = verdicts.verdict(about, BY_RELEASE)
    info = promql.one_info(about, BY_RELEASE, "target")
    joined = f"(\n{code}\n) * on ({BY_RELEASE}) group_left (target) {info}"
    return f'label_replace({joined}, "item", "{TARGET}", "target", "(.*)")'


def _of_value(unit: Shown) -> list[Json]:
    words = {
        str(value): {"text": text, "index": place} for place, (value, text) in enumerate(unit.words)
    }
    said = [{"type": "value", "options": words}] if words else []
    return [*said, *verdicts.mappings()]


OVERRIDES = (
    Override(
        "/^target/", {"unit": "none", "mappings": verdicts.mappings(verdicts.SIGNS), "decimals": 0}
    ),
    Override(N, {"unit": "none", "decimals": 0, "mappings": []}),
    Override(AGE, {"unit": "s", "decimals": 1, "mappings": []}),
)
