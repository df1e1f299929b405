# ruff: noqa: INP001, T201, S603 - a program of its own that prints and starts known programs
"""What a scrape costs, side by side with what one would use instead: `python -m benchmarks.scrape`.

The same page is served by the exporter, by prometheus-client's own server, by node_exporter's
textfile collector and, as bytes, by nginx; `wrk` asks each in turn, on one connection and on the
core of whom it asks: between two cores of a virtual machine one would time how quickly its host
wakes the other. Then 200 scrapers at once ask ten times each, on all cores. Needs Debian's wrk,
nginx-light and prometheus-node-exporter.
"""

import argparse
import asyncio
import gzip
import os
import re
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # no stubs are installed

from benchmarks.programs import free_port, python, started, tree, wait_for, wait_until_open

OURS, CLIENT, NODE, NGINX = "release-exporter", "prometheus-client", "node_exporter", "nginx"
SIZES = (4, 36, 360)
SCRAPERS, TIMES = 200, 10

NGINX_FILE = """\
worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/errors;
events {{ worker_connections 2048; }}
http {{
  access_log off; sendfile on; gzip_static on; keepalive_requests 100000000;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{ listen 127.0.0.1:{port} backlog=1024; root {folder}/www; default_type text/plain; }}
}}
"""


@dataclass(frozen=True, slots=True)
class Served:
    """A page, served by all of them: the port of each."""

    series: int
    size: int
    packed: int
    ports: dict[str, int]
    processes: dict[str, psutil.Process]


@contextmanager
def serving(releases: int, folder: Path) -> Iterator[Served]:
    """Serve the page of so many releases by all of them."""
    page, log = folder / "page.prom", folder / "ours.log"
    (folder / "www").mkdir()
    with ExitStack() as stack:
        command = python("benchmarks.pages", str(releases), "--page", str(page))
        processes = {OURS: stack.enter_context(started(command, log))}
        ports = {OURS: int(wait_for(log, r"address=[0-9.]+:(\d+)"))}
        content = page.read_bytes()
        (folder / "www" / "metrics").write_bytes(content)
        packed = gzip.compress(content, 6)
        (folder / "www" / "metrics.gz").write_bytes(packed)
        for name in (CLIENT, NODE, NGINX):
            ports[name] = free_port()
            command = _command(name, folder, ports[name])
            processes[name] = stack.enter_context(started(command, folder / f"{name}.log"))
        for port in ports.values():
            wait_until_open(port, 120)
        series = sum(not line.startswith(b"#") for line in content.splitlines())
        yield Served(series, len(content), len(packed), ports, processes)


def _command(name: str, folder: Path, port: int) -> list[str]:
    if name == CLIENT:
        return python("benchmarks.client", str(folder / "page.prom"), str(port))
    if name == NODE:
        return [
            *("prometheus-node-exporter", f"--web.listen-address=127.0.0.1:{port}"),
            *("--collector.disable-defaults", "--collector.textfile"),
            *(f"--collector.textfile.directory={folder}", "--web.disable-exporter-metrics"),
        ]
    (folder / "nginx.conf").write_text(NGINX_FILE.format(folder=folder, port=port))
    return ["nginx", "-c", str(folder / "nginx.conf")]


