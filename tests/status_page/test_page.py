import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from itertools import pairwise

import pytest

from exporter.freshness import SourceState
from exporter.model import ErrorClass, Finding, Reading, Sample
from exporter.status_page import CSP, render
from exporter.status_page.page import REFRESH_SECONDS, SHOWN
from exporter.view import ReleaseView, View
from tests.status_page.gallery import (
    HOUR,
    LIMITS,
    NOW,
    VALUES,
    good_state,
    make_release,
    make_states,
    make_view,
    sample_of,
)
from tests.status_page.reading import Page

DASH = "\N{EN DASH}"


def read(view: View) -> Page:
    return Page.read(render(view, NOW))


@pytest.fixture(scope="module")
def page() -> Page:
    return read(make_view())


@pytest.mark.parametrize(
    ("title", "cells"),
    [
        (
            "P0 Bugs QM-1",
            ["0", "✅ pass", "(0)", "14", "3h", "proceed 0 of 14 open issues carry the label P0"],
        ),
        (
            "Success Rate QM-2",
            [
                "78.4%",
                "✍️ waived",
                "(≥80%)",
                "3,975",
                "3h",
                (
                    "document issues, release with caveats "
                    "3,116 of 3,975 command generations succeeded"
                ),
            ],
        ),
        (
            "Beta Completion EM-1",
            [
                "40%",
                "❌ fail",
                "(≥80%)",
                "5",
                "3h",
                (
                    "insufficient data, consider extending "
                    "2 of 5 testers took part on all 5 days (testers.csv)"
                ),
            ],
        ),
        (
            "Satisfaction EM-3",
            ["N/A", "❔ unknown", "(≥4.0)", DASH, DASH, "last read 40h ago, limit 26h"],
        ),
        ("P0 Resolution PM-5/P0", ["N/A", "⏳ not due", "(<4h)", DASH, DASH, "no bugs of P0"]),
        (
            "Downloads (Week 1) EM-5",
            ["N/A", "⏳ not due", "(≥100)", DASH, DASH, "due from 2026-01-31 00:00 PST"],
        ),
        ("Crash-free sessions X-1", ["N/A", "❔ unknown", "(≥99%)", DASH, DASH, "not read yet"]),
    ],
)
def test_a_row_says_value_verdict_target_n_age_and_why(
    page: Page, title: str, cells: list[str]
) -> None:
    assert page.rows[title].cells == [title, *cells]


@pytest.mark.parametrize(
    ("title", "value"),
    [
        ("P95 Gen Time PM-1", "850ms"),
        ("Telemetry Overhead PM-3", "0.0001%"),
        ("Schedule PM-4", "on time"),
        ("NPS EM-4", "80"),
        ("Satisfaction EM-3", "4.6/5.0"),
    ],
)
def test_values_are_in_the_users_units(title: str, value: str) -> None:
    states = make_states() | {"survey": good_state([sample_of("EM-3"), sample_of("EM-4")])}
    assert read(make_view(states)).rows[title].cells[1] == value


def test_no_value_is_neither_green_nor_zero(page: Page) -> None:
    without = [row for row in page.rows.values() if row.cells[1] == "N/A"]
    assert len(without) == 6
    for row in without:
        assert row.tone == "neutral"
        assert row.cells[3:6] == [row.cells[3], DASH, DASH]
    assert page.values("td", "class").count("value none") == len(without)


def test_without_any_source_nothing_passes() -> None:
    page = read(make_view({}))
    assert {row.tone for row in page.rows.values()} <= {"neutral", "caution", "bad"}
    assert "✅" not in page.text.replace("✅ ok", "")
    assert "the release file has no source github" in page.rows["P0 Bugs QM-1"].cells[6]


def test_what_a_release_does_not_have_gets_no_empty_table() -> None:
    bare = replace(make_release(), metrics=(), waivers=())
    page = read(View((ReleaseView(bare, {}),), loaded=True))
    assert "table" not in {tag for tag, _ in page.skeleton}
    assert "OVERALL STATUS: ❔ CANNOT TELL" in page.text


