# ruff: noqa: INP001, T201, S603, PLR2004 - a program of its own that prints, on numbers of its own
"""How fast telemetry is read, and in how much memory, beside the `jq` commands it replaces.

    python benchmarks/telemetry.py [--events 1000000] [--files 1000] [--runs 3]

Makes its data in a temporary folder from a fixed seed. A cold run is the command line itself,
`python -m exporter collect`, with nothing kept from before; its memory is the sum over its
processes, looked at every 10 ms. Then the collector is asked again, warm, with one more file.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from exporter.collectors import telemetry
from exporter.model import Context
from exporter.plan import Milestone, Phase, Plan
from exporter.telemetry.client import ENGINE

ROOT = Path(__file__).parent.parent
MEBIBYTE = 1024 * 1024
EVERY = 0.01
PAGE, TICKS = os.sysconf("SC_PAGE_SIZE"), os.sysconf("SC_CLK_TCK")

COLLECT = (sys.executable, "-m", "exporter", "collect", "--format", "json", "--config.file")

GENERATIONS = '[.events[] | select(.event_type == "command_generation")]'
JQ = (
    f"{GENERATIONS} | (map(select(.success == true)) | length) / length * 100",
    "[.events[] | select(.command != null or .query != null)] | length",
    f"{GENERATIONS} | map(.generation_time_ms) | sort | .[length * 0.95 | floor]",
    f"{GENERATIONS} | group_by(.backend_used)[] | {{backend: .[0].backend_used, count: length}}",
)

RELEASE = """\
project: caro
release: v1.1.0
time_zone: America/Los_Angeles
data: .
milestones:
  - {name: beta start, planned: 2026-01-13, actual: 2026-01-13, opens: beta}
sources:
  telemetry:
    files: [exports]
"""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a command: seconds by the clock, seconds of all its processes, peak bytes."""

    seconds: float
    cpu: float
    peak: int
    output: str


def main() -> None:
    """Make the data, run both programs in turn, print what came out."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--files", type=int, default=1_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        one_file(folder / "one", options.events, options.runs)
        many_files(folder / "many", options.events, options.files)


def one_file(folder: Path, events: int, runs: int) -> None:
    """Compare a cold run over one large export with the four commands, side by side."""
    export = folder / "exports" / "2026-01-17.json"
    write(export, make(events))
    (folder / "release.yaml").write_text(RELEASE)
    print(f"one file: {events:,} events, {export.stat().st_size / 1e6:.0f} MB, a fifth repeated")
    ratios = []
    for number in range(runs):
        jq = [run(["jq", text, str(export)]) for text in JQ]
        state = folder / f"state{number}"
        ours = run([*COLLECT, str(folder / "release.yaml"), "--storage.path", str(state)])
        seconds, cpu = sum(one.seconds for one in jq), sum(one.cpu for one in jq)
        ratios.append(seconds / ours.seconds)
        their_peak, our_peak = max(one.peak for one in jq) / MEBIBYTE, ours.peak / MEBIBYTE
        print(f"  jq       {seconds:6.2f} s, CPU {cpu:6.2f} s, {their_peak:5.0f} MiB")
        print(f"  exporter {ours.seconds:6.2f} s, CPU {ours.cpu:6.2f} s, {our_peak:5.0f} MiB")
        print(f"  {ratios[-1]:.1f} times as fast, {cpu / ours.cpu:.1f} by CPU")
    print(f"  median: {statistics.median(ratios):.1f} times as fast")


def many_files(folder: Path, events: int, files: int) -> None:
    """Compare one more file with all of them, and look at what a restart reads."""
    each = events // files
    stream = make(events + each)
    for number in range(files):
        write(folder / "exports" / f"{number:04}.json", islice(stream, each))
    context = context_of(folder)
    settings = telemetry.Settings.model_validate({"files": ["exports"]})
    first = timed(settings, context)
    write(folder / "exports" / f"{files:04}.json", islice(stream, each))
    added = timed(settings, context)
    unchanged = timed(settings, context)
    ENGINE.close()
    restarted = timed(settings, context)
    ENGINE.close()
    print(f"{files:,} files: {events:,} events")
    print(f"  all {first:.3f} s, one more {added:.4f} s ({added / first:.2%})")
    print(f"  nothing new {unchanged:.4f} s, after a restart {restarted:.3f} s")


def timed(settings: telemetry.Settings, context: Context) -> float:
    """Return the seconds of one reading."""
    start = time.perf_counter()
    telemetry.collect(settings, context)
    return time.perf_counter() - start


def run(command: list[str]) -> Run:
    """Return what the command took, with all the processes that it started."""
    peak = 0
    cpu: dict[int, float] = {}
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        while process.poll() is None:
            tree = look(process.pid)
            peak = max(peak, sum(memory for _, memory, _ in tree))
            cpu |= {pid: seconds for pid, _, seconds in tree}
            time.sleep(EVERY)
        seconds = time.perf_counter() - start
        output = process.stdout.read() if process.stdout else ""
    if process.returncode != 0:
        raise SystemExit(f"{command} failed: {output}")
    return Run(seconds, sum(cpu.values()), peak, output)


def look(root: int) -> list[tuple[int, int, float]]:
    """Return id, memory in bytes and seconds of CPU of every process below `root` now.

    From Linux' own files: a look that took long itself would take from what is looked at.
    """
    found = []
    waiting = [root]
    while waiting:
        pid = waiting.pop()
        try:
            pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
            times = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
            waiting += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
        except (OSError, IndexError):
            continue  # it ended meanwhile
        found.append((pid, pages * PAGE, sum(map(int, times)) / TICKS))
    return found


def make(count: int) -> Iterator[str]:
    """Yield events as JSON, each with an id; a fifth says again what an earlier one said."""
    draw = random.Random(20260113)  # noqa: S311 - data, no secret
    start = datetime(2026, 1, 13, 8, tzinfo=UTC).timestamp()
    kept: list[str] = []
    for number in range(count):
        if number % 5 == 4:
            yield draw.choice(kept)
            continue
        moment = datetime.fromtimestamp(start + draw.random() * 5 * 86_400, UTC)
        event = {
            "id": str(uuid.UUID(int=draw.getrandbits(128))),
            "timestamp": f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z",
            "event_type": "command_generation" if draw.random() < 0.95 else "session_start",
            "backend_used": "static" if draw.random() < 0.85 else "embedded",
            "generation_time_ms": int(draw.lognormvariate(5.5, 1)),
            "success": draw.random() < 0.87,
            "error_category": None,
            "version": "1.1.0-beta",
        }
        text = json.dumps(event, separators=(",", ":"))
        if len(kept) < 200_000:
            kept.append(text)
        yield text


def write(path: Path, events: Iterator[str]) -> None:
    """Write an export of the first shape."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        file.write('{"events":[' + next(events))
        file.writelines(f",{event}" for event in events)
        file.write("]}")


def context_of(folder: Path, state: Path | None = None) -> Context:
    """Return what a collector is handed for the release."""
    beta = Milestone("beta start", date(2026, 1, 13), date(2026, 1, 13), Phase.BETA)
    plan = Plan((beta,), ZoneInfo("America/Los_Angeles"))
    now = datetime(2026, 1, 18, 20, tzinfo=UTC)
    state = state or folder / "state"
    return Context("caro", "v1.1.0", folder, state, plan, now, folder / "shared")


if __name__ == "__main__":
    main()
