"""Fixtures for every test: a clock, a plan, and no way out to the network."""

import os
import socket
from collections.abc import Generator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from exporter.model import Context
from exporter.plan import Plan
from tests.releases import NOW, plan_of

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail what would be skipped where CI=true: there, everything is installed."""
    return _skipped_is_failed((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Fail a skipped module in the same way."""
    return _skipped_is_failed((yield))


def _skipped_is_failed(report: Report) -> Report:
    if report.skipped and os.environ.get("CI") == "true":
        report.outcome = "failed"
    return report


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that leaves this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in (
            "127.0.0.1",
            "::1",
            "localhost",
        ):
            raise AssertionError(f"a test wanted to connect to {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture
def plan() -> Plan:
    """Return the user's own plan, in the middle of its beta's last day."""
    return plan_of()


@pytest.fixture
def context(tmp_path: Path, plan: Plan) -> Context:
    """Return what a collector of the release caro v1.1.0 is handed, over an empty folder."""
    folder = tmp_path / "release"
    folder.mkdir()
    state, shared = tmp_path / "state", tmp_path / "shared"
    return Context("caro", "v1.1.0", folder, state, plan, NOW, shared, "wildcard/caro")
