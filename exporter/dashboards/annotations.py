"""Milestones as lines and phases as regions on every chart over time."""

from exporter.dashboards import verdicts
from exporter.dashboards.model import DATASOURCE, Json
from exporter.dashboards.promql import select
from exporter.dashboards.trend import BLUE

# A milestone's mark, in seconds: one step of a month's chart.
_MARK = 900


def of_release() -> tuple[Json, ...]:
    """Return the annotations; none is grey, which is the colour of missing data."""
    planned = "release_milestone_planned_timestamp_seconds"
    actual = "release_milestone_actual_timestamp_seconds"
    return (
        _annotation("Milestones", _at(actual), "{{milestone}}", verdicts.GREEN),
        _annotation("Planned milestones", _at(planned), "{{milestone}} (planned)", BLUE, on=False),
        _annotation("Phases", _phases(), "{{phase}}", BLUE),
    )


def _at(gauge: str) -> str:
    """Return the milestones while their day begins, told by what is known at the range's end."""
    since = f"time() - max by (milestone) ({select(gauge)} @ end())"
    return f"({since}) > 0 < {_MARK}"


def _phases() -> str:
    return f"max by (phase) ({select('release_phase')} == 1)"


def _annotation(name: str, expr: str, title: str, colour: str, *, on: bool = True) -> Json:
    return {
        "name": name,
        "datasource": DATASOURCE,
        "enable": on,
        "hide": False,
        "iconColor": colour,
        "expr": expr,
        "step": "60s",
        "titleFormat": title,
        "tagKeys": "",
        "textFormat": "",
        "useValueForTime": False,
    }
