"""Checks beside each other, in bounded time."""

import time
from collections.abc import Iterator
from threading import Event

import pytest

from exporter.doctor.finding import Check, Finding, Status, ok
from exporter.doctor.running import Limits, run

END = Event()


def quick() -> Iterator[Finding]:
    yield ok("quick", "done")


def slow() -> Iterator[Finding]:
    yield ok("slow", "begun")
    END.wait(30)
    yield ok("slow", "too late")


def broken() -> Iterator[Finding]:
    yield ok("broken", "begun")
    raise RuntimeError("canary")


def told(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(one.name, one.what) for one in findings]


def silent(_check: Check, _done: int) -> None:
    """Tell nobody."""


def test_findings_come_in_the_order_of_the_checks_and_say_what_they_are_about() -> None:
    progress: list[tuple[str, int]] = []
    checks = [Check("caro", str(number), quick) for number in range(20)]
    found = run(checks, Limits(), lambda check, done: progress.append((check.name, done)))
    assert told(found) == [("quick", "done")] * 20
    assert {one.about for one in found} == {"caro"}
    assert [done for _, done in progress] == list(range(1, 21))


def test_what_takes_too_long_is_given_up_and_what_it_found_is_kept() -> None:
    began = time.monotonic()
    found = run([Check("x", "slow", slow), Check("x", "quick", quick)], Limits(0.2, 5), silent)
    assert time.monotonic() - began < 2
    assert told(found) == [
        ("slow", "begun"),
        ("slow", "not done within 0.2 s, or 5 s for everything"),
        ("quick", "done"),
    ]
    assert found[1].status is Status.FAILED
    END.set()
    END.clear()


def test_all_together_end_in_time_too() -> None:
    began = time.monotonic()
    found = run([Check("x", "slow", slow) for _ in range(40)], Limits(0.3, 0.5), silent)
    assert time.monotonic() - began < 3
    assert len([one for one in found if one.status is Status.FAILED]) == 40
    END.set()
    END.clear()


def test_a_check_that_breaks_is_a_finding_without_its_words() -> None:
    found = run([Check("x", "broken", broken), Check("x", "quick", quick)], Limits(), silent)
    assert [one.what for one in found][1].startswith("unexpected RuntimeError at test_running.py:")
    assert found[1].fix == "please report it"
    assert "canary" not in str(found)
    assert told(found)[2] == ("quick", "done")


@pytest.mark.parametrize("status", [Status.WARNING, Status.FAILED])
def test_a_problem_without_a_fix_cannot_be_written(status: Status) -> None:
    with pytest.raises(ValueError, match="needs its fix"):
        Finding("x", status, "bad")
