"""Registries over real loopback HTTP, with a clock of the test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina

from exporter.collectors import downloads
from exporter.model import Context
from exporter.recorded import Upstream, serve
from tests.collectors.downloads.registries import Registries
from tests.contracts.requests import check_log


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Neither pause between requests nor wait before another try: one test looks at the pause."""
    monkeypatch.setattr(downloads, "PAUSE", 0.0)
    # Nothing here speaks TLS, and to read the usual certificates takes longer than a test.
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    for name in ("HTTP_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with stamina.set_testing(testing=True, attempts=2):
        yield


@pytest.fixture
def registries(context: Context) -> Iterator[Registries]:
    """Return the registries; what was asked of them is held against their descriptions."""
    made = Registries(context)
    upstream = Upstream(crates=made.crates, pypi=made.pypi, npm=made.npm)
    with serve(upstream, lambda: made.clock) as server:
        made.server = server
        yield made
        if not made.hostile:
            check_log(server.log)
