# ruff: noqa: INP001, T201 - a program of its own that prints
"""What more of everything costs: `python -m benchmarks.growth [--events 1 5 50] [--files 10 1000]`.

Events in millions, in files of a million, read from nothing by the command line; beside it the same
bytes read and thrown away, and the user's four questions asked of DuckDB, where that is installed,
over the same events one a line. Then files of a thousand events: all of them, one more for an
engine that knows them, and one more for an engine that was just started. Then starting up.
Prints Markdown with a plot of each.
"""

import argparse
import importlib.util
import tempfile
import time
import urllib.request
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

from benchmarks.programs import free_port, machine, python, started
from benchmarks.releases import answers
from benchmarks.telemetry import (
    COLLECT,
    MEBIBYTE,
    RELEASE,
    Run,
    context_of,
    make,
    run,
    timed,
    write,
)
from exporter.collectors import telemetry
from exporter.telemetry.client import ENGINE

MILLION = 1_000_000
EACH = 1_000
BLOCK = 4 * MEBIBYTE
DUCKDB = """\
import duckdb, sys
events = f"read_json('{sys.argv[1]}/*.ndjson', format='newline_delimited')"
base = f"from {events} where event_type = 'command_generation'"
print(duckdb.sql(f"select avg(success::int), quantile_disc(generation_time_ms, .95) {base}"))
print(duckdb.sql(f"select backend_used, count(*) {base} group by 1"))
print(duckdb.sql(f"select count(*) from {events} where error_category is not null"))
"""

Row = Sequence[float]


def main() -> None:
    """Print all of it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--events", type=int, nargs="+", default=[1, 2, 5], help="millions")
    parser.add_argument("--files", type=int, nargs="+", default=[10, 100, 1_000])
    options = parser.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory() as name:
        of_events(Path(name), options.events)
    with tempfile.TemporaryDirectory() as name:
        of_files(Path(name), options.files)
    with tempfile.TemporaryDirectory() as name:
        starting(Path(name))


def of_events(folder: Path, millions: Sequence[int]) -> None:
    """Read more and more events from nothing."""
    base = folder / "base.json"
    write(base, make(MILLION))
    events = base.read_bytes()
    base.unlink()
    rows: list[Row] = []
    for count in sorted(millions):
        for number in range(len(list((folder / "exports").glob("*"))), count):
            export(folder / "exports" / f"{number:04}.json", events, number)
        (folder / "release.yaml").write_text(RELEASE)
        state = folder / f"state{count}"
        ours = run([*COLLECT, str(folder / "release.yaml"), "--storage.path", str(state)])
        plain = elapsed(lambda: read(folder / "exports"))
        duckdb = scanned(folder) if count <= min(millions) else None
        first = rows[0] if rows else (count, ours.seconds)
        linear = ours.seconds / first[1] / (count / first[0])
        rows.append((count, ours.seconds, plain, ours.peak / MEBIBYTE, linear))
        if duckdb is not None:
            print(f"\nDuckDB, the same {count} million: {duckdb.seconds:.2f} s,", end=" ")
            print(f"{duckdb.peak / MEBIBYTE:.0f} MiB, no audit, no event told from its copy")
    table(("million events", "s", "plain read, s", "MiB", "of linear"), rows)
    plot("seconds by million events", rows, 1)


def export(file: Path, events: bytes, number: int) -> None:
    """Write the million events as others: with ids of their own."""
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(events.replace(b'{"id":"', f'{{"id":"{number:02x}'.encode()))


def scanned(folder: Path) -> Run | None:
    """Ask DuckDB, which likes events one a line; None where it is not installed."""
    if importlib.util.find_spec("duckdb") is None:
        print("\nDuckDB is not installed (pip install duckdb): left out")
        return None
    for one in (folder / "exports").glob("*.json"):
        lines = one.read_bytes().removeprefix(b'{"events":[').removesuffix(b"]}")
        (folder / one.name).with_suffix(".ndjson").write_bytes(lines.replace(b"},{", b"}\n{"))
    script = folder / "scan.py"
    script.write_text(DUCKDB)
    return run([COLLECT[0], str(script), str(folder)])


def read(folder: Path) -> None:
    """Read every byte of a folder and throw it away."""
    for one in folder.iterdir():
        with one.open("rb", buffering=0) as file:
            while file.read(BLOCK):
                pass


def of_files(folder: Path, counts: Sequence[int]) -> None:
    """Read more and more files, and one more."""
    settings = telemetry.Settings.model_validate({"files": ["exports"]})
    stream = make((max(counts) + 2 * len(counts)) * EACH)
    rows: list[Row] = []
    have = 0
    context = context_of(folder)

    def add(count: int) -> None:
        nonlocal have
        for number in range(have, have + count):
            write(folder / "exports" / f"{number:06}.json", islice(stream, EACH))
        have += count

    for count in sorted(counts):
        add(max(count - have, 0))
        fresh = folder / f"state{count}"
        context = context_of(folder, fresh)
        ENGINE.start()
        first = timed(settings, context)
        add(1)
        more = timed(settings, context)
        ENGINE.close()
        add(1)
        ENGINE.start()
        time.sleep(1)  # started, and idle
        cold = timed(settings, context)
        ENGINE.close()
        rows.append((count, first, more, more / first * 100, cold, cold / first * 100))
    heads = ("files", "all, s", "one more, s", "%", "one more, engine just started, s", "%")
    table(heads, rows)
    plot("milliseconds for one more file, by files", [(row[0], row[2] * 1000) for row in rows], 1)


def starting(folder: Path) -> None:
    """Start the program, and serve the example."""
    command = elapsed(lambda: run(python("exporter", "--version")))
    port = free_port()
    address = f"--web.listen-address=127.0.0.1:{port}"
    serve = python("exporter", "demo", address, f"--storage.path={folder / 'data'}")
    began = time.monotonic()
    with started(serve, folder / "log"):
        waited = {}
        for path in ("metrics", "-/ready"):
            while not answers(f"http://127.0.0.1:{port}/{path}"):
                time.sleep(0.02)
            waited[path] = time.monotonic() - began
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as page:
            size = len(page.read())
    print(
        f"\n`--version` {command:.2f} s; the example: first page after {waited['metrics']:.2f} s,"
    )
    print(f"every source read after {waited['-/ready']:.2f} s, {size:,} bytes")


def elapsed(work: Callable[[], object]) -> float:
    """Return the seconds of the work."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def table(heads: Sequence[str], rows: Sequence[Row]) -> None:
    """Print a table."""
    print(f"\n| {' | '.join(heads)} |\n{'|---' * len(heads)}|")
    for row in rows:
        print(f"| {' | '.join(f'{cell:,.4g}' for cell in row)} |")


def plot(title: str, rows: Sequence[Row], column: int) -> None:
    """Print a plot of one column by the first, in Mermaid, which GitHub and others draw."""
    places = ", ".join(f"{row[0]:g}" for row in rows)
    values = ", ".join(f"{row[column]:.3g}" for row in rows)
    print(f'\n```mermaid\nxychart-beta\n  title "{title}"\n  x-axis [{places}]')
    print(f"  y-axis {title.split(maxsplit=1)[0]}\n  line [{values}]\n```", flush=True)


if __name__ == "__main__":
    main()
