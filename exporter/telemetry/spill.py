"""Records on disk: more than there is room for in memory.

Copies of an event have one key. So what is compared at a time is all records of some slices; a
slice is the keys with the same first bits.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import numpy as np
from numpy.typing import NDArray

from exporter.telemetry.rows import RECORD, Keys, Records, bytes_of, join, take

# So many that one of them is a few megabytes when there are a hundred million records.
SLICES = 1 << 10

# Sorted at a time. The larger, the fewer pieces are a slice; so large, it is given back at once.
_BATCH = 1 << 17

_FIRST = np.uint64(64 - 10)  # how far a key's first bits, which say its slice, are from the last
_NEXT = np.uint64(64 - 10 - 16)

# Compared at a time: some megabytes, and few enough for them to stay in the processor's cache.
_TOGETHER = 1 << 15


class RecordFile:
    """A file of records, by number from 0 on."""

    def __init__(self, file: IO[bytes]) -> None:
        """Take an open file, which may be closed then; raises OSError."""
        self._descriptor = os.dup(file.fileno())

    def __del__(self) -> None:
        """Give the disk back, if the file has no name."""
        os.close(self._descriptor)

    def read(self, *ranges: tuple[int, int]) -> Records:
        """Return the records from each `start` up to its `end`; raises EOFError unless all are."""
        records = np.empty(sum(end - start for start, end in ranges), RECORD)
        room = records.view(np.uint8).data
        for start, end in ranges:
            size = (end - start) * RECORD.itemsize
            if os.preadv(self._descriptor, [room[:size]], start * RECORD.itemsize) < size:
                raise EOFError
            room = room[size:]
        return records

    def write(self, start: int, records: Records) -> None:
        """Write records from number `start` on; raises OSError."""
        data = bytes_of(records)
        place = start * RECORD.itemsize
        while data:
            written = os.pwrite(self._descriptor, data, place)
            data, place = data[written:], place + written


@dataclass(frozen=True, slots=True)
class Stretch:
    """Slices that are compared together, and how many records they have."""

    slices: slice
    size: int


class Spill:
    """Records that are sorted by slice, batch after batch; the first one may stay in memory."""

    def __init__(self, folder: Path) -> None:
        """Start empty; the folder is for a file, where one is needed."""
        self._folder = folder
        self._file: RecordFile | None = None
        self._waiting: list[Records] = []
        self._held = 0
        self._ends: list[NDArray[np.uint32]] = []  # of each batch: where its slices end

    def add(self, records: Records) -> None:
        """Add records behind those that were added before; raises OSError."""
        self._waiting.append(records)
        self._held += len(records)
        if self._held >= _BATCH:
            self._write()

    def stretches(self) -> list[Stretch]:
        """Return all there is, in the order of the keys; raises OSError."""
        if self._file is None:
            self._waiting = [self._sorted()]
        else:
            self._write()
        sizes = np.zeros(SLICES, np.int64)
        for ends in self._ends:
            sizes += np.diff(ends)
        stretches: list[Stretch] = []
        start = held = 0
        for number, size in enumerate(sizes.tolist()):
            if held and held + size > _TOGETHER:
                stretches.append(Stretch(slice(start, number), held))
                start, held = number, 0
            held += size
        return [*stretches, Stretch(slice(start, SLICES), held)]

    def read(self, slices: slice) -> Iterator[Records]:
        """Yield the records of some slices as they were added, few enough to compare at a time.

        All records of a key come together, and keys in their order from one time to the next.
        """
        ends = [one[[slices.start, slices.stop]].tolist() for one in self._ends]
        if self._file is None:
            (start, end), (every,) = ends[0], self._waiting
            records = every[start:end]
        else:
            records = self._file.read(*ends)
        times = -(-len(records) // (2 * _TOGETHER))
        if times <= 1:
            yield records
            return
        # One slice, or it would not be so many: its keys are told by their next 16 bits.
        told = records["key"] >> _NEXT & np.uint64(0xFFFF)
        share = told * np.uint64(times) >> np.uint64(16)
        for number in range(times):
            yield take(records, np.flatnonzero(share == number))

    def _write(self) -> None:
        if not self._held:
            return
        if self._file is None:
            # Without a name: who is killed leaves none behind.
            with TemporaryFile(dir=self._folder) as file:
                self._file = RecordFile(file)
        start = int(self._ends[-1][-1]) if self._ends else 0
        self._file.write(start, self._sorted())
        self._waiting, self._held = [], 0

    def _sorted(self) -> Records:
        """Return what waits, slice after slice, and note where each of them ends."""
        records = join(self._waiting)
        first = slice_of(records["key"])
        order = np.argsort(first, kind="stable")  # of two bytes: by counting
        start = int(self._ends[-1][-1]) if self._ends else 0
        ends = np.cumsum(np.bincount(first, minlength=SLICES))
        self._ends.append((np.concatenate(([0], ends)) + start).astype(np.uint32))
        return take(records, order)


def slice_of(keys: Keys) -> NDArray[np.uint16]:
    """Return the slice of each key."""
    return (keys >> _FIRST).astype(np.uint16)
