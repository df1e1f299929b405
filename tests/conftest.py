"""Fixtures for every test: a clock, a plan, and no way out to the network."""

import os
import socket
from collections.abc import Generator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import pytest

from exporter.model import Context
from exporter.plan import Milestone, Phase, Plan

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)

NOW = datetime(2026, 1, 17, 20, 0, tzinfo=UTC)


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
    rows = [
        ("planning", 9, 9, None, Phase.PLANNING),
        ("recruitment", 11, 11, None, Phase.RECRUITMENT),
        ("preflight", 12, 12, None, Phase.PREFLIGHT),
        ("beta start", 13, 13, Phase.BETA, None),
        ("beta end", 17, None, None, Phase.BETA),
        ("analysis", 19, None, None, Phase.ANALYSIS),
        ("go/no-go", 23, None, Phase.GO_NO_GO, Phase.GO_NO_GO),
        ("release", 24, None, Phase.RELEASE, Phase.RELEASE),
    ]
    return Plan(
        tuple(
            Milestone(
                name, date(2026, 1, day), date(2026, 1, done) if done else None, opens, closes
            )
            for name, day, done, opens, closes in rows
        ),
        ZoneInfo("America/Los_Angeles"),
    )


@pytest.fixture
def context(tmp_path: Path, plan: Plan) -> Context:
    """Return what a collector of the release caro v1.1.0 is handed, over an empty folder."""
    folder = tmp_path / "release"
    folder.mkdir()
    return Context("caro", "v1.1.0", folder, tmp_path / "state", plan, NOW)
