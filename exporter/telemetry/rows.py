"""Events in columns and in records, and which copy of each counts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.telemetry.columns import DATED, GENERATION, NAMELESS, OTHER, SUCCESS, Part

Keys = NDArray[np.uint64]
Numbers = NDArray[np.uint32]
Floats = NDArray[np.float64]
Codes = NDArray[np.uint8]
Records = NDArray[np.void]

# An event as it is kept on disk: the hash of its id, its row among those of all files, and the
# columns of `Rows`.
RECORD = np.dtype(
    [
        ("key", np.uint64),
        ("time", np.float64),
        ("duration", np.float64),
        ("row", np.uint32),
        ("kind", np.uint8),
        ("backend", np.uint8),
        ("flags", np.uint8),
    ],
    align=True,
)

_WORDS = RECORD.itemsize // 8
_EVERY = bytes(range(256))

# Multiples of it are spread over all keys, so that events without id are.
_SPREAD = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Rows:
    """Events in columns: seconds since 1970, milliseconds (NaN without), codes, flags."""

    times: Floats
    durations: Floats
    kinds: Codes
    backends: Codes
    flags: Codes

    def __len__(self) -> int:
        """Return how many events there are."""
        return len(self.kinds)

    def take(self, which: Any) -> "Rows":
        """Return some of the events."""
        return Rows(*(getattr(self, one.name)[which] for one in fields(self)))


@dataclass(frozen=True, slots=True)
class Choice:
    """Where each id's record that counts is, in the order of the keys; and the other copies."""

    winners: NDArray[np.intp]
    copies: NDArray[np.intp]
    originals: NDArray[np.intp]


def take(records: Records, which: Any) -> Records:
    """Return some of the records."""
    # As whole numbers: field by field takes ten times as long.
    return _records(np.take(_words(records), which, axis=0))


def join(pieces: Sequence[Records]) -> Records:
    """Return the records one after another."""
    return _records(np.concatenate([np.empty((0, _WORDS), np.uint64), *map(_words, pieces)]))


def bytes_of(records: Records) -> memoryview:
    """Return the records as they are in memory."""
    return _words(records).data.cast("B") if len(records) else memoryview(b"")


def rows_of(records: Records) -> Rows:
    """Return the columns of some records."""
    names = ("time", "duration", "kind", "backend", "flags")
    return Rows(*(np.ascontiguousarray(records[name]) for name in names))


def records_of(
    part: Part, start: int, kind_code: Callable[[str], int], backend_code: Callable[[str], int]
) -> Records:
    """Return a part's events, of rows from `start` on, with the codes of all parts."""
    records = np.zeros(part.rows, RECORD)
    keys = np.frombuffer(part.keys, np.uint64)
    rows = np.arange(start, start + part.rows, dtype=np.uint32)
    kinds = np.frombuffer(part.kinds.translate(_table(part.kind_names, kind_code)), np.uint8)
    nameless = keys == 0
    records["key"] = keys
    records["time"] = np.frombuffer(part.times)
    records["row"] = rows
    records["kind"] = kinds
    # Only of generations these were asked for; elsewhere they may say anything.
    asked = kinds == GENERATION
    backends = part.backends.translate(_table(part.backend_names, backend_code))
    flags = np.frombuffer(part.flags, np.uint8)
    records["duration"] = np.where(asked, np.frombuffer(part.durations), np.nan)
    records["backend"] = np.where(asked, np.frombuffer(backends, np.uint8), np.uint8(OTHER))
    records["flags"] = np.where(asked, flags, flags & ~np.uint8(SUCCESS))
    if nameless.any():
        records["key"][nameless] = (rows[nameless] + np.uint64(1)) * _SPREAD
        records["flags"][nameless] |= NAMELESS
    return records


def differ(some: Records, others: Records) -> NDArray[np.bool_]:
    """Return where events say different things; a time that is the file's says nothing."""
    dated = (some["flags"] | others["flags"]) & DATED > 0
    different: NDArray[np.bool_] = (
        (some["kind"] != others["kind"])
        | (some["backend"] != others["backend"])
        | (_bits(some["duration"]) != _bits(others["duration"]))
        | ((some["flags"] ^ others["flags"]) & SUCCESS > 0)
        | (~dated & (some["time"] != others["time"]))
    )
    return different


def choose(keys: Keys, times: Floats, rejected: NDArray[np.bool_]) -> Choice:
    """Return which copy of each event counts: the earliest, and of those the first.

    A rejected copy counts only where there is no other.
    """
    order, ordered = _sort(keys)
    again = np.zeros(len(ordered), np.bool_)
    np.equal(ordered[1:], ordered[:-1], out=again[1:])
    winners = order[~again]
    several = again.copy()
    several[:-1] |= again[1:]
    copies = order[several]
    if not len(copies):
        return Choice(winners, copies, copies)
    begins = np.flatnonzero(~again[several])
    sizes = np.diff(begins, append=len(copies))
    when = np.where(rejected[copies], np.inf, times[copies])
    earliest = when == np.repeat(np.minimum.reduceat(when, begins), sizes)
    best = np.minimum.reduceat(np.where(earliest, copies, len(keys)), begins)
    winners[several[~again]] = best
    originals = np.repeat(best, sizes)
    others = (copies != originals) & ~rejected[copies]
    return Choice(winners, copies[others], originals[others])


def _sort(keys: Keys) -> tuple[NDArray[np.intp], Keys]:
    """Return the places of the keys in their order, and the keys in order."""
    # Keys with their places in the last bits are sorted three times as fast as places by keys.
    bits = np.uint64(len(keys).bit_length())
    packed = keys >> bits << bits
    packed |= np.arange(len(keys), dtype=np.uint64)
    packed.sort()
    packed &= (np.uint64(1) << bits) - np.uint64(1)
    order = packed.view(np.intp)
    ordered = keys[order]
    if not np.all(ordered[1:] >= ordered[:-1]):
        # Two keys differ in the last bits only.
        order = np.argsort(keys, kind="stable")
        ordered = keys[order]
    return order, ordered


def _words(records: Records) -> NDArray[np.uint64]:
    return records.view(np.uint64).reshape(-1, _WORDS)


def _records(words: NDArray[np.uint64]) -> Records:
    records: Records = words.view(RECORD).ravel()
    return records


def _bits(values: Floats) -> NDArray[np.int64]:
    return np.ascontiguousarray(values).view(np.int64)


def _table(names: list[str], code: Callable[[str], int]) -> bytes:
    return bytes(map(code, names)) + _EVERY[len(names) :]
