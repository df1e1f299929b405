# ruff: noqa: INP001, T201 - a program of its own that prints
"""What a cluster costs and brings: `python -m benchmarks.spark [--events 1000000] [--files 8]`.

Starts a master and two workers of one core each on loopback, reads the same exports with both
engines, each from nothing, and compares every sample. Both share this machine's cores: the figures
say what a session costs, not what many machines bring. Needs Java and the extra `spark`.
"""

import argparse
import os
import tempfile
import threading
import time
from dataclasses import replace
from itertools import islice
from pathlib import Path

from benchmarks.telemetry import context_of, look, make, write
from exporter.collectors import telemetry
from exporter.model import Context, Reading
from exporter.telemetry.client import ENGINE, ON_CLUSTER
from tests.spark.cluster import StandaloneCluster

EVERY = 0.2


def main() -> None:
    """Make the data, start the cluster, and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--files", type=int, default=8)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        each = options.events // options.files
        stream = make(each * (options.files + 1))
        for number in range(options.files):
            write(folder / "exports" / f"{number:04}.json", islice(stream, each))
        cluster = StandaloneCluster(folder)
        try:
            cluster.start(workers=2)
            compare(folder, cluster.master, options.events)
            write(folder / "exports" / "9999.json", islice(stream, each))
            compare(folder, cluster.master, each)
        finally:
            cluster.end()
            ON_CLUSTER.close()
            ENGINE.close()


def compare(folder: Path, master: str, events: int) -> None:
    """Read what is new with both engines, and print how long that took."""
    context = context_of(folder)
    spark = {"engine": "spark", "deadline": "2h", "spark": {"master": master}}
    here, embedded = read({}, context)
    there, cluster = read(spark, replace(context, state=folder / "state-spark"))
    verdict = "the same" if here == there else "NOT the same"
    print(f"{events:,} new events: embedded {embedded}, cluster {cluster}; {verdict}", flush=True)


def read(settings: dict[str, object], context: Context) -> tuple[Reading, str]:
    """Return the reading, and what it took."""
    files = {"files": ["exports"], "deadline": "2h", "max_age": "26h"}
    work = Work()
    start = time.perf_counter()
    reading = telemetry.collect(telemetry.Settings.model_validate(files | settings), context)
    return reading, f"{time.perf_counter() - start:.1f} s, CPU {work.end():.1f} s"


class Work(threading.Thread):
    """The CPU seconds of this process and all below it, the cluster among them."""

    def __init__(self) -> None:
        """Begin now."""
        super().__init__(daemon=True)
        self._seconds: dict[int, float] = {}
        self._ended = threading.Event()
        self._before = self._look()
        self.start()

    def run(self) -> None:
        """Look again and again: what a process took is forgotten when it ends."""
        while not self._ended.wait(EVERY):
            self._look()

    def end(self) -> float:
        """Return the seconds since the beginning."""
        self._ended.set()
        self.join()
        return self._look() - self._before

    def _look(self) -> float:
        self._seconds |= {pid: seconds for pid, _, seconds in look(os.getpid())}
        return sum(self._seconds.values())


if __name__ == "__main__":
    main()
