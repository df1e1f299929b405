"""One rendering of /metrics as bytes: plain, in pieces, and compressed."""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self

# What is handed on at once: a page of 100,000 series is far larger.
PIECE = 256 * 1024
# A tenth of the time of the highest level for a few percent more bytes.
LEVEL = 6
# From here on a page's packing is most of what rendering takes.
LARGE = 4 * 1024 * 1024
# What makes zlib write a file of gzip, without a name or a time.
_GZIP = 16 + zlib.MAX_WBITS


@dataclass(frozen=True, slots=True)
class Page:
    """The plain page is its parts one after the other, `length` bytes in all."""

    parts: Sequence[bytes]
    length: int
    compressed: bytes

    @classmethod
    def of(cls, parts: Sequence[bytes]) -> Self:
        """Return the page, of which a large one is never in memory in one piece."""
        length = sum(map(len, parts))
        packing = zlib.compressobj(LEVEL if length < LARGE else 1, wbits=_GZIP)
        packed = [packing.compress(piece) for piece in in_pieces(parts)]
        kept = parts if length > PIECE else (b"".join(parts),)
        return cls(kept, length, b"".join([*packed, packing.flush()]))

    @property
    def plain(self) -> bytes:
        """The whole page."""
        return b"".join(self.parts)


def in_pieces(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the same bytes in pieces of about `PIECE`, the last one smaller."""
    waiting: list[bytes] = []
    length = 0
    for part in parts:
        for at in range(0, len(part), PIECE):
            waiting.append(part[at : at + PIECE])
            length += len(waiting[-1])
            if length >= PIECE:
                yield b"".join(waiting)
                waiting, length = [], 0
    if waiting:
        yield b"".join(waiting)
