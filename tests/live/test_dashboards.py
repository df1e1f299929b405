"""The panels' own queries on a real Prometheus: every band of every metric, and what is missing."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from exporter.bands import find_band
from exporter.dashboards import verdicts
from exporter.dashboards.model import Json
from exporter.freshness import SourceState
from exporter.gate.decision import Decision
from exporter.model import Verdict
from exporter.view import ReleaseView, View
from tests.dashboards.reading import asked, load, name_of, panel_of, panels, shown
from tests.dashboards.served import CASES, SIGNS, Case, exposed, named, served, stale, states
from tests.live.asking import Result, prometheus
from tests.live.conftest import until

pytestmark = pytest.mark.live

CONFIG = """
global: {{scrape_interval: 1s}}
scrape_configs:
  - job_name: one
    static_configs: [{{targets: ["{target}"]}}]
  - job_name: other
    metrics_path: /other
    static_configs: [{{targets: ["{target}"]}}]
"""

BOUNDS = ("target", "warn ", "fail ")
Ask = Callable[[str], Result]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """Return a function that asks a Prometheus; two exporters tell it of the same releases.

    The other one sees a worse value in the release `good`.
    """
    folder = tmp_path_factory.mktemp("dashboards")
    worse = View(
        (ReleaseView(named("good"), states({("release_command_success_ratio", ()): 0.60})),),
        loaded=True,
    )
    with HTTPServer() as server:
        server.expect_request("/metrics").respond_with_data(exposed(served()))
        server.expect_request("/other").respond_with_data(exposed(worse))
        with prometheus(folder, CONFIG.format(target=f"{server.host}:{server.port}")) as answer:

            def ask(expression: str) -> Result:
                return answer("query", {"query": expression})

            until(lambda: len(ask("count by (job) (release_info)")) == 2 or None)
            yield ask


def items(ask: Ask, panel: Json, release: str, project: str = "caro") -> dict[str, float]:
    """Return what a panel of one query shows by name, in its order."""
    (target,) = panel["targets"]
    result = ask(asked(target["expr"], project, release))
    return {
        name_of(target["legendFormat"], one["metric"]): float(one["value"][1]) for one in result
    }


def verdict_of(panel: Json, found: dict[str, float]) -> tuple[str, str]:
    (name,) = (name for name in found if name.startswith("target "))
    return shown(panel, name, found[name])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_side_of_each_bound_shows_its_bands_word_icon_and_colour(ask: Ask, case: Case) -> None:
    expected = SIGNS[case.band.verdict]
    view = load("release-detailed")
    panel = panel_of(view, case.series.title)
    found = items(ask, panel, case.name)
    assert next(iter(found)) == "value"
    assert list(found)[-1] == "age"
    assert f"target {case.metric.target(case.series)}" in found
    assert verdict_of(panel, found) == (expected.text, expected.colour)
    assert found["n"] == 100
    if case.series.executive:
        tile = panel_of(load("release-executive"), case.series.title)
        assert verdict_of(tile, items(ask, tile, case.name)) == (expected.text, expected.colour)


@pytest.mark.parametrize("case", [one for one in CASES if one.near], ids=lambda case: case.name)
def test_a_share_is_never_shown_on_the_other_side_of_its_target(ask: Ask, case: Case) -> None:
    panel = panel_of(load("release-detailed"), case.series.title)
    value = items(ask, panel, case.name)["value"]
    assert value == pytest.approx(case.value, abs=0.001)
    shown_in = find_band(case.series.bands, round(value, 3))
    assert shown_in is not None
    assert (shown_in.verdict is Verdict.PASS) == (case.band.verdict is Verdict.PASS)


@pytest.mark.parametrize("release", ["failing", "stale"])
@pytest.mark.parametrize("view", ["release-executive", "release-detailed"])
def test_without_believable_data_every_tile_is_grey_and_says_so(
    ask: Ask, release: str, view: str
) -> None:
    tiles = [one for one in panels(load(view)) if one["links"]]
    assert len(tiles) >= 14
    for panel in tiles:
        found = items(ask, panel, release)
        assert shown(panel, "value", found.pop("value")) == ("N/A", verdicts.GREY)
        assert verdict_of(panel, found) == (verdicts.UNKNOWN.text, verdicts.GREY)
        assert len(found) == 1


@pytest.mark.parametrize("release", ["failing", "stale", "no such release"])
@pytest.mark.parametrize("view", ["release-executive", "release-detailed"])
def test_without_believable_data_nothing_is_green_and_nothing_is_zero(
    ask: Ask, release: str, view: str
) -> None:
    about_the_plan = {"Release", "Phase", "Next milestones"}
    for panel in panels(load(view)):
        for target in panel["targets"]:
            for one in ask(asked(target["expr"], release=release)):
                name = name_of(target["legendFormat"], one["metric"]) or "Verdict"
                value = float(one["value"][1])
                assert shown(panel, name, value)[1] != verdicts.GREEN, panel["title"]
                item = one["metric"].get("item", "")
                bound = item.startswith(BOUNDS)  # of a trend: no measurement
                assert value != 0 or bound or panel["title"] in about_the_plan, panel["title"]


@pytest.mark.parametrize("release", ["failing", "stale"])
def test_without_believable_data_the_gate_cannot_tell(ask: Ask, release: str) -> None:
    panel = panel_of(load("release-executive"), "OVERALL STATUS")
    (value,) = items(ask, panel, release).values()
    assert shown(panel, "decision", value) == ("❔ CANNOT TELL", verdicts.GREY)
    listed = panel_of(load("release-executive"), "What stands against GO")
    assert len(ask(asked(listed["targets"][0]["expr"], release=release))) == 17


def test_an_unknown_release_has_no_tile_at_all_so_that_it_reads_not_available(ask: Ask) -> None:
    for panel in panels(load("release-executive")):
        (target,) = panel["targets"]
        assert ask(asked(target["expr"], release="no such release")) == []
        assert panel["fieldConfig"]["defaults"]["noValue"]


def test_a_waived_verdict_says_waived_and_what_it_replaces(ask: Ask) -> None:
    panel = panel_of(load("release-executive"), "Success Rate")
    found = items(ask, panel, "waived")
    assert verdict_of(panel, found) == ("✍️ waived (warn)", verdicts.VIOLET)


def test_of_two_exporters_that_differ_the_worse_value_and_verdict_are_shown(ask: Ask) -> None:
    panel = panel_of(load("release-executive"), "Success Rate")
    found = items(ask, panel, "good")
    assert found["value"] == pytest.approx(0.6)
    assert verdict_of(panel, found) == (verdicts.FAIL.text, verdicts.FAIL.colour)
    status = panel_of(load("release-executive"), "OVERALL STATUS")
    (value,) = items(ask, status, "good").values()
    assert value == verdicts.DECISIONS[Decision.NO_GO].code


def test_two_projects_with_a_release_of_the_same_name_are_never_mixed(ask: Ask) -> None:
    panel = panel_of(load("release-executive"), "Test Pass Rate")
    assert items(ask, panel, "same", "one")["value"] == pytest.approx(0.5)
    assert items(ask, panel, "same", "two")["value"] == pytest.approx(1.0)
    for view in ("release-executive", "release-detailed", "release-health"):
        for one in panels(load(view)):
            for target in one["targets"]:
                if "$project" in target["expr"]:
                    assert target["expr"].count("$project") == target["expr"].count("$release")


def test_a_metric_of_the_release_file_alone_is_found_in_both_views(ask: Ask) -> None:
    name = "X-1 · Crash-free sessions · ≥99%"
    for view in ("release-executive", "release-detailed"):
        (target,) = panel_of(load(view), "This release's own metrics")["targets"]
        result = ask(asked(target["expr"], release="own"))
        found = {one["metric"]["column"]: float(one["value"][1]) for one in result}
        assert {one["metric"]["name"] for one in result} == {name}
        assert found == {"Verdict": verdicts.FAIL.code, "Share": 0.42}
    (target,) = panel_of(load("release-detailed"), "Own metrics over time")["targets"]
    (one,) = ask(asked(target["expr"], release="own"))
    assert name_of(target["legendFormat"], one["metric"]) == f"{name} (share)"
    (target,) = panel_of(load("release-detailed"), "Verdicts over time")["targets"]
    result = ask(asked(target["expr"], release="own"))
    assert "X-1" in {one["metric"]["metric"] for one in result}
    listed = panel_of(load("release-executive"), "What stands against GO")
    assert [
        one["metric"]["metric"] for one in ask(asked(listed["targets"][0]["expr"], release="own"))
    ] == ["X-1"]


def test_the_health_view_tells_why_each_number_is_missing(ask: Ask) -> None:
    (target,) = panel_of(load("release-health"), "Why is this number missing?")["targets"]
    result = ask(asked(target["expr"], release="failing"))
    rows = {one["metric"]["name"]: one["metric"]["column"] for one in result}
    assert len(rows) == 17
    columns = {
        one["metric"]["column"]: float(one["value"][1])
        for one in result
        if one["metric"]["name"].startswith("QM-2 ")
    }
    assert columns["Source"] == 0
    assert columns["Limit"] == 26 * 3600
    assert "Last good run" not in columns


def test_the_portfolio_lists_every_release_with_its_gate(ask: Ask) -> None:
    panel = panel_of(load("release-portfolio"), "Releases")
    found = {
        (one["metric"]["project"], one["metric"]["release"]): float(one["value"][1])
        for one in ask(panel["targets"][0]["expr"])
    }
    assert len(found) == len(served().releases)
    assert found["caro", "failing"] == verdicts.DECISIONS[Decision.UNKNOWN].code
    assert found["one", "same"] == verdicts.DECISIONS[Decision.NO_GO].code
    assert found["two", "same"] == verdicts.DECISIONS[Decision.GO].code


def test_a_value_that_is_withdrawn_and_an_exporter_that_dies_leave_no_last_value(
    tmp_path: Path,
) -> None:
    release, panel = named("v1"), panel_of(load("release-executive"), "P0 Bugs")
    with HTTPServer() as server:

        def serve(known: dict[str, SourceState]) -> None:
            server.clear()
            view = View((ReleaseView(release, known),), loaded=True)
            for path in ("/metrics", "/other"):
                server.expect_request(path).respond_with_data(exposed(view))

        serve(states())
        with prometheus(tmp_path, CONFIG.format(target=f"{server.host}:{server.port}")) as answer:

            def items_now() -> dict[str, float]:
                return items(lambda one: answer("query", {"query": one}), panel, "v1")

            until(lambda: items_now().get("value") == 0)
            serve(stale())
            until(lambda: math.isnan(items_now().get("value", 0)))
            assert verdict_of(panel, items_now()) == (verdicts.UNKNOWN.text, verdicts.GREY)
            serve(states())
            until(lambda: items_now().get("value") == 0)
            server.clear()  # every scrape fails from now on
            until(lambda: items_now() == {})
