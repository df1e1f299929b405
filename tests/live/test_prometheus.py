"""A real Prometheus scrapes the exporter."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from exporter.cli import clock
from tests.example import EXAMPLE, connected, without
from tests.live.conftest import Exporter, Program, until

pytestmark = pytest.mark.live

CONFIG = """
global: {{scrape_interval: 1s}}
scrape_configs:
  - job_name: release
    static_configs: [{{targets: ["{target}"]}}]
"""

Query = Callable[[str], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def query(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Query]:
    """Return a function that asks a Prometheus which scrapes the bundled example."""
    folder = tmp_path_factory.mktemp("prometheus")
    file = shutil.copytree(EXAMPLE, folder / "example") / "release.yaml"
    without(file, "PM-3", "PM-6")
    with connected(file, clock) as environment:
        yield from _queries(folder, Exporter(file, folder / "data", **environment).ready())


def _queries(folder: Path, exporter: Exporter) -> Iterator[Query]:
    config = folder / "prometheus.yml"
    config.write_text(CONFIG.format(target=exporter.url.removeprefix("http://")))
    prometheus = Program(
        [
            "prometheus",
            f"--config.file={config}",
            f"--storage.tsdb.path={folder / 'tsdb'}",
            "--web.listen-address=127.0.0.1:0",
        ]
    )
    url = "http://" + prometheus.wait_for(r"Listening on.*address=([0-9.]+:\d+)")[1]

    def query(expression: str) -> list[dict[str, Any]]:
        answer = httpx.get(f"{url}/api/v1/query", params={"query": expression}).json()
        result: list[dict[str, Any]] = answer["data"]["result"]
        return result

    until(lambda: [one for one in query("up") if one["value"][1] == "1"])
    yield query
    prometheus.kill()
    exporter.kill()


def test_the_target_is_up_and_every_sample_was_taken(query: Query) -> None:
    (scraped,) = query("scrape_samples_scraped")
    (kept,) = query("scrape_samples_post_metric_relabeling")
    assert int(scraped["value"][1]) == int(kept["value"][1]) > 300


def test_a_gauge_has_the_value_and_labels_of_the_example(query: Query) -> None:
    (sample,) = query("release_command_success_ratio")
    assert float(sample["value"][1]) == pytest.approx(0.7892, abs=1e-4)
    assert (sample["metric"]["project"], sample["metric"]["release"]) == ("caro", "v1.1.0")


def test_what_has_no_source_is_absent_and_unknown(query: Query) -> None:
    assert query("release_telemetry_overhead_ratio") == []
    (verdict,) = query('release_metric_verdict{metric="PM-3"} == 1')
    assert verdict["metric"]["verdict"] == "unknown"


def test_types_and_help_arrive(query: Query) -> None:
    assert query("count by (verdict) (release_metric_verdict == 1)") != []
    assert len(query("release_source_up == 1")) == 8
