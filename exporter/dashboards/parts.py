"""What a metric is made of, by its id: days, distributions, counts and checks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from exporter.dashboards import promql, verdicts
from exporter.dashboards.model import Json, Override, Panel, Query
from exporter.dashboards.promql import BY_RELEASE, select
from exporter.dashboards.tables import Column, Table
from exporter.dashboards.tile import HIDDEN, stat_options
from exporter.dashboards.trend import BLUE, PURPLE, fixed


@dataclass(frozen=True, slots=True)
class Part:
    """A panel of a width and height; `height` is what it needs."""

    panel: Callable[[int, int], Panel]
    height: int = 6


_PART_OF_WHOLE: Mapping[str, object] = {
    "unit": "percentunit",
    "min": 0,
    "max": 1,
    "custom.cellOptions": {"type": "gauge", "mode": "basic", "valueDisplayMode": "text"},
    "color": fixed(BLUE),
}


def _by_day(
    title: str, description: str, gauge: str, unit: str = "none", more: str = "", **fields: object
) -> Part:
    """Return bars by day of the beta."""

    def panel(width: int, height: int) -> Panel:
        by = f"day, {more}" if more else "day"
        return Panel(
            "barchart",
            title,
            description,
            (Query(f"max by ({by}) ({select(gauge)})", table=True),),
            width,
            height,
            unit=unit,
            options=_bars("day"),
            fields={"color": fixed(BLUE), "min": 0, "custom": {"fillOpacity": 80, "axisSoftMax": 1}}
            | fields,
            overrides=(Override("Value", {"displayName": title}),),
            transformations=(
                {"id": "sortBy", "options": {"fields": {}, "sort": [{"field": "day"}]}},
                *_CLEAN,
            ),
        )

    return Part(panel)


_CLEAN: tuple[Json, ...] = (
    {"id": "organize", "options": {"excludeByName": {"Time": True}, "renameByName": {}}},
)


def _bars(label: str) -> Json:
    return {
        "xField": label,
        "orientation": "auto",
        "showValue": "always",
        "barWidth": 0.8,
        "groupWidth": 0.7,
        "stacking": "none",
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": False, "calcs": []},
        "tooltip": {"mode": "single", "sort": "none"},
        "xTickLabelSpacing": 0,
    }


def _shares(title: str, description: str, gauge: str, label: str) -> Part:
    """Return a bar for each value of a label, as shares of their gauge."""

    def panel(width: int, height: int) -> Panel:
        return Panel(
            "bargauge",
            title,
            description,
            (Query(f"sort_desc(max by ({label}) ({select(gauge)}))", f"{{{{{label}}}}}"),),
            width,
            height,
            unit="percentunit",
            options=_LYING,
            fields={"min": 0, "max": 1, "color": fixed(BLUE)},
        )

    return Part(panel)


_LYING: Json = {
    "displayMode": "basic",
    "orientation": "horizontal",
    "valueMode": "text",
    "namePlacement": "left",
    "showUnfilled": True,
    "sizing": "auto",
    "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
}


def _counts(title: str, description: str, gauge: str, label: str, *, share: bool = True) -> Part:
    """Return how many of each value of a label there are, and which share of all that is."""

    def panel(width: int, height: int) -> Panel:
        count = f"max by ({label}) ({select(gauge)})"
        columns = [Column("Count", count)]
        if share:
            of_all = f"{count} / on () group_left () (sum({count}) > 0)"
            columns.append(Column("Share", of_all, _PART_OF_WHOLE))
        return Table(title, description, {label: label.capitalize()}, tuple(columns)).panel(
            width, height
        )

    return Part(panel)


def _satisfaction(width: int, height: int) -> Panel:
    answers = select("release_survey_answers", (("question", "satisfaction"),))
    count = f"max by (score) ({answers})"
    return Table(
        "Satisfaction distribution",
        "How many testers gave which score, from 1 to 5.",
        {"score": "Score"},
        (
            Column("Testers", count),
            Column("Share", f"{count} / on () group_left () (sum({count}) > 0)", _PART_OF_WHOLE),
        ),
        sort="Score",
        descending=True,
    ).panel(width, height)


_NPS_GROUPS = {
    "Promoters (9-10)": "9|10",
    "Passives (7-8)": "7|8",
    "Detractors (0-6)": "[0-6]",
}


def _promoters(width: int, height: int) -> Panel:
    def counted(scores: str) -> str:
        scope = f'{promql.RELEASE}, question="recommend", score=~"{scores}"'
        return f"sum(max by (score) ({select('release_survey_answers', (), scope)}))"

    def by_group(of: Callable[[str], str]) -> str:
        return promql.either(
            f'label_replace({of(counted(scores))}, "group", "{name}", "", "")'
            for name, scores in _NPS_GROUPS.items()
        )

    return Table(
        "NPS make-up",
        "How many would recommend it: promoters minus detractors, in points, is the score.",
        {"group": "Group"},
        (
            Column("Answers", by_group(lambda one: one)),
            Column("Share", by_group(lambda one: f"{one} / ({counted('.+')} > 0)"), _PART_OF_WHOLE),
        ),
        sort="Answers",
        descending=True,
    ).panel(width, height)


def _downloads(width: int, height: int) -> Panel:
    daily = f"max by (day, scope) ({select('release_downloads_daily')})"
    cumulate: Json = {
        "mode": "cumulativeFunctions",
        "cumulative": {"field": "Value", "reducer": "sum"},
        "alias": "cumulative",
        "replaceFields": False,
    }
    return Panel(
        "barchart",
        "Downloads by day and cumulative",
        "Complete UTC days from publication; of this version, or of the package where the registry "
        "counts by package only.",
        (Query(daily, table=True),),
        width,
        height,
        options=_bars("day")
        | {"legend": {"displayMode": "list", "placement": "bottom", "showLegend": True}},
        fields={"min": 0, "decimals": 0, "custom": {"fillOpacity": 80}},
        overrides=(
            Override("Value", {"displayName": "by day", "color": fixed(BLUE)}),
            Override("cumulative", {"color": fixed(PURPLE)}),
        ),
        transformations=(
            {"id": "sortBy", "options": {"fields": {}, "sort": [{"field": "day"}]}},
            {"id": "calculateField", "options": cumulate},
            *_CLEAN,
        ),
    )


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


def _milestones(width: int, height: int) -> Panel:
    def date(which: str) -> str:
        return f"max by (milestone) ({select(f'release_milestone_{which}_timestamp_seconds')})"

    late = f"({date('actual')} - {date('planned')}) / 86400"
    left = f"max by (milestone) ({select('release_milestone_remaining_seconds')}) / 86400"
    day = {"unit": "time:YYYY-MM-DD"}
    pending = {"type": "special", "options": {"match": "null", "result": {"text": "? pending"}}}
    done = {"type": "special", "options": {"match": "null", "result": {"text": "done"}}}
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
            Column("Days left", left, {"unit": "suffix:days", "mappings": [done]}),
        ),
        sort="Planned",
    ).panel(width, height)


def _checks(width: int, height: int) -> Panel:
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


PARTS: Mapping[str, Part] = {
    "QM-1": _counts(
        "Open bugs by priority",
        "Open issues with exactly the label of that priority.",
        "release_open_bugs",
        "priority",
        share=False,
    ),
    "QM-2": _by_day(
        "Success rate by day",
        "Share of the command generations of each day of the beta that succeeded.",
        "release_command_success_ratio_daily",
        "percentunit",
        max=1,
    ),
    "QM-3": _by_day(
        "Privacy violations by day",
        "Events of each day with a forbidden field or personal data: this must be 0.",
        "release_privacy_violations_daily",
    ),
    "QM-4": _counts(
        "Test results",
        "The newest outcome of each test; skipped ones do not count.",
        "release_test_results",
        "result",
    ),
    "QM-5": _counts(
        "Installations",
        "Testers by the result of their installation; pending is not failed.",
        "release_install_results",
        "result",
    ),
    "EM-1": _by_day(
        "Participation by day",
        "Testers who took part, by day of the beta.",
        "release_beta_participants",
    ),
    "EM-3": Part(_satisfaction, 8),
    "EM-4": Part(_promoters),
    "EM-5": Part(_downloads, 7),
    "PM-1": _by_day(
        "P95 by day",
        "95th percentile of the generation time of each day.",
        "release_generation_p95_seconds_daily",
        "s",
    ),
    "PM-2": _shares(
        "Backend distribution",
        "Share of the command generations by backend, cumulative over the beta.",
        "release_backend_usage_ratio",
        "backend",
    ),
    "PM-4": Part(_milestones, 11),
    "PM-6": Part(_checks, 7),
}
