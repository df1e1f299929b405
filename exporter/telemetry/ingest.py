"""Reading many exports, or a very large one, with two processes at once."""

import mmap
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from exporter.files import MEBIBYTE, Found, ItemError
from exporter.telemetry.events import Options
from exporter.telemetry.pair import together
from exporter.telemetry.reading import read_stretch, read_whole, stretches_of
from exporter.telemetry.split import Stretch
from exporter.telemetry.store import Store, stamp_of

# Below this a second process costs more than it brings.
WORTH_HELP = 8 * MEBIBYTE

Work = Callable[[Iterable[int], Callable[[int], bool]], None]


@dataclass(frozen=True, slots=True)
class Task:
    """A file to read, or stretch number `index` of it."""

    found: Found
    stretch: Stretch | None = None
    index: int = 0


def ingest(
    files: Sequence[Found], store: Store, options: Options, now: float, *, helped: bool = False
) -> None:
    """Read the files into the store, if `helped` with a copy of this process where that pays.

    What cannot be read is refused there.
    """
    tasks = {found.name: tasks_of(found) for found in files}
    every = [task for found in files for task in tasks[found.name]]

    def work(order: Iterable[int], mine: Callable[[int], bool]) -> None:
        for index in order:
            if not mine(index):
                break
            _perform(every[index], store, options, now)

    alone = not helped or sum(one.stat.st_size for one in files) < WORTH_HELP
    if alone:
        work(range(len(every)), lambda _: True)
    done = alone or _shared(work, len(every))
    for found in files:
        if not _is_finished(tasks[found.name], store, done=done):
            _perform(Task(found), store, options, now)


def _shared(work: Work, count: int) -> bool:
    """Work from both ends, a copy of this process from the last task on, until both meet.

    Returns False if the copy died.
    """
    taken = mmap.mmap(-1, count)

    def mine(index: int) -> bool:
        # Should both take the last one at the same moment, they write the same.
        free = not taken[index]
        taken[index] = 1
        return free

    def half(which: int) -> bytes:
        work(reversed(range(count)) if which else range(count), mine)
        return b""

    return together(half) is not None


def _is_finished(tasks: list[Task], store: Store, *, done: bool) -> bool:
    """Put the stretches of a file together; False when something of it is missing."""
    found = tasks[0].found
    if tasks[0].stretch is not None:
        decoded = sum(one.stretch.end - one.stretch.start for one in tasks if one.stretch)
        return store.join(found.name, stamp_of(found.stat), len(tasks), decoded)
    return done or store.is_fresh(found)


def tasks_of(found: Found) -> list[Task]:
    """Return what there is to do for a file: its stretches, or all of it at once."""
    stretches: list[Stretch] = []
    if found.stat.st_size >= WORTH_HELP:
        with suppress(ItemError):  # whoever reads it finds out, too
            stretches = stretches_of(found)
    return [Task(found, one, index) for index, one in enumerate(stretches)] or [Task(found)]


def _perform(task: Task, store: Store, options: Options, now: float) -> None:
    found = task.found
    try:
        if task.stretch is None:
            store.save(found.name, *read_whole(found, options))
        elif part := read_stretch(found, options, task.stretch):
            store.save_stretch(found.name, task.index, part)
    except ItemError as error:
        if task.stretch is None:
            store.refuse(found.name, stamp_of(found.stat), error.rejection, now)
