"""A gigabyte of telemetry is read anew while it is scraped each second."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from benchmarks.telemetry import make, write
from tests.endurance.figures import tell
from tests.live.conftest import Exporter
from tests.live.test_serve import RELEASE

pytestmark = pytest.mark.endurance

EVENTS = int(os.environ.get("ENDURANCE_EVENTS", "5000000"))
SOURCES = "sources:\n  telemetry: {files: [exports], deadline: 10m}\n"


def test_a_scrape_does_not_notice_a_large_read(
    start: Callable[..., Exporter], tmp_path: Path
) -> None:
    export = tmp_path / "exports" / "2026-01-17.json"
    write(export, make(EVENTS))
    (tmp_path / "release.yaml").write_text(RELEASE + SOURCES)
    times = []
    exporter = start(tmp_path / "release.yaml", tmp_path / "data")
    with httpx.Client(base_url=exporter.url, timeout=10) as client:
        while client.get("/-/ready").status_code != httpx.codes.OK:
            began = time.perf_counter()
            assert client.get("/metrics").status_code == httpx.codes.OK
            times.append(time.perf_counter() - began)
            time.sleep(min(1, EVENTS / 5e6))
        text = client.get("/metrics").text
    tell(
        f"{export.stat().st_size / 1e6:.0f} MB of telemetry read meanwhile",
        scrapes=len(times),
        worst_ms=round(max(times) * 1000, 1),
    )
    assert 'release_source_up{project="caro",release="v1.1.0",source="telemetry"} 1.0' in text
    assert max(times) < 0.05
