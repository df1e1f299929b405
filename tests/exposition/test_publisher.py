"""When the page is rendered again."""

import time
from collections.abc import Callable

from exporter.exposition.publisher import Publisher
from exporter.view import View
from tests.releases import NOW

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
