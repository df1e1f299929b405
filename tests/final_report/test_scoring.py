"""The quality score: what its own formula says, and never good news from what is unknown."""

from dataclasses import replace

import pytest

from exporter.final_report.making import Material, final_report
from exporter.final_report.scoring import POINTS, WHOLE
from exporter.gate.report import cannot_tell
from exporter.model import Tier
from tests.final_report.days import day, told
from tests.releases import NOW


def points(conditions: dict[str, str]) -> float:
    return told([conditions]).score.points


def test_the_tiers_are_worth_a_hundred_points() -> None:
    assert (WHOLE, set(POINTS)) == (100, set(Tier))


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({}, 100),
        ({"QM-1": "fail"}, 90),  # one of four critical metrics, 40 points
        ({"QM-2": "warn"}, 95),  # half of its share
        ({"QM-2": "waived warn"}, 95),  # a waiver earns nothing more
        ({"QM-2": "waived fail"}, 90),
        ({"QM-1": "missing"}, 90),
        ({"QM-1": "stale"}, 90),
        ({"PM-1": "fail"}, 95),  # one of three performance metrics, 15 points
        ({"PM-5/P1": "fail"}, 96.2),  # one of four process metrics; 96.25, rounded down
        ({"EM-2": "warn"}, 98.7),  # half of one of two engagement metrics: 98.75
        ({"EM-5": "not due"}, 97.5),
    ],
)
def test_a_verdict_earns_what_the_formula_says(conditions: dict[str, str], expected: float) -> None:
    assert points(conditions) == expected


def test_what_is_not_earned_is_said_where_it_is() -> None:
    score = told([{"QM-1": "fail", "QM-4": "missing", "EM-5": "not due"}]).score
    assert score.rest == "10 lost, 10 unknown, 2.5 not due yet"
    for tier in score.tiers:
        assert tier.earned + tier.lost + tier.unknown + tier.not_due == pytest.approx(tier.points)


def test_no_bugs_to_resolve_cost_no_points() -> None:
    report = day()
    lines = tuple(
        replace(line, verdict=type(line.verdict).NOT_DUE, due=False, value=None, inapplicable=True)
        if line.metric == "PM-5"
        else line
        for line in report.verdicts
    )
    score = final_report(Material(replace(report, verdicts=lines))).score
    assert (score.points, score.rest) == (100, "none is missing")


def test_of_a_release_that_cannot_be_told_there_are_no_points() -> None:
    report = final_report(Material(cannot_tell("release.yaml", ["cannot be read"], NOW)))
    assert report.score.shown == "0/100, not to be relied on: cannot be read"
    assert report.score.rest == "100 unknown"
    assert {row.actual for row in report.rows} == {"unknown"}


def test_a_perfect_score_is_not_shown_while_a_problem_stands() -> None:
    problem = replace(day(), problems=("the newest snapshot is of 2026-01-01",))
    report = final_report(Material(problem))
    assert "not to be relied on" in report.score.shown
    assert report.success == "cannot be told: the newest snapshot is of 2026-01-01"
    assert report.success_icon == "❔"
