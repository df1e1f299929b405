"""Metrics that the catalog does not know: a release file's own, found by what the exporter tells.

Their gauges are looked up by the name in `release_metric_info`; a column for each kind of unit,
because a column has one unit.
"""

from exporter.catalog import CATALOG
from exporter.dashboards import promql, verdicts
from exporter.dashboards.model import Panel
from exporter.dashboards.promql import BY_METRIC, RELEASE
from exporter.dashboards.tables import VERDICT, Column, Table

_KNOWN = "|".join(metric.id for metric in CATALOG)
_GAUGE = "project, release, gauge"

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
        {"metric": "Metric", "title": "Title", "target": "Target"},
        (
            Column("Verdict", judged(), VERDICT),
            *(
                Column(kind, value(units), {"unit": unit})
                for kind, (units, unit) in KINDS.items()
            ),
        ),
        sort="Verdict",
    ).panel(width, height, none="The release file has no metrics of its own")


def judged() -> str:
    """Return the verdicts with metric, title and target."""
    info = _info("title", "target")
    joined = f"(\n{verdicts.verdict()}\n) * on ({BY_METRIC}) group_left (title, target) {info}"
    return f"max by (metric, title, target) ({joined})"


def value(units: str) -> str:
    """Return the values of the own metrics that are in one of the units, `a|b`."""
    named = f'label_replace({{__name__=~"release_.+", {RELEASE}}}, "gauge", "$1", "__name__", "(.+)")'
    info = _info("title", "target", "gauge", f'unit=~"{units}"')
    return (
        f"max by (metric, title, target) (\n{info}\n"
        f"* on ({_GAUGE}) group_left () max by ({_GAUGE}) ({named})\n)"
    )


def _info(*names: str) -> str:
    labels = [name for name in names if "=" not in name]
    scope = ", ".join((RELEASE, f'metric!~"{_KNOWN}"', *(one for one in names if "=" in one)))
    return promql.one_info((), BY_METRIC, *labels, scope=scope)
