"""What the views consist of, and that all of it follows from the catalog."""

import re
from dataclasses import replace

import pytest

from exporter.alerting.links import Links
from exporter.bands import OTHERWISE, Band, at_least
from exporter.catalog import CATALOG, Judged, Metric
from exporter.dashboards import detailed, executive, trend, verdicts
from exporter.dashboards.model import Json
from exporter.model import Tier, Verdict
from exporter.status_page import render
from exporter.units import SHARE
from exporter.words import TIER_TITLES
from tests.dashboards.reading import UIDS, asked, dump, load, panels
from tests.dashboards.served import NOW, named, states
from tests.releases import view_of

NEW = replace(
    CATALOG[-1],
    id="PM-7",
    gauge="release_accessibility_ratio",
    tier=Tier.PROCESS,
    unit=SHARE,
    judged=(
        Judged(
            "Accessibility",
            (Band(at_least(0.9), Verdict.PASS, "good"), Band(OTHERWISE, Verdict.FAIL, "poor")),
        ),
    ),
)


def with_new(metric: Metric = NEW) -> tuple[Metric, ...]:
    at = next(i for i, one in enumerate(CATALOG) if one.tier is Tier.ENGAGEMENT)
    return (*CATALOG[:at], metric, *CATALOG[at:])


def titles(view: Json) -> list[str]:
    return [panel["title"] for panel in view["panels"]]


def test_a_metric_new_in_the_catalog_appears_in_both_views_without_touching_a_panel() -> None:
    for module, extra in ((executive, []), (detailed, ["Accessibility over time"])):
        before = titles(dump(module.dashboard()))
        after = titles(dump(module.dashboard(catalog=with_new())))
        assert [one for one in after if one not in before] == ["Accessibility", *extra]
        assert "release_accessibility_ratio" in str(dump(module.dashboard(catalog=with_new())))


def test_the_boxes_and_tiles_stand_in_the_users_order() -> None:
    expected = [
        *(TIER_TITLES[Tier.CRITICAL], "P0 Bugs", "Privacy Violations"),
        *("Test Pass Rate", "Success Rate"),
        *(TIER_TITLES[Tier.HIGH], "Installation", "Satisfaction", "NPS", "Beta Completion"),
        *(TIER_TITLES[Tier.PERFORMANCE], "P95 Gen Time", "Static Backend", "Telemetry Overhead"),
        *(TIER_TITLES[Tier.PROCESS], "Schedule", "P0 Resolution", "Documentation"),
        "OVERALL STATUS",
    ]
    found = titles(load("release-executive"))
    assert [one for one in found if one in expected] == expected


def test_the_executive_view_fits_on_a_screen_of_1080_lines() -> None:
    bottom = max(
        one["gridPos"]["y"] + one["gridPos"]["h"] for one in load("release-executive")["panels"]
    )
    # Rows are 30 pixels high and 8 apart; above them are two bars of 40 and the variables.
    assert bottom * 38 + 2 * 40 + 56 + 24 <= 1080


@pytest.mark.parametrize("uid", UIDS)
def test_a_view_asks_sixty_queries_at_most(uid: str) -> None:
    assert sum(len(panel["targets"]) for panel in panels(load(uid))) <= 60


def test_two_more_metrics_fit_into_the_sixty_queries() -> None:
    more = (*with_new(), replace(NEW, id="PM-8"))
    for module in (executive, detailed):
        view = dump(module.dashboard(catalog=more))
        assert sum(len(panel["targets"]) for panel in panels(view)) <= 60


def test_every_verdict_series_has_a_tile_and_a_trend_in_the_detailed_view() -> None:
    found = titles(load("release-detailed"))
    for metric in CATALOG:
        for series in metric.judged:
            assert series.title in found
            assert f"{series.title} over time" in found


def test_every_tile_leads_to_its_evidence_and_the_runbooks_of_its_metric() -> None:
    for panel in panels(load("release-executive")):
        if panel["title"] == "Success Rate":
            assert [link["title"] for link in panel["links"]] == [
                "Evidence",
                "Runbook: ReleaseSuccessRateWarning",
                "Runbook: ReleaseSuccessRateCritical",
            ]


