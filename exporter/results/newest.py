"""Which results count: the newest run of each suite, the newest outcome of each test."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

from exporter.results.records import Outcome, Run


def newest(runs: Iterable[Run]) -> list[Run]:
    """Return the runs that are not repeated in a newer file.

    A run repeats another one when it is of the same suite and they share a test: two selections
    of one suite, such as pytest's unit and integration tests, both count. A run that leaves tests
    out repeats none that does not. Within a file everything counts.
    """
    suites: dict[str, dict[str, list[Run]]] = defaultdict(lambda: defaultdict(list))
    for run in runs:
        suites[run.suite][run.file].append(run)
    return [run for files in suites.values() for run in _newest(files)]


def picked(runs: Iterable[Run]) -> list[Outcome]:
    """Return the outcomes of the picked tests, each from the newest file that lists it."""
    files: dict[str, list[Run]] = defaultdict(list)
    for run in runs:
        files[run.file].append(run)
    latest: dict[tuple[str, str], list[Outcome]] = {}
    for _, same in sorted(files.items(), key=_age):
        mine: dict[tuple[str, str], list[Outcome]] = defaultdict(list)
        for run in same:
            for name, outcome in run.picked:
                mine[run.suite, name].append(outcome)
        latest |= mine
    return [outcome for outcomes in latest.values() for outcome in outcomes]


def _newest(files: dict[str, list[Run]]) -> Iterator[Run]:
    whole, selected = _Covered(), _Covered()
    for _, same in sorted(files.items(), key=_age, reverse=True):
        kept = [
            run
            for run in same
            if not whole.repeats(run) and not (run.filtered and selected.repeats(run))
        ]
        for run in kept:
            (selected if run.filtered else whole).add(run)
        yield from kept


def _age(item: tuple[str, list[Run]]) -> tuple[datetime, str]:
    file, same = item
    return max(run.time for run in same), file


class _Covered:
    """The tests that newer files account for; a run that lists none may have been of any."""

    def __init__(self) -> None:
        self._tests: set[int] = set()
        self._any = False
        self._unlisted = False

    def add(self, run: Run) -> None:
        self._tests |= run.tests
        self._any = True
        self._unlisted = self._unlisted or not run.tests

    def repeats(self, run: Run) -> bool:
        if self._unlisted or not run.tests:
            return self._any
        return not self._tests.isdisjoint(run.tests)
