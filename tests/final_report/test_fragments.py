"""The parts for other documents: what is ticked, what is raised, and what is not known."""

import html
import re

import pytest

from exporter.final_report import fragments
from tests.final_report.days import Conditions, told

GOOD: Conditions = {}
MIXED: Conditions = {
    "QM-1": "missing",
    "QM-2": "warn",
    "QM-4": "fail",
    "EM-3": "waived warn",
    "EM-5": "not due",
}


def written(name: str, *days: Conditions) -> str:
    return html.unescape(fragments.render(told(days), name)).replace("\u200b", "")


@pytest.mark.parametrize("name", fragments.FRAGMENTS)
def test_each_says_of_which_release_and_moment_it_is(name: str) -> None:
    first, _, when, *_ = written(name, GOOD).splitlines()
    assert first.startswith("## ")
    assert first.endswith(": caro v1.1.0")
    assert when.startswith("As of 2026-01-17 12:00 PST, phase: ")


def test_only_a_pass_is_ticked() -> None:
    text = written("checklist", MIXED)
    ticked = set(re.findall(r"^- \[x\] ([^:]+):", text, re.MULTILINE))
    open_ = set(re.findall(r"^- \[ \] ([^:\n]+):", text, re.MULTILINE))
    assert open_ == {"P0 Bugs", "Success Rate", "Tests", "Satisfaction", "Downloads (Week 1)"}
    assert len(ticked) == 12
    assert not ticked & open_
    assert "- [ ] Milestone sign-off or delay decision" in text
    assert "**❌ BLOCKED** (NO_GO)" in text


def test_what_is_unknown_says_why_on_the_checklist() -> None:
    assert "- [ ] P0 Bugs: unknown (target 0, blocking) ❔ unknown: " in written("checklist", MIXED)


def test_metrics_off_target_raise_a_likelihood() -> None:
    rows = {
        cells[1]: cells
        for line in written("risks", GOOD, MIXED).splitlines()
        if len(cells := [cell.strip() for cell in line.split("|")]) == 8
    }
    assert rows["Tests off target"][3] == "raise to high"
    assert rows["Tests off target"][4] == "blocks the release"
    assert rows["Success Rate off target"][3] == "raise by one step"
    assert rows["Success Rate off target"][5] == "-19.8 percentage points since 2026-01-16 (94.8%)"
    assert rows["P0 Bugs off target"][3] == "raise by one step: it cannot be told"
    # A waiver accepts a risk; it does not make it less likely.
    assert rows["Satisfaction off target"][3] == "raise by one step"
    assert "waived until" in rows["Satisfaction off target"][6]
    assert list(rows)[2] == "Tests off target"
    assert len(rows) == 6


def test_what_is_not_due_lowers_no_risk() -> None:
    text = written("risks", MIXED)
    assert "Not due, which says nothing: Downloads (Week 1)" in text
    assert "Downloads" not in text.split("On target")[1].split("Not due")[0]


def test_a_trend_is_not_told_of_a_value_that_is_gone() -> None:
    (line,) = (x for x in written("risks", GOOD, GOOD, MIXED).splitlines() if "P0 Bugs off" in x)
    assert "unknown: last known 0 on 2026-01-16" in line


def test_the_status_says_the_progress_as_a_number() -> None:
    text = written("status", GOOD, MIXED)
    assert "**Progress**: 12 of 16 due metrics on target (75%)" in text
    assert "| Success Rate | ≥80% | 75% | -19.8 percentage points since 2026-01-16" in text


def test_the_retrospective_tells_what_worked_and_what_did_not() -> None:
    text = written("retrospective", {"QM-2": "fail"}, {"QM-2": "warn", "PM-1": "missing"}, GOOD)
    worked = text.split("### What worked")[1].split("###")[0]
    failed = text.split("### What did not")[1].split("###")[0]
    assert "- P0 Bugs: on target (0) on every judged day, 3 of 3 recorded" in worked
    assert "- P95 Time: on target (<2s) on every judged day, 2 of 3 recorded" in worked
    assert "Success Rate" not in worked
    assert "- Success Rate: off target (≥80%) for 2 judged days at a time" in failed
    assert "- P95 Time: unknown on 1 of 3 recorded days" in failed
