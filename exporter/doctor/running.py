"""Runs checks beside each other, each with a deadline and all of them together with another."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from exporter.doctor.finding import Check, Finding, failed

AT_ONCE = 6


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds that one check, and all of them, may take."""

    each: float = 25.0
    whole: float = 60.0


@dataclass(slots=True)
class _Run:
    """A check under way; its thread is left behind when it takes too long."""

    check: Check
    ends: float
    found: list[Finding] = field(default_factory=list)
    done: bool = False
    late: bool = False


def run(
    checks: Sequence[Check], limits: Limits, progress: Callable[[Check, int], None]
) -> list[Finding]:
    """Return what all checks found, in their order; `progress` is told each that is over."""
    runs = _Runs(limits)
    finished = runs.work_off(checks, progress)
    return [
        finding.on(finding.about or one.check.about) for one in finished for finding in one.found
    ]


class _Runs:
    """The checks under way."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._ends = time.monotonic() + limits.whole
        self._changed = threading.Condition()

    def work_off(
        self, checks: Sequence[Check], progress: Callable[[Check, int], None]
    ) -> list[_Run]:
        """Return every check's run once it is over or given up."""
        waiting, busy, every = deque(checks), list[_Run](), list[_Run]()
        over = 0
        while waiting or busy:
            while waiting and len(busy) < AT_ONCE:
                busy.append(self._start(waiting.popleft()))
                every.append(busy[-1])
            ended = self._wait(busy)
            busy = [one for one in busy if one not in ended]
            for one in ended:
                over += 1
                progress(one.check, over)
        return every

    def _start(self, check: Check) -> _Run:
        now = time.monotonic()
        one = _Run(check, min(now + self._limits.each, self._ends))
        if now < self._ends:
            threading.Thread(target=self._work, args=(one,), name=check.name, daemon=True).start()
        return one

    def _wait(self, busy: Sequence[_Run]) -> list[_Run]:
        """Return those that are done or late, when there is one."""
        with self._changed:
            while True:
                now = time.monotonic()
                for one in busy:
                    if not one.done and now >= one.ends:
                        self._give_up(one)
                if ended := [one for one in busy if one.done]:
                    return ended
                self._changed.wait(min(one.ends for one in busy) - now)

    def _give_up(self, one: _Run) -> None:
        one.done = one.late = True
        limits = self._limits
        what = f"not done within {limits.each:g} s, or {limits.whole:g} s for everything"
        fix = "is a disk, a service or the resolver of names slow? look at it alone, then try again"
        one.found.append(failed(one.check.name, what, fix))

    def _work(self, one: _Run) -> None:
        try:
            for finding in one.check.find():
                if not self._keep(one, finding):
                    return
        except Exception as error:  # noqa: BLE001 - a check that breaks must not end the others
            # The message stays out: it may quote what was read.
            what = f"unexpected {type(error).__name__} at {_place(error)}"
            self._keep(one, failed(one.check.name, what, "please report it"))
        with self._changed:
            one.done = True
            self._changed.notify_all()

    def _keep(self, one: _Run, finding: Finding) -> bool:
        """Add the finding; tell whether anybody still waits for it."""
        with self._changed:
            if not one.late:
                one.found.append(finding)
            return not one.late


def _place(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "start"
