"""Fuzzing: asked for by name, as `FUZZ_SECONDS=600 pytest -m fuzz`."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "fuzz: every parser on damaged input, for FUZZ_SECONDS each")


def pytest_ignore_collect(config: pytest.Config) -> bool | None:
    """Leave these out of an ordinary run: they take as long as they are given."""
    asked = any("fuzz" in one for one in (config.option.markexpr, *config.invocation_params.args))
    return None if asked else True
