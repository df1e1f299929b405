"""Whatever a text from outside says, the page keeps its structure and shows the text."""

from dataclasses import replace
from datetime import date
from functools import cache

import pytest

from exporter.bands import OTHERWISE, Band
from exporter.inert import LONGEST, inert
from exporter.model import (
    ErrorClass,
    Finding,
    Inapplicable,
    Reading,
    Reason,
    Rejection,
    Sample,
    Verdict,
)
from exporter.plan import Milestone, Plan
from exporter.release import Waiver
from exporter.status_page import render
from exporter.status_page.links import linked, web_link
from exporter.view import ReleaseView, View
from tests.status_page.gallery import NOW, OWN, good_state, make_plan, make_release
from tests.status_page.hostile import TEXTS
from tests.status_page.reading import Page

# How often `say` puts its text on the page: a place that is forgotten makes it fewer.
PLACES = 29
# The reason of a decision has it three times, and is cut behind the first where that is long.
CUT = 2


def show(text: str) -> str:
    """Return a short name for a test."""
    return f"{TEXTS.index(text)}: {text[:20].encode(errors='replace').decode()!a}"


def say(text: str, mistake: str) -> View:
    """Return a view that says the text wherever something from outside can stand.

    What has no name beside it sorts first, whatever the text is.
    """
    plan = make_plan()
    milestones = (
        Milestone(text, date(2026, 1, 1)),
        Milestone(text, date(2026, 2, 1)),
        *(one for one in plan.milestones if one.actual),
    )
    judged = replace(OWN.judged[0], title=text, bands=(Band(OTHERWISE, Verdict.FAIL, text),))
    own = replace(OWN, id=text, title=text, source=text, judged=(judged,))
    other = replace(own, id="X-2", gauge="release_other", source="")
    rejection = Rejection(Reason.FIELD, text, text, text)
    sample = Sample(own.gauge, 1.0, n=1, observed=NOW, evidence=text)
    nothing = Reading(inapplicable=(Inapplicable("release_other", (), text),))
    states = {
        text: good_state(
            [sample],
            reading=replace(
                Reading.of([sample], read=1, rejections=[rejection], facts_from=NOW),
                findings=(Finding(text, text, text),),
            ),
            error=(ErrorClass.MALFORMED, text),
        ),
        "": good_state([], reading=nothing),
    }
    release = replace(
        make_release(text, text),
        file=text,
        plan=Plan(milestones, plan.zone),
        metrics=(own, other),
        waivers=(Waiver(text, text, text, text, date(2026, 1, 1)),),
    )
    calm = replace(make_release("", "v1"), waivers=())
    return View(
        # Of two releases each stands in the jump list too.
        releases=(ReleaseView(release, states), ReleaseView(calm, {})),
        files={text: False},
        mistakes={text: mistake},
        loaded=True,
    )


@cache
def read_calm(lines: int) -> Page:
    return Page.read(render(say("calm", "\n".join(["calm"] * lines)), NOW))


@pytest.mark.parametrize("text", TEXTS, ids=show)
def test_a_hostile_text_comes_out_inert(text: str) -> None:
    html = render(say(text, text), NOW)
    html.encode()
    page, expected = Page.read(html), read_calm(len(text.splitlines()))
    # A web address may become a link, and nothing else about the structure may change.
    links = [tag for tag in page.skeleton if tag[0] == "a" and "rel" in tag[1]]
    in_evidence = [link for _, link in linked(text) if link]
    assert len(links) == bool(web_link(text)) + len(in_evidence)
    assert [tag for tag in page.skeleton if tag not in links] == expected.skeleton
    assert page.unbalanced == ""
    assert page.style == expected.style
    assert not [one for one in page.text if not one.isprintable()]


@pytest.mark.parametrize("text", [text for text in TEXTS if text.strip()], ids=show)
def test_a_hostile_text_is_shown_and_not_swallowed(text: str) -> None:
    page = Page.read(render(say(text, ""), NOW))
    # Behind a word of ours the cut comes earlier.
    shown = " ".join(inert(text)[: LONGEST // 2].split())
    assert page.text.count(shown) >= PLACES - CUT * (3 * len(text) > LONGEST)


def test_the_places_are_all_that_there_are() -> None:
    assert Page.read(render(say("calm", ""), NOW)).text.count("calm") == PLACES


def test_there_are_a_hundred_of_them() -> None:
    assert len(set(TEXTS)) >= 100


@pytest.mark.parametrize("text", ["x" * 10_000_000, "\u202e" * 1_000_000], ids=["long", "hidden"])
def test_an_endless_text_is_cut_before_it_costs_anything(text: str) -> None:
    assert len(render(say(text, text), NOW)) < len(render(say("calm", "calm"), NOW)) + 60 * LONGEST
