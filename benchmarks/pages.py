# ruff: noqa: INP001 - a program of its own
"""Serves so many made releases by the exporter's own server: `python -m benchmarks.pages RELEASES`.

Writes the page's plain bytes to the file that `--page` names; logs the address as `serve` does.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

from exporter import logs
from exporter.exposition.publisher import TEXT, Publisher
from exporter.server.app import build_app
from exporter.server.process import listen, serve
from exporter.server.scrapes import Scrapes
from exporter.view import ReleaseView, View
from tests.releases import best_states, plan_of, release_of

if TYPE_CHECKING:
    from exporter.service import Service


def now() -> datetime:
    """Return the time; a program of its own has the clock that the modules are handed."""
    return datetime.now(UTC)  # noqa: TID251 - see above


@dataclass
class Made:
    """What the web application asks of a service."""

    view: Callable[[], View]
    publisher: Publisher


def view_of(releases: int) -> View:
    """Return a view of so many releases, ten of each project, every metric of which passes."""
    one = release_of(plan_of())
    return View(
        tuple(
            ReleaseView(replace(one, project=f"p{at // 10}", name=f"v1.{at}"), best_states())
            for at in range(releases)
        ),
        loaded=True,
    )


def main() -> None:
    """Render, write the page, serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("releases", type=int)
    parser.add_argument("--page", type=Path)
    asked = parser.parse_args()
    logs.configure("info", "logfmt")
    view = view_of(asked.releases)
    publisher = Publisher(lambda: view, now)
    publisher.start()
    page = publisher.page(TEXT)
    if asked.page and page:
        asked.page.write_bytes(page.plain)
    made = cast("Service", Made(lambda: view, publisher))
    app, bound = build_app(made, now, lifecycle=False), listen("127.0.0.1:0")
    serve(app, bound, lambda: None, Scrapes(publisher))


if __name__ == "__main__":
    main()
