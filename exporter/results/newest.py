"""Which results count: the newest outcome of each test.

A newer run supersedes the outcomes of the tests that it lists. It may have been a selection, such
as `pytest -k`: a whole older run it supersedes only when it is known to be whole itself. Who
repeats whom is told by the suite's name and by the file's, see `environment`.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from exporter.results.environment import environment
from exporter.results.records import Run, Tally, total


class Newest:
    """The runs of the files added so far; memory follows the different tests, not the files."""

    def __init__(self) -> None:
        """Start with no run."""
        self._suites: dict[tuple[str, str], _Suite] = defaultdict(_Suite)

    def add(self, runs: Iterable[Run]) -> None:
        """Add the runs of one file; within it everything counts."""
        suites: dict[str, list[Run]] = defaultdict(list)
        for run in runs:
            suites[run.suite].append(run)
        for same in suites.values():
            run = _joined(same)
            self._suites[run.suite, environment(run.file)].add(run)

    def settle(self) -> tuple[list[Run], int]:
        """Return the runs with what counts of them, and how many outcomes were superseded."""
        runs = [run for suite in self._suites.values() for run in suite.settle()]
        return runs, sum(suite.superseded for suite in self._suites.values())


class _Suite:
    """One suite in one environment."""

    def __init__(self) -> None:
        self.superseded = 0
        self._runs: list[tuple[Run, int]] = []  # with how many tests they came
        self._latest: dict[int, Run] = {}
        self._before: dict[int, Run] = {}  # the last one that ran the test, if the latest did not

    def add(self, run: Run) -> None:
        self._runs.append((run, run.tally.total))
        for key in tuple(run.tests):
            if key in self._latest:
                self._supersede(key, run)
            else:
                self._latest[key] = run

    def _supersede(self, key: int, run: Run) -> None:
        known = self._before.pop(key, None)
        claims = sorted(filter(None, (self._latest[key], known, run)), key=_age)
        self._latest[key] = latest = claims[-1]
        # A test that was skipped says nothing of its failure before.
        ran = next((one for one in reversed(claims) if not one.tests[key].silent), latest)
        if ran is not latest:
            self._before[key] = ran
        for one in claims:
            if one not in (latest, ran):
                self._drop(key, one)

    def _drop(self, key: int, run: Run) -> None:
        self.superseded += run.tests.pop(key).total
        if not run.tests:
            run.tests.clear()  # only then a dictionary gives its memory back

    def settle(self) -> Iterator[Run]:
        """Yield what is left of the runs; call it once."""
        for key, run in self._before.items():
            self._drop(key, self._latest[key] if run.tests[key].failed else run)
        for run, size in self._without_history():
            if run.tally.total or not size:
                yield run

    def _without_history(self) -> Iterator[tuple[Run, int]]:
        """Supersede older runs by one that left nothing out and has as many tests.

        Two crates may share a suite's name: some of the tests must be the same, as far as names
        are known.
        """
        whole = unnamed = 0
        for run, size in sorted(self._runs, key=lambda one: _age(one[0]), reverse=True):
            kept, repeated = run, run.tally.total < size
            if run.rest.total and size <= whole:
                kept = replace(kept, rest=Tally())
            if run.tests and size <= (whole if repeated else unnamed):
                kept = replace(kept, tests={})
            self.superseded += run.tally.total - kept.tally.total
            yield kept, size
            if run.whole:
                whole = max(whole, size)
                unnamed = max(unnamed, size if run.rest.total else 0)


def _age(run: Run) -> tuple[datetime, str]:
    return run.time, run.file


def _joined(runs: list[Run]) -> Run:
    """Return the runs of one suite in one file as one: two crates may share a suite's name."""
    first, *others = runs
    if not others:
        return first
    tests = dict(first.tests)
    for run in others:
        for key, tally in run.tests.items():
            tests[key] = tests[key] + tally if key in tests else tally
    return replace(
        first,
        time=max(run.time for run in runs),
        tests=tests,
        rest=total(run.rest for run in runs),
        whole=all(run.whole for run in runs),
        picked=frozenset().union(*(run.picked for run in runs)),
    )
