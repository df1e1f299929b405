"""Where the links of the views lead."""

from exporter.catalog import Judged, Metric
from exporter.dashboards.model import Json

REPOSITORY = "https://github.com/wildcard/release-exporter/blob/main"
TAG = "release-exporter"

EXECUTIVE, DETAILED = "release-executive", "release-detailed"
HEALTH, PORTFOLIO = "release-health", "release-portfolio"

# In a data link, of the row or series that was clicked.
TRACKER = "https://github.com/${__field.labels.repository}/issues"
RUNBOOK = REPOSITORY + "/docs/runbooks/${__data.fields.Alert}.md"


def views() -> tuple[Json, ...]:
    """Return the links between the views, which keep project, release and time, and the docs."""
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
        _page("Runbooks", f"{REPOSITORY}/docs/runbooks", "What to do about an alert"),
        _page("Metrics", f"{REPOSITORY}/docs/metrics.md", "Definitions, targets and bands"),
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


def definition(metric: Metric, series: Judged) -> Json:
    """Return the link of a tile to its metric's definition."""
    return {
        "title": f"{metric.key(series)}: definition and bands",
        "url": f"{REPOSITORY}/docs/metrics.md",
        "targetBlank": True,
    }


def to_view(uid: str, title: str) -> Json:
    """Return the link of a row of a table to a view of its project and release."""
    fields = "&".join(
        f"var-{one.lower()}=${{__data.fields.{one}:percentencode}}" for one in ("Project", "Release")
    )
    return {"title": title, "url": f"/d/{uid}?{fields}&${{datasource:queryparam}}"}
