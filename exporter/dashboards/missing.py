"""Why a number is missing: each metric without a verdict beside the state of its source."""

from exporter.dashboards import promql, verdicts
from exporter.dashboards.model import Json, Panel
from exporter.dashboards.promql import BY_METRIC, BY_RELEASE, select
from exporter.dashboards.tables import VERDICT, Column, Table

_SOURCE = f"{BY_RELEASE}, source"

STATES = {
    "1": {"text": "✅ up", "color": verdicts.GREEN, "index": 0},
    "0": {"text": "❌ failing", "color": verdicts.RED, "index": 1},
}
STATE: Json = {
    "mappings": [{"type": "value", "options": STATES}, *verdicts.mappings()],
    "custom.cellOptions": {"type": "color-background", "mode": "basic"},
    "custom.width": 110,
}
AGE: Json = {"unit": "s", "decimals": 1}


def unknown(width: int, height: int) -> Panel:
    """Return the table of the metrics whose verdict is unknown."""
    return Table(
        "Why is this number missing?",
        "Every metric whose verdict is unknown: its source, whether that source's last run was "
        "good, and how old its last good run and its facts are beside their limits. What is older "
        "than its limit is withdrawn. A source without a state is not in the release file.",
        {"name": "Metric and source"},
        (
            Column("Verdict", _of_metric(verdicts.UNKNOWN.code), VERDICT),
            Column("Source", _of_source("release_source_up"), STATE),
            Column("Last good run", _age("last_success_timestamp_seconds"), AGE),
            Column("Limit", _of_source("release_source_max_age_seconds"), AGE),
            Column("Facts", _age("facts_timestamp_seconds"), AGE),
            Column("Facts' limit", _of_source("release_source_facts_max_age_seconds"), AGE),
        ),
        sort="Metric and source",
    ).panel(
        width, height, none="No verdict is unknown, or the exporter says nothing: see its state"
    )


def _missing() -> str:
    """Return the unknown metrics with title and source."""
    series = select("release_metric_verdict", (("verdict", "unknown"),))
    info = promql.one_info((), BY_METRIC, "title", "source")
    is_unknown = f"max by ({BY_METRIC}) ({series} == 1)"
    return f"{is_unknown} * on ({BY_METRIC}) group_left (title, source) {info}"


def _of_metric(code: int) -> str:
    return _named(f"{_missing()} * {code}")


def _of_source(gauge: str) -> str:
    return _joined(f"max by ({_SOURCE}) ({select(gauge)})")


def _age(what: str) -> str:
    return _joined(f"time() - max by ({_SOURCE}) ({select(f'release_source_{what}')})")


def _joined(of_source: str) -> str:
    return _named(f"({_missing()}) * on ({_SOURCE}) group_left () ({of_source})")


def _named(expr: str) -> str:
    joined = f'label_join({expr}, "name", " · ", "metric", "priority", "title", "source")'
    return f"max by (name) ({joined})"
