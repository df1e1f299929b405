"""Write the raw files of the example release: made data, the same on every run.

    python scripts/make_example.py [FOLDER]     # default: examples/caro-v1.1.0

Five testers, five beta days, the shapes that people's tools really write. What people write by hand
(release.yaml, README.md, checklist.md) stands in the folder already and is left alone.
"""
# ruff: noqa: INP001, S311 - a script, not a package; made data needs a seed, not secrecy

import csv
import io
import json
import random
import sys
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import Path
from statistics import mean, median, stdev
from typing import Any
from uuid import UUID

from make_upstream import upstream

SEED = 20260113
PACIFIC = timezone(timedelta(hours=-8), "PST")  # no summer time in January

TESTERS = ("tester-1", "tester-2", "tester-3", "tester-4", "tester-5")
WEIGHTS = {"tester-1": 5, "tester-2": 6, "tester-3": 4, "tester-4": 5, "tester-5": 5}
MISSED = ("tester-4", date(2026, 1, 16))
# One object around the events; the others send the application's own export, an array.
WRAPPED = ("tester-4", "tester-5")
# Exports everything so far, every day, as most people do.
REPEATS = "tester-1"
COMPRESSED = ("tester-3", date(2026, 1, 17))


@dataclass(frozen=True)
class Day:
    """What one beta day's command generations came to; `p95` in milliseconds."""

    date: date
    commands: int
    successes: int
    p95: int


DAYS = (
    Day(date(2026, 1, 13), 1040, 728, 1130),
    Day(date(2026, 1, 14), 1120, 840, 985),
    Day(date(2026, 1, 15), 1200, 948, 910),
    Day(date(2026, 1, 16), 1000, 840, 880),
    Day(date(2026, 1, 17), 1200, 1032, 850),
)
EMBEDDED_SHARE = 0.05
COLD_STARTS = 5  # a day: static commands as slow as embedded ones
SESSION = 25  # commands

FAILURES = ("no_matching_pattern", "model_timeout", "rejected_as_unsafe")
PLATFORMS = ("macos-arm64", "linux-x86_64", "linux-x86_64", "macos-x86_64", "windows-x86_64")

Event = dict[str, Any]


def main(folder: Path) -> None:
    """Write every made file below the folder."""
    for name, content in files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def files() -> dict[str, bytes]:
    """Return every made file by its name."""
    rng = random.Random(SEED)
    return {
        **dict(telemetry(rng)),
        "testers.csv": table(roster()).encode(),
        "survey.csv": table(SURVEY, quoting=csv.QUOTE_ALL).encode("utf-8-sig"),
        "bench/2026-01-12-telemetry.json": indented(hyperfine(rng)).encode(),
        "test-results/2026-01-17-cargo-test.txt": "".join(cargo(rng)).encode(),
        "test-results/2026-01-17-nextest.xml": "".join(nextest(rng)).encode(),
        **upstream(),
    }


def telemetry(rng: random.Random) -> Iterator[tuple[str, bytes]]:
    """Yield one export a tester and day."""
    earlier: dict[str, list[Event]] = {tester: [] for tester in TESTERS}
    for day in DAYS:
        present = [one for one in TESTERS if (one, day.date) != MISSED]
        for tester, events in use(day, present, rng).items():
            earlier[tester] += events
            exported = earlier[tester] if tester == REPEATS else events
            text = wrapped(exported) if tester in WRAPPED else indented(exported)
            name = f"telemetry/{tester}/{day.date}.json"
            if (tester, day.date) == COMPRESSED:
                # As `gzip` does, but with one header on every version of Python.
                yield f"{name}.gz", zlib.compress(text.encode(), wbits=zlib.MAX_WBITS + 16)
            else:
                yield name, text.encode()


def use(day: Day, testers: Sequence[str], rng: random.Random) -> dict[str, list[Event]]:
    """Return each tester's events of the day in the order of their time."""
    shares: dict[str, list[Event]] = {tester: [] for tester in testers}
    weights = [WEIGHTS[tester] for tester in testers]
    for command in commands(day, rng):
        shares[rng.choices(testers, weights)[0]].append(command)
    return {
        tester: sorted(
            (event for session in sessions(tester, day.date, share, rng) for event in session),
            key=lambda event: str(event["timestamp"]),
        )
        for tester, share in shares.items()
    }


