"""What a renderer with Grafana's own panel code shows: each metric in each of its bands."""

import json
import struct
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from exporter.catalog import CATALOG, Judged, Metric
from exporter.dashboards import verdicts
from exporter.model import Verdict
from exporter.view import ReleaseView, View
from tests.dashboards.reading import FOLDER, UIDS
from tests.dashboards.served import CASES, SIGNS, exposed, failing, named, states
from tests.live.asking import prometheus
from tests.live.conftest import until

Report = dict[str, Any]
Draw = Callable[..., Report]

CONFIG = """
global: {{scrape_interval: 1s}}
scrape_configs:
  - job_name: release
    static_configs: [{{targets: ["{target}"]}}]
"""
# Bands of a metric at most: one release has every metric in its first one, and so on.
MOST = 4
THEMES = ("light", "dark")
# A screen has 1080 lines; Grafana's own bars above the view take 80.
HIGHEST = 1000
# Said of what may be absent, such as a worst case where there is no open bug.
HARMLESS = "override matches no field"


def value_in(metric: Metric, series: Judged, place: int) -> tuple[float, Verdict]:
    """Return a value in the band of that place, or in the last one."""
    band = series.bands[min(place, len(series.bands) - 1)]
    case = next(
        one for one in CASES if (one.metric, one.series) == (metric, series) and one.band is band
    )
    return case.value, band.verdict


def everywhere(place: int) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (metric.gauge, series.labels): value_in(metric, series, place)[0]
        for metric in CATALOG
        for series in metric.judged
    }


@pytest.fixture(scope="module")
def draw(renderer: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Draw]:
    """Return a function that draws a view of a release and gives the report."""
    folder = tmp_path_factory.mktemp("drawn")
    releases = [
        *(ReleaseView(named(f"band {place}"), states(everywhere(place))) for place in range(MOST)),
        ReleaseView(named("failing"), failing()),
    ]
    view = View(tuple(releases), {"release.yaml": True}, loaded=True)
    with HTTPServer() as server:
        server.expect_request("/metrics").respond_with_data(exposed(view))
        config = CONFIG.format(target=f"{server.host}:{server.port}")
        with prometheus(folder, config) as ask:
            until(lambda: ask("query", {"query": "release_info"}))

            def draw(uid: str, release: str, theme: str = "light", *more: str) -> Report:
                done = subprocess.run(
                    [
                        *("node", str(renderer), "--dashboard", str(FOLDER / f"{uid}.json")),
                        *("--prometheus", ask.url, "--width", "1920", "--theme", theme),
                        *("--var", "project=caro", "--var", f"release={release}"),
                        *("--from", "now-15m", "--to", "now", *more),
                    ],
                    stdout=subprocess.PIPE,
                    check=False,
                )
                report: Report = json.loads(done.stdout)
                assert done.returncode == 0, report["errors"]
                return report

            yield draw


def shown(report: Report, title: str) -> dict[str, tuple[str, str]]:
    """Return text and colour of what a panel shows, by name."""
    (panel,) = (one for one in report["panels"] if one["title"] == title)
    return {one["name"]: (one["text"], one["color"]) for one in panel["values"]}


def verdict_of(items: dict[str, tuple[str, str]]) -> tuple[str, str]:
    (found,) = (one for name, one in items.items() if name.startswith("target "))
    return found


@pytest.mark.parametrize("place", range(MOST))
@pytest.mark.parametrize("uid", UIDS[:2])
def test_every_tile_shows_the_word_icon_and_colour_of_its_band(
    draw: Draw, uid: str, place: int
) -> None:
    report = draw(uid, f"band {place}")
    for metric in CATALOG:
        for series in metric.judged:
            if uid == "release-executive" and not series.executive:
                continue
            sign = SIGNS[value_in(metric, series, place)[1]]
            assert verdict_of(shown(report, series.title)) == (sign.text, sign.colour)


@pytest.mark.parametrize("uid", UIDS[:2])
def test_with_every_source_failing_every_tile_is_grey(draw: Draw, uid: str) -> None:
    report = draw(uid, "failing")
    for metric in CATALOG:
        for series in metric.judged:
            if uid == "release-detailed" or series.executive:
                items = shown(report, series.title)
                assert items["value"] == ("N/A", verdicts.GREY)
                assert verdict_of(items) == (verdicts.UNKNOWN.text, verdicts.GREY)
    if uid == "release-executive":
        assert shown(report, "OVERALL STATUS")["decision"] == ("❔ CANNOT TELL", verdicts.GREY)
    colours = {
        one["color"]
        for panel in report["panels"]
        for one in panel.get("values") or ()
        if "color" in one
    }
    assert verdicts.GREEN not in colours


def test_the_executive_view_is_as_high_as_a_screen_leaves_it(draw: Draw, tmp_path: Path) -> None:
    picture = tmp_path / "executive.png"
    draw("release-executive", "band 1", "light", "--out", str(picture))
    width, height = struct.unpack(">II", picture.read_bytes()[16:24])
    assert width == 1920
    assert height <= HIGHEST


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("uid", UIDS)
def test_no_error_and_no_text_that_is_cut_off_or_too_small(
    draw: Draw, uid: str, theme: str
) -> None:
    report = draw(uid, "band 0", theme)
    assert not report["errors"]
    assert not report["warnings"]
    for panel in report["panels"]:
        assert not panel["errors"]
        assert [one for one in panel["warnings"] if not one.startswith(HARMLESS)] == []
