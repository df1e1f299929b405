"""Endurance: asked for by name, as `pytest -m endurance`, on a machine that does nothing else."""

import pytest

from tests.live.conftest import start

__all__ = ["start"]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "endurance: minutes of load, faults and kills")


def pytest_ignore_collect(config: pytest.Config) -> bool | None:
    """Leave these out of an ordinary run: they take minutes, and a machine of their own."""
    chosen = (config.option.markexpr, *config.invocation_params.args)
    return None if any("endurance" in one for one in chosen) else True
