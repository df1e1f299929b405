from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from exporter.recorded import Recorded, Token, Upstream, load_upstream, serve
from tests.example import EXAMPLE

NOW = datetime(2026, 1, 18, 7, 59, tzinfo=UTC)  # the last minute of the beta
AGENT = "release-exporter-tests (help@example.com)"


class Clock:
    """A time that tests move."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def forward(self, by: timedelta) -> None:
        self.now += by


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def upstream() -> Upstream:
    upstream = load_upstream(EXAMPLE / "upstream")
    upstream.tokens = {"good": Token(NOW + timedelta(days=30), "repo"), "fine": Token()}
    return upstream


@pytest.fixture
def server(upstream: Upstream, clock: Clock) -> Iterator[Recorded]:
    with serve(upstream, clock) as server:
        yield server


@pytest.fixture
def anyone() -> Iterator[httpx.Client]:
    """Return a client without a token."""
    with httpx.Client(trust_env=False, timeout=5, headers={"user-agent": AGENT}) as client:
        yield client


@pytest.fixture
def client(anyone: httpx.Client) -> httpx.Client:
    """Return a client with a token."""
    anyone.headers["authorization"] = "Bearer good"
    return anyone
