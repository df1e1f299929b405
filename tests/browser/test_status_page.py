"""The status page in Chromium: what it loads, runs and looks like on a phone, a desk and paper."""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from exporter.server.app import page_headers
from exporter.status_page import REFRESH_SECONDS, render
from exporter.view import View
from tests.browser.axe import violations
from tests.status_page.gallery import NOW, make_large_view, make_view
from tests.status_page.hostile import TEXTS
from tests.status_page.test_hostile import read_calm, say, show

pytestmark = pytest.mark.browser

ADDRESS = "http://status.test/"
SIZES = {"phone": (390, 844), "desk": (1280, 900)}

Open = Callable[..., Any]


@pytest.fixture(params=SIZES)
def open_page(browser: Any, request: pytest.FixtureRequest) -> Iterator[Open]:
    """Return a way to open a view as the server sends it; anything else it asks for is an error."""
    width, height = SIZES[request.param]
    with closing(browser.new_context(viewport={"width": width, "height": height})) as context:
        page = context.new_page()
        page.strangers = []
        page.on("dialog", lambda dialog: page.strangers.append(dialog.message) or dialog.dismiss())
        page.on("console", lambda message: page.strangers.append(message.text))
        page.on("pageerror", lambda error: page.strangers.append(str(error)))

        def open_view(view: View, *, refresh: bool = True) -> Any:
            body = render(view, NOW, refreshes=refresh)
            headers = page_headers(refresh=refresh) | {"Content-Type": "text/html; charset=utf-8"}

            def answer(route: Any) -> None:
                if route.request.url != ADDRESS:
                    page.strangers.append(route.request.url)
                    route.abort()
                    return
                route.fulfill(body=body, headers=headers)

            page.route("**/*", answer)
            page.goto(ADDRESS)
            return page

        yield open_view


def elements(page: Any) -> int:
    count: int = page.evaluate("document.querySelectorAll('*').length")
    return count


def overflow(page: Any) -> int:
    """Return how many pixels the page is wider than its window."""
    wider: int = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return wider


def test_the_page_is_styled_under_its_own_policy(open_page: Open) -> None:
    page = open_page(make_view())
    assert page.evaluate("getComputedStyle(document.querySelector('.badge')).borderRadius") != "0px"
    assert page.strangers == []


@pytest.mark.parametrize("view", [make_view(), make_large_view(3)], ids=["one", "several"])
def test_nothing_needs_scrolling_sideways(open_page: Open, view: View) -> None:
    assert overflow(open_page(view)) == 0


@pytest.mark.parametrize("text", TEXTS, ids=show)
def test_a_hostile_text_neither_runs_nor_bursts_the_page(open_page: Open, text: str) -> None:
    expected = len(read_calm(len(text.splitlines())).skeleton)
    page = open_page(say(text, text))
    links = page.locator("a[rel]").count()
    assert elements(page) == expected + links
    assert overflow(page) == 0
    assert page.strangers == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_scheme_follows_the_reader(open_page: Open, scheme: str) -> None:
    page = open_page(make_view())
    page.emulate_media(color_scheme=scheme)
    red = int(page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0]"))
    assert (red < 60) == (scheme == "dark")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", [make_view(), make_large_view(3)], ids=["one", "several"])
def test_axe_finds_nothing_against_wcag_aa(open_page: Open, view: View, scheme: str) -> None:
    page = open_page(view)
    page.emulate_media(color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert violations(page) == []


def test_the_first_link_pauses_the_page_that_refreshes(open_page: Open) -> None:
    first = open_page(make_view()).locator("a").first
    assert (first.inner_text(), first.get_attribute("href")) == ("Pause", "?refresh=off")


@pytest.mark.parametrize("open_page", ["desk"], indirect=True)
@pytest.mark.parametrize("refresh", [True, False])
def test_the_browser_asks_again_by_itself_unless_paused(open_page: Open, *, refresh: bool) -> None:
    page = open_page(make_view(), refresh=refresh)
    page.evaluate("window.before = true")
    page.wait_for_timeout((REFRESH_SECONDS + 3) * 1000)
    assert page.evaluate("window.before === undefined") is refresh


def test_on_paper_it_is_dark_on_white_with_every_rejection(open_page: Open) -> None:
    page = open_page(make_view())
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("details li").first.bounding_box()["height"] > 0


def test_a_link_in_the_jump_list_leads_to_its_release(open_page: Open) -> None:
    page = open_page(make_large_view(3))
    page.locator("nav a").last.click()
    top = page.evaluate(
        "document.querySelectorAll('section.release')[2].getBoundingClientRect().top"
    )
    assert 0 <= top < 100
