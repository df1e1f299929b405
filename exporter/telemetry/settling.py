"""Comparing records stretch after stretch: which counts, and what that adds up to."""

from collections.abc import Iterable, Sequence

import msgspec
import numpy as np

from exporter.telemetry.columns import NAMELESS, UNREADABLE
from exporter.telemetry.counts import Bounds, Counts, Kept
from exporter.telemetry.pair import together
from exporter.telemetry.rows import Records, choose, differ, join, rows_of, take
from exporter.telemetry.spill import RecordFile, Spill, Stretch
from exporter.telemetry.standing import Piece, Standing

# Below this a second process costs more than it brings.
_WORTH_HELP = 1 << 18


class Settled(msgspec.Struct, array_like=True):
    """What some stretches came to.

    Their counts, how many `copies` do not count, the rows of those that say something else, and
    where the records that count were written.
    """

    counts: Kept
    copies: int
    conflicts: list[int]
    pieces: list[Piece]


_SETTLED = msgspec.msgpack.Decoder(Settled)


def settle(spill: Spill, file: RecordFile, bounds: Bounds) -> Sequence[Settled]:
    """Write the records that count to the file; of many a copy of this process does half."""
    stretches = spill.stretches()
    starts = np.cumsum([0, *(one.size for one in stretches)]).tolist()
    every = list(zip(stretches, starts, strict=False))

    def work(which: int) -> bytes:
        return msgspec.msgpack.encode(_settle(spill, file, bounds, every[which::2]))

    shares = together(work) if starts[-1] >= _WORTH_HELP else None
    if shares is None:
        return [_settle(spill, file, bounds, every)]
    return [_SETTLED.decode(share) for share in shares]


def _settle(
    spill: Spill, file: RecordFile, bounds: Bounds, stretches: Iterable[tuple[Stretch, int]]
) -> Settled:
    counts = Counts(bounds)
    copies = 0
    conflicts: list[int] = []
    written = Standing(file)
    for stretch, start in stretches:
        place = start
        for records in spill.read(stretch.slices):
            standing, others, originals = _chosen(records)
            written.write(stretch.slices, place, standing)
            place += len(standing)
            counts.add(rows_of(standing))
            copies += len(others)
            conflicts += others["row"][differ(others, originals)].tolist()
    return Settled(counts.kept(), copies, conflicts, written.pieces)


def _chosen(records: Records) -> tuple[Records, Records, Records]:
    """Return the records that count, in the order of their keys; the other copies; and of what."""
    nameless = records["flags"] & NAMELESS > 0
    named = take(records, np.flatnonzero(~nameless)) if nameless.any() else records
    keys = np.ascontiguousarray(named["key"])
    choice = choose(keys, named["time"], named["kind"] >= UNREADABLE)
    standing = take(named, choice.winners)
    if nameless.any():
        standing = join((standing, take(records, np.flatnonzero(nameless))))
        standing = take(standing, np.argsort(standing["key"], kind="stable"))
    return standing, take(named, choice.copies), take(named, choice.originals)
