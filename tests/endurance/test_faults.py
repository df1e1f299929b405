"""Disks and clocks that fail: it goes on serving, says so, and heals itself."""

import resource
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from exporter.exposition.publisher import TEXT
from exporter.service import Service
from tests.live.conftest import Exporter, until
from tests.live.test_serve import GAUGE, RELEASE, variance

pytestmark = pytest.mark.endurance

Start = Callable[..., Exporter]
QUICK = RELEASE + "sources:\n  plan: {interval: 1s}\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "release.yaml"
    path.write_text(QUICK)
    return path


def states(storage: Path) -> list[Path]:
    return list(storage.rglob("last-good.json")) if storage.is_dir() else []


def test_a_full_disk_stops_no_reading_and_is_forgotten_when_there_is_room(
    start: Start, file: Path, tmp_path: Path
) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        exporter = start(file, tmp_path / "data")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    exporter.ready()
    exporter.wait_for("state not saved")
    assert variance(exporter) == 86400
    assert states(tmp_path / "data") == []
    resource.prlimit(exporter.process.pid, resource.RLIMIT_FSIZE, (soft, hard))
    until(lambda: states(tmp_path / "data"))
    assert variance(exporter) == 86400


def test_a_state_folder_that_cannot_be_written_is_said_and_forgotten_when_it_can(
    start: Start, file: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "caro").write_text("in the way, for root as well")
    exporter = start(file, data).ready()
    exporter.wait_for("state not saved")
    assert variance(exporter) == 86400
    (data / "caro").unlink()
    until(lambda: states(data))


@pytest.mark.parametrize("jump", [timedelta(days=1), timedelta(days=-1)], ids=["on", "back"])
def test_a_clock_that_jumps_a_day_and_back_costs_nothing(
    file: Path, tmp_path: Path, jump: timedelta
) -> None:
    offset = timedelta()
    service = Service(file, tmp_path / "data", lambda: datetime.now(UTC) + offset)  # noqa: TID251 - the test's clock
    service.start()

    def shown() -> bool:
        page = service.publisher.page(TEXT)
        assert page is not None
        return f"\n{GAUGE}{{".encode() in page.plain

    try:
        until(lambda: service.publisher.ready)
        for offset in (jump, timedelta()):
            end = time.monotonic() + 8
            while time.monotonic() < end:
                assert shown()
                time.sleep(0.1)
            state = service.runner.states()["caro", "v1.1.0", "plan"]
            assert state.up
            assert state.succeeded is not None
            age = datetime.now(UTC) + offset - state.succeeded  # noqa: TID251 - the test's clock
            assert abs(age) < timedelta(seconds=5)
    finally:
        service.runner.stop()
