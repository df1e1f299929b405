"""A standalone Spark cluster on loopback: a master and workers, each a process group of its own."""

import importlib.util
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

PACKAGE = "org.apache.spark.deploy"


class StandaloneCluster:
    """What is started here ends with `end`, whatever it is doing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.master = ""
        self.groups: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, workers: int) -> None:
        flags = ("--host", "127.0.0.1", "--port", "0", "--webui-port", "0")
        self._run("master", f"{PACKAGE}.master.Master", *flags)
        self.master = self.wait_for("master", r"Starting Spark master at (spark://\S+)")[1]
        for number in range(workers):
            self.add(f"worker{number}")
        until(lambda: len(re.findall("Registering worker", self.log("master"))) >= workers)

    def add(self, name: str) -> None:
        """Start a worker of one core."""
        flags = ("--host", "127.0.0.1", "--port", "0", "--webui-port", "0", "--cores", "1")
        where = ("--memory", "2g", "--work-dir", str(self.folder / name))
        self._run(name, f"{PACKAGE}.worker.Worker", *flags, *where, self.master)

    def kill(self, name: str) -> None:
        """Take a machine away: the worker and its executors, at once."""
        process = self.groups.pop(name)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def end(self) -> None:
        for name in list(self.groups):
            self.kill(name)

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()

    def wait_for(self, name: str, pattern: str) -> re.Match[str]:
        found: list[re.Match[str] | None] = [None]

        def seen() -> bool:
            assert self.groups[name].poll() is None, self.log(name)
            found[0] = re.search(pattern, self.log(name))
            return found[0] is not None

        until(seen)
        assert found[0] is not None
        return found[0]

    def _run(self, name: str, kind: str, *flags: str) -> None:
        spec = importlib.util.find_spec("pyspark")
        assert spec is not None
        assert spec.origin is not None
        home = Path(spec.origin).parent
        environment = os.environ | {
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_HOME": str(home),
            "SPARK_DAEMON_MEMORY": "256m",
            "SPARK_DAEMON_JAVA_OPTS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
            "SPARK_LOCAL_DIRS": str(self.folder),
            "PYSPARK_PYTHON": sys.executable,
        }
        with (self.folder / f"{name}.log").open("wb") as log:
            self.groups[name] = subprocess.Popen(
                [str(home / "bin" / "spark-class"), kind, *flags],
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment,
                start_new_session=True,
            )


def until(condition: Callable[[], bool], seconds: float = 180) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "the condition was never met"
        time.sleep(0.05)
