"""The variables of the views: data source, project, and release with the newest live one first."""

from exporter.dashboards.model import DATASOURCE, Json

# Sorts of Grafana: by name; by the numbers in it from the largest, so that v1.10 is above v1.9.
_BY_NAME, _NEWEST_FIRST = 1, 8
# Asked again whenever the time range changes.
_WITH_TIME = 2
# A restart of the exporter takes nobody's choice away.
_LIVE = "1h"


def datasource() -> Json:
    """Return the variable of the Prometheus to ask."""
    return {
        "type": "datasource",
        "name": "datasource",
        "label": "Data source",
        "query": "prometheus",
        "current": {},
        "hide": 0,
        "includeAll": False,
        "multi": False,
        "options": [],
        "refresh": 1,
        "regex": "",
    }


def of_release() -> tuple[Json, ...]:
    """Return the variables of a view on one release."""
    project = f"query_result(count by (project) (last_over_time(release_info[{_LIVE}])))"
    inside = f'last_over_time(release_info{{project="$project"}}[{_LIVE}])'
    release = f"query_result(count by (release) ({inside}))"
    return (
        datasource(),
        _asked("project", "Project", project, _BY_NAME),
        _asked("release", "Release", release, _NEWEST_FIRST),
    )


def _asked(name: str, label: str, query: str, sort: int) -> Json:
    return {
        "type": "query",
        "name": name,
        "label": label,
        "datasource": DATASOURCE,
        "definition": query,
        "query": query,
        "regex": f'/{name}="([^"]+)"/',
        "sort": sort,
        "refresh": _WITH_TIME,
        "current": {},
        "hide": 0,
        "includeAll": False,
        "multi": False,
        "options": [],
    }
