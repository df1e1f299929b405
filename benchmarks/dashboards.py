# ruff: noqa: INP001, T201, S603 - a program of its own that prints and starts known programs
"""How long Prometheus takes for each query of each view, on many releases over many days.

    python benchmarks/dashboards.py [--releases 50] [--days 30] [--runs 5] [--keep FOLDER]

Copies what the example exposes to so many releases, a sample each five minutes, into blocks of a
real Prometheus; then asks every query as Grafana does: of this moment, or over the view's own time
range and over all days. Of several runs the fastest counts: it is the one that nothing else of
the machine got into. Needs Debian's prometheus, 20 minutes and 3 GB; `--keep` builds only once.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from exporter import demo, recorded
from exporter.config.environment import PREFIX

ROOT = Path(__file__).parents[1]
VIEWS = sorted((ROOT / "grafana" / "dashboards").glob("*.json"))
ADDRESS = "127.0.0.1:10169"
STEP = 300
HOUR, DAY = 3600, 86400
# Blocks must not reach into what Prometheus holds in memory; asked is at their end.
HEAD = 4 * HOUR
LIMIT = 0.1


def now() -> datetime:
    """Return the time; a program of its own has the clock that the modules are handed."""
    return datetime.now(UTC)  # noqa: TID251 - see above


def example(folder: Path) -> list[str]:
    """Return the lines that the example exposes: `name{labels} value`."""
    file = demo.prepare(folder / "release", now())
    with recorded.serve(recorded.load_upstream(file.parent / "upstream"), now) as upstream:
        settings = demo.connect(file, upstream)
        done = subprocess.run(
            [
                *(sys.executable, "-m", "exporter", "collect", "--format", "openmetrics"),
                *(f"--config.file={file}", f"--storage.path={folder / 'data'}"),
            ],
            env=os.environ | {PREFIX + name: value for name, value in settings.items()},
            stdout=subprocess.PIPE,
            check=True,
        )
    lines = done.stdout.decode().splitlines()
    return [line for line in lines if not line.startswith("#") and "release_exporter" not in line]


def day_of(lines: list[str], releases: int, start: int, end: int) -> Iterator[str]:
    """Yield a day of all releases in OpenMetrics, a family's series together."""
    times = range(start, end, STEP)
    for line in sorted(lines):
        series, _, value = line.rpartition(" ")
        for number in range(releases if "release=" in series else 1):
            named = series.replace('release="v1.1.0"', f'release="v1.1.{number}"')
            yield "".join(f"{named} {value} {time}\n" for time in times)
    yield "# EOF\n"


def build(folder: Path, releases: int, days: int, end: int) -> None:
    """Write the blocks, day by day: a file of all of them would be ten times as large."""
    lines = example(folder)
    print(f"{len(lines)} series of a release, {releases} releases, {days} days")
    for day in range(days, 0, -1):
        text = folder / "day.om"
        with text.open("w") as file:
            start = end - day * DAY
            file.writelines(day_of(lines, releases, start, start + DAY))
        subprocess.run(
            [
                *("promtool", "tsdb", "create-blocks-from", "openmetrics", "--quiet"),
                *("--max-block-duration=24h", str(text), str(folder / "tsdb")),
            ],
            check=True,
        )
        text.unlink()


def built(folder: Path, releases: int, days: int) -> int:
    """Return the end of the data in the folder, which is built where there is none."""
    file = folder / "end"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        end = (int(now().timestamp()) - HEAD) // STEP * STEP
        began = time.perf_counter()
        build(folder, releases, days, end)
        print(f"built in {timedelta(seconds=int(time.perf_counter() - began))}")
        file.write_text(str(end))
    return int(file.read_text())


def queries(view: Path) -> Iterator[tuple[str, str, int]]:
    """Yield each query's panel and text, and for how many points it asks; 0 of this moment."""
    for panel in json.loads(view.read_text())["panels"]:
        points = panel.get("maxDataPoints", 0)
        for target in panel.get("targets", ()):
            expr = target["expr"].replace("$project", "caro").replace("$release", "v1.1.7")
            yield (
                panel["title"],
                expr.replace("$__rate_interval", "20m"),
                points if target["range"] else 0,
            )


def ask(client: httpx.Client, expr: str, over: int, points: int, end: int) -> float:
    """Return how many seconds the answer took: of so many points over a time, or of this moment."""
    data: dict[str, str | int] = {"query": expr}
    if points:
        data |= {"start": end - over, "end": end, "step": max(over // points, 15)}
    else:
        data |= {"time": end}
    began = time.perf_counter()
    answer = client.post("/api/v1/query_range" if points else "/api/v1/query", data=data)
    took = time.perf_counter() - began
    answer.raise_for_status()
    return took


def measure(days: int, runs: int, end: int) -> None:
    """Print the slowest queries of each view, and the number over the limit."""
    with httpx.Client(base_url=f"http://{ADDRESS}", timeout=120) as client:
        for view in VIEWS:
            since = json.loads(view.read_text())["time"]["from"]
            number, unit = re.fullmatch(r"now-(\d+)([hd])", since).groups()  # type: ignore[union-attr]  # ours
            own = int(number) * (DAY if unit == "d" else HOUR)
            for what, over in (("own range", own), (f"{days} days", days * DAY)):
                found = []
                for title, expr, points in queries(view):
                    took = min(ask(client, expr, over, points, end) for _ in range(runs))
                    found.append((took, title))
                slow = [one for one in found if one[0] > LIMIT]
                total, (worst, title) = sum(took for took, _ in found), max(found)
                print(
                    f"{view.stem}, {what}: {len(found)} queries, {total * 1000:.0f} ms in all, "
                    f"slowest {worst * 1000:.0f} ms ({title}), {len(slow)} above the limit"
                )
                for took, title in sorted(slow, reverse=True):
                    print(f"    {took * 1000:.0f} ms: {title}")


def main() -> None:
    """Build, serve, measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--releases", type=int, default=50)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="release-exporter-benchmark-") as name:
        folder = asked.keep or Path(name)
        end = built(folder, asked.releases, asked.days)
        (folder / "prometheus.yml").write_text("")
        command = (
            *("prometheus", f"--config.file={folder / 'prometheus.yml'}"),
            *(f"--storage.tsdb.path={folder / 'tsdb'}", "--storage.tsdb.retention.time=90d"),
            f"--web.listen-address={ADDRESS}",
        )
        with (folder / "log").open("w") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            while not _ready():
                time.sleep(0.2)
            measure(asked.days, asked.runs, end - 1)
        finally:
            process.terminate()
            process.wait()


def _ready() -> bool:
    try:
        return httpx.get(f"http://{ADDRESS}/-/ready").is_success
    except httpx.TransportError:
        return False


if __name__ == "__main__":
    main()
