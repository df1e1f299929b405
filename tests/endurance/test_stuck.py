"""A source that never answers: scrapes and the other sources do not notice."""

import os
import socket
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import psutil  # type: ignore[import-untyped]  # no stubs are installed
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.endurance.figures import percentile, tell
from tests.live.conftest import Exporter
from tests.live.test_serve import RELEASE

pytestmark = pytest.mark.endurance

SECONDS = float(os.environ.get("ENDURANCE_SECONDS", "120"))
STUCK = """
sources:
  documentation: {{checklist: checklist.md, interval: 1s}}
metrics:
"""
OWN = """\
  - id: X-{at}
    title: Stuck {at}
    name: stuck_{at}
    help: Never answered.
    bands: [{{above: 1, verdict: pass, text: good}}, {{otherwise: true, verdict: fail, text: bad}}]
    source: {{promql: {{url: "http://127.0.0.1:{port}", query: up, interval: 1s, deadline: 60s}}}}
"""


def scrape(client: httpx.Client) -> tuple[float, str]:
    began = time.perf_counter()
    text = client.get("/metrics").text
    return time.perf_counter() - began, text


def last_success(text: str) -> float:
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            named = sample.name == "release_source_last_success_timestamp_seconds"
            if named and sample.labels["source"] == "documentation":
                return sample.value
    raise AssertionError("never read")


def test_a_stuck_source_is_not_noticed(start: Callable[..., Exporter], tmp_path: Path) -> None:
    (tmp_path / "checklist.md").write_text("- [x] done\n")
    file = tmp_path / "release.yaml"
    file.write_text(RELEASE + STUCK.format().removesuffix("metrics:\n"))
    times: dict[str, list[float]] = {"before": [], "stuck": []}
    lag = 0.0
    with socket.create_server(("127.0.0.1", 0)) as silent:
        exporter = start(file, tmp_path / "data", "--web.enable-lifecycle").ready()
        with httpx.Client(base_url=exporter.url, timeout=10) as client:
            for phase, share in (("before", 0.2), ("stuck", 0.8)):
                end = time.monotonic() + SECONDS * share
                while time.monotonic() < end:
                    took, text = scrape(client)
                    times[phase].append(took)
                    if phase == "stuck":
                        lag = max(lag, time.time() - last_success(text))
                    time.sleep(0.1)
                port = silent.getsockname()[1]
                # One fewer than are read at once, as many as one service of one's own may be.
                own = "".join(OWN.format(at=at, port=port) for at in range(3))
                file.write_text(RELEASE + STUCK.format() + own)
                assert client.post("/-/reload").status_code == 200
        threads = psutil.Process(exporter.process.pid).num_threads()
    before, stuck = (percentile(times[one], 0.99) for one in ("before", "stuck"))
    tell(
        f"three sources stuck for {SECONDS * 0.8:g} s",
        p99_before_ms=round(before * 1000, 1),
        p99_ms=round(stuck * 1000, 1),
        others_late_s=round(lag, 1),
        threads=threads,
    )
    assert stuck < before + 0.05
    # The interval of 1 s, the page's own age, and a busy machine's moment.
    assert lag < 10
    assert threads <= 64
