"""Real programs on free ports: the exporter, and Prometheus beside it."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import httpx
import pytest

T = TypeVar("T")


class Program:
    """A started program with its log; it is killed when the test is over."""

    def __init__(self, command: list[str], environment: dict[str, str] | None = None) -> None:
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=os.environ | (environment or {}),
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def wait_for(self, pattern: str, seconds: float = 30) -> re.Match[str]:
        """Return the first match in the log."""
        compiled = re.compile(pattern)

        def found() -> re.Match[str] | None:
            return next(filter(None, map(compiled.search, list(self.lines))), None)

        return until(found, seconds)

    def kill(self) -> None:
        """End it at once and close its log."""
        self.process.kill()
        self.process.wait()
        self._reader.join(timeout=5)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send the signal and return the exit code."""
        self.process.send_signal(number)
        code = self.process.wait(timeout=10)
        self._reader.join(timeout=5)
        return code


def until(condition: Callable[[], T | None], seconds: float = 30) -> T:
    """Return the condition's first true answer; fails when there is none in time."""
    end = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < end, "the condition was never met"
        time.sleep(0.02)
    return answer


class Exporter(Program):
    """`release-exporter serve` on a free port."""

    def __init__(self, config: Path, storage: Path, *flags: str, **environment: str) -> None:
        super().__init__(
            [
                sys.executable,
                "-m",
                "exporter",
                "serve",
                f"--config.file={config}",
                f"--storage.path={storage}",
                "--web.listen-address=127.0.0.1:0",
                *flags,
            ],
            environment,
        )

    @property
    def url(self) -> str:
        """The address that the log names."""
        return "http://" + self.wait_for(r"address=\"?([0-9.]+:\d+)")[1]

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Return the answer to a GET."""
        return httpx.get(self.url + path, headers=headers, timeout=10)

    def ready(self) -> "Exporter":
        """Return when every source has been tried once."""
        until(lambda: self.get("/-/ready").status_code == httpx.codes.OK)
        return self


@pytest.fixture
def start() -> Iterator[Callable[..., Exporter]]:
    """Return a function that starts an exporter; all are killed afterwards."""
    programs: list[Program] = []

    def started(*arguments: Path | str, **environment: str) -> Exporter:
        program = Exporter(*arguments, **environment)  # type: ignore[arg-type]  # paths, then flags
        programs.append(program)
        return program

    yield started
    for program in programs:
        program.kill()
