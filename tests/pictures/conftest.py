"""Drawn dashboards, asked for as `RENDERER=FOLDER pytest tests/pictures`: see the docs."""

import os
from pathlib import Path

import pytest


def pytest_ignore_collect() -> bool | None:
    """Leave these out where no renderer is named: it is no part of the tests' own needs."""
    return None if os.environ.get("RENDERER") else True


@pytest.fixture(scope="session")
def renderer() -> Path:
    """Return the program that draws a dashboard file and reports what it shows."""
    return Path(os.environ["RENDERER"]) / "render.mjs"
