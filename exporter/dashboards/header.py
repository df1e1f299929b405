"""The head of a view: which release, in which phase, days to the next milestones, how fresh."""

from exporter.dashboards import phases, promql, verdicts
from exporter.dashboards.links import TRACKER
from exporter.dashboards.model import Item, Override, Panel, Query
from exporter.dashboards.promql import BY_RELEASE, select
from exporter.dashboards.tile import HIDDEN, stat_options

_HEIGHT = 3
_DAY = 86400
_DAYS = {
    "0": {"text": "today", "index": 0},
    "1": {"text": "tomorrow", "index": 1},
    "-1": {"text": "1 day overdue", "index": 2},
}
_OVERDUE = {
    "mode": "absolute",
    "steps": [{"color": verdicts.RED, "value": None}, {"color": verdicts.PLAIN, "value": 0}],
}


def header() -> tuple[Item, ...]:
    """Return one line of panels."""
    return (_release(), _phase(), _milestones(), _updated())


def _release() -> Panel:
    info = select("release_info")
    return Panel(
        "stat",
        "Release",
        "The release that this view is about; it leads to its repository's issues.",
        (Query(f"max by ({BY_RELEASE}, repository) ({info})", "{{project}} {{release}}"),),
        6,
        _HEIGHT,
        options=stat_options("name", None),
        fields={
            "color": HIDDEN,
            "links": [{"title": "Issues", "url": TRACKER, "targetBlank": True}],
        },
    )


def _phase() -> Panel:
    day = f"max by ({BY_RELEASE}) ({select('release_beta_day')})"
    phase = promql.named(f"(\n{phases.phase(BY_RELEASE)}\n)", "phase")
    terms = (phase, promql.named(day, "day of the beta"))
    return Panel(
        "stat",
        "Phase",
        "The phase that the plan says the release is in, and the beta's day while it runs.",
        (Query(promql.either(terms), "{{item}}"),),
        6,
        _HEIGHT,
        options=stat_options(),
        fields={"color": HIDDEN},
        overrides=(Override("phase", {"mappings": phases.mappings()}),),
    )


def _milestones() -> Panel:
    remaining = f"max by (milestone) ({select('release_milestone_remaining_seconds')})"
    return Panel(
        "stat",
        "Next milestones",
        "Calendar days to the next two unfinished milestones; below zero, in red, is overdue.",
        (Query(f"bottomk(2, {remaining}) / {_DAY}", "{{milestone}}"),),
        6,
        _HEIGHT,
        options=stat_options(),
        fields={
            "color": {"mode": "thresholds"},
            "thresholds": _OVERDUE,
            "unit": "suffix:days",
            "mappings": [{"type": "value", "options": _DAYS}],
        },
    )


def _updated() -> Panel:
    read = select("release_source_last_success_timestamp_seconds")
    newest = promql.named(f"max by ({BY_RELEASE}) ({read}) * 1000", "newest reading")
    oldest = promql.named(f"time() - min by ({BY_RELEASE}) ({read})", "oldest source read")
    return Panel(
        "stat",
        "Last updated",
        "When a source was last read successfully, and how long ago the one read longest ago was.",
        (Query(promql.either((newest, oldest)), "{{item}}"),),
        6,
        _HEIGHT,
        unit="dateTimeAsIso",
        options=stat_options(),
        fields={"color": HIDDEN},
        overrides=(
            Override("newest reading", {"unit": "time:YYYY-MM-DD HH:mm"}),
            Override("oldest source read", {"unit": "s", "decimals": 0}),
        ),
    )