def ask(port: int, seconds: float, header: str) -> tuple[int, float]:
    """Return how many requests one connection gets answered in how many seconds."""
    command = ["wrk", "-t1", "-c1", f"-d{seconds:g}s", "--timeout=60s"]
    command += ["-H", f"Accept-Encoding: {header}", f"http://127.0.0.1:{port}/metrics"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    if "Non-2xx" in done.stdout:
        raise SystemExit(done.stdout)
    found = re.search(r"(\d+) requests in ([0-9.]+)(m?s)", done.stdout)
    if found is None:
        raise SystemExit(done.stdout)
    if int(found[1]):
        return int(found[1]), float(found[2]) / (1000 if found[3] == "ms" else 1)
    return once(port, header)  # slower than that


def once(port: int, header: str) -> tuple[int, float]:
    """Return one request, and its seconds."""
    began = time.perf_counter()
    connection = HTTPConnection("127.0.0.1", port, timeout=300)
    connection.request("GET", "/metrics", headers={"Accept-Encoding": header})
    connection.getresponse().read()
    connection.close()
    return 1, time.perf_counter() - began


def compare(served: Served, runs: int, seconds: float) -> None:
    """Print a table: the median of each, and how many times as fast ours is."""
    print(f"\n{served.series:,} series, {served.size:,} bytes, {served.packed:,} as gzip\n")
    print("| server | plain, requests/s | ours is | CPU | gzip, requests/s | ours is | CPU |")
    print("|---|---|---|---|---|---|---|")
    found: dict[tuple[str, str], list[float]] = {}
    spent: dict[tuple[str, str], list[float]] = {}
    for _ in range(runs):
        for name, port in served.ports.items():
            for header in ("identity", "gzip"):
                before = tree(served.processes[name])[0]
                requests, took = ask(port, seconds, header)
                cpu = tree(served.processes[name])[0] - before
                found.setdefault((name, header), []).append(requests / took)
                spent.setdefault((name, header), []).append(cpu / requests)
    for name in served.ports:
        cells = []
        for header in ("identity", "gzip"):
            ours, theirs = found[OURS, header], found[name, header]
            cpu = statistics.median(spent[name, header]) * 1e6
            # Of the same round: what else the machine did then, it did to both.
            ratio = statistics.median(x / max(y, 1e-9) for x, y in zip(ours, theirs, strict=True))
            cells += [f"{statistics.median(theirs):,.1f}"]
            cells += ["" if name == OURS else f"{ratio:.2f} times", f"{cpu:,.0f} µs"]
        print(f"| {name} | {' | '.join(cells)} |")


async def scraper(port: int, times: list[float], failures: list[str]) -> None:
    """Scrape some times on a connection of its own."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(TIMES):
            began = time.perf_counter()
            writer.write(b"GET /metrics HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n")
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = re.search(rb"content-length: (\d+)", head)
            if length is None or b" 200 " not in head:
                raise OSError(head.decode())
            await reader.readexactly(int(length[1]))
            times.append(time.perf_counter() - began)
        writer.close()
    except (OSError, EOFError) as error:
        failures.append(repr(error))


async def crowd(port: int) -> tuple[list[float], list[str]]:
    """Return the seconds of every scrape of 200 scrapers at once, and what failed."""
    times: list[float] = []
    failures: list[str] = []
    await asyncio.gather(*(scraper(port, times, failures) for _ in range(SCRAPERS)))
    return sorted(times), failures


def crowds(served: Served) -> None:
    """Print how each server stands 200 scrapers at once."""
    print(f"\n{SCRAPERS} scrapers at once, {TIMES} scrapes each, of {served.series:,} series\n")
    print("| server | median, s | 99th percentile, s | failed |")
    print("|---|---|---|---|")
    for name in (OURS, NGINX, NODE, CLIENT):
        times, failures = asyncio.run(crowd(served.ports[name]))
        failed = SCRAPERS * TIMES - len(times)
        times = times or [float("nan")]
        cells = f"{statistics.median(times):.3f} | {times[99 * len(times) // 100]:.3f}"
        print(f"| {name} | {cells} | {failed} of {SCRAPERS * TIMES} |")
        if failures:
            print(f"<!-- {name}: {failures[0][:80]} -->")


@contextmanager
def on_one_core() -> Iterator[None]:
    """Keep what is started meanwhile, and ourselves, on one core."""
    every = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(every)})
    yield
    os.sched_setaffinity(0, every)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="releases")
    asked = parser.parse_args()
    for releases in asked.sizes:
        with (
            on_one_core(),
            tempfile.TemporaryDirectory() as name,
            serving(releases, Path(name)) as served,
        ):
            compare(served, asked.runs, asked.seconds)
    with tempfile.TemporaryDirectory() as name, serving(asked.sizes[0], Path(name)) as served:
        crowds(served)


if __name__ == "__main__":
    main()
