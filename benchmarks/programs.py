# ruff: noqa: INP001, S603 - parts of programs of their own that start known programs
"""Programs that benchmarks start, on free ports of loopback, and end."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # no stubs are installed

ROOT = Path(__file__).parents[1]


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@contextmanager
def started(command: list[str], log: Path) -> Iterator[psutil.Process]:
    """Run the program meanwhile; its output goes to the log."""
    with (
        log.open("w") as output,
        subprocess.Popen(command, stdout=output, stderr=output, cwd=ROOT) as process,
    ):
        try:
            yield psutil.Process(process.pid)
        finally:
            process.terminate()


def python(module: str, *arguments: str) -> list[str]:
    """Return the command of one of our modules."""
    return [sys.executable, "-m", module, *arguments]


def wait_for(log: Path, pattern: str, seconds: float = 300) -> str:
    """Return the pattern's first group as soon as the log has it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = re.search(pattern, log.read_text("utf-8", "replace"))
        if found:
            return found[1]
        time.sleep(0.05)
    raise SystemExit(f"never seen in {log}: {pattern}\n{log.read_text()}")


def wait_until_open(port: int, seconds: float = 30) -> None:
    """Return when somebody listens on the port."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit(f"nobody listens on port {port}")


def tree(process: psutil.Process) -> tuple[float, int, int]:
    """Return seconds of CPU, bytes of memory and threads of the process and all below it."""
    cpu, memory, threads = 0.0, 0, 0
    for one in (process, *process.children(recursive=True)):
        times = one.cpu_times()
        cpu += times.user + times.system
        memory += one.memory_info().rss
        threads += one.num_threads()
    return cpu, memory, threads


def machine() -> str:
    """Return what the figures are from: processors, system, Python."""
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    name = model[1] if model else "unknown processor"
    memory = psutil.virtual_memory().total / 1024**3
    kernel = os.uname().release.split("-")[0]
    return (
        f"{os.cpu_count()} cores ({name}), {memory:.0f} GiB, Linux {kernel},"
        f" Python {sys.version.split()[0]}; load {os.getloadavg()[0]:.1f} at the start"
    )
