"""The gate of a running exporter, and of what a real Prometheus has kept of it."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from jsonschema import Draft202012Validator

from exporter.cli import clock
from exporter.gate.document import load, load_all
from exporter.gate.report import Report
from tests.example import EXAMPLE, connected, without
from tests.live.conftest import Exporter, Program, until

pytestmark = pytest.mark.live

ROOT = Path(__file__).parents[2]
SCRAPE = """
global: {{scrape_interval: 1s}}
scrape_configs:
  - job_name: release
    static_configs: [{{targets: ["{target}"]}}]
"""
ONE = "/api/v1/releases/caro/v1.1.0/gate"


@dataclass
class Running:
    """The example's exporter, and the address of the Prometheus that scrapes it."""

    exporter: Exporter
    prometheus: str
    config: tuple[str, str]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Start both, and wait until a scrape is kept."""
    folder = tmp_path_factory.mktemp("gate")
    file = shutil.copytree(EXAMPLE, folder / "example") / "release.yaml"
    without(file, "QM-1", "EM-5")
    with connected(file, clock) as environment:
        exporter = Exporter(file, folder / "data", **environment).ready()
        yield from _scraped(exporter, folder, file)


def _scraped(exporter: Exporter, folder: Path, file: Path) -> Iterator[Running]:
    config = folder / "prometheus.yml"
    config.write_text(SCRAPE.format(target=exporter.url.removeprefix("http://")))
    prometheus = Program(
        [
            "prometheus",
            f"--config.file={config}",
            f"--storage.tsdb.path={folder / 'tsdb'}",
            "--web.listen-address=127.0.0.1:0",
        ]
    )
    url = "http://" + prometheus.wait_for(r"Listening on.*address=([0-9.]+:\d+)")[1]
    kept = {"query": "release_command_success_ratio"}
    until(lambda: httpx.get(f"{url}/api/v1/query", params=kept).json()["data"]["result"])
    yield Running(exporter, url, ("--config.file", str(file)))
    prometheus.kill()
    exporter.kill()


def gate(*arguments: str) -> tuple[int, Report]:
    done = subprocess.run(
        [sys.executable, "-m", "exporter", "gate", "--format", "json", *arguments],
        capture_output=True,
        check=False,
        cwd=ROOT,
    )
    (report,) = load_all(done.stdout)
    return done.returncode, report


def verdicts(report: Report) -> list[tuple[str, str, float | None, int | None]]:
    # How late the plan is changes by the day, in this test's last second too.
    return [(x.key, x.verdict, x.value, x.n) for x in report.verdicts if x.metric != "PM-4"]


def test_the_api_answers_with_documents_that_follow_the_schema(running: Running) -> None:
    validator = Draft202012Validator(json.loads((ROOT / "docs/gate.schema.json").read_text()))
    for path in (ONE, "/api/v1/gate"):
        answer = running.exporter.get(path)
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["cache-control"] == "no-store"
        assert list(validator.iter_errors(answer.json())) == []
    assert load(running.exporter.get(ONE).content).name == "caro v1.1.0"


@pytest.mark.parametrize("path", ["caro/v9/gate", "caro/gate", "x/v1.1.0/gate", "%2e%2e/v/gate"])
def test_another_release_is_not_found(running: Running, path: str) -> None:
    assert running.exporter.get(f"/api/v1/releases/{path}").status_code == httpx.codes.NOT_FOUND


def test_a_running_exporter_decides_by_either_address(running: Running) -> None:
    for address in (running.exporter.url, running.exporter.url + ONE):
        code, report = gate("--from", address)
        assert (code, report.decision) == (3, "UNKNOWN")
        assert [cause.key for cause in report.reasons if cause.decides] == ["QM-1"]


def test_the_decision_stands_on_metrics_and_on_the_status_page(running: Running) -> None:
    text = running.exporter.get("/metrics").text
    release = 'project="caro",release="v1.1.0"'
    assert f'release_gate_decision{{decision="UNKNOWN",{release}}} 1.0' in text
    assert f'release_gate_decision{{decision="GO",{release}}} 0.0' in text
    assert f'release_gate_reasons{{{release},verdict="warn"}} 2.0' in text
    assert "CANNOT TELL" in running.exporter.get("/").text


def test_prometheus_decides_as_the_exporter_does(running: Running) -> None:
    here = load(running.exporter.get(ONE).content)
    code, report = gate("--prometheus", running.prometheus, *running.config)
    assert (code, report.decision) == (3, here.decision)
    assert verdicts(report) == verdicts(here)
    observed = {x.key: x.observed for x in here.verdicts if x.metric != "PM-4" and x.observed}
    found = {x.key: x.observed for x in report.verdicts if x.key in observed}
    for key, moment in found.items():
        assert moment is not None
        assert abs((moment - observed[key]).total_seconds()) < 1


def test_a_time_of_which_nothing_is_kept_is_unknown(running: Running) -> None:
    at = ("--at", "2026-01-19")
    code, report = gate("--prometheus", running.prometheus, *running.config, *at)
    assert (code, str(report.day)) == (3, "2026-01-19")
    assert {x.verdict for x in report.verdicts} == {"unknown", "not_due"}


def test_an_exporter_that_is_gone_is_unknown(tmp_path: Path) -> None:
    file = tmp_path / "release.yaml"
    file.write_text("project: p\nrelease: r\nmilestones: [{name: end, planned: 2026-01-01}]\n")
    exporter = Exporter(file, tmp_path / "data").ready()
    url = exporter.url
    before = datetime.now(UTC)  # noqa: TID251 - how old the answer is
    code, report = gate("--from", url)
    assert (code, report.time >= before) == (3, True)
    exporter.kill()
    code, report = gate("--from", url)
    assert (code, report.decision, report.verdicts) == (3, "UNKNOWN", ())
