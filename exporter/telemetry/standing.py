"""The record of each event that counts: on disk in the order of the keys, the newest in memory."""

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray
from xxhash import xxh3_64_digest

from exporter.telemetry.columns import NAMELESS
from exporter.telemetry.rows import RECORD, Keys, Records, bytes_of
from exporter.telemetry.spill import RecordFile, slice_of

# So many new ones are kept in memory before it is time to put all in order again.
_NEW = 1 << 18


class Piece(msgspec.Struct, array_like=True):
    """The records of slices `first` up to `last`: those from number `start` up to `end`."""

    first: int
    last: int
    start: int
    end: int
    checksum: bytes


class Standing:
    """The records that count, each id once."""

    def __init__(self, file: RecordFile, pieces: Sequence[Piece] = ()) -> None:
        """Take what is in the file, in order within each piece."""
        self.file = file
        self.pieces = list(pieces)
        self._new = np.empty(0, RECORD)

    @property
    def is_full(self) -> bool:
        """Whether there are so many new ones that all should be put in order again."""
        return len(self._new) >= _NEW

    def write(self, slices: slice, start: int, records: Records) -> None:
        """Write the records of some slices, in order; raises OSError."""
        self.file.write(start, records)
        checksum = xxh3_64_digest(bytes_of(records))
        end = start + len(records)
        self.pieces.append(Piece(slices.start, slices.stop, start, end, checksum))

    def verify(self) -> None:
        """Raise EOFError unless everything is as it was written."""
        for piece in self.pieces:
            records = self.file.read((piece.start, piece.end))
            if xxh3_64_digest(bytes_of(records)) != piece.checksum:
                raise EOFError

    def add(self, records: Records) -> None:
        """Add records of other ids than there are."""
        every = np.concatenate((self._new, records))
        self._new = every[np.argsort(every["key"], kind="stable")]

    def find(self, keys: Keys) -> tuple[NDArray[np.bool_], Records]:
        """Return which of some keys, in order, are known, and the records of those."""
        known = np.zeros(len(keys), np.bool_)
        found = np.zeros(len(keys), RECORD)
        slices = slice_of(keys)
        for piece in self.pieces:
            start, end = np.searchsorted(slices, [piece.first, piece.last]).tolist()
            if start < end:
                records = self.file.read((piece.start, piece.end))
                _look_up(keys[start:end], records, known[start:end], found[start:end])
        _look_up(keys, self._new, known, found)
        return known, found[known]

    def __iter__(self) -> Iterator[Records]:
        """Read piece after piece, those in memory last."""
        for piece in self.pieces:
            yield self.file.read((piece.start, piece.end))
        yield self._new


def _look_up(keys: Keys, records: Records, known: NDArray[np.bool_], found: Records) -> None:
    """Note which keys are those of records in order."""
    if not len(records):
        return
    ordered = np.ascontiguousarray(records["key"])
    at = np.minimum(np.searchsorted(ordered, keys), len(records) - 1)
    here = (ordered[at] == keys) & (records["flags"][at] & NAMELESS == 0)
    known[here] = True
    found[here] = records[at[here]]
