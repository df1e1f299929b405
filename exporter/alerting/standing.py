"""Recording rules that remember: the newest value on which a verdict stands, through every gap.

A plain comparison resolves when its gauge is withdrawn, when the exporter dies and when Prometheus
restarts. These series have no label that may change (job, instance, scope), so that the newest
sample of each is the newest there is; each is recorded anew from itself while nothing fresh comes.
"""

from collections.abc import Iterator, Sequence

from exporter.alerting.definitions import Definition
from exporter.alerting.promql import inside, select
from exporter.alerting.reach import Reach, reaches, rising
from exporter.alerting.rules import Record
from exporter.bands import Band
from exporter.model import Labels, Verdict
from exporter.plan import DAY

# For how long Prometheus may have been off, and how long a release is watched on after its
# exporter is no target any more. While the exporter is a target and down, there is no end.
HOLD = "7d"

SEEN = "project_release_instance:release_info:seen"
WATCHED = "project_release:release_info:watched"
DUE = "project_release_metric:release_metric_due:standing"
WAIVED = "project_release_metric:release_waiver_expiry_timestamp_seconds:standing"

RELEASE = "(project, release)"
METRIC = "(project, release, metric, priority)"
TARGET = "(project, release, job, instance)"
EXPORTER = "(job, instance)"
INSTANCE = "(project, release, metric, priority, job, instance)"

_GRACE = int(DAY.total_seconds())


def held(name: str, labels: Labels = ()) -> str:
    """Return the newest sample of a series within the hold."""
    return f"last_over_time({select(name, labels)}[{HOLD}])"


def common() -> list[Record]:
    """Return the records that every alert of a metric stands on, in the order of evaluation."""
    return [_seen(), _watched(), _due(), _waived()]


def _seen() -> Record:
    """When each instance last exposed each release; kept while it is a target and down."""
    return Record(
        SEEN,
        # To some long-term stores a series that has ended still has a time, but no value.
        f"max by {TARGET} (timestamp(release_info) and release_info)\n"
        f"or\n({held(SEEN)} and on (job, instance) up == 0)",
    )


def _watched() -> Record:
    """1 for a release that is exposed, 0 for one whose exporter is silent; none for one that ended.

    A release has ended when who exposed it last is up, has no bad release file, and exposes it no
    more: it was closed, or taken out.
    """
    return Record(
        WATCHED,
        f"max by {RELEASE} (release_info)\n"
        "or\n"
        f"0 * max by {RELEASE} (\n"
        f"  ({held(SEEN)} == on {RELEASE} group_left () max by {RELEASE} ({held(SEEN)}))\n"
        "  unless on (job, instance) release_exporter_config_last_reload_successful == 1\n"
        ")",
    )


def _due() -> Record:
    """1 while a metric is due; 0 while it has no data in its grace: what fired then goes on."""
    begun = "release_metric_due_timestamp_seconds"
    return Record(
        DUE,
        f"max by {METRIC} (release_metric_due) == 1\n"
        "or\n"
        f"0 * max by {METRIC} ({begun} <= time() and {begun} > time() - {_GRACE})\n"
        "or\n"
        f"({held(DUE)} and on {RELEASE} {WATCHED} == 0)",
    )


def _waived() -> Record:
    """When the waiver of a verdict ends; it stands while its release is silent, never longer."""
    gauge = "release_waiver_expiry_timestamp_seconds"
    return Record(
        WAIVED,
        f"min by {METRIC} (max by {INSTANCE} ({gauge}))\n"
        f"or\n({held(WAIVED)} and on {RELEASE} {WATCHED} == 0)",
    )


def judged_name(gauge: str) -> str:
    """Return the series that holds the newest value of a gauge on which a verdict stands."""
    return f"project_release:{gauge}:judged"


def judged(definition: Definition, gauge: str) -> Record:
    """Return the record of the newest acceptable value while the metric is due.

    Of several instances or scopes the worst counts. Of two gauges of one metric, which come from
    one reading, the absence of one beside the other is news, not a gap.
    """
    name, labels = judged_name(gauge), definition.labels
    kept = held(name, labels)
    for other in _siblings(definition, gauge):
        kept = f"({kept} unless on {RELEASE} {select(other, definition.series.labels)})"
    return Record(
        name,
        f"(\n  {worst(definition, gauge)}\n  or on {RELEASE}\n  {kept}\n)\n"
        f"and on {RELEASE} {select(DUE, labels)}",
        dict(labels),
    )


def gauges(definition: Definition) -> tuple[str, ...]:
    """Return the gauges that are held against the bands: the metric's, and its worst case's."""
    worst_case = (definition.series.worst,) if definition.series.worst else ()
    return (definition.metric.gauge, *worst_case)


def worst(definition: Definition, gauge: str) -> str:
    """Return the worst fresh value of each release, of those with enough observations."""
    fresh, bands = acceptable(definition, gauge), definition.series.bands
    direction = rising(bands)
    if direction is not None:
        return f"{'max' if direction else 'min'} by {RELEASE} ({fresh})"
    terms = (inside(f"({fresh})", where) for where in _from_the_worst(bands) if where)
    return f"\n  or on {RELEASE} ".join(f"max by {RELEASE} ({term})" for term in terms)


def _from_the_worst(bands: Sequence[Band]) -> Iterator[Reach]:
    """Yield where values fail, where they warn, and where they pass."""
    parts = list(zip(bands, reaches(bands), strict=True))
    for verdict in (Verdict.FAIL, Verdict.WARN, Verdict.PASS):
        yield tuple(one for band, reach in parts if band.verdict is verdict for one in reach)


def acceptable(definition: Definition, gauge: str) -> str:
    """Return the fresh series with enough observations; of a single worst case none are asked."""
    fresh = definition.scope.select(gauge, definition.series.labels)
    if gauge != definition.metric.gauge:
        return fresh
    n = select("release_metric_observations", definition.labels)
    if definition.minimum_n > 1:
        return f"{fresh} and on {TARGET} {n} >= {definition.minimum_n}"
    # Not every source counts; where none is told, one is meant.
    return f"{fresh} unless on {TARGET} {n} < 1"


def _siblings(definition: Definition, gauge: str) -> tuple[str, ...]:
    return tuple(one for one in gauges(definition) if one != gauge)
