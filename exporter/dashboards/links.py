"""Where the links of the views lead."""

from urllib.parse import quote

from exporter.alerting.bands import band_alerts
from exporter.alerting.definitions import Definition
from exporter.alerting.links import DETAILED, EXECUTIVE, HEALTH, Links
from exporter.catalog import Judged, Metric
from exporter.dashboards.model import Json

__all__ = ["DETAILED", "EXECUTIVE", "HEALTH", "PORTFOLIO"]

TAG = "release-exporter"
PORTFOLIO = "release-portfolio"

# In a data link, of the series that was clicked.
_OF_RELEASE = "${project:percentencode}/${release:percentencode}"
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
    return (
        between,
        _page("Runbooks", links.runbooks, "What to do about an alert"),
        _page("Status page", f"{links.exporter}/", "Every value with what it was computed from"),
    )


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
    """Return the links of a tile: its evidence, and a runbook for each alert of its metric."""
    pages = dict.fromkeys(alert.runbook for alert in band_alerts(Definition(metric, series)))
    return (
        evidence(links, metric.key(series)),
        *(_outside(f"Runbook: {page}", links.runbook(page)) for page in pages),
    )


def evidence(links: Links, key: str = "") -> Json:
    """Return the link to the sentence that says what a verdict's value was computed from.

    Without a key it leads to the release. The sentence is no label: it changes with every reading.
    """
    place = "/".join((_OF_RELEASE, *([quote(key, safe="")] if key else [])))
    return _outside("Evidence", f"{links.exporter}/#{place}")


def gate(links: Links) -> Json:
    """Return the link to the gate's document, with every reason and all that it was decided on."""
    return _outside("Every reason", f"{links.exporter}/api/v1/releases/{_OF_RELEASE}/gate")


def of_alert(links: Links) -> Json:
    """Return the link of a row of alerts."""
    return _outside("Runbook", links.runbook("${__data.fields.Alert}"))


def _outside(title: str, url: str) -> Json:
    return {"title": title, "url": url, "targetBlank": True}


def to_view(uid: str, title: str) -> Json:
    """Return the link of a row of a table to a view of its project and release."""
    fields = "&".join(
        f"var-{one.lower()}=${{__data.fields.{one}:percentencode}}"
        for one in ("Project", "Release")
    )
    return {"title": title, "url": f"/d/{uid}?{fields}&${{datasource:queryparam}}"}
