"""When verdicts begin to count, which alert rules need beside the gauges and verdicts."""

from collections.abc import Callable

from exporter.alerting.definitions import Definition
from exporter.judge import due_from
from exporter.release import Release

Add = Callable[..., None]


def add_alerting(add: Add, release: Release) -> None:
    """Add from when on each verdict counts."""
    for metric in release.metrics:
        begins = due_from(metric.due, release.plan)
        if begins is None or metric.due.phase is None:
            continue
        for series in metric.judged:
            add(
                "release_metric_due_timestamp_seconds",
                "From when on the metric's verdict counts; absent where that is always or never.",
                begins.timestamp(),
                **dict(Definition(metric, series).labels),
            )
