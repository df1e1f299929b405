"""Rendered /metrics: made apart from any scrape, handed out as bytes.

A scrape never computes; a publisher that stopped is never served for long (see `fresh`).
"""

import gzip
import platform
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import structlog
from prometheus_client import CollectorRegistry, Metric, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.openmetrics import exposition as openmetrics

from exporter import __version__
from exporter.exposition.families import Families
from exporter.exposition.releases import add_release
from exporter.exposition.upstream import add_upstream
from exporter.moment import Moment
from exporter.view import View

log = structlog.get_logger()

TEXT, OPENMETRICS = CONTENT_TYPE_PLAIN_0_0_4, openmetrics.CONTENT_TYPE_LATEST
EVERY = 5.0
STALE = 60.0
# A tenth of the time of the highest level for a few percent more bytes.
LEVEL = 6


@dataclass(frozen=True, slots=True)
class Page:
    """One rendering of /metrics, plain and compressed."""

    plain: bytes
    compressed: bytes


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
    for file, valid in view.files.items():
        help_text = "Whether the release file could be read and is valid."
        families.add("release_config_file_valid", help_text, {"file": file}, valid)
    families.add(
        "release_exporter_config_last_reload_successful",
        "Whether the last load of the release files found all of them valid.",
        {},
        view.reload_ok,
    )
    if view.reloaded is not None:
        families.add(
            "release_exporter_config_last_reload_success_timestamp_seconds",
            "Time of the last load that found all release files valid.",
            {},
            view.reloaded.timestamp(),
        )
    families.add(
        "release_exporter_build_info",
        "Version of the exporter and of its Python.",
        {"version": __version__, "python_version": platform.python_version()},
        1,
    )
    add_upstream(families, view.upstream)
    for gauge, count in families.dropped.items():
        help_text = "Series that were not exposed: there twice, or too many of one gauge."
        families.add("release_exporter_dropped_series", help_text, {"gauge": gauge}, count)
    return families


def render_openmetrics(view: View, now: datetime) -> str:
    """Return the view as one OpenMetrics text, without process metrics."""
    registry = CollectorRegistry()
    registry.register(ViewCollector(lambda: view, lambda: now))
    return _openmetrics(registry).decode()


class Publisher:
    """Renders /metrics whenever something changed and every few seconds; keeps the last result."""

    def __init__(self, view: Callable[[], View], now: Callable[[], datetime]) -> None:
        """Publish that view; nothing is rendered until `render` or `start`."""
        self._view = view
        self._now = now
        self._shown = Moment(View(), now())
        self._registry = CollectorRegistry()
        shown = ViewCollector(lambda: self._shown.view, lambda: self._shown.time)
        self._registry.register(shown)
        ProcessCollector(registry=self._registry)
        self._pages: dict[str, Page] = {}
        self._rendered = 0.0
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="publisher", daemon=True)

    def start(self) -> None:
        """Render once, then go on in the background."""
        self.render()
        self._thread.start()

    def changed(self) -> None:
        """Ask for a new rendering soon."""
        self._wake.set()

    def render(self) -> None:
        """Render both formats now, of the same moment."""
        self._shown = Moment(self._view(), self._now())
        self._pages = {
            TEXT: _page(generate_latest(self._registry)),
            OPENMETRICS: _page(_openmetrics(self._registry)),
        }
        self._rendered = time.monotonic()

    @property
    def ready(self) -> bool:
        """Whether the last rendering shows every configured source as tried."""
        return self._shown.view.ready and self._rendered > 0

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
        while True:
            self._wake.wait(EVERY)
            self._wake.clear()
            started = time.monotonic()
            try:
                self.render()
            except Exception:
                # The last page is served until it is too old; then the scrape fails, loudly.
                log.exception("rendering failed")
            # However much changes, rendering takes a fifth of one core at most.
            time.sleep(4 * (time.monotonic() - started))


def _openmetrics(registry: CollectorRegistry) -> bytes:
    text: bytes = openmetrics.generate_latest(registry)  # type: ignore[no-untyped-call]
    return text


def _page(plain: bytes) -> Page:
    return Page(plain, gzip.compress(plain, LEVEL, mtime=0))
