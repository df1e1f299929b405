"""Logs of `cargo test` as the test harness writes them, made to measure."""

from collections.abc import Iterable
from pathlib import Path

REAL = Path(__file__).parent / "cargo_logs"

ENDING = "0 measured; {filtered} filtered out; finished in 0.01s"


def result(passed: int, failed: int = 0, ignored: int = 0, filtered: int = 0) -> str:
    word = "FAILED" if failed else "ok"
    numbers = f"{passed} passed; {failed} failed; {ignored} ignored"
    return f"test result: {word}. {numbers}; {ENDING.format(filtered=filtered)}"


def report(
    passed: int, failed: int = 0, ignored: int = 0, filtered: int = 0, printed: str = "boom"
) -> str:
    """Return one binary's report; every failed test has `printed` that."""
    bad = [f"tests::bad_{number}" for number in range(failed)]
    lines = [f"\nrunning {passed + failed + ignored} tests"]
    lines += [f"test tests::good_{number} ... ok" for number in range(passed)]
    lines += [f"test {name} ... FAILED" for name in bad]
    lines += [f"test tests::slow_{number} ... ignored" for number in range(ignored)]
    if bad:
        lines += ["", "failures:", ""]
        lines += [f"---- {name} stdout ----\n{printed}\n" for name in bad]
        lines += ["", "failures:", *(f"    {name}" for name in bad)]
    return "\n".join([*lines, "", result(passed, failed, ignored, filtered), "", ""])


def running(binary: str, build: str = "0123456789abcdef") -> str:
    return f"     Running unittests src/lib.rs (target/debug/deps/{binary}-{build})\n"


def log(binaries: Iterable[tuple[str, str]]) -> str:
    """Return the whole log of these binaries, each by its name with its report."""
    head = "    Finished `test` profile [unoptimized + debuginfo] target(s) in 0.01s\n"
    return head + "".join(running(name) + text for name, text in binaries)