def commands(day: Day, rng: random.Random) -> list[Event]:
    """Return the day's command generations in a random order, without identity and time."""
    slow = round(day.commands * EMBEDDED_SHARE)
    fast = day.commands - slow
    times = [("static", rng.randint(5, 60)) for _ in range(fast - COLD_STARTS)]
    times += [("embedded", rng.randint(400, 849)) for _ in range(COLD_STARTS)]
    # The slowest twentieth begins at the P95 itself, so that it is exact whatever the dice say.
    times += [("static", rng.randint(day.p95, 1400)) for _ in range(COLD_STARTS)]
    times += [
        ("embedded", int(rng.triangular(day.p95, 2600, 1300)))
        for _ in range(slow - COLD_STARTS - 1)
    ]
    times.append(("embedded", day.p95))
    results = [True] * day.successes + [False] * (day.commands - day.successes)
    rng.shuffle(results)
    rng.shuffle(times)
    return [
        {
            "type": "command_generation",
            "backend": backend,
            "duration_ms": duration,
            "success": success,
            "error_category": None if success else rng.choices(FAILURES, (7, 2, 1))[0],
        }
        for success, (backend, duration) in zip(results, times, strict=True)
    ]


def sessions(
    tester: str, day: date, share: Sequence[Event], rng: random.Random
) -> Iterator[list[Event]]:
    """Yield the share in sessions between 8 and 22 o'clock, each from its start to its end."""
    for first in range(0, len(share), SESSION):
        session = identity(rng)
        at = datetime.combine(day, time(8), PACIFIC) + timedelta(minutes=rng.uniform(0, 780))
        start: Event = {
            "type": "session_start",
            "version": "1.1.0-beta.1",
            "platform": PLATFORMS[TESTERS.index(tester)],
        }
        events = [start, *share[first : first + SESSION], {"type": "session_end"}]
        gaps = [rng.uniform(5, 120) for _ in events]
        yield [
            {
                "id": identity(rng),
                "session_id": session,
                "timestamp": stamp(at + timedelta(seconds=sum(gaps[:index]))),
                **event,
            }
            for index, event in enumerate(events)
        ]


def identity(rng: random.Random) -> str:
    """Return a UUID of the common kind."""
    return str(UUID(int=rng.getrandbits(128), version=4))


def stamp(moment: datetime) -> str:
    """Return the time as the application writes it."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def indented(value: Any) -> str:
    """Return the JSON as pretty printers write it."""
    return json.dumps(value, indent=2) + "\n"


def wrapped(events: Iterable[Event]) -> str:
    """Return one object around the events, with its own names of the same facts."""
    names = {"type": "event_type", "backend": "backend_used", "duration_ms": "generation_time_ms"}
    renamed = ({names.get(key, key): value for key, value in one.items()} for one in events)
    lines = ",\n".join(json.dumps(event, separators=(",", ":")) for event in renamed)
    return f'{{"events":[\n{lines}\n]}}\n'


def roster() -> Iterator[Sequence[str]]:
    """Yield the testers: who installed, took part on which days, and answered."""
    yield "tester", "installed", "days", "survey"
    for tester in TESTERS:
        there = (n for n, day in enumerate(DAYS, 1) if (tester, day.date) != MISSED)
        yield tester, "yes", " ".join(f"D{n}" for n in there), "yes"


SURVEY = (
    (
        "Timestamp",
        "Overall, how satisfied are you with Caro v1.1.0-beta?",
        "How likely are you to recommend Caro to a colleague?",
        "What worked well?",
        "What should we change?",
    ),
    ("2026/01/17 4:12:09 PM PST", "5", "10", "It is quick.", ""),
    ("2026/01/17 4:40:51 PM PST", "4", "9", "Installation,\nand the safety checks.", "More shells"),
    ("2026/01/17 5:05:33 PM PST", "5", "9", "", 'Say what "embedded" means.'),
    ("2026/01/17 6:21:17 PM PST", "5", "10", "Nearly everything; I use it daily.", ""),
    ("2026/01/17 8:02:46 PM PST", "4", "8", "Plain language in, command out.", "Faster, please"),
)


def table(rows: Iterable[Sequence[str]], quoting: Any = csv.QUOTE_MINIMAL) -> str:
    """Return the rows as CSV."""
    text = io.StringIO()
    csv.writer(text, quoting=quoting, lineterminator="\n").writerows(rows)
    return text.getvalue()


def hyperfine(rng: random.Random) -> Any:
    """Return two results whose means are 0.002 ms in 2 s apart, as hyperfine exports them."""
    noise = [rng.randint(1_000, 40_000) for _ in range(10)]
    spread = [sign * one for one in noise for sign in (1, -1)]
    rng.shuffle(spread)
    return {
        "results": [
            timing(name, [(centre + one) / 1_000_000 for one in spread])
            for name, centre in (("telemetry off", 2_000_000), ("telemetry on", 2_000_002))
        ]
    }


def timing(command: str, times: Sequence[float]) -> Any:
    """Return one of hyperfine's results, in seconds."""
    return {
        "command": command,
        "mean": round(mean(times), 9),
        "stddev": round(stdev(times), 9),
        "median": round(median(times), 9),
        "user": 1.861402,
        "system": 0.093215,
        "min": min(times),
        "max": max(times),
        "times": times,
        "exit_codes": [0] * len(times),
    }


