"""What goes wrong before there is a session: said with class and fix, within seconds."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from exporter.model import ErrorClass, SourceError
from exporter.spark.apart import apart
from exporter.spark.session import connected
from exporter.telemetry.protocol import Cluster

ROOT = Path(__file__).parents[2]


def open_session(master: str, folder: Path) -> SourceError:
    with pytest.raises(SourceError) as error, connected(Cluster(master, "127.0.0.1"), folder):
        pass
    return error.value


def test_without_the_extra_it_is_said_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    error = open_session("local[1]", tmp_path)
    assert error.kind is ErrorClass.MISSING
    assert "install release-exporter[spark]" in str(error)


def test_a_master_that_does_not_answer_is_said_at_once(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    start = time.monotonic()
    error = open_session(f"spark://127.0.0.1:{port}", tmp_path)
    assert error.kind is ErrorClass.SERVER
    assert str(error).endswith("does not answer; start it, or correct the address")
    assert time.monotonic() - start < 20


def test_work_apart_returns_what_it_makes() -> None:
    assert apart(lambda: {"a": (1, 2.5)}) == {"a": (1, 2.5)}


def test_an_error_of_work_apart_crosses_over() -> None:
    def work() -> None:
        raise SourceError(ErrorClass.SERVER, "why")

    with pytest.raises(SourceError, match="why") as error:
        apart(work)
    assert error.value.kind is ErrorClass.SERVER


def test_what_an_unexpected_error_says_stays_inside() -> None:
    def work() -> None:
        raise KeyError("jo@example.org")

    with pytest.raises(SourceError, match=r"unexpected KeyError at test_session.py:\d+") as error:
        apart(work)
    assert "jo@" not in str(error.value)


def test_work_apart_that_dies_is_an_error() -> None:
    with pytest.raises(SourceError, match="ended unexpectedly"):
        apart(lambda: os.kill(os.getpid(), signal.SIGKILL))


def test_work_apart_does_not_speak_to_the_exporter() -> None:
    script = "from exporter.spark.apart import apart; apart(lambda: print('noise', flush=True))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=True)
    assert done.stdout == b""


@pytest.mark.parametrize(
    "module", ["exporter.cli", "exporter.service", "exporter.collectors.telemetry"]
)
def test_the_serving_process_never_loads_spark(module: str) -> None:
    script = (
        f"import sys, {module};"
        "print(sorted({'pyspark', 'py4j', 'pyarrow', 'exporter.spark'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
