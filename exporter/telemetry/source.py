"""The bytes of one export as a window that moves forward: plain or gzip, bounded in memory."""

import os
import zlib
from collections.abc import Callable

from exporter.files import MEBIBYTE, ItemError
from exporter.model import Reason

BLOCK = 512 * 1024

# One event, or one document that is no list of events, must fit.
LARGEST_EVENT = 4 * MEBIBYTE

# A release's telemetry stays far below it: 50 million events in plain, uncompressed JSON.
LARGEST_FILE = 16 * 1024 * MEBIBYTE

# JSON shrinks ten to fifty times; what grows more, for long, is a bomb.
_HARMLESS = 32 * MEBIBYTE
_RATIO = 250


class Window:
    """What is in memory of a file, and the place `at` in it that was reached."""

    def __init__(self, read: Callable[[int], bytes], start: int = 0) -> None:
        """`read` returns up to so many bytes more, none at the end; `start` is where it begins."""
        self.data = b""
        self.at = 0
        self.ended = False
        self._read = read
        self._start = start
        self._text: str | None = None
        self._fill(BLOCK)

    @property
    def offset(self) -> int:
        """The place reached, in bytes of the file."""
        return self._start + self.at

    @property
    def text(self) -> str:
        """The data with each byte as one character, so that places in both are the same."""
        if self._text is None:
            self._text = self.data.decode("latin-1")
        return self._text

    def place(self, at: int) -> int:
        """Return the place in the file of a place in the data."""
        return self._start + at

    def move(self, at: int) -> None:
        """Go on to a place in the data; at least half a block follows it, or all there is."""
        self.at = at
        if len(self.data) - at < BLOCK // 2 and not self.ended:
            self._fill(BLOCK)

    def grow(self) -> bool:
        """Double what follows; False at the end of the file or of what is allowed."""
        held = len(self.data) - self.at
        if self.ended or held >= LARGEST_EVENT:
            return False
        self._fill(min(max(BLOCK, 2 * held), LARGEST_EVENT))
        return True

    def _fill(self, size: int) -> None:
        kept = memoryview(self.data)[self.at :]
        pieces: list[bytes | memoryview] = [kept]
        missing = size - len(kept)
        while missing > 0 and not self.ended:
            piece = self._read(missing)
            self.ended = not piece
            pieces.append(piece)
            missing -= len(piece)
        self.data = b"".join(pieces)
        self._start += self.at
        self.at = 0
        self._text = None


def plain(descriptor: int, start: int, end: int) -> Callable[[int], bytes]:
    """Return how to read that stretch of a file."""
    position = start

    def read(size: int) -> bytes:
        nonlocal position
        piece = os.pread(descriptor, min(size, end - position), position)
        position += len(piece)
        return piece

    return read


class Gzip:
    """Reads what a gzip file holds; raises ItemError for a broken one and for a bomb."""

    def __init__(self, descriptor: int, name: str) -> None:
        """Begin at the start of the file."""
        self._descriptor = descriptor
        self._name = name
        self._packed = b""
        self._consumed = 0
        self._made = 0
        self._member = zlib.decompressobj(wbits=31)

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes more, none at the end."""
        while True:
            if self._member.eof:
                self._next_member()
            if not self._packed and not self._refill():
                return b""
            try:
                piece = self._member.decompress(self._packed, size)
            except zlib.error as error:
                raise self._refused(Reason.SYNTAX, "not gzip, or damaged") from error
            self._packed = self._member.unconsumed_tail
            if piece:
                self._count(len(piece))
                return piece

    def _refill(self) -> bool:
        """Read more; False at the end of the file, where no member may be open."""
        self._packed = os.read(self._descriptor, BLOCK)
        self._consumed += len(self._packed)
        if not self._packed and not self._member.eof and self._consumed:
            raise self._refused(Reason.TRUNCATED, "the gzip file is not complete")
        return bool(self._packed)

    def _next_member(self) -> None:
        # Zeros may pad the end; several files packed and put together are one.
        rest = self._member.unused_data
        while not (rest := rest.lstrip(b"\0")):
            if not self._refill():
                return
            rest = self._packed
        self._packed = rest
        self._member = zlib.decompressobj(wbits=31)

    def _count(self, made: int) -> None:
        self._made += made
        if self._made > max(_HARMLESS, _RATIO * self._consumed) or self._made > LARGEST_FILE:
            raise self._refused(Reason.SIZE, "unpacks to more than telemetry can be")

    def _refused(self, reason: Reason, message: str) -> ItemError:
        return ItemError(reason, self._name, f"byte {self._made}", message)
