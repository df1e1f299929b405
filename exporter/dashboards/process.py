"""The plan's milestones, the documentation's checks, and the community beside the downloads."""

from exporter.dashboards import promql, verdicts
from exporter.dashboards.model import Panel, Query
from exporter.dashboards.promql import BY_RELEASE, select
from exporter.dashboards.tables import Column, Table
from exporter.dashboards.tile import HIDDEN, stat_options

_COMMUNITY = {
    "release_package_downloads": "downloads, lifetime",
    "release_repository_stars": "stars",
    "release_open_issues": "open issues",
    "release_new_issues": "new issues, 24 h",
    "release_open_discussions": "open discussions",
}


def community(width: int, height: int) -> Panel:
    """Return what is watched beside the downloads, without a verdict."""
    terms = (
        promql.named(f"max by ({BY_RELEASE}) ({select(gauge)})", name)
        for gauge, name in _COMMUNITY.items()
    )
    return Panel(
        "stat",
        "Community",
        "Engagement on the registry and the repository; these numbers have no verdict.",
        (Query(promql.either(terms), "{{item}}"),),
        width,
        height,
        options=stat_options(),
        fields={"color": HIDDEN, "decimals": 0},
    )


def milestones(width: int, height: int) -> Panel:
    """Return planned and actual days, and how late each was or how much is left."""

    def date(which: str) -> str:
        return f"max by (milestone) ({select(f'release_milestone_{which}_timestamp_seconds')})"

    late = f"({date('actual')} - {date('planned')}) / 86400"
    left = f"max by (milestone) ({select('release_milestone_remaining_seconds')}) / 86400"
    day = {"unit": "time:YYYY-MM-DD"}
    pending = {"type": "special", "options": {"match": "null", "result": {"text": "? pending"}}}
    done = {"type": "special", "options": {"match": "null", "result": {"text": "done"}}}
    near = {
        "type": "value",
        "options": {
            "0": {"text": "today", "index": 0},
            "1": {"text": "1 day", "index": 1},
            "-1": {"text": "1 day overdue", "index": 2},
        },
    }
    on_time = {"type": "value", "options": {"0": {"text": "✓ on time", "index": 0}}}
    return Table(
        "Milestone timeline",
        "Each milestone's planned and actual day; finished ones with the days that they were late, "
        "the others with the days that are left (below zero: overdue).",
        {"milestone": "Milestone"},
        (
            Column("Planned", f"{date('planned')} * 1000", day),
            Column("Actual", f"{date('actual')} * 1000", day | {"mappings": [pending]}),
            Column("Late", late, {"unit": "suffix:days", "mappings": [on_time, pending]}),
            Column("Days left", left, {"unit": "suffix:days", "mappings": [near, done]}),
        ),
        sort="Planned",
    ).panel(width, height)


def checks(width: int, height: int) -> Panel:
    """Return the result of each documentation check."""
    states = {
        "1": {"text": "✅ pass", "color": verdicts.GREEN, "index": 0},
        "0": {"text": "❌ not passed", "color": verdicts.RED, "index": 1},
    }
    options = {
        "mappings": [{"type": "value", "options": states}],
        "custom.cellOptions": {"type": "color-background", "mode": "basic"},
    }
    check = f"min by (check) ({select('release_documentation_check')})"
    return Table(
        "Documentation checks",
        "Automated documentation tests and the manual checklist; what is unchecked is not passed.",
        {"check": "Check"},
        (Column("Result", check, options),),
        sort="Result",
    ).panel(width, height)
