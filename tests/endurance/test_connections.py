"""A thousand connections that ask nothing and a hundred slow ones; a scrape does not notice."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # no stubs are installed
import pytest

from tests.endurance.crowd import HALF_OPEN, SLOW
from tests.endurance.figures import percentile, tell
from tests.live.conftest import Exporter
from tests.live.test_serve import RELEASE

pytestmark = pytest.mark.endurance

SECONDS = float(os.environ.get("ENDURANCE_SECONDS", "120"))


def scrape(host: str, port: int) -> float:
    """Return the seconds of a scrape on a connection of its own; infinite if it fails."""
    began = time.perf_counter()
    connection = HTTPConnection(host, port, timeout=10)
    try:
        connection.request("GET", "/metrics")
        answer = connection.getresponse()
        good = answer.status == HTTPStatus.OK and b"release_info" in answer.read()
    except OSError:
        return float("inf")
    finally:
        connection.close()
    return time.perf_counter() - began if good else float("inf")


def test_a_scrape_does_not_notice_those_who_hold_connections(
    start: Callable[..., Exporter], tmp_path: Path
) -> None:
    (tmp_path / "release.yaml").write_text(RELEASE)
    exporter = start(tmp_path / "release.yaml", tmp_path / "data").ready()
    address = exporter.url.removeprefix("http://").split(":")
    times, threads = [], 0
    # A process of its own: what its loop is busy with must not be measured.
    command = [sys.executable, "-m", "tests.endurance.crowd", *address, str(SECONDS)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as crowd:
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            times.append(scrape(address[0], int(address[1])))
            threads = max(threads, psutil.Process(exporter.process.pid).num_threads())
            time.sleep(0.2)
        borne = float(crowd.communicate()[0])
    failed = times.count(float("inf"))
    tell(
        f"{HALF_OPEN} half-open and {SLOW} slow connections for {SECONDS:g} s",
        scrapes=len(times),
        failed=failed,
        worst_ms=round(max(times) * 1000) if not failed else -1,
        p99_ms=round(percentile(times, 0.99) * 1000) if not failed else -1,
        threads=threads,
        idle_closed_after_s=round(borne, 1),
    )
    assert failed == 0
    assert max(times) < 0.2
    assert threads <= 64
    assert borne < 15
