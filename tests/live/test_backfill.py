"""Five days of records beside live data in a real Prometheus: one line, at any zoom."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from exporter import demo
from exporter.config.loading import load_release
from exporter.gate.report import Report
from exporter.records.layout import Records
from exporter.schedule import start_of
from tests.live.conftest import Exporter, Program, until

pytestmark = pytest.mark.live

CONFIG = """
global: {{scrape_interval: 1s}}
scrape_configs:
  - job_name: release
    static_configs: [{{targets: ["{target}"]}}]
"""

DAY = timedelta(days=1)
HEAD = timedelta(hours=3)
# Prometheus answers a query with so many points at most.
POINTS = 10_000

Points = list[tuple[float, float]]
Key = tuple[tuple[str, str], ...]


@dataclass
class World:
    """A Prometheus with five days of history that scrapes the exporter, and the records."""

    url: str
    records: Records
    now: datetime
    days: list[tuple[date, datetime, datetime]]

    def series(self, selector: str, step: int) -> dict[Key, Points]:
        """Return every series of six days, asked for in pieces where there are too many points."""
        found: dict[Key, Points] = {}
        end, start = self.now.timestamp(), (self.now - 6 * DAY).timestamp()
        while start <= end:
            last = min(end, start + step * POINTS)
            answer = httpx.post(
                f"{self.url}/api/v1/query_range",
                data={"query": selector, "start": start, "end": last, "step": step},
                timeout=60,
            ).json()
            assert answer["status"] == "success"
            for one in answer["data"]["result"]:
                points = [(float(when), float(value)) for when, value in one["values"]]
                found.setdefault(tuple(sorted(one["metric"].items())), []).extend(points)
            start = last + step
        return found

    def report(self, day: date) -> Report:
        """Return the day's record."""
        found = self.records.report(day)
        assert found is not None
        return found


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Return the example as if its beta had ended yesterday."""
    folder = tmp_path_factory.mktemp("backfill")
    file = demo.prepare(folder / "release", datetime.now(UTC) - DAY)  # noqa: TID251 - a live test
    plan = load_release(file, "release.yaml").plan
    exporter = Exporter(file, folder / "data").ready()
    target = exporter.url.removeprefix("http://")
    history = folder / "history.om"
    subprocess.run(
        [
            *(sys.executable, "-m", "exporter", "backfill"),
            *(f"--config.file={file}", f"--storage.path={folder / 'data'}"),
            *(f"--output={history}", f"--instance={target}"),
        ],
        check=True,
    )
    subprocess.run(
        [
            *("promtool", "tsdb", "create-blocks-from", "openmetrics", "--quiet"),
            *("--max-block-duration=24h", str(history), str(folder / "tsdb")),
        ],
        check=True,
    )
    config = folder / "prometheus.yml"
    config.write_text(CONFIG.format(target=target))
    prometheus = Program(
        [
            "prometheus",
            f"--config.file={config}",
            f"--storage.tsdb.path={folder / 'tsdb'}",
            "--web.listen-address=127.0.0.1:0",
        ]
    )
    url = "http://" + prometheus.wait_for(r"Listening on.*address=([0-9.]+:\d+)")[1]

    def scraped() -> Any:
        answer = httpx.get(f"{url}/api/v1/query", params={"query": "release_gate_decision"})
        return answer.json().get("data", {}).get("result")

    until(scraped, 60)
    now = datetime.now(UTC)  # noqa: TID251 - a live test
    days = [
        (day, start_of(day, plan.zone), min(start_of(day + DAY, plan.zone), now - HEAD - DAY / 96))
        for day in plan.beta_days()
    ]
    yield World(url, Records.of(folder / "data", "caro", "v1.1.0"), now, days)
    prometheus.kill()
    exporter.kill()


SNAPSHOT: dict[str, tuple[str, Callable[[dict[str, Any]], float]]] = {
    "release_command_success_ratio": ("QM-2", lambda x: x["quality"]["success_rate"] / 100),
    "release_privacy_violations": ("QM-3", lambda x: x["quality"]["privacy_violations"]),
    "release_generation_p95_seconds": (
        "PM-1",
        lambda x: x["performance"]["p95_generation_time_ms"] / 1000,
    ),
    "release_schedule_variance_seconds": (
        "PM-4",
        lambda x: x["process"]["schedule_variance_days"] * 86400,
    ),
}


@pytest.mark.parametrize("step", [15, 60, 300, 3600])
def test_all_five_days_are_there_at_any_step_with_the_snapshots_values(
    world: World, step: int
) -> None:
    assert len(world.days) == 5
    for gauge, (_, value) in SNAPSHOT.items():
        ((_, points),) = world.series(gauge, step).items()  # one series, live and past
        for day, start, end in world.days:
            snapshot = json.loads(world.records.metrics(day).read_text())
            inside = [x for when, x in points if start.timestamp() <= when < end.timestamp()]
            assert len(inside) >= (end - start).total_seconds() // step
            expected = pytest.approx(value(snapshot), rel=1e-12)
            assert all(one == expected for one in set(inside))


def test_each_series_of_a_record_is_one_line_with_its_values(world: World) -> None:
    found = world.series('{project="caro"}', 3600)
    for day, start, end in world.days:
        for line in world.report(day).verdicts:
            for fact in line.facts:
                labels = fact.labels | {"__name__": fact.gauge}
                (points,) = (
                    points for key, points in found.items() if labels.items() <= dict(key).items()
                )
                inside = {x for when, x in points if start.timestamp() <= when < end.timestamp()}
                assert inside == {fact.value}


def test_verdicts_and_decision_are_those_of_the_records(world: World) -> None:
    verdicts = world.series("release_metric_verdict == 1", 3600)
    decisions = world.series("release_gate_decision == 1", 3600)
    for day, start, end in world.days:
        report = world.report(day)

        def at_noon(found: dict[Key, Points], label: str, start: datetime = start) -> set[Any]:
            noon = (start + DAY / 2).timestamp()
            return {
                (dict(key).get("metric"), dict(key).get("priority"), dict(key)[label])
                for key, points in found.items()
                if any(abs(when - noon) < 1800 for when, _ in points)
            }

        assert at_noon(verdicts, "verdict") == {
            (one.metric, one.labels.get("priority") if "/" in one.key else None, one.judged.value)
            for one in report.verdicts
        }
        assert at_noon(decisions, "decision") == {(None, None, report.decision.value)}
        assert end > start


def test_live_and_past_are_one_series(world: World) -> None:
    found = world.series('{project="caro",__name__=~"release_metric_.*|release_gate_.*"}', 3600)
    past = world.days[-1][1].timestamp()
    recent = (world.now - timedelta(minutes=5)).timestamp()
    live = {
        key
        for key, points in world.series(
            '{project="caro",__name__=~"release_metric_(verdict|due|target)|release_gate_.*"}', 15
        ).items()
        if points[-1][0] > recent
    }
    both = {key for key, points in found.items() if points[0][0] < past and key in live}
    verdicts = [key for key in live if "release_metric_verdict" in dict(key).values()]
    assert len(verdicts) == 5 * 17
    assert both >= set(verdicts)
