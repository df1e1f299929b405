"""'What stands against GO' on a real Prometheus: a row for every reason that the gate gives."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import product

import pytest
from pytest_httpserver import HTTPServer

from exporter.catalog import CATALOG
from exporter.dashboards.verdicts import OBJECTIONS
from exporter.freshness import SourceState
from exporter.gate.decision import Decision, Objection, objections
from exporter.gate.report import Report
from exporter.gate.reporting import SINCE, report_of
from exporter.model import Sample
from exporter.release import Release
from exporter.view import ReleaseView, View
from tests.dashboards.reading import asked, load, panel_of
from tests.dashboards.served import exposed
from tests.gate.cases import CONDITIONS, KEYS, build, possible
from tests.live.asking import Ask, prometheus
from tests.live.conftest import until
from tests.releases import NOW, state_of

pytestmark = pytest.mark.live

CONFIG = """
global: {{scrape_interval: 1s}}
scrape_configs:
  - job_name: release
    static_configs: [{{targets: ["{target}"]}}]
"""
# Prometheus has a clock of its own, on which the waivers must not be over.
FAR = date(2099, 1, 1)
TODAY = date(2026, 1, 17)


def cases() -> Iterator[tuple[str, ReleaseView]]:
    """Yield every metric in every condition, and every reason that is of no single metric."""
    for key, condition in product(KEYS, CONDITIONS):
        if possible(key, condition):
            release, states = build({key: condition})
            waivers = [
                replace(one, expires=FAR) if one.expires >= TODAY else one
                for one in release.waivers
            ]
            yield f"{key} {condition}", _view(replace(release, waivers=tuple(waivers)), states)
    release, states = build({})
    moved = Sample(SINCE, 1, (("moved", "true"),), 1, NOW, "moved by the lead")
    yield "good", _view(release, states)
    yield "moved", _view(release, states | {"privacy": state_of([moved])})
    yield "problem", replace(_view(release, states), problems=("recomputed later",))
    yield "nothing due", _view(*build(dict.fromkeys(KEYS, "not due")))
    planless = replace(release, plan=replace(release.plan, milestones=()))
    yield "without a plan", _view(planless, states)


def _view(release: Release, states: dict[str, SourceState]) -> ReleaseView:
    return ReleaseView(release, states)


VIEWS = {
    name: replace(view, release=replace(view.release, name=name))
    for name, view in dict(cases()).items()
}
REPORTS = {name: report_of(view, NOW) for name, view in VIEWS.items()}


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    view = View(tuple(VIEWS.values()), loaded=True)
    with HTTPServer() as server:
        server.expect_request("/metrics").respond_with_data(exposed(view, NOW))
        config = CONFIG.format(target=f"{server.host}:{server.port}")
        with prometheus(tmp_path_factory.mktemp("against"), config) as ask:
            until(lambda: ask("query", {"query": "release_info"}))
            yield ask


def reasons(report: Report) -> set[str]:
    """Return what the gate gives: a verdict's key, or the title of another reason."""
    keys = {cause.key for cause in report.reasons if cause.key}
    return keys | {OBJECTIONS[one][0] for one, _ in objections(report.evidence)}


def rows(ask: Ask, name: str) -> set[str]:
    """Return the same of what the table lists."""
    (target,) = panel_of(load("release-executive"), "What stands against GO")["targets"]
    found = ask("query", {"query": asked(target["expr"], release=name)})
    return {_named(one["metric"]) for one in found}


def _named(labels: dict[str, str]) -> str:
    if "metric" not in labels:
        return labels["title"]
    return "/".join(labels[one] for one in ("metric", "priority") if one in labels)


@pytest.mark.parametrize("name", VIEWS)
def test_the_table_has_a_row_for_each_reason_of_the_gate_and_no_other(ask: Ask, name: str) -> None:
    assert rows(ask, name) == reasons(REPORTS[name])


def test_the_cases_come_to_every_decision_and_every_kind_of_reason() -> None:
    assert {one.decision for one in REPORTS.values()} == set(Decision)
    said = {one for report in REPORTS.values() for one, _ in objections(report.evidence)}
    assert said == set(Objection)
    assert {cause.key for one in REPORTS.values() for cause in one.reasons} >= {
        metric.key(series) for metric in CATALOG for series in metric.judged
    }
    # Every cause of a report is one that the rows were compared with.
    for report in REPORTS.values():
        general = [cause for cause in report.reasons if not cause.key]
        assert len(general) == len(list(objections(report.evidence)))
