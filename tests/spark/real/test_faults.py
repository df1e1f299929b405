"""Machines that go away: the answer is the same, or there is none and the last good one stands."""

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # no stubs are installed
import pytest

from exporter.model import ErrorClass, SourceError
from exporter.telemetry.client import Client, on_cluster
from exporter.telemetry.protocol import Request
from tests.live.conftest import Exporter
from tests.spark import made
from tests.spark.cluster import StandaloneCluster, until
from tests.spark.real.conftest import DEADLINE, Make
from tests.telemetry.exports import Exports

pytestmark = pytest.mark.spark


@pytest.fixture
def client() -> Iterator[Client]:
    one = on_cluster()
    yield one
    one.close()


def large(exports: Exports, count: int) -> None:
    some = [json.dumps(one) for one in made.events(1_000, 70, note="x" * 150, id=None)]
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


class Watch(threading.Thread):
    """Gathers what an engine's processes are called and where they listen, while it has any.

    With `hang` its Java machine is stopped when it is seen: it will never answer.
    """

    def __init__(self, client: Client, *, hang: bool = False) -> None:
        super().__init__(daemon=True)
        self._hang = hang
        self.names: set[str] = set()
        self.addresses: set[str] = set()
        self.group = 0
        self._client = client
        self.start()

    def run(self) -> None:
        until(lambda: self._client._process is not None)
        assert self._client._process is not None
        self.group = self._client._process.pid
        while processes := of_group(self.group):
            for one in processes:
                with suppress(psutil.Error):
                    self.names.add(one.name())
                    if self._hang and one.name() == "java":
                        one.suspend()
                    listening = [
                        place.laddr.ip
                        for place in one.net_connections("inet")
                        if place.status == psutil.CONN_LISTEN
                    ]
                    self.addresses.update(ip.removeprefix("::ffff:") for ip in listening)
            time.sleep(0.2)


def test_a_worker_that_is_killed_in_mid_job_changes_nothing(
    exports: Exports, spark_request: Make, client: Client, cluster: StandaloneCluster
) -> None:
    exports.at(now=made.NOW)
    large(exports, 40)
    request = spark_request()
    replies = []
    asking = threading.Thread(target=lambda: replies.append(client.ask(request, DEADLINE)))
    asking.start()
    watch = Watch(client)
    # Most of the work is still to come.
    until(lambda: sidecars(request) >= 4, DEADLINE)
    cluster.kill("worker1")
    done = sidecars(request)
    asking.join()
    cluster.add("worker2")
    (there,) = replies
    assert done < 35
    assert there == exports.reply()
    # Nothing of all this can be reached from elsewhere.
    assert "java" in watch.names
    assert watch.addresses == {"127.0.0.1"}


def sidecars(request: Request) -> int:
    """Return how many files are decoded."""
    return len(list(Path(request.state).glob("*.columns")))


def test_a_deadline_leaves_no_java_behind(
    exports: Exports, spark_request: Make, client: Client
) -> None:
    exports.at(now=made.NOW)
    large(exports, 1)
    watch = Watch(client, hang=True)
    with pytest.raises(SourceError, match="raise `deadline`") as error:
        client.ask(spark_request(), 60)
    assert error.value.kind is ErrorClass.TIMEOUT
    watch.join(30)
    assert "java" in watch.names
    assert of_group(watch.group) == []


RELEASE = """\
project: caro
release: v1.1.0
time_zone: America/Los_Angeles
milestones:
  - {{name: beta start, planned: 2026-02-20, actual: 2026-02-20, opens: beta}}
sources:
  telemetry:
    interval: 1s
    facts_max_age: null
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
        labels = 'project="caro",release="v1.1.0",source="telemetry"'
        up = series(exporter, f"release_source_up{{{labels}")
        until(lambda: up() == 0)
        assert value() == before
        assert "java" not in {one.name() for one in psutil.Process(exporter.process.pid).children()}
    finally:
        exporter.kill()


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
