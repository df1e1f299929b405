# ruff: noqa: INP001, T201, S310 - a program of its own that prints, and asks the exporter
"""A thousand releases of a hundred projects in one exporter: `python -m benchmarks.releases`.

Copies the example's files for each, serves all of them from nothing, and prints how long it takes
until every source was read, the memory of the whole process tree, how soon a change of one release
is on the page, what a scrape takes meanwhile, how long until the days before are recorded, and then
the processor time of an idle minute.
"""

import argparse
import gzip
import re
import shutil
import tempfile
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # no stubs are installed

from benchmarks.programs import machine, python, started, tree
from exporter import demo

MEBIBYTE = 1024 * 1024
# What is asked over the network has benchmarks of its own.
ELSEWHERE = re.compile(r"^  (github|downloads):\n(    .*\n)+", re.MULTILINE)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--releases", type=int, nargs="+", default=[1, 100, 1000])
    parser.add_argument("--idle", type=float, default=60)
    asked = parser.parse_args()
    print(machine())
    print("\n| releases | series | first page, s | all read, s | CPU until then, s |", end="")
    print(" worst scrape, ms | MiB in all | change shown, s | days recorded, s |", end="")
    print(" idle CPU, % of a core | threads |")
    print("|---" * 11 + "|")
    for releases in asked.releases:
        with tempfile.TemporaryDirectory() as name:
            write(Path(name) / "releases", releases)
            measure(Path(name), releases, asked.idle)


def write(folder: Path, releases: int) -> None:
    """Write the files of so many releases, ten of each project."""
    now = datetime.now(UTC)  # noqa: TID251 - a program of its own has a clock
    example = folder.parent / "example"
    file = demo.prepare(example, now)
    text = ELSEWHERE.sub("", file.read_text()).replace("package: {", "# package: {")
    shutil.rmtree(example / "upstream")
    for at in range(releases):
        shutil.copytree(example, folder / f"r{at}")
        named = text.replace("project: caro ", f"project: p{at // 10} ")
        named = named.replace("release: v1.1.0 ", f"release: v1.{at} ")
        (folder / f"r{at}" / "release.yaml").write_text(named)


def measure(folder: Path, releases: int, idle: float) -> None:
    """Serve so many and print what it took."""
    log = folder / "log"
    command = python("exporter", "serve", f"--config.file={folder / 'releases'}")
    command += [
        f"--storage.path={folder / 'data'}",
        "--web.listen-address=127.0.0.1:0",
        "--web.enable-lifecycle",
    ]
    began = time.monotonic()
    with started([*command, "--log.level=error"], log) as process:
        base = address(process, log)
        while not answers(f"{base}/metrics"):
            time.sleep(0.05)
        first, worst, peak = time.monotonic() - began, 0.0, 0
        while not answers(f"{base}/-/ready"):
            worst = max(worst, scrape(base)[0])
            peak = max(peak, tree(process)[1])
            time.sleep(1)
        read = time.monotonic() - began
        busy = tree(process)[0]
        series = sum(not line.startswith(b"#") for line in page(base).splitlines())
        changed = change(folder / "releases" / "r0", base)
        peak = max(peak, wait_for_records(process, folder / "data"))
        recorded = time.monotonic() - began
        before, _, threads = tree(process)
        time.sleep(idle)
        after, memory, _ = tree(process)
        peak = max(peak, memory)
        share = (after - before) / idle * 100
        cells = f"{first:.1f} | {read:.1f} | {busy:.0f} | {worst * 1000:.0f}"
        print(f"| {releases:,} | {series:,} | {cells} |", end="")
        print(
            f" {peak / MEBIBYTE:.0f} | {changed:.1f} | {recorded:.0f} | {share:.1f} | {threads} |",
            flush=True,
        )


def address(process: psutil.Process, log: Path) -> str:
    """Return where the program listens; ends with what it said when it does not run any more."""
    while process.status() != psutil.STATUS_ZOMBIE:
        for one in process.net_connections("tcp4"):
            if one.status == psutil.CONN_LISTEN:
                return f"http://127.0.0.1:{one.laddr.port}"
        time.sleep(0.05)
    raise SystemExit(log.read_text())


def answers(url: str) -> bool:
    """Tell whether the answer is good."""
    try:
        with urllib.request.urlopen(url, timeout=300) as answer:
            return bool(answer.status == 200)  # noqa: PLR2004 - OK
    except (urllib.error.URLError, OSError):
        return False


def scrape(base: str) -> tuple[float, bytes]:
    """Return the seconds of a scrape, and its page, packed: the exporter needs the time."""
    began = time.perf_counter()
    asked = urllib.request.Request(f"{base}/metrics", headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(asked, timeout=60) as answer:
        packed = answer.read()
    return time.perf_counter() - began, packed


def page(base: str) -> bytes:
    """Return the page."""
    return gzip.decompress(scrape(base)[1])


def wait_for_records(process: psutil.Process, data: Path) -> int:
    """Return the most memory until ten seconds pass without another record."""
    found, peak = -1, 0
    while (now := sum(1 for _ in data.glob("*/*/calculated/*.json"))) != found:
        found = now
        for _ in range(10):
            time.sleep(1)
            peak = max(peak, tree(process)[1])
    return peak


def change(release: Path, base: str) -> float:
    """Call the release otherwise, reload, and return the seconds until the page has its name."""
    file = release / "release.yaml"
    file.write_text(file.read_text().replace("release: v1.0 ", "release: v1.0-new "))
    began = time.monotonic()
    urllib.request.urlopen(urllib.request.Request(f"{base}/-/reload", method="POST"), timeout=300)
    while b'release="v1.0-new"' not in page(base):
        time.sleep(0.1)
    return time.monotonic() - began


if __name__ == "__main__":
    main()
