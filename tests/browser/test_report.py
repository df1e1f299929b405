"""The final report in Chromium: on a phone, a desk and paper, in light and in dark."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from exporter.final_report.figures import FinalReport
from exporter.final_report.output import FORMS
from tests.browser.axe import violations
from tests.browser.test_status_page import SIZES, elements, overflow
from tests.final_report.days import Conditions, day, plan_then, told
from tests.final_report.test_hostile import calm_page, report_of
from tests.gate.hostile import TEXTS
from tests.gate.test_output import show

pytestmark = pytest.mark.browser

MIXED: Conditions = {
    "QM-1": "missing",
    "QM-2": "warn",
    "QM-4": "fail",
    "EM-3": "waived warn",
    "EM-5": "not due",
}
# A good day, an unknown one, no record, and a bad end, after another release.
REPORT = told(
    [{}, {"PM-1": "missing"}, {}, None, {"QM-2": "fail"}, MIXED],
    others={"v1.0.0": [day(40, release="v1.0.0"), day(30, release="v1.0.0")]},
    plan=plan_then(),
)
LONG = told([{}] * 45)

Open = Callable[[FinalReport], Any]


@pytest.fixture(params=SIZES)
def open_report(browser: Any, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Return a way to open a report's file; whatever it asks for or runs is kept as a stranger."""
    width, height = SIZES[request.param]
    with closing(browser.new_context(viewport={"width": width, "height": height})) as context:
        page = context.new_page()
        page.strangers = []
        page.on("dialog", lambda dialog: page.strangers.append(dialog.message) or dialog.dismiss())
        page.on("console", lambda message: page.strangers.append(message.text))
        page.on("pageerror", lambda error: page.strangers.append(str(error)))
        page.on("request", lambda request: page.strangers.append(request.url))

        def open_file(report: FinalReport) -> Any:
            file = tmp_path / "report.html"
            file.write_text(FORMS["html"](report), "utf-8")
            page.goto(file.as_uri())
            # The file itself is the only thing that may be asked for.
            asked = page.strangers.pop(0)
            assert asked == file.as_uri()
            return page

        yield open_file


def open_details(page: Any) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")


@pytest.mark.parametrize("report", [REPORT, LONG], ids=["mixed", "long"])
def test_nothing_is_asked_for_and_nothing_needs_scrolling_sideways(
    open_report: Open, report: FinalReport
) -> None:
    page = open_report(report)
    assert overflow(page) == 0
    open_details(page)
    assert overflow(page) == 0
    assert page.strangers == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("details", [False, True], ids=["closed", "open"])
def test_axe_finds_nothing_against_wcag_aa(
    open_report: Open, scheme: str, *, details: bool
) -> None:
    page = open_report(REPORT)
    page.emulate_media(color_scheme=scheme)
    if details:
        open_details(page)
    assert violations(page) == []


def test_axe_would_find_something(open_report: Open) -> None:
    page = open_report(REPORT)
    page.evaluate("document.querySelector('svg[role=img]').removeAttribute('aria-labelledby')")
    page.evaluate("document.querySelector('svg[role=img] title').remove()")
    page.evaluate("document.querySelector('h1').style.color = '#ddd'")
    rules = {one.split(":")[0] for one in violations(page)}
    assert rules >= {"svg-img-alt", "color-contrast"}


def test_every_chart_has_its_table_behind_it(open_report: Open) -> None:
    page = open_report(REPORT)
    charts = page.locator("svg[role=img]")
    assert charts.count() == page.locator("figure").count() > 10
    for figure in page.locator("figure").all():
        figure.locator("summary").click()
        assert figure.locator("table").is_visible()
        assert figure.locator("tbody tr").count() >= 5


def test_words_in_charts_are_large_enough_to_read(open_report: Open) -> None:
    page = open_report(REPORT)
    heights = page.evaluate(
        "[...document.querySelectorAll('svg[role=img] text')]"
        ".map(one => one.getBoundingClientRect().height)"
    )
    assert min(heights) >= 10


def test_words_in_charts_stay_inside_them(open_report: Open) -> None:
    page = open_report(REPORT)
    outside = page.evaluate(
        """[...document.querySelectorAll('svg[role=img] text')].filter(one => {
            const own = one.getBoundingClientRect();
            const frame = one.closest('svg').getBoundingClientRect();
            return own.left < frame.left - 1 || own.right > frame.right + 1
                || own.top < frame.top - 1 || own.bottom > frame.bottom + 1;
        }).map(one => one.textContent)"""
    )
    assert outside == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_paper_it_is_dark_on_white_with_every_table_open(open_report: Open, scheme: str) -> None:
    page = open_report(REPORT)
    page.set_viewport_size({"width": 718, "height": 1000})  # A4 without its margins
    page.emulate_media(media="print", color_scheme=scheme)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert overflow(page) == 0
    for row in page.locator("details tbody tr").all():
        assert row.bounding_box()["height"] > 5


def test_it_prints_to_few_pages(open_report: Open) -> None:
    page = open_report(REPORT)
    printed = page.pdf(format="A4", print_background=True)
    assert 5 <= printed.count(b"/Type /Page\n") <= 14


@pytest.mark.parametrize("text", TEXTS, ids=show)
def test_a_hostile_text_neither_runs_nor_bursts_the_page(open_report: Open, text: str) -> None:
    page = open_report(report_of(text))
    assert overflow(page) == 0
    assert page.strangers == []
    assert elements(page) == len(calm_page().skeleton)
