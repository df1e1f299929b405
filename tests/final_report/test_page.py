"""docs/report.md, and the user's own template, held against what is written."""

import html
import re
from dataclasses import replace

import pytest

from exporter.final_report import fragments
from exporter.final_report.output import FORMS
from exporter.final_report.scoring import FORMULA, POINTS, TITLES
from exporter.gate_review.output import render as render_review
from exporter.gate_review.review import Answer, Result, review_of
from tests.example import ROOT
from tests.final_report.days import plan_then, told

PAGE = (ROOT / "docs" / "report.md").read_text("utf-8")

# The user's own template, line by line.
TEMPLATE = """
# v1.1.0 Final Metrics Report
## Executive Summary
- **Release Date**: February 15, 2026
- **Overall Success**: ✅ All critical metrics met
- **Quality Score**: 95/100
## Quality Metrics
| Metric | Target | Actual | Status |
|--------|--------|--------|--------|
| P0 Bugs | 0 | 0 | ✅ |
| Success Rate | ≥80% | 94.8% | ✅ |
| Privacy | 0 PII | 0 PII | ✅ |
| Tests | 100% | 100% | ✅ |
| Install | ≥95% | 100% | ✅ |
## Engagement Metrics
| Metric | Target | Actual | Status |
|--------|--------|--------|--------|
| Beta Completion | ≥80% | 80% | ✅ |
| Survey Response | 100% | 100% | ✅ |
| Satisfaction | ≥4.0 | 4.6 | ✅ |
| NPS | ≥30 | 80 | ✅ |
| Downloads (Week 1) | 100+ | 285 | ✅ |
## Performance Metrics
| Metric | Target | Actual | Status |
|--------|--------|--------|--------|
| P95 Time | <2s | 850ms | ✅ |
| Static Backend | >80% | 95% | ✅ |
| Overhead | <5% | 0.0001% | ✅ |
## Process Metrics
| Metric | Target | Actual | Status |
|--------|--------|--------|--------|
| Schedule | ±1 day | On time | ✅ |
| P0 Resolution | <4h | 2.5h | ✅ |
| Documentation | 100% | 100% | ✅ |
## Key Insights
1. [Insight from data]
2. [Trend analysis]
3. [Lessons for v1.1.1]
""".strip().splitlines()
# What is spelt otherwise: as everywhere else in the product.
SPELT = {
    "0 PII": "0",
    "4.6": "4.6/5.0",
    "100+": "≥100",
    "On time": "on time",
    "✅": "✅ pass",
}
KINDS = {
    "1. [Insight from data]": "**Insight from data**: ",
    "2. [Trend analysis]": "**Trend**: ",
    "3. [Lessons for v1.1.1]": "**Lesson for the next release**: ",
}

# Every metric has the value of the user's example.
REPORT = told([{}], plan=plan_then())
LINES = html.unescape(FORMS["markdown"](REPORT)).replace("\u200b", "").splitlines()


def expected(line: str) -> str:
    """Return how a line of the template has to be written."""
    if line.startswith("|---"):
        return "|---|---|---|---|"
    if line.startswith("| "):
        cells = [SPELT.get(cell, cell) for cell in line.strip("| ").split(" | ")]
        return f"| {' | '.join(cells)} |"
    return line


@pytest.mark.parametrize("line", [x for x in TEMPLATE if x[0] in "#|"])
def test_every_heading_table_and_row_of_the_template_is_there(line: str) -> None:
    assert expected(line) in LINES


def test_they_come_in_the_templates_order() -> None:
    wanted = [expected(line) for line in TEMPLATE if line[0] == "#" or line.startswith("| ")]
    found = iter(LINES)
    assert [line for line in wanted if line not in found] == []


def test_the_summary_has_the_templates_three_lines() -> None:
    start = LINES.index("## Executive Summary")
    date, success, score, *_ = LINES[start + 2 :]
    assert date == "- **Release Date**: 2025-12-25"
    assert success == "- **Overall Success**: ✅ All critical metrics met"
    assert score == "- **Quality Score**: 100/100 (none is missing)"


@pytest.mark.parametrize(("line", "start"), KINDS.items())
def test_every_kind_of_insight_of_the_template_is_there(line: str, start: str) -> None:
    assert line in TEMPLATE
    assert any(re.match(rf"\d+\. {re.escape(start)}", one) for one in LINES)


ROWS = dict(re.findall(r"^\| (.+?) \| (.+?) \|$", PAGE.split("## Your template")[1], re.MULTILINE))


@pytest.mark.parametrize("line", [x for x in TEMPLATE if not x.startswith(("| Metric", "|--"))])
def test_every_line_of_the_template_is_where_the_page_says(line: str) -> None:
    said = line.strip("| ").replace(" | ", " · ") if line.startswith("|") else line
    where = ROWS[said].split(";")[0]
    heading, _, place = where.partition(": ")
    if heading == "title":
        assert LINES[0] == line
        return
    start = LINES.index(f"## {heading}")
    end = next(at for at, one in enumerate(LINES) if at > start and one.startswith("## "))
    assert not place or any(place in one for one in LINES[start:end])


@pytest.mark.parametrize("heading", ["Risk Assessment", "Waivers", "Quality Score", "Evidence"])
def test_what_stands_behind_the_template_is_there_too(heading: str) -> None:
    assert f"## {heading}" in LINES


def test_the_page_has_the_scores_formula() -> None:
    words = " ".join(PAGE.split())
    for tier, points in POINTS.items():
        assert re.search(rf"\b{points} (for the )?{TITLES[tier].lower()}", words)
    for sentence in FORMULA.split(". ")[1:]:
        assert sentence.rstrip(".") in words.replace("It is rounded", "Rounded")


@pytest.mark.parametrize("result", [Result.SIGNED_OFF, Result.DELAYED])
def test_every_subject_of_a_gate_review_is_where_the_page_says(result: Result) -> None:
    answer = Answer(result, "a reason", None, ("Ada Lovelace",))
    milestone = replace(plan_then().milestones[0], name="go/no-go")
    written = html.unescape(render_review(review_of(REPORT, milestone, answer)))
    rows = re.findall(r"^\| (.+?) \| (.+?) \|$", PAGE.split("of your gate review")[1], re.MULTILINE)
    subjects = dict(rows[:5])
    assert len(subjects) == 5
    assert [one for one in list(subjects.values())[:4] if f"## {one}" not in written] == []
    titles = {Result.SIGNED_OFF: "### Milestone Sign-off", Result.DELAYED: "### Delay Decision"}
    assert titles[result].strip("# ") in list(subjects.values())[-1]
    assert titles[result] in written


def test_the_pages_fragments_are_those_that_there_are() -> None:
    parts = PAGE.split("## Parts for other documents")[1]
    assert set(re.findall(r"\| `(\w+)` \|", parts)) == set(fragments.FRAGMENTS)
    assert len(re.findall(r"^\| .+ \| `\w+` \| .+ \|$", parts, re.MULTILINE)) == 8
