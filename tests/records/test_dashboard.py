"""The text dashboard: the user's box, line by line, whatever stands in it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from exporter.bands import OTHERWISE, Band, at_least
from exporter.catalog import ALWAYS, CATALOG, Judged, Metric
from exporter.model import Tier, Verdict, labels
from exporter.records.box import WIDTH, columns
from exporter.records.dashboard import render
from exporter.records.marks import RECOMPUTED
from exporter.release import Waiver
from exporter.units import NUMBER
from tests.records.reports import LATER, released, report
from tests.releases import best_states, sample_of, state_of
from tests.status_page.hostile import TEXTS

# From the user's own document, "Executive Summary View", with a day and a time.
USERS = """\
┌─────────────────────────────────────────────┐
│ v1.1.0 Release Dashboard                    │
│ Last Updated: 2026-02-02 09:30              │
├─────────────────────────────────────────────┤
│ CRITICAL METRICS (Must Pass)                │
├─────────────────────────────────────────────┤
│ P0 Bugs:              0 ✅                  │
│ Privacy Violations:   0 ✅                  │
│ Test Pass Rate:       100% ✅               │
│ Success Rate:         94.8% ✅ (≥80%)       │
├─────────────────────────────────────────────┤
│ HIGH PRIORITY METRICS                       │
├─────────────────────────────────────────────┤
│ Installation:         100% ✅ (≥95%)        │
│ Satisfaction:         4.6/5.0 ✅ (≥4.0)     │
│ NPS:                  80 ✅ (≥30)           │
│ Beta Completion:      80% ✅ (≥80%)         │
├─────────────────────────────────────────────┤
│ PERFORMANCE METRICS                         │
├─────────────────────────────────────────────┤
│ P95 Gen Time:         850ms ✅ (<2s)        │
│ Static Backend:       95% ✅ (>80%)         │
│ Telemetry Overhead:   0.0001% ✅ (<5%)      │
├─────────────────────────────────────────────┤
│ PROCESS METRICS                             │
├─────────────────────────────────────────────┤
│ Schedule:             On Track ✅           │
│ P0 Resolution:        2.5h ✅ (<4h)         │
│ Documentation:        100% ✅               │
├─────────────────────────────────────────────┤
│ OVERALL STATUS:       ✅ READY FOR RELEASE  │
└─────────────────────────────────────────────┘
"""


def is_whole(text: str) -> bool:
    """Tell whether every line is as wide as the frame and begins and ends with it."""
    lines = text.removesuffix("\n").split("\n")
    return all(columns(one) == WIDTH + 2 and one[0] + one[-1] in _EDGES for one in lines)


# Beside what would break a page: what is wider or narrower than it looks.
HOSTILE = (
    *TEXTS,
    "宽" * 30,
    "👩\u200d👩\u200d👧" * 12,
    "⚠️" * 25,
    "🇩🇪" * 20,
    "e" + "\u0301" * 60,
    "\x1b[2J\x1b[31mGO\x1b[0m",
    "\x9b2J",
    "a\nb\r\nc\x85d\u2028e",
    "│ READY │",
    "\ufe0f" * 40,
    "\u115f" * 30,
    "ﷺ" * 40,
)

_EDGES = ("┌┐", "├┤", "└┘", "││")


def test_the_users_values_are_the_users_box() -> None:
    assert render(report()).encode() == USERS.encode()


def test_a_record_that_was_made_later_says_so() -> None:
    text = render(report(problems=(RECOMPUTED,)))
    assert "│ Last Updated: 2026-02-02 09:30 (recomputed) │" in text
    assert "│ OVERALL STATUS:       ❔ CANNOT TELL        │" in text
    assert is_whole(text)


@pytest.mark.parametrize(
    ("source", "gauge", "value", "row"),
    [
        ("github", "release_open_bugs", 2.0, "│ P0 Bugs:              2 ❌                  │"),
        (
            "telemetry",
            "release_command_success_ratio",
            0.7999,
            "│ Success Rate:         79.99% ⚠️ (≥80%)      │",
        ),
        (
            "plan",
            "release_schedule_variance_seconds",
            2 * 86400.0,
            "│ Schedule:             2 days late ⚠️        │",
        ),
        (
            "plan",
            "release_schedule_variance_seconds",
            -86400.0,
            "│ Schedule:             On Track ✅           │",
        ),
    ],
)
def test_other_verdicts_have_their_sign(source: str, gauge: str, value: float, row: str) -> None:
    where = labels(priority="P0") if gauge == "release_open_bugs" else ()
    states = best_states() | {source: state_of([sample_of(gauge, value, where)])}
    text = render(report(states=states))
    assert row in text.split("\n")
    assert is_whole(text)


def test_without_a_value_it_is_unknown_and_never_a_sign_of_good_news() -> None:
    text = render(report(states={}))
    assert "│ P0 Bugs:              N/A ❔ unknown        │" in text
    assert "✅" not in text
    assert is_whole(text)


def test_before_their_time_metrics_are_not_due() -> None:
    text = render(report(now=datetime(2026, 1, 13, 9, tzinfo=UTC)))
    assert "│ NPS:                  80 ⏳ not due (≥30)   │" in text
    assert is_whole(text)


def test_a_waived_fail_is_no_pass() -> None:
    waiver = Waiver("QM-2", "known", "https://example.org/1", "ann", LATER.date())
    states = best_states()
    states["telemetry"] = state_of([sample_of("release_command_success_ratio", 0.5)])
    text = render(report(release=replace(released(), waivers=(waiver,)), states=states))
    assert "│ Success Rate:         50% ✋ waived (fail)  │" in text
    assert is_whole(text)


@pytest.mark.parametrize("title", HOSTILE)
def test_no_title_or_release_breaks_the_box(title: str) -> None:
    own = Metric(
        id="OWN",
        title=title,
        gauge="release_own",
        help="own",
        source="own",
        unit=NUMBER,
        tier=Tier.CRITICAL,
        due=ALWAYS,
        judged=(
            Judged(
                title, (Band(at_least(1), Verdict.PASS, title), Band(OTHERWISE, Verdict.FAIL, ""))
            ),
        ),
    )
    release = replace(released(), name=title, metrics=(*CATALOG, own))
    states = best_states() | {"own": state_of([sample_of("release_own", 123456789012345.678)])}
    text = render(report(release=release, states=states))
    assert is_whole(text)
    assert len(text.split("\n")) == len(USERS.split("\n")) + 1
    assert not any(sign in text for sign in "\x00\x1b\r\t\u202e\u200b\u2066\x9b")
    assert all(one.isprintable() for one in text.replace("\n", ""))


def test_there_are_a_hundred_hostile_texts() -> None:
    assert len(set(HOSTILE)) >= 100
