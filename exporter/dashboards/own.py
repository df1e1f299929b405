"""Metrics that the catalog does not know: a release file's own, found by what the exporter tells.

Their gauges are looked up by the name in `release_metric_info`; a column for each kind of unit,
because a column has one unit.
"""

from exporter.catalog import CATALOG
from exporter.config.overrides import RESERVED
from exporter.dashboards import promql, verdicts
from exporter.dashboards.model import Override, Panel, Query
from exporter.dashboards.promql import BY_METRIC, RELEASE, either
from exporter.dashboards.tables import VERDICT, Column, Table
from exporter.dashboards.trend import LINE, line_options
from exporter.series import SUPPORTING

_KNOWN = "|".join(metric.id for metric in CATALOG)
_NONE = "The release file has no metrics of its own"
_GAUGE = "project, release, gauge"
# What is exposed beside own metrics: to look through all of it over days would take seconds.
_OTHERS = "|".join(
    (
        RESERVED.pattern,
        "release_rules_info",
        *sorted({one.gauge for one in CATALOG} | set(SUPPORTING)),
    )
)

KINDS = {
    "Share": ("percent", "percentunit"),
    "Time": ("milliseconds|hours|days", "s"),
    "Number": ("count|number|score|points", "none"),
}


def table(width: int, height: int) -> Panel:
    """Return the table of the release's own metrics."""
    return Table(
        "This release's own metrics",
        "Metrics of the release file that are not in the catalog: verdict, target and value.",
        {"name": "Metric, title, target"},
        (
            Column("Verdict", judged(), VERDICT),
            *(Column(kind, value(units), {"unit": unit}) for kind, (units, unit) in KINDS.items()),
        ),
        sort="Verdict",
    ).panel(width, height, none=_NONE)


def trend(width: int, height: int) -> Panel:
    """Return the values over time; an axis for each kind of unit."""
    values = (
        f'label_replace({value(units)}, "kind", "{kind.lower()}", "", "")'
        for kind, (units, _) in KINDS.items()
    )
    return Panel(
        "timeseries",
        "Own metrics over time",
        "The values of the release's own metrics, each on the axis of its unit.",
        (Query(either(values), "{{name}} ({{kind}})", over_time=True),),
        width,
        height,
        options=line_options(),
        fields={"custom": LINE, "noValue": _NONE},
        overrides=tuple(
            Override(rf"/\({kind.lower()}\)$/", {"unit": unit}) for kind, (_, unit) in KINDS.items()
        ),
    )


def judged() -> str:
    """Return the verdicts with metric, title and target."""
    info = _info("title", "target")
    joined = f"(\n{verdicts.verdict()}\n) * on ({BY_METRIC}) group_left (title, target) {info}"
    return _one_name(joined)


def value(units: str) -> str:
    """Return the values of the own metrics that are in one of the units, `a|b`."""
    gauges = f'{{__name__=~"release_.+", __name__!~"{_OTHERS}", {RELEASE}}}'
    named = f'label_replace({gauges}, "gauge", "$1", "__name__", "(.+)")'
    info = _info("title", "target", "gauge", f'unit=~"{units}"')
    return _one_name(f"{info}\n* on ({_GAUGE}) group_left () max by ({_GAUGE}) ({named})")


def _one_name(expr: str) -> str:
    """Return the series by one label that names, titles and tells the target."""
    joined = f'label_join({expr}, "name", " · ", "metric", "title", "target")'
    return f"max by (name) ({joined})"


def _info(*names: str) -> str:
    labels = [name for name in names if "=" not in name]
    scope = ", ".join((RELEASE, f'metric!~"{_KNOWN}"', *(one for one in names if "=" in one)))
    return promql.one_info((), BY_METRIC, *labels, scope=scope)
