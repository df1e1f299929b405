"""Alertmanager's inhibition: which alert makes which other one needless to send."""

from typing import Any

INHIBITIONS: tuple[dict[str, Any], ...] = (
    # A metric that fails need not be said to warn. Without `metric` among the labels, two alerts
    # that both lack it would count as the same metric.
    {
        "source_matchers": ['severity="critical"', 'metric!=""'],
        "target_matchers": ['severity="warning"', 'metric!=""'],
        "equal": ["project", "release", "metric", "priority"],
    },
)
