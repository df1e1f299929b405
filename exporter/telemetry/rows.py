"""Columns of many events in memory, and which of several copies of one event counts."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.telemetry.columns import DATED, GENERATION, OTHER, SUCCESS, Part

Floats = NDArray[np.float64]
Numbers = NDArray[np.uint32]
Codes = NDArray[np.uint8]
Keys = NDArray[np.uint64]

_NOBODY = np.uint32(0xFFFFFFFF)


@dataclass(slots=True)
class Rows:
    """Events as columns; `kinds` and `backends` are codes of the index."""

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

    def join(self, other: "Rows") -> "Rows":
        """Return these events and then the others."""
        return Rows(*(_append(getattr(self, one), getattr(other, one)) for one in self.__slots__))

    def differ(self, one: Any, other: Any) -> NDArray[np.bool_]:
        """Return where two events say different things; a time that is the file's says nothing."""
        dated = (self.flags[one] | self.flags[other]) & DATED > 0
        bits = self.durations.view(np.int64)
        different: NDArray[np.bool_] = (
            (self.kinds[one] != self.kinds[other])
            | (self.backends[one] != self.backends[other])
            | (bits[one] != bits[other])
            | ((self.flags[one] ^ self.flags[other]) & SUCCESS > 0)
            | (~dated & (self.times[one] != self.times[other]))
        )
        return different


@dataclass(frozen=True, slots=True)
class Choice:
    """Each id once, in order, with the row that counts; rows without id; and the other copies."""

    keys: Keys
    winners: Numbers
    anonymous: Numbers
    copies: Numbers
    originals: Numbers


def load(
    parts: Sequence[Part], kind_code: Callable[[str], int], backend_code: Callable[[str], int]
) -> tuple[Keys, Rows]:
    """Return the columns of the parts; takes the parts' own away, one after another."""
    keys = _join(parts, "keys", np.uint64)
    times = _join(parts, "times", np.float64)
    durations = _join(parts, "durations", np.float64)
    for part in parts:
        part.kinds = part.kinds.translate(_table(part.kind_names, kind_code))
        part.backends = part.backends.translate(_table(part.backend_names, backend_code))
    rows = Rows(
        times,
        durations,
        _join(parts, "kinds", np.uint8),
        _join(parts, "backends", np.uint8),
        _join(parts, "flags", np.uint8),
    )
    # Only of generations these were asked for; elsewhere they may say anything.
    others = np.flatnonzero(rows.kinds != GENERATION)
    rows.durations[others] = np.nan
    rows.backends[others] = OTHER
    rows.flags[others] &= ~np.uint8(SUCCESS)
    return keys, rows


def choose(keys: Keys, times: Floats, rejected: NDArray[np.bool_]) -> Choice:
    """Return which copy of each event counts: the earliest, and of those the first row.

    A rejected copy counts only where there is no other.
    """
    order, ordered = _sort(keys)
    without = int(np.searchsorted(ordered, 1))
    # What is not needed any more goes at once: in here memory is at its peak.
    anonymous, order, ordered = order[:without].copy(), order[without:], ordered[without:]
    again = np.zeros(len(ordered), np.bool_)
    np.equal(ordered[1:], ordered[:-1], out=again[1:])
    unique = ordered[~again]
    del ordered
    winners = order[~again]
    several = again.copy()
    several[:-1] |= again[1:]
    rows = order[several]
    del order
    begins = np.flatnonzero(~again[several])
    if not len(rows):
        return Choice(unique, winners, anonymous, rows, rows)
    sizes = np.diff(begins, append=len(rows))
    when = np.where(rejected[rows], np.inf, times[rows])
    earliest = when == np.repeat(np.minimum.reduceat(when, begins), sizes)
    best = np.minimum.reduceat(np.where(earliest, rows, _NOBODY), begins)
    winners[several[~again]] = best
    originals = np.repeat(best, sizes)
    copies = (rows != originals) & ~rejected[rows]
    return Choice(unique, winners, anonymous, rows[copies], originals[copies])


def _append(column: Any, more: Any) -> Any:
    """Return the column with more behind it, in the room that is left there."""
    room, end = column.base, len(column) + len(more)
    if not isinstance(room, np.ndarray) or len(room) < end:
        room = _with_room(end, column.dtype)
        room[: len(column)] = column
    room[len(column) : end] = more
    return room[:end]


def _with_room(size: int, kind: Any) -> NDArray[Any]:
    """Return an array that can grow by a quarter; memory is taken only as it is written to."""
    return np.empty(size + size // 4 + 1024, kind)


def _sort(keys: Keys) -> tuple[Numbers, Keys]:
    """Return the rows in the order of their keys, and the keys in order."""
    # Keys with their rows in the last bits are sorted three times as fast as rows by their keys.
    bits = np.uint64(len(keys).bit_length())
    packed = keys >> bits << bits
    packed |= np.arange(len(keys), dtype=np.uint64)
    packed.sort()
    packed &= (np.uint64(1) << bits) - np.uint64(1)
    ordered = keys[packed.view(np.int64)]  # other indices would be copied first
    order = packed.astype(np.uint32)
    del packed
    if not np.all(ordered[1:] >= ordered[:-1]):
        # Two keys differ in the last bits only: once in thirty times for a million of them.
        order = np.argsort(keys).astype(np.uint32)
        ordered = keys[order]
    return order, ordered


def _join(parts: Iterable[Part], column: str, kind: Any) -> Any:
    pieces = [np.frombuffer(getattr(part, column), kind) for part in parts]
    for part in parts:
        setattr(part, column, b"")
    joined = _with_room(sum(map(len, pieces)), kind)
    end = 0
    for piece in pieces:
        joined[end : end + len(piece)] = piece
        end += len(piece)
    # Keys are bytes of a digest: in which order the machine reads them does not matter.
    return joined[:end]


def _table(names: list[str], code: Callable[[str], int]) -> bytes:
    codes = [code(name) for name in names]
    return bytes(codes) + bytes(range(len(codes), 256))