@pytest.mark.parametrize("uid", UIDS[:2])
def test_the_evidence_of_every_tile_is_a_row_of_the_status_page(uid: str) -> None:
    served = view_of(named("v1.1.0"), states())
    found = set(re.findall(r'<tr class="\w+" id="([^"]+)"', render(served, NOW)))
    places = [
        asked(link["url"].replace(":percentencode}", "}").replace("${", "$").replace("}", ""))
        for panel in panels(load(uid))
        for link in panel["links"]
        if link["title"] == "Evidence"
    ]
    assert len(places) >= 14
    assert {one.removeprefix("http://localhost:10150/#") for one in places} <= found


def test_an_installation_s_own_address_of_the_exporter_is_linked() -> None:
    site = Links(exporter="https://release.example")
    for module in (executive, detailed):
        text = str(dump(module.dashboard(site)))
        assert "https://release.example/#${project:percentencode}" in text
        assert "localhost:10150" not in text


def test_lines_of_a_chart_can_be_seen_on_both_backgrounds() -> None:
    for colour in (trend.BLUE, trend.PURPLE, trend.NEUTRAL, trend.AMBER, trend.RED):
        for background in ("#ffffff", "#181b1f"):
            assert contrast(colour, background) >= 3


def test_every_trend_has_its_bounds_told_apart_by_their_pattern() -> None:
    for panel in panels(load("release-detailed")):
        if panel["title"].endswith(" over time") and "release_metric_threshold" in str(panel):
            lines = {
                one["matcher"]["options"]: next(
                    x["value"] for x in one["properties"] if x["id"] == "custom.lineStyle"
                )
                for one in panel["fieldConfig"]["overrides"]
                if "custom.lineStyle" in str(one)
            }
            assert list(lines) == ["target", "/^warn /", "/^fail /"]
            assert len({str(one) for one in lines.values()}) == 3


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


def text_on(colour: str) -> str:
    """Return the colour in which Grafana writes on a background, the same in both themes."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    bright = (299 * red + 587 * green + 114 * blue) / 1000
    return "#202226" if bright > 180 else "#f7f8fa"


@pytest.mark.parametrize("colour", sorted({one.colour for one in verdicts.SIGNS}))
def test_words_on_a_verdicts_colour_can_be_read(colour: str) -> None:
    assert contrast(colour, text_on(colour)) >= 4.5


@pytest.mark.parametrize("background", ["#ffffff", "#181b1f"])
@pytest.mark.parametrize("colour", sorted({one.colour for one in verdicts.SIGNS}))
def test_words_in_the_bars_of_verdicts_over_time_can_be_read(colour: str, background: str) -> None:
    share = detailed.STATE_OPACITY / 100
    pairs = [(int(colour[i : i + 2], 16), int(background[i : i + 2], 16)) for i in (1, 3, 5)]
    mixed = "#" + "".join(f"{round(share * one + (1 - share) * other):02x}" for one, other in pairs)
    # Grafana writes in white where that has a contrast of 3, else in black.
    text = "#ffffff" if contrast(mixed, "#ffffff") >= 3 else "#000000"
    assert contrast(mixed, text) >= 4.5


@pytest.mark.parametrize("signs", [verdicts.SIGNS, tuple(verdicts.DECISIONS.values())])
def test_no_verdict_or_decision_is_told_by_colour_alone(signs: tuple[verdicts.Sign, ...]) -> None:
    texts = [one.text for one in signs]
    assert len(set(texts)) == len(texts)
    for one in signs:
        icon, _, word = one.text.partition(" ")
        assert icon
        assert word


def test_only_pass_and_go_are_green() -> None:
    green = [one.text for one in verdicts.SIGNS if one.colour == verdicts.GREEN]
    ready = [one.text for one in verdicts.DECISIONS.values() if one.colour == verdicts.GREEN]
    assert green == ["✅ pass"]
    assert ready == ["✅ READY FOR RELEASE"]
