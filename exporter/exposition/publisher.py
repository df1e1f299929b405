"""Rendered /metrics: made apart from any scrape, handed out as bytes.

A scrape never computes; a publisher that stopped is never served for long (see `fresh`).
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, Metric, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.openmetrics import exposition as openmetrics

from exporter.exposition.exporter import add_exporter
from exporter.exposition.families import Families
from exporter.exposition.page import Page
from exporter.exposition.releases import add_release
from exporter.exposition.section import Section, pieces_of
from exporter.exposition.sections import Sections
from exporter.logs import log
from exporter.moment import Moment
from exporter.view import View

TEXT, OPENMETRICS = CONTENT_TYPE_PLAIN_0_0_4, openmetrics.CONTENT_TYPE_LATEST
EVERY = 5.0
STALE = 60.0


class ViewCollector:
    """A custom collector: fresh families from the view at every rendering, nothing long-lived."""

    def __init__(self, view: Callable[[], View], now: Callable[[], datetime]) -> None:
        """Keep where the view and the time come from."""
        self._view = view
        self._now = now

    def describe(self) -> list[Metric]:
        """Return nothing: registering must not render."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield the families of every release and of the exporter itself."""
        yield from collect_families(self._view(), self._now())


def collect_families(view: View, now: datetime) -> Families:
    """Return everything that /metrics says about the view, without process metrics."""
    families = Families()
    for release in view.releases:
        add_release(families, release, now)
    add_exporter(families, view, families.dropped)
    return families


def render_openmetrics(view: View, now: datetime) -> str:
    """Return the view as one OpenMetrics text, without process metrics."""
    registry = CollectorRegistry()
    registry.register(ViewCollector(lambda: view, lambda: now))
    text: bytes = openmetrics.generate_latest(registry)  # type: ignore[no-untyped-call]
    return text.decode()


class Publisher:
    """Renders /metrics whenever something changed and now and then; keeps the last result."""

    def __init__(self, view: Callable[[], View], now: Callable[[], datetime]) -> None:
        """Publish that view; nothing is rendered until `render` or `start`."""
        self._view = view
        self._now = now
        self._shown = Moment(View(), now())
        self._behind = False
        self._sections = Sections()
        self._process = ProcessCollector(registry=None)
        self._pages: dict[str, Page] = {}
        self._rendered = 0.0
        self._wake = threading.Event()
        self._hurry = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="publisher", daemon=True)

    def start(self) -> None:
        """Render once, then go on in the background."""
        self.render()
        self._thread.start()

    def changed(self) -> None:
        """Ask for a new rendering soon."""
        self._wake.set()

    def hurry(self) -> None:
        """Ask for one at once: somebody waits for it."""
        self._hurry.set()
        self._wake.set()

    def render(self) -> None:
        """Render both formats now, of the same moment."""
        shown = Moment(self._view(), self._now())
        view = shown.view
        sections = self._sections.of(view.releases, shown.time)
        own = Families()
        dropped = sum((Counter(one.dropped) for one in sections), Counter[str]())
        add_exporter(own, view, dropped)
        for family in self._process.collect():
            for one in family.samples:
                own.add(one.name, family.documentation, one.labels, one.value, family.type)
        sections.append(Section.of(own))
        self._pages = {
            TEXT: Page.of(pieces_of(sections, openmetrics=False)),
            OPENMETRICS: Page.of(pieces_of(sections, openmetrics=True)),
        }
        self._shown, self._behind = shown, self._sections.behind
        self._rendered = time.monotonic()

    @property
    def ready(self) -> bool:
        """Whether the last rendering shows every configured source as tried."""
        return self._shown.view.ready and self._rendered > 0 and not self._behind

    def page(self, content_type: str) -> Page | None:
        """Return the last rendering; None when it is too old to be passed off as now."""
        return self._pages.get(content_type) if self._fresh else None

    @property
    def moment(self) -> Moment | None:
        """What the last rendering shows; None when it is too old, in the same way."""
        return self._shown if self._fresh else None

    @property
    def _fresh(self) -> bool:
        return self._rendered > 0 and time.monotonic() - self._rendered <= STALE

    def _keep(self) -> None:
        pause = EVERY
        while True:
            self._wake.wait(pause)
            self._wake.clear()
            self._hurry.clear()
            started = time.monotonic()
            try:
                self.render()
            except Exception:
                # The last page is served until it is too old; then the scrape fails, loudly.
                log.exception("rendering failed")
            took = time.monotonic() - started
            # However much changes, rendering takes a fifth of one core at most, or what there is
            # once everything was read and the page is behind; of itself, less.
            if not (self._behind and self._shown.view.ready):
                self._hurry.wait(min(4 * took, STALE / 4))
            pause = 0.0 if self._behind else min(max(EVERY, 15 * took), STALE / 2)
