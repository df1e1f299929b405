"""Counts and shares of a whole: results, backends, scores."""

from collections.abc import Callable, Mapping

from exporter.dashboards import promql
from exporter.dashboards.model import Json, Panel, Query
from exporter.dashboards.part import Part
from exporter.dashboards.promql import select
from exporter.dashboards.tables import Column, Table
from exporter.dashboards.trend import BLUE, fixed

_PART_OF_WHOLE: Mapping[str, object] = {
    "unit": "percentunit",
    "min": 0,
    "max": 1,
    "custom.cellOptions": {"type": "gauge", "mode": "basic", "valueDisplayMode": "text"},
    "color": fixed(BLUE),
}


_LYING: Json = {
    "displayMode": "basic",
    "orientation": "horizontal",
    "valueMode": "text",
    "namePlacement": "left",
    "showUnfilled": True,
    "sizing": "auto",
    "text": {"titleSize": 14, "valueSize": 18},
    "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
}


def shares(title: str, description: str, gauge: str, label: str) -> Part:
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


def counts(title: str, description: str, gauge: str, label: str, *, share: bool = True) -> Part:
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


def satisfaction(width: int, height: int) -> Panel:
    """Return how many testers gave each score."""
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


def promoters(width: int, height: int) -> Panel:
    """Return promoters, passives and detractors."""

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
