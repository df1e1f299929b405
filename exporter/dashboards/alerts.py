"""The alerts that are firing, from Prometheus' own series of them."""

from exporter.alerting.links import Links
from exporter.dashboards import verdicts
from exporter.dashboards.links import of_alert
from exporter.dashboards.model import Panel
from exporter.dashboards.promql import select
from exporter.dashboards.tables import Column, Table

_SEVERITIES = {
    "critical": ("❌ critical", verdicts.RED),
    "warning": ("⚠️ warning", verdicts.AMBER),
    "info": ("✍️ info", verdicts.VIOLET),
}


def firing(links: Links, width: int, height: int) -> Panel:
    """Return the table; an alert leads to its runbook."""
    alerts = select("ALERTS", (("alertstate", "firing"),))
    by = "alertname, severity, metric, priority"
    words = {
        name: {"text": text, "color": colour, "index": index}
        for index, (name, (text, colour)) in enumerate(_SEVERITIES.items())
    }
    return Table(
        "Alerts firing",
        "The release's alerts that fire now; a click leads to the runbook. Alerts need the rules "
        "of this project in Prometheus.",
        {
            "severity": "Severity",
            "alertname": "Alert",
            "metric": "Metric",
            "priority": "Priority",
        },
        (Column("", f"count by ({by}) ({alerts})"),),
        sort="Severity",
        options={
            "Severity": {
                "mappings": [{"type": "value", "options": words}],
                "custom.cellOptions": {"type": "color-background", "mode": "basic"},
                "custom.width": 120,
            },
            "Alert": {"links": [of_alert(links)]},
        },
    ).panel(width, height, none="No alert fires, or no rules are loaded")
