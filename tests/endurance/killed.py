# ruff: noqa: T201 - a program of its own that prints
"""Serves until it is killed: forked from a process that has everything imported already.

    python -m tests.endurance.killed RELEASES STORAGE KILLS

Prints a line a kill: sources that were shown as read, and those of them with a sound state after.
"""

import os
import random
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from exporter import last_good, logs
from exporter.installation import load_installation
from exporter.service import Service

LONGEST = 1.0


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - a program of its own has a clock


def serve(file: Path, storage: Path, told: int) -> None:
    """Serve, and tell through the pipe which sources were read, as soon as that is shown."""
    logs.configure("error", "logfmt")
    service = Service(file, storage, now)
    service.start()
    known: set[str] = set()
    while True:
        for (*_, name), state in service.runner.states().items():
            if state.succeeded is not None and name not in known:
                known.add(name)
                os.write(told, f"{name}\n".encode())
        time.sleep(0.001)


def main() -> None:
    file, storage, kills = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    (_, sources), *_ = load_installation(file).releases.values()
    draw, ever = random.Random(1), set[str]()
    for _ in range(kills):
        heard, told = os.pipe()
        if (child := os.fork()) == 0:
            os.close(heard)
            serve(file, storage, told)
        os.close(told)
        time.sleep(draw.random() * LONGEST)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        with os.fdopen(heard) as pipe:
            ever |= set(pipe.read().split())
        sound = {
            one.name
            for one in sources
            if last_good.load(storage.joinpath(*one.id[:2], "state", one.name), one.fingerprint)
        }
        damaged = [
            one
            for one in storage.rglob("*.json")
            if not one.name.startswith(".") and not one.stat().st_size
        ]
        print(len(ever), len(ever & sound), len(damaged), flush=True)


if __name__ == "__main__":
    main()
