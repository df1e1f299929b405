"""The series that follow from how a release judges its metrics, and from nothing that was read."""

from collections.abc import Callable

from exporter.alerting.definitions import Definition, fingerprint
from exporter.catalog import Judged, Metric
from exporter.exposition.thresholds import add_thresholds
from exporter.release import Release

Add = Callable[..., None]


def add_definitions(add: Add, release: Release) -> None:
    """Add each verdict's names, target and thresholds, and what tells its alert rules apart."""
    for metric in release.metrics:
        for series in metric.judged:
            _definition(add, metric, series)
    add(
        "release_rules_info",
        "Hash of everything that the alert rules of the release derive from.",
        1,
        hash=fingerprint(release.metrics, release.minimum_n),
    )


def same_definitions(one: Release, other: Release) -> bool:
    """Tell whether all of these series are the same for both."""
    return one.id == other.id and one.metrics == other.metrics and one.minimum_n == other.minimum_n


def _definition(add: Add, metric: Metric, series: Judged) -> None:
    labels = dict(Definition(metric, series).labels)
    add(
        "release_metric_target",
        "Bound of the metric's target, in the gauge's unit.",
        metric.target_value(series),
        **labels,
    )
    add_thresholds(add, series.bands, labels)
    add(
        "release_metric_info",
        "What a metric is called, where it belongs, its source and its gauge.",
        1,
        source=metric.source,
        title=metric.title,
        tier=metric.tier.value,
        gauge=metric.gauge,
        unit=metric.unit.name,
        target=metric.target(series),
        **labels,
    )