MODULES = ("patterns", "safety", "backend::static_matcher", "backend::embedded", "telemetry")
BEHAVIOURS = (
    "accepts_plain_requests",
    "escapes_quotes",
    "falls_back_without_model",
    "handles_empty_input",
    "keeps_order",
    "matches_case_insensitively",
    "prefers_the_shorter_command",
    "refuses_recursive_deletion",
    "reports_its_duration",
    "respects_the_time_limit",
    "round_trips",
    "survives_unicode",
)
PAGES = ("disk_usage", "find_files", "git_history", "process_list")


def cargo(rng: random.Random) -> Iterator[str]:
    """Yield the text of `cargo test --release 2>&1` over several binaries."""
    unit = [f"{module}::tests::{one}" for module in MODULES for one in BEHAVIOURS]
    yield "   Compiling caro v1.1.0-beta.1\n"
    yield "    Finished `release` profile [optimized] target(s) in 48.31s\n"
    yield from binary("unittests src/lib.rs", "caro", unit, rng, ignored=unit[7:9])
    yield from binary("unittests src/main.rs", "caro", [], rng)
    yield from binary("tests/cli.rs", "cli", [f"cli_{one}" for one in BEHAVIOURS], rng)
    website = [f"test_website_examples::{page}" for page in PAGES]
    yield from binary("tests/website.rs", "website", website, rng)
    yield "   Doc-tests caro\n"
    yield from report([f"src/lib.rs - generate (line {line})" for line in (14, 31, 58)], rng)


def binary(
    source: str, name: str, tests: Sequence[str], rng: random.Random, ignored: Sequence[str] = ()
) -> Iterator[str]:
    """Yield what cargo says of one binary, then its report."""
    build = f"{rng.getrandbits(64):016x}"
    yield f"     Running {source} (target/release/deps/{name}-{build})\n"
    yield from report(tests, rng, ignored)


def report(tests: Sequence[str], rng: random.Random, ignored: Sequence[str] = ()) -> Iterator[str]:
    """Yield the report of Rust's test harness; every test passes that is not ignored."""
    yield f"\nrunning {len(tests)} test{'s' * (len(tests) != 1)}\n"
    for test in tests:
        yield f"test {test} ... {'ignored' if test in ignored else 'ok'}\n"
    passed = len(tests) - len(ignored)
    yield (
        f"\ntest result: ok. {passed} passed; 0 failed; {len(ignored)} ignored; 0 measured;"
        f" 0 filtered out; finished in {rng.uniform(0, 2):.2f}s\n\n"
    )


def nextest(rng: random.Random) -> Iterator[str]:
    """Yield the JUnit XML of a further suite, as cargo-nextest writes it."""
    tests = [f"install_{one}" for one in ("cargo", "homebrew", "script", "upgrade", "uninstall")]
    at = datetime(2026, 1, 17, 9, 4, 12, tzinfo=PACIFIC)
    times = [round(rng.uniform(0.4, 9), 3) for _ in tests]
    starts = [at + timedelta(seconds=sum(times[:index])) for index in range(len(tests))]
    counts = f'tests="{len(tests)}" failures="0" errors="0"'
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield (
        f'<testsuites name="nextest-run" {counts} uuid="{identity(rng)}"'
        f' timestamp="{stamp(at)}" time="{sum(times):.3f}">\n'
    )
    yield f'    <testsuite name="caro::install" {counts} disabled="0">\n'
    for test, start, duration in zip(tests, starts, times, strict=True):
        yield (
            f'        <testcase name="{test}" classname="caro::install"'
            f' timestamp="{stamp(start)}" time="{duration}"/>\n'
        )
    yield "    </testsuite>\n</testsuites>\n"


if __name__ == "__main__":
    default = Path(__file__).parent.parent / "examples" / "caro-v1.1.0"
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else default)
