"""Fixtures of the telemetry tests."""

import pytest

from exporter.model import Context
from tests.telemetry.exports import Exports


@pytest.fixture
def exports(context: Context) -> Exports:
    return Exports(context)
