"""Tests on a real Docker Engine: asked for by name, as `pytest -m engine`."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.compose.engine.stack import Stack, build_images


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "engine: needs a Docker Engine with Compose, and the ports")


def pytest_ignore_collect(config: pytest.Config) -> bool | None:
    """Leave these out of an ordinary run: an engine is no part of the tests' own needs."""
    asked = any("engine" in one for one in (config.option.markexpr, *config.invocation_params.args))
    return None if asked else True


@pytest.fixture(scope="session")
def images() -> None:
    """Build the exporter's image, and stand-ins for what is not there."""
    build_images()


@pytest.fixture(scope="module")
def stack(images: None) -> Iterator[Stack]:
    """Return the stack as a clone without .env starts it for the first time."""
    stack = Stack()
    stack.remove()
    stack.up()
    yield stack
    stack.remove()


@pytest.fixture
def fresh(images: None) -> Iterator[Any]:
    """Return a function that makes stacks that were never started; they are removed afterwards."""
    made: list[Stack] = []

    def make(**environment: str) -> Stack:
        made.append(Stack(environment))
        made[-1].remove()
        return made[-1]

    yield make
    for stack in made:
        stack.remove()
