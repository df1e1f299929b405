"""When the page is rendered again."""

import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from exporter.exposition import sections
from exporter.exposition.publisher import Publisher
from exporter.plan import Plan
from exporter.view import ReleaseView, View
from tests.releases import NOW, best_states, release_of

SLOW = 0.5


def until(condition: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "the condition was never met"
        time.sleep(0.005)


def test_who_hurries_does_not_wait_for_the_pause_after_a_slow_rendering() -> None:
    begun = []

    def view() -> View:
        begun.append(time.monotonic())
        time.sleep(SLOW)
        return View()

    publisher = Publisher(view, lambda: NOW)
    publisher.start()
    publisher.changed()
    until(lambda: len(begun) == 2, 5)
    time.sleep(2 * SLOW)
    publisher.changed()
    assert len(begun) == 2, "there is no pause that could be cut short"
    publisher.hurry()
    until(lambda: len(begun) == 3, SLOW)


def test_it_is_ready_when_the_page_shows_what_was_read_not_while_the_next_one_is_made(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("v1", "v2", "v3")
    unread = tuple(ReleaseView(release_of(plan, name=name), {}) for name in names)
    shown = View(unread, loaded=True)
    publisher = Publisher(lambda: shown, lambda: NOW)
    publisher.render()
    # Of many changes at once, one is made for each page.
    monkeypatch.setattr(sections, "BUDGET", 0.05)
    meanwhile: list[bool] = []
    make = sections._known

    def watched(*arguments: object) -> object:
        meanwhile.append(publisher.ready)
        time.sleep(0.06)
        return make(*arguments)  # type: ignore[arg-type]  # whatever it was called with

    monkeypatch.setattr(sections, "_known", watched)
    shown = View(tuple(replace(one, states=best_states()) for one in unread), loaded=True)
    publisher.render()
    pages = 1
    while not publisher.ready:
        publisher.render()
        pages += 1
    assert pages >= len(names)
    # Ready were those without any source; what is begun is not shown.
    assert meanwhile == [True, False, False]
