# ruff: noqa: INP001, T201 - a program of its own that prints
"""The peer: prometheus-client's own server, with the families of a page: `… client PAGE PORT`."""

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from prometheus_client import CollectorRegistry, Metric, start_http_server
from prometheus_client.parser import text_string_to_metric_families


class Parsed:
    """Yields at each scrape what the page says."""

    def __init__(self, text: str) -> None:
        """Read the page once."""
        self._families = list(text_string_to_metric_families(text))

    def describe(self) -> list[Metric]:
        """Return nothing: registering must not collect."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield its families."""
        yield from self._families


def main() -> None:
    """Serve for good."""
    page, port = sys.argv[1:]
    registry = CollectorRegistry()
    registry.register(Parsed(Path(page).read_text("utf-8")))
    start_http_server(int(port), "127.0.0.1", registry)
    print("serving", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
