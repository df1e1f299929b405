"""A made-up repository on the recorded GitHub, and what a test changes about it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from exporter.collectors.github import Settings, collect
from exporter.config.environment import PREFIX, SEEN
from exporter.model import Context, Reading
from exporter.recorded import Recorded, Repository, Upstream, serve
from exporter.recorded.shapes import Shapes
from exporter.upstream import account, github_auth
from tests.contracts.requests import check_log
from tests.releases import NOW

TOKEN = "canary-token-0123456789"
NAME = "wildcard/caro"
SHAPES = Shapes(NAME, 712_000_001)


@dataclass
class World:
    """One repository, the clock of everybody, and the server that tells of it."""

    repository: Repository
    now: datetime = NOW
    server: Recorded = field(init=False)

    def label(self, *names: str) -> None:
        """Make the labels."""
        known = self.repository.labels
        known += [SHAPES.label(len(known) + at, name, "ff0000") for at, name in enumerate(names, 1)]

    def issue(
        self,
        number: int,
        labels: Sequence[str] = (),
        *,
        opened: timedelta,
        took: timedelta | None = None,
        reason: str | None = "completed",
        milestone: str | None = None,
        pull: bool = False,
    ) -> dict[str, Any]:
        """Add an issue that was opened so long ago and, if it is closed, took so long."""
        begun = self.now - opened
        known = [one for one in self.repository.labels if one["name"] in labels]
        assert len(known) == len(labels), "make the labels first"
        found = [one for one in self.repository.milestones if one["title"] == milestone]
        issue = SHAPES.issue(
            number,
            f"Private title {number}",
            begun,
            author="someone",
            labels=known,
            milestone=found[0] if milestone else None,
            closed=None if took is None else begun + took,
            reason=None if took is None else reason,
            body="private text",
        )
        self.repository.issues.append(SHAPES.pull_request(issue) if pull else issue)
        return self.repository.issues[-1]

    def find(self, number: int) -> dict[str, Any]:
        """Return the issue of that number."""
        return next(one for one in self.repository.issues if one["number"] == number)

    def read(self, context: Context, **written: Any) -> Reading:
        """Return what the collector says now."""
        return collect(Settings.model_validate(written), replace(context, now=self.now))


@contextmanager
def served(monkeypatch: pytest.MonkeyPatch, *, token: str | None = TOKEN) -> Iterator[World]:
    """Serve an empty repository with the labels P0 and P1, and let the environment name it.

    In the end, every request is held against what GitHub publishes of its interfaces.
    """
    for name in ("HTTP_PROXY", "ALL_PROXY", "http_proxy", "all_proxy", f"{PREFIX}GITHUB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    # Nobody speaks TLS here, and reading the machine's certificates takes most of a run.
    monkeypatch.setenv("SSL_CERT_DIR", str(Path(__file__).parent))
    world = World(Repository(SHAPES.repository(NOW - timedelta(days=99), NOW, stars=1204)))
    world.label("P0", "P1", "bug")
    upstream = Upstream([world.repository])
    with serve(upstream, lambda: world.now) as world.server:
        monkeypatch.setenv(f"{PREFIX}GITHUB_URL", world.server.github)
        if token:
            monkeypatch.setenv(f"{PREFIX}GITHUB_TOKEN", token)
        yield world
        # The addresses of a redirect are the server's own.
        check_log(one for one in world.server.log if one.fault is None)


def forget_everything() -> None:
    """Behave like a program that has just been started; what is on disk stays."""
    account._ACCOUNTS.clear()
    github_auth._ISSUED.clear()
    SEEN.clear()