def test_a_value_before_its_due_date_is_shown_in_grey() -> None:
    early = NOW.replace(day=10)
    reading = replace(sample_of("EM-1"), observed=early)
    state = replace(good_state([reading]), succeeded=early, attempted=early)
    page = Page.read(render(make_view({"testers": state}), early))
    row = page.rows["Beta Completion EM-1"]
    assert row.cells[1:3] == ["40%", "⏳ not due"]
    assert row.tone == "neutral"


def test_every_sign_has_a_word_beside_its_icon(page: Page) -> None:
    words = {"pass", "waived", "fail", "unknown", "not due"}
    verdicts = [row.cells[2] for row in page.rows.values() if len(row.cells) == 7]
    assert len(verdicts) == 18
    assert {one.split(" ", 1)[1] for one in verdicts} == words


def test_the_overall_status_is_the_gates_with_the_reasons_that_decide(page: Page) -> None:
    assert "OVERALL STATUS: ❌ BLOCKED NO_GO PM-6: Documentation 87.5% (100%): fix" in page.text


def test_a_page_on_which_everything_passes_is_ready_with_the_caveats_named() -> None:
    states = {source: good_state(samples) for source, samples in passing_samples().items()}
    text = read(make_view(states)).text
    assert "OVERALL STATUS: ⚠️ READY WITH CAVEATS CONDITIONAL PM-5/P0: P0 Resolution N/A" in text


def test_without_any_source_it_cannot_be_told() -> None:
    assert "OVERALL STATUS: ❔ CANNOT TELL UNKNOWN QM-1: P0 Bugs N/A" in read(make_view({})).text


def passing_samples() -> dict[str, list[Sample]]:
    better = ("EM-1", "QM-2", "PM-6")
    samples: dict[str, list[Sample]] = {}
    for key, (source, value, *_) in VALUES.items():
        sample = sample_of(key, value=1.0 if key in better else value)
        samples.setdefault(source, []).append(sample)
    return samples


def test_the_header_says_where_the_release_stands(page: Page) -> None:
    assert (
        "v1.1.0 Release Dashboard Project caro Phase analysis Next milestone"
        " analysis, in 1 day (2026-01-19) Last updated 2026-01-18 12:00 PST (UTC-08:00)"
    ) in page.text


def test_waivers_are_listed_and_expired_ones_named_so(page: Page) -> None:
    assert page.rows["P1 Resolution PM-5/P1"].cells[1] == "N/A"  # the verdict's row comes first
    text = page.text
    assert (
        "P1 Resolution PM-5/P1 ❌ expired 2026-01-10 Engineering Lead holidays"
        " expired, counts for nothing https://github.com/wildcard/caro/issues/398"
    ) in text
    assert "Success Rate QM-2 ✍️ in force 2026-01-24 Release Manager" in text
    assert "https://github.com/wildcard/caro/issues/412" in page.values("a", "href")


def test_the_trackers_list_in_the_evidence_is_a_link() -> None:
    address = "https://github.com/wildcard/caro/issues?q=is%3Aissue&x=1"
    bugs = sample_of("QM-1", evidence=f"2 of 14 open issues carry the label P0 ({address})")
    page = read(make_view({"github": good_state([bugs])}))
    (link,) = [attrs for tag, attrs in page.elements if attrs.get("href") == address]
    assert link == {"href": address, "rel": "noopener noreferrer"}
    assert f"carry the label P0 ({address})" in page.text


@pytest.mark.parametrize(
    ("source", "cells"),
    [
        ("plan", ["✅ ok", "12m ago, limit 26h", "3h old, limit 30h", "8", "nothing rejected"]),
        (
            "github",
            [
                "❌ failing",
                "12m ago, limit 26h",
                "0s old, limit 30h",
                "14",
                (
                    "rate limited: GitHub allows the next request in 14m;"
                    " the last good values still count"
                ),
            ],
        ),
        (
            "downloads",
            [
                "❌ failing",
                "never, limit 26h",
                DASH,
                DASH,
                "not found: crates.io knows no crate caro; there are no earlier values",
            ],
        ),
        (
            "survey",
            [
                "⚠️ stale",
                "40h ago, limit 26h",
                "3h old, limit 30h",
                "10",
                "last read 40h ago, limit 26h; its values are withdrawn",
            ],
        ),
        ("own_crash_free_ratio", ["⏳ not read yet", "never, limit 26h", DASH, DASH, ""]),
    ],
)
def test_a_source_says_how_it_fares(page: Page, source: str, cells: list[str]) -> None:
    assert page.rows[source].cells == [source, *cells]


