"""Where the links of the views lead."""

from exporter.alerting.bands import band_alerts
from exporter.alerting.definitions import Definition
from exporter.alerting.links import DETAILED, EXECUTIVE, HEALTH, Links
from exporter.catalog import Judged, Metric
from exporter.dashboards.model import Json

__all__ = ["DETAILED", "EXECUTIVE", "HEALTH", "PORTFOLIO"]

TAG = "release-exporter"
PORTFOLIO = "release-portfolio"

# In a data link, of the series that was clicked.
TRACKER = "https://github.com/${__field.labels.repository}/issues"


def views(links: Links) -> tuple[Json, ...]:
    """Return the links between the views, which keep project, release and time, and to runbooks."""
    between = {
        "type": "dashboards",
        "title": "Release views",
        "tags": [TAG],
        "asDropdown": False,
        "includeVars": True,
        "keepTime": True,
        "targetBlank": False,
        "icon": "external link",
        "tooltip": "The other views of the same release",
        "url": "",
    }
    return (between, _page("Runbooks", links.runbooks, "What to do about an alert"))


def _page(title: str, url: str, tooltip: str) -> Json:
    return {
        "type": "link",
        "title": title,
        "url": url,
        "tooltip": tooltip,
        "icon": "doc",
        "tags": [],
        "asDropdown": False,
        "includeVars": False,
        "keepTime": False,
        "targetBlank": True,
    }


def of_metric(metric: Metric, series: Judged, links: Links) -> tuple[Json, ...]:
    """Return the links of a tile: a runbook for each alert of its metric."""
    pages = dict.fromkeys(alert.runbook for alert in band_alerts(Definition(metric, series)))
    return tuple(_runbook(f"Runbook: {page}", links.runbook(page)) for page in pages)


def of_alert(links: Links) -> Json:
    """Return the link of a row of alerts."""
    return _runbook("Runbook", links.runbook("${__data.fields.Alert}"))


def _runbook(title: str, url: str) -> Json:
    return {"title": title, "url": url, "targetBlank": True}


def to_view(uid: str, title: str) -> Json:
    """Return the link of a row of a table to a view of its project and release."""
    fields = "&".join(
        f"var-{one.lower()}=${{__data.fields.{one}:percentencode}}"
        for one in ("Project", "Release")
    )
    return {"title": title, "url": f"/d/{uid}?{fields}&${{datasource:queryparam}}"}
