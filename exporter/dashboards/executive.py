"""Executive Summary: the boxes of the user's layout in their order, on one screen."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from exporter.alerting.links import DEFAULTS, Links
from exporter.catalog import CATALOG, Metric
from exporter.dashboards import links, own, promql, variables, verdicts
from exporter.dashboards.header import header
from exporter.dashboards.model import COLUMNS, Dashboard, Item, Panel, Query, Row
from exporter.dashboards.promql import BY_METRIC, BY_RELEASE, select
from exporter.dashboards.tables import VERDICT, Column, Table
from exporter.dashboards.tile import HIDDEN, stat_options, tile
from exporter.gate.verdicts import OUTCOME_ICONS, OUTCOME_WORDS, Outcome
from exporter.words import TIER_TITLES

_TILE_HEIGHT = 3
_BOTTOM_HEIGHT = 5
_MOST_IN_LINE = 6


def dashboard(site: Links = DEFAULTS, catalog: Sequence[Metric] = CATALOG) -> Dashboard:
    """Return the view."""
    return Dashboard(
        links.EXECUTIVE,
        "Release: Executive Summary",
        "Can we ship? One screen for one release.",
        (*header(), *_boxes(catalog, site), *_overall(site)),
        variables.of_release(),
        links.views(site),
        since="now-6h",
    )


def _boxes(catalog: Sequence[Metric], site: Links) -> Iterator[Item]:
    shown = [(metric, series) for metric in catalog for series in metric.judged if series.executive]
    for tier, of_tier in groupby(shown, key=lambda one: one[0].tier):
        pairs = list(of_tier)
        width = COLUMNS // min(len(pairs), _MOST_IN_LINE)
        yield Row(TIER_TITLES[tier])
        for metric, series in pairs:
            yield tile(metric, series, site, (width, _TILE_HEIGHT))


def _overall(site: Links) -> tuple[Item, ...]:
    return (_decision(site), _counts(), _against(), own.table(6, _BOTTOM_HEIGHT))


def _decision(site: Links) -> Panel:
    return Panel(
        "stat",
        "OVERALL STATUS",
        "The gate's decision over all verdicts. CANNOT TELL is no go; without data it reads N/A.",
        (Query(verdicts.decision(BY_RELEASE), "decision"),),
        6,
        _BOTTOM_HEIGHT,
        options=stat_options("value", None),
        fields={
            "color": HIDDEN,
            "mappings": verdicts.mappings(verdicts.DECISIONS.values()),
            "links": [links.gate(site), links.evidence(site)],
        },
    )


def _counts() -> Panel:
    def counted(one: Outcome) -> str:
        reasons = select("release_gate_reasons", (("verdict", one.value),))
        return f"max by ({BY_RELEASE}) ({reasons}) > 0"

    terms = (
        promql.named(counted(one), f"{OUTCOME_ICONS[one]} {OUTCOME_WORDS[one]}") for one in Outcome
    )
    return Panel(
        "stat",
        "Verdicts",
        "How many verdicts of each kind the gate decides on; a kind without any is left out.",
        (Query(promql.either(terms), "{{item}}"),),
        4,
        _BOTTOM_HEIGHT,
        options=stat_options(),
        fields={"color": HIDDEN},
    )


def _against() -> Panel:
    info = promql.one_info((), BY_METRIC, "title", "target")
    joined = f"(\n{verdicts.against_go()}\n) * on ({BY_METRIC}) group_left (title, target) {info}"
    named = f"max by (metric, priority, title, target) ({joined}\nor\n{verdicts.objected()})"
    return Table(
        "What stands against GO",
        "Every reason that keeps the gate from GO, the worst first: a metric fails, warns, is "
        "waived or unknown, or is critical and not due yet; privacy.since was moved, nothing is "
        "due, or nothing can be told.",
        {"metric": "Metric", "priority": "Priority", "title": "Title", "target": "Target"},
        (Column("Verdict", named, VERDICT),),
        sort="Verdict",
    ).panel(8, _BOTTOM_HEIGHT)