def test_rejections_are_named_by_file_and_position(page: Page) -> None:
    cell = page.rows["telemetry"].cells[5]
    assert cell.startswith(
        "13 rejected: field 12, truncated 1"
        " day3/ana.json: event 34: duration_ms: a number from 0 (field)"
    )
    assert cell.endswith("and 3 more")


def test_before_everything_was_read_a_banner_counts() -> None:
    unread = SourceState(LIMITS)
    good = good_state([])
    banner = "Still reading: 1 of 3 sources."
    assert banner in read(make_view({"a": unread, "b": unread, "c": good})).text
    assert "Still reading" not in read(make_view({"a": good, "b": good})).text


def test_before_the_files_are_loaded_the_page_says_so() -> None:
    page = read(View())
    assert "Still loading the release files." in page.text
    assert "No release" not in page.text


def test_with_nothing_to_serve_the_page_says_so() -> None:
    assert "No release is under preparation." in read(View(loaded=True)).text


def test_invalid_files_are_named_on_top_with_their_mistakes() -> None:
    release = make_release()
    page = read(
        make_view(
            files={"a.yaml": False, "b.yaml": False, release.file: True},
            mistakes={"a.yaml": "a.yaml: milestones: write one\na.yaml: soruces: unknown key"},
            reload_ok=False,
        )
    )
    assert (
        "Invalid release files: 2 What they describe is not served, or as it was while the file"
        " was still valid. a.yaml a.yaml: milestones: write one a.yaml: soruces: unknown key"
        " b.yaml invalid"
    ) in page.text
    assert page.text.index("Invalid release files") < page.text.index("Release Dashboard Project")
    assert "Its release file is invalid now." not in page.text


def test_a_release_that_outlives_its_file_says_so() -> None:
    release = make_release()
    page = read(make_view(files={release.file: False}, mistakes={release.file: "not YAML"}))
    assert "Its release file is invalid now." in page.text
    assert "✅ pass" in page.text


def test_a_thousand_mistakes_do_not_bury_the_release() -> None:
    mistakes = {f"{n:04}.yaml": "\n".join(["unknown key"] * 1000) for n in range(1000)}
    page = read(make_view(files=dict.fromkeys(mistakes, False), mistakes=mistakes))
    assert page.text.count("unknown key") == SHOWN * SHOWN
    assert page.text.count("and 980 more") == SHOWN + 1


def test_a_reload_that_failed_as_a_whole_is_said() -> None:
    assert "The last reload failed." in read(make_view(reload_ok=False)).text
    assert "The last reload failed." not in read(make_view()).text


def test_several_releases_stand_in_order_with_a_jump_list() -> None:
    names = [("zeta", "v1"), ("caro", "v1.1.0"), ("caro", "v1.0.0")]
    releases = [make_release(*name) for name in names]
    page = read(View(tuple(ReleaseView(one, {}) for one in releases), loaded=True))
    anchors = page.values("section", "id")
    assert anchors == ["caro/v1.0.0", "caro/v1.1.0", "zeta/v1"]
    assert [one for one in page.values("a", "href") if "#" in one] == [f"#{x}" for x in anchors]


def test_a_single_release_needs_no_jump_list(page: Page) -> None:
    assert "nav" not in {tag for tag, _ in page.skeleton}


def test_the_page_is_well_formed_and_says_its_language(page: Page) -> None:
    html = render(make_view(), NOW)
    assert html.startswith("<!DOCTYPE html>\n")
    assert page.unbalanced == ""
    assert page.values("html", "lang") == ["en"]
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))


def test_every_table_has_a_caption_and_scoped_headings(page: Page) -> None:
    tags = [tag for tag, _ in page.skeleton]
    assert tags.count("table") == tags.count("caption") == 7
    assert all("scope" in names for tag, names in page.skeleton if tag == "th")


