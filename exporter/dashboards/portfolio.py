"""Portfolio: every release of every project with its gate, the worst first."""

from exporter.alerting.links import DEFAULTS, Links
from exporter.dashboards import links, phases, variables, verdicts
from exporter.dashboards.model import Dashboard, Json, Panel, Query
from exporter.dashboards.promql import either
from exporter.dashboards.tables import Column, Table
from exporter.dashboards.tile import HIDDEN, stat_options
from exporter.gate.verdicts import OUTCOME_ICONS, OUTCOME_WORDS, Outcome

_BY = "project, release"
_DECISION: Json = {
    "mappings": verdicts.mappings(verdicts.DECISIONS.values()),
    "custom.cellOptions": {"type": "color-background", "mode": "basic"},
    "custom.width": 240,
}


def dashboard(site: Links = DEFAULTS) -> Dashboard:
    """Return the view."""
    return Dashboard(
        links.PORTFOLIO,
        "Release: Portfolio",
        "Every release that is under preparation, in all projects.",
        (_decisions(), _releases()),
        (variables.datasource(),),
        links.views(site),
        since="now-6h",
    )


def _decisions() -> Panel:
    terms = (
        f"label_replace(count(({verdicts.decision(_BY, '')}) == {sign.code}), "
        f'"item", "{sign.text}", "", "")'
        for sign in verdicts.DECISIONS.values()
    )
    return Panel(
        "stat",
        "Releases by gate decision",
        "How many releases stand where; a decision that no release has is left out.",
        (Query(either(terms), "{{item}}"),),
        24,
        4,
        options=stat_options(),
        fields={"color": HIDDEN},
    )


def _releases() -> Panel:
    age = f"time() - max by ({_BY}) (release_source_last_success_timestamp_seconds)"
    return Table(
        "Releases",
        "Gate, phase, days to the next milestone, verdicts and failing sources of each release; a "
        "click on a release leads to its views.",
        {"project": "Project", "release": "Release"},
        (
            Column("Gate", verdicts.decision(_BY, ""), _DECISION),
            Column("Phase", phases.phase(_BY, ""), {"mappings": phases.mappings()}),
            Column(
                "Next milestone",
                f"min by ({_BY}) (release_milestone_remaining_seconds) / 86400",
                {"unit": "suffix:days"},
            ),
            *(_verdicts(one) for one in Outcome),
            Column("Sources failing", f"count by ({_BY}) (release_source_up == 0)"),
            Column("Last reading", age, {"unit": "s", "decimals": 0}),
        ),
        sort="Gate",
        options={
            "Release": {
                "links": [
                    links.to_view(links.EXECUTIVE, "Executive Summary"),
                    links.to_view(links.DETAILED, "Detailed Tracking"),
                    links.to_view(links.HEALTH, "Exporter health"),
                ]
            }
        },
    ).panel(24, 18)


def _verdicts(outcome: Outcome) -> Column:
    gauge = f'release_gate_reasons{{verdict="{outcome.value}"}}'
    title = f"{OUTCOME_ICONS[outcome]} {OUTCOME_WORDS[outcome]}"
    return Column(title, f"max by ({_BY}) ({gauge}) > 0")
