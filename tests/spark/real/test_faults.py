"""Machines that go away: the answer is the same, or there is none and the last good one stands."""

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # no stubs are installed
import pytest

from exporter.model import ErrorClass, SourceError
from exporter.telemetry.client import Client
from tests.live.conftest import Exporter
from tests.spark import made
from tests.spark.cluster import StandaloneCluster, until
from tests.spark.real.conftest import DEADLINE, Make
from tests.telemetry.exports import Exports

pytestmark = pytest.mark.spark


@pytest.fixture
def client() -> Iterator[Client]:
    one = Client("exporter.spark")
    yield one
    one.close()


def large(exports: Exports, count: int) -> None:
    some = [json.dumps(one) for one in made.events(20_000, 70, note="x" * 150, id=None)]
    for number in range(count):
        exports.write(f"{number:02}.json", '{"events": [' + ",".join(some) + "]}")


def of_group(group: int) -> list[psutil.Process]:
    """Return the living processes of a group."""
    found = []
    for process in psutil.process_iter():
        try:
            if os.getpgid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (ProcessLookupError, psutil.NoSuchProcess):
            continue
    return found


def engine_of(client: Client) -> int:
    assert client._process is not None
    return client._process.pid


def test_a_worker_that_is_killed_in_mid_job_changes_nothing(
    exports: Exports, spark_request: Make, client: Client, cluster: StandaloneCluster
) -> None:
    exports.at(now=made.NOW)
    large(exports, 60)
    request = spark_request()
    replies = []
    asking = threading.Thread(target=lambda: replies.append(client.ask(request, DEADLINE)))
    asking.start()
    # Both work when two files are there; most of the work is to come.
    until(lambda: len(list(Path(request.state).glob("*.columns"))) >= 4)
    cluster.kill("worker1")
    done = len(list(Path(request.state).glob("*.columns")))
    asking.join()
    cluster.add("worker2")
    assert done < 50
    (there,) = replies
    assert there == exports.reply()


def test_a_deadline_leaves_no_java_behind_and_nothing_listened_to_the_network(
    exports: Exports, spark_request: Make, client: Client
) -> None:
    exports.at(now=made.NOW)
    large(exports, 60)
    addresses: set[str] = set()
    groups: list[int] = []
    states: set[str] = set()

    def watch() -> None:
        until(lambda: client._process is not None)
        groups.append(engine_of(client))
        while asking.is_alive():
            for process in of_group(groups[0]):
                try:
                    states.add(process.name())
                    every = process.net_connections("inet")
                except psutil.Error:
                    continue
                addresses.update(one.laddr.ip for one in every if one.status == psutil.CONN_LISTEN)
            time.sleep(0.2)

    def ask() -> None:
        with pytest.raises(SourceError, match="raise `deadline`") as error:
            client.ask(spark_request(), 40)
        assert error.value.kind is ErrorClass.TIMEOUT

    asking = threading.Thread(target=ask)
    asking.start()
    watch()
    asking.join()
    assert "java" in states
    assert of_group(groups[0]) == []
    assert {one.removeprefix("::ffff:") for one in addresses} == {"127.0.0.1"}


RELEASE = """\
project: caro
release: v1.1.0
time_zone: America/Los_Angeles
milestones:
  - {{name: beta start, planned: 2026-02-20, actual: 2026-02-20, opens: beta}}
sources:
  telemetry:
    interval: 1s
    engine: spark
    deadline: 10m
    spark: {{master: "{master}", memory: 512m}}
"""


def test_the_exporter_serves_on_and_the_last_good_values_stand(
    exports: Exports, tmp_path: Path, cluster_of_its_own: StandaloneCluster
) -> None:
    (exports.context.folder / "release.yaml").write_text(
        RELEASE.format(master=cluster_of_its_own.master)
    )
    large(exports, 2)
    exporter = Exporter(exports.context.folder / "release.yaml", tmp_path / "data")
    try:
        value = series(exporter, "release_command_success_ratio")
        before = until_some(value)
        cluster_of_its_own.kill("master")
        large(exports, 3)
        up = series(exporter, 'release_source_up{project="caro",release="v1.1.0"')
        until(lambda: up() == 0)
        assert value() == before
        assert "java" not in {one.name() for one in psutil.Process(exporter.process.pid).children()}
    finally:
        exporter.kill()


def test_a_master_that_is_down_is_an_error_with_its_fix(
    exports: Exports, spark_request: Make, client: Client, cluster: StandaloneCluster
) -> None:
    exports.at(now=made.NOW)
    large(exports, 1)
    request = spark_request()
    assert client.ask(request, DEADLINE) == exports.reply()
    cluster.kill("master")
    # Nothing is new: what was said stands, and nobody is asked.
    assert client.ask(request, DEADLINE).decoded == 0
    large(exports, 2)
    start = time.monotonic()
    with pytest.raises(SourceError, match=r"does not answer; start it") as error:
        client.ask(request, DEADLINE)
    assert error.value.kind is ErrorClass.SERVER
    assert time.monotonic() - start < 30
    assert "pyspark" not in str(error.value)


def series(exporter: Exporter, start: str) -> Callable[[], float | None]:
    """Return how to read the first series that begins like this."""

    def read() -> float | None:
        lines = exporter.get("/metrics").text.splitlines()
        found = [line for line in lines if line.startswith(start)]
        return float(found[0].rpartition(" ")[2]) if found else None

    return read


def until_some(read: Callable[[], float | None]) -> float:
    until(lambda: read() is not None, DEADLINE)
    value = read()
    assert value is not None
    return value


@pytest.fixture
def cluster_of_its_own(_installed: None, tmp_path: Path) -> Iterator[StandaloneCluster]:
    """Return another cluster, for those who break it."""
    (tmp_path / "cluster").mkdir()
    started = StandaloneCluster(tmp_path / "cluster")
    try:
        started.start(workers=1)
        yield started
    finally:
        started.end()