def test_headings_never_skip_a_level(page: Page) -> None:
    levels = [int(tag[1]) for tag, _ in page.skeleton if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_the_page_loads_and_runs_nothing(page: Page) -> None:
    tags = {tag for tag, _ in page.skeleton}
    assert not tags & {"script", "img", "iframe", "object", "embed", "form", "base", "svg"}
    names = {name for _, attributes in page.skeleton for name in attributes}
    assert not names & {"style", "src", "srcset", "action", "ping"}
    assert not [name for name in names if name.startswith("on")]
    assert page.values("link", "href") == ["data:,"]
    assert "url(" not in page.style
    assert "@import" not in page.style


def test_the_policy_allows_the_style_and_nothing_else(page: Page) -> None:
    digest = b64encode(sha256(page.style.encode()).digest()).decode()
    assert CSP.split("; ") == [
        "default-src 'none'",
        f"style-src 'sha256-{digest}'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]


def test_the_page_says_whether_it_refreshes_and_how_to_change_that() -> None:
    texts = {on: render(make_view(), NOW, refreshes=on) for on in (True, False)}
    assert f"Refreshes itself every {REFRESH_SECONDS} s." in texts[True]
    assert "Paused." in texts[False]
    links = {on: Page.read(text).values("a", "href") for on, text in texts.items()}
    assert ("?refresh=off" in links[True], "?refresh=on" in links[True]) == (True, False)
    assert ("?refresh=off" in links[False], "?refresh=on" in links[False]) == (False, True)


def test_facts_from_a_clock_ahead_of_ours_are_not_of_negative_age() -> None:
    states = {"tests": good_state([sample_of("QM-4", observed=NOW + HOUR)])}
    assert read(make_view(states)).rows["Test Pass Rate QM-4"].cells[5] == "0s"


def test_a_sample_without_n_or_time_shows_a_dash() -> None:
    states = {"tests": good_state([sample_of("QM-4", n=None, observed=None, evidence="")])}
    row = read(make_view(states)).rows["Test Pass Rate QM-4"]
    assert row.cells[1:] == ["100%", "✅ pass", "(100%)", DASH, DASH, "required for release"]


def test_an_enormous_value_is_cut_and_does_not_break_the_page() -> None:
    states = {"github": good_state([sample_of("QM-1", value=1e308)])}
    assert read(make_view(states)).rows["P0 Bugs QM-1"].cells[2] == "❌ fail"


def test_an_error_before_the_first_success_is_the_reason_for_its_verdicts() -> None:
    error = (ErrorClass.MALFORMED, "tests/*.xml: not XML")
    page = read(make_view({"tests": SourceState(LIMITS, attempted=NOW, error=error)}))
    assert page.rows["Test Pass Rate QM-4"].cells[6] == "tests/*.xml: not XML"


def test_a_reading_without_a_value_says_so() -> None:
    page = read(make_view({"tests": good_state([], reading=Reading())}))
    row = page.rows["Test Pass Rate QM-4"]
    assert row.cells[1] == "N/A"
    assert row.cells[6] == "the source tests has no value for it"


def test_privacy_findings_stand_under_their_own_heading() -> None:
    reading = Reading(findings=(Finding("telemetry/a.json", "event 3", "email"),))
    page = render(make_view({"telemetry": good_state([], reading=reading)}), NOW)
    assert "Privacy findings" in page
    assert "telemetry/a.json: event 3: <strong>email</strong>" in page


def luminance(colour: str) -> float:
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def schemes(style: str) -> Iterator[dict[str, str]]:
    """Yield the light colours, then the dark ones."""
    for block in re.findall(r":root \{([^}]*--text[^}]*)\}", style):
        yield dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))


PAIRS = [
    *((ink, ground) for ink in ("text", "muted", "link") for ground in ("page", "card")),
    *((tone, f"{tone}-back") for tone in ("good", "caution", "bad", "neutral")),
]


@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_words_have_the_contrast_that_wcag_aa_asks_for(page: Page, ink: str, ground: str) -> None:
    colours = list(schemes(page.style))
    assert len(colours) == 2
    for one in colours:
        assert contrast(one[ink], one[ground]) >= 4.5


def test_evidence_that_only_a_sample_carries_is_on_the_page() -> None:
    sample = Sample("release_test_pass_ratio", 1.0, n=3, observed=NOW, evidence="3 passed")
    assert "3 passed" in read(make_view({"tests": good_state([sample])})).text
