"""A long-term store beside Prometheus; run where PROMETHEUS_DIR is set, or asked for by name."""

import os

import pytest


def pytest_ignore_collect(config: pytest.Config) -> bool | None:
    """Leave these out of an ordinary run: VictoriaMetrics is no part of the tests' own needs."""
    asked = any("stores" in one for one in config.invocation_params.args)
    return None if asked or "PROMETHEUS_DIR" in os.environ else True
