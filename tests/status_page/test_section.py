from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from exporter.catalog import CATALOG
from exporter.gate.verdicts import Outcome
from exporter.model import Tier
from exporter.plan import Plan
from exporter.status_page.badges import VERDICTS
from exporter.status_page.section import Section
from exporter.view import ReleaseView
from tests.status_page.gallery import DAY, HOUR, NOW, OWN, make_plan, make_release, make_states


def make_section(now: datetime = NOW, plan: Plan | None = None) -> Section:
    release = replace(make_release(), plan=plan or make_plan())
    return Section(ReleaseView(release, make_states()), now, valid=True)


def test_the_page_tells_the_time_where_the_release_lives() -> None:
    assert make_section().updated == "2026-01-18 12:00 PST (UTC-08:00)"
    assert make_section(NOW + 180 * DAY).updated == "2026-07-17 13:00 PDT (UTC-07:00)"
    nepal = replace(make_plan(), zone=ZoneInfo("Asia/Kathmandu"))
    assert make_section(plan=nepal).updated == "2026-01-19 01:45 +0545 (UTC+05:45)"


@pytest.mark.parametrize(
    ("days", "phase"),
    [
        (-20, "planning"),
        (-5, "beta, day 1 of 5"),
        (-1, "beta, day 5 of 5"),
        (0, "analysis"),
        (5, "go/no-go"),
        (6, "release"),
        (7, "post-release"),
    ],
)
def test_the_phase_is_said_in_words(days: int, phase: str) -> None:
    assert make_section(NOW + days * DAY).phase == phase


def test_without_milestones_there_is_no_phase_to_name() -> None:
    section = make_section(plan=Plan((), ZoneInfo("UTC")))
    assert section.phase == "unknown: the plan has no milestones"
    assert section.upcoming is None
    assert section.overdue == []


@pytest.mark.parametrize(
    ("hours", "upcoming", "overdue"),
    [
        (0, ("analysis", "in 1 day (2026-01-19)"), []),
        (12, ("analysis", "today"), []),
        (35, ("analysis", "today"), []),
        (36, ("go/no-go", "in 3 days (2026-01-23)"), [("analysis", "1 day overdue (2026-01-19)")]),
        (
            24 * 10,
            None,
            [
                ("analysis", "9 days overdue (2026-01-19)"),
                ("go/no-go", "5 days overdue (2026-01-23)"),
                ("release", "4 days overdue (2026-01-24)"),
            ],
        ),
    ],
)
def test_the_next_milestone_and_the_overdue_ones_are_told_apart(
    hours: int, upcoming: tuple[str, str] | None, overdue: list[tuple[str, str]]
) -> None:
    section = make_section(NOW + hours * HOUR)
    assert (section.upcoming, section.overdue) == (upcoming, overdue)


def test_a_milestone_that_is_finished_only_tomorrow_is_still_ahead() -> None:
    plan = make_plan()
    early = [
        replace(one, actual=date(2026, 1, 19)) if one.name == "analysis" else one
        for one in plan.milestones
    ]
    section = make_section(plan=replace(plan, milestones=tuple(early)))
    assert section.upcoming == ("analysis", "in 1 day (2026-01-19)")


def test_the_boxes_are_the_users_in_the_users_order() -> None:
    boxes = make_section().boxes
    assert {title: [one.series.title for one in rows] for title, rows in boxes.items()} == {
        "CRITICAL METRICS (Must Pass)": [
            "P0 Bugs",
            "Privacy Violations",
            "Test Pass Rate",
            "Success Rate",
        ],
        "HIGH PRIORITY METRICS": ["Installation", "Satisfaction", "NPS", "Beta Completion"],
        "PERFORMANCE METRICS": ["P95 Gen Time", "Static Backend", "Telemetry Overhead"],
        "PROCESS METRICS": ["Schedule", "P0 Resolution", "Documentation"],
    }
    assert list(boxes) == [
        "CRITICAL METRICS (Must Pass)",
        "HIGH PRIORITY METRICS",
        "PERFORMANCE METRICS",
        "PROCESS METRICS",
    ]


def test_every_verdict_stands_on_the_page_exactly_once() -> None:
    section = make_section()
    shown = [one for rows in section.boxes.values() for one in rows] + section.detail
    assert sorted(one.key for one in shown) == sorted(one.key for one in section.judgements)
    assert [one.key for one in section.detail] == ["PM-5/P1", "EM-2", "EM-5", "X-1"]


def test_an_own_metric_stands_in_the_box_of_its_tier() -> None:
    judged = tuple(replace(one, executive=True) for one in OWN.judged)
    own = replace(OWN, tier=Tier.CRITICAL, judged=judged)
    release = replace(make_release(), metrics=(*CATALOG, own))
    section = Section(ReleaseView(release, {}), NOW, valid=True)
    assert [one.key for one in section.boxes["CRITICAL METRICS (Must Pass)"]][-1] == "X-1"


def test_an_engagement_metric_never_enters_a_box() -> None:
    judged = tuple(replace(one, executive=True) for one in OWN.judged)
    release = replace(make_release(), metrics=(replace(OWN, judged=judged),))
    section = Section(ReleaseView(release, {}), NOW, valid=True)
    assert [one.key for one in section.detail] == ["X-1"]


def test_the_tally_counts_every_verdict_the_worst_first() -> None:
    section = make_section()
    assert [badge for badge, _ in section.tally] == [
        VERDICTS[one]
        for one in (
            Outcome.FAIL,
            Outcome.UNKNOWN,
            Outcome.WAIVED,
            Outcome.PASS,
            Outcome.NOT_DUE,
        )
    ]
    assert sum(count for _, count in section.tally) == len(section.judgements)


def test_a_waiver_holds_through_its_expiry_date_where_the_release_lives() -> None:
    midnight = datetime(2026, 1, 25, tzinfo=ZoneInfo("America/Los_Angeles"))
    for now, word in ((midnight - timedelta(seconds=1), "unused"), (midnight, "expired")):
        _, (waiver, title, badge) = make_section(now).waivers
        assert (waiver.metric, title, badge.word) == ("QM-2", "Success Rate", word)


def test_an_anchor_is_one_word_and_unlike_any_other() -> None:
    pairs = [("a-b", "c"), ("a", "b-c"), ("a/b", "c"), ("a", "b/c"), ('"> x', "\ud800")]
    anchors = {
        Section(ReleaseView(make_release(*pair), {}), NOW, valid=True).anchor for pair in pairs
    }
    assert len(anchors) == len(pairs)
    assert all(anchor.isascii() and " " not in anchor and '"' not in anchor for anchor in anchors)
