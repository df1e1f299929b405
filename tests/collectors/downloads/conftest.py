"""Registries over real loopback HTTP, with a clock of the test's own."""

from collections.abc import Iterator

import pytest
import stamina

from exporter.collectors import downloads
from exporter.model import Context
from exporter.recorded import Upstream, serve
from tests.collectors.downloads.registries import Registries


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Neither pause between requests nor wait before another try: one test looks at the pause."""
    monkeypatch.setattr(downloads, "PAUSE", 0.0)
    for name in ("HTTP_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with stamina.set_testing(testing=True, attempts=2):
        yield


@pytest.fixture
def registries(context: Context) -> Iterator[Registries]:
    made = Registries(context)
    upstream = Upstream(crates=made.crates, pypi=made.pypi, npm=made.npm)
    with serve(upstream, lambda: made.clock) as server:
        made.server = server
        yield made
