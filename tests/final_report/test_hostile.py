"""A hundred and fifty hostile texts through reports, fragments and reviews: none comes alive."""

import html
import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import pytest

from exporter.final_report import fragments
from exporter.final_report.figures import FinalReport, Signed
from exporter.final_report.history import Kept
from exporter.final_report.making import Material, final_report
from exporter.final_report.output import FORMS
from exporter.gate_review import output
from exporter.gate_review.review import Answer, Result, Review, review_of
from exporter.inert import inert
from exporter.plan import Milestone
from tests.gate.hostile import TEXTS, say
from tests.gate.test_output import TEXT, alive, show, words
from tests.status_page.reading import Page

DAY = timedelta(days=1)

# Of what is written, all that is not a text from outside and means something to Markdown.
OURS = re.compile(
    r"^#{1,3} |^- \[[ x]\] |^- |^\d+\. |^\|(---\|)+$|\||"
    r"\*\*(decides|Preliminary|Release Date|Overall Success|Quality Score|Overall Status|On Target"
    r"|Phase|Insight from data|Trend|Lesson for the next release|Overall status|Progress"
    r"|Quality score|Week|Milestone|Figures as of|Decision of the gate|Outcome|Reason"
    r"|Delayed until|❔ CANNOT TELL)\*\*:?"
    r"|(Nothing|None): every metric that is due passes\.$|^None\.$|^On target, [a-z ]+:"
    r"|^Not due, which says nothing:|^The records show [a-z ]+\.$"
    r"|^### Milestone Sign-off$|^### Delay Decision$|Go/No-Go Criteria$"
    r"|Milestone sign-off or delay decision$"
)


@cache
def report_of(text: str) -> FinalReport:
    """Return a final report that says the text wherever something from outside can stand."""
    report = say(text)
    earlier = tuple(
        replace(report, day=report.day - back * DAY, time=report.time - back * DAY)
        for back in (2, 1)
    )
    old = replace(earlier[0], release=f"{text}-", day=date(2025, 1, 1))
    kept = {
        (report.project, report.release): Kept(earlier),
        (report.project, old.release): Kept((old,)),
    }
    signed = (Signed(text, text, report.day, (text, text), text),)
    return final_report(Material(report, None, kept, signed))


@cache
def review_for(text: str) -> Review:
    answer = Answer(Result.DELAYED, text, None, (text, text))
    return review_of(report_of(text), Milestone(text, date(2026, 1, 23)), answer)


WRITTEN: dict[str, Callable[[str], str]] = {
    "report": lambda text: FORMS["markdown"](report_of(text)),
    **{
        name: lambda text, name=name: fragments.render(report_of(text), name)  # type: ignore[misc]
        for name in fragments.FRAGMENTS
    },
    "review": lambda text: output.render(review_for(text)),
}
JSON: dict[str, Callable[[str], str]] = {
    "report": lambda text: FORMS["json"](report_of(text)),
    "review": lambda text: output.dump(review_for(text)),
}


def test_there_are_more_than_a_hundred_of_them() -> None:
    assert len(set(TEXTS)) >= 150


@cache
def calm_bars(name: str) -> list[int]:
    return sorted(line.count("|") for line in WRITTEN[name]("calm").split("\n"))


@pytest.mark.parametrize("text", TEXTS, ids=show)
def test_markdown_holds_the_text_as_text_alone(text: str) -> None:
    for name, write in WRITTEN.items():
        written = write(text)
        written.encode()
        lines = written.split("\n")
        assert [line for line in lines if not TEXT.fullmatch(OURS.sub("", line))] == [], name
        assert [line for line in lines if alive(line)] == []
        assert [one for one in written if not one.isprintable() and one != "\n"] == []
        assert sorted(line.count("|") for line in lines) == calm_bars(name)
        shown = re.sub(r"(?m)^#+ ", "", html.unescape(written))
        assert not re.search(r"[@#]\w", shown)
        assert not re.search(r"(?i)\bGH-\d|\bwww\.|:\w+:|://", shown)
        assert words(text) in "".join(shown.replace("\u200b", "").split())


@cache
def calm_page() -> Page:
    return Page.read(FORMS["html"](report_of("calm")))


@pytest.mark.parametrize("text", TEXTS, ids=show)
def test_the_page_keeps_its_elements_and_says_the_text(text: str) -> None:
    written = FORMS["html"](report_of(text))
    written.encode()
    page, calm = Page.read(written), calm_page()
    assert Counter(page.skeleton) == Counter(calm.skeleton)
    assert page.unbalanced == ""
    assert page.style == calm.style
    assert not page.values("a", "href")
    assert [line for line in written.split("\n") if alive(line)] == []
    assert [one for one in page.text if not one.isprintable()] == []
    assert words(text) in "".join(page.text.split())


def test_the_page_runs_and_loads_nothing() -> None:
    page = Page.read(FORMS["html"](report_of("calm")))
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "img", "iframe", "object", "embed", "form", "base", "a"}
    assert page.values("link", "href") == ["data:,"]
    assert "url(" not in page.style
    assert "@import" not in page.style
    (policy,) = (value for value in page.values("meta", "content") if "default-src" in value)
    assert policy.startswith("default-src 'none'; style-src 'sha256-")


@pytest.mark.parametrize("name", JSON)
@pytest.mark.parametrize("text", TEXTS, ids=show)
def test_json_says_the_text_and_nothing_else_changes(name: str, text: str) -> None:
    written = JSON[name](text)
    assert written.isascii()
    assert "##" not in written
    content, calm = json.loads(written), json.loads(JSON[name]("calm"))
    assert content.keys() == calm.keys()
    assert content["project"] == inert(text)


@pytest.mark.parametrize("text", ["x" * 1_000_000, "\u202e" * 100_000], ids=["long", "hidden"])
def test_an_endless_text_is_cut(text: str) -> None:
    for form, render in FORMS.items():
        assert len(render(report_of(text))) < 40 * len(render(report_of("calm"))), form
