"""What workers do, each for itself: read exports into the store, look at them, write rows.

All of them see the exports and the store at the paths that the exporter sees them at.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, wraps
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple, ParamSpec, TypeVar

import numpy as np

from exporter.files import ItemError
from exporter.model import LISTED_REJECTIONS, Rejection
from exporter.spark.frame import Frame, Unit, late, table, write
from exporter.telemetry.columns import UNREADABLE, Part
from exporter.telemetry.counts import DAY, DAYS_APART
from exporter.telemetry.engine import raised_at
from exporter.telemetry.events import Options
from exporter.telemetry.folder import opened
from exporter.telemetry.index import AHEAD
from exporter.telemetry.ingest import Task
from exporter.telemetry.protocol import Request
from exporter.telemetry.reading import read_stretch, read_whole
from exporter.telemetry.store import Store, stamp_of

P = ParamSpec("P")
T = TypeVar("T")


APART = (
    "spark: the workers do not see what the exporter sees; mount the exports and `spark.folder`"
    " on all machines, at the same paths and readable for the same user"
)
UNLIKE = (
    "spark.python: the workers' Python lacks packages or has others than the exporter's;"
    " install requirements-spark.txt there, for the same version of Python"
)

# What decides what an event says; of other versions the answer may be another.
_DECIDING = ("google-re2", "msgspec", "numpy", "tzdata", "xxhash")


def versions() -> tuple[str, ...]:
    """Return the versions here of what decides what an event says."""
    return tuple(f"{name} {version(name)}" for name in _DECIDING)


class Site(NamedTuple):
    """Whose exports, and by what a worker knows that it would read them as the exporter does."""

    request: Request
    seed: int
    versions: tuple[str, ...]


class ApartError(Exception):
    """The worker is not as the exporter is; says what to do."""


class Note(NamedTuple):
    """What must be known of a part before its rows can be written.

    `part` is without columns. `days` are the newest of UTC in it, `ahead` the first events whose
    time is still to come, of so `many`; `expires` is when the first of those may be a time, and
    `latest` the last of all times.
    """

    part: Part
    rows: int
    unread: bool
    days: list[float]
    ahead: list[int]
    many: int
    expires: float
    latest: float


def quiet(work: Callable[P, T]) -> Callable[P, T | ApartError]:
    """Let nothing of an error out but its place: the cluster logs what it says."""

    @wraps(work)
    def wrapped(*arguments: P.args, **names: P.kwargs) -> T | ApartError:
        try:
            return work(*arguments, **names)
        except ApartError as error:
            return error
        except Exception as error:  # noqa: BLE001 - its message may quote what was read
            raise RuntimeError(f"{type(error).__name__} at {raised_at(error)}") from None

    return wrapped


@quiet
def perform(site: Site, task: Task) -> Rejection | None:
    """Read a file, or a stretch of it, into the store; return why it cannot be."""
    store, options = _opened(site)
    try:
        if task.stretch is None:
            store.save(task.found.name, *read_whole(task.found, options))
        elif part := read_stretch(task.found, options, task.stretch):
            store.save_stretch(task.found.name, task.index, part)
    except ItemError as error:
        return error.rejection
    return None


@quiet
def join(site: Site, last: Task) -> bool:
    """Put the stretches of a file together, to the last of them; False when one is missing."""
    store, _ = _opened(site)
    found = last.found
    # Who did it before may have died before saying so.
    read = last.stretch.end if last.stretch else 0
    joined = store.join(found.name, stamp_of(found.stat), last.index + 1, read)
    return joined or store.is_fresh(found)


@quiet
def note(site: Site, now: float, unit: Unit) -> Note | None:
    """Look at a part; None where it is damaged."""
    store, _ = _opened(site)
    part = store.load_part(unit.name, unit.index)
    if part is None:
        return None
    times, kinds = np.frombuffer(part.times), np.frombuffer(part.kinds, np.uint8)
    ahead = late(times, now)
    counted = np.flatnonzero(ahead & (kinds < UNREADABLE))
    seen = np.where(ahead, min(part.dated, now), times)
    return Note(
        part.bare(),
        len(kinds),
        UNREADABLE in part.kinds,
        np.unique(np.floor(seen / DAY))[-DAYS_APART:].tolist(),
        counted[:LISTED_REJECTIONS].tolist(),
        len(counted),
        float(times[ahead].min(initial=np.inf)) - AHEAD,
        float(seen.max(initial=-np.inf)),
    )


@quiet
def rows(site: Site, frame: Frame, batch: tuple[Path, Sequence[Unit]]) -> None:
    """Write the rows of some parts into a file."""
    store, _ = _opened(site)
    path, units = batch

    def tables() -> Iterator[object]:
        for unit in units:
            part = store.load_part(unit.name, unit.index)
            if part is None:
                raise ValueError("damaged meanwhile")
            yield table(part, unit, frame)

    write(tables(), path)


@lru_cache(maxsize=8)
def _opened(site: Site) -> tuple[Store, Options]:
    """Return the store, the exporter's own; raises ApartError."""
    if site.versions != versions():
        raise ApartError(UNLIKE)
    # Opening a store that is not there would make one.
    if not (Path(site.request.state) / "seed").exists():
        raise ApartError(APART)
    store, options = opened(site.request)
    if store.seed != site.seed:
        raise ApartError(APART)
    return store, options
