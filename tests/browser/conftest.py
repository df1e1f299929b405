"""Tests in a real browser: asked for by name, as `pytest -m browser` or `pytest tests/browser`."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "browser: needs Chromium and playwright")


def pytest_ignore_collect(config: pytest.Config) -> bool | None:
    """Leave these out of an ordinary run: Chromium is no part of the tests' own needs."""
    asked = any(
        "browser" in one for one in (config.option.markexpr, *config.invocation_params.args)
    )
    return None if asked else True


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Return a running Chromium, as playwright's Browser."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("chromium is not installed")
    with playwright.sync_playwright() as started:
        running = started.chromium.launch(executable_path=path, args=FLAGS)
        yield running
        running.close()
