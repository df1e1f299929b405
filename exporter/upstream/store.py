"""What a service answered, by address, to ask only whether it changed.

Only what the shape names is kept, never the whole answer: no title, no text, no person.
"""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from exporter import atomic

T = TypeVar("T")

_DIGEST = 64


class _Entry(msgspec.Struct, frozen=True):
    etag: str
    next: str | None
    value: msgspec.Raw


@dataclass(frozen=True, slots=True)
class Kept(Generic[T]):
    """A value, the tag to ask with, and the address of the page that follows it."""

    etag: str
    next: str | None
    value: T


class Store:
    """One source's answers in a folder of its own, one file an address."""

    def __init__(self, folder: Path) -> None:
        """Use the folder, which is made when something is kept."""
        self._folder = folder
        self._used: set[str] = set()

    def load(self, url: str, shape: type[T]) -> Kept[T] | None:
        """Return what was kept of the address in that shape; None when absent or damaged."""
        name = _name(url, shape)
        self._used.add(name)
        try:
            content = (self._folder / name).read_bytes()
            if content[:_DIGEST] != _seal(url, content[_DIGEST:]):
                return None
            entry = msgspec.json.decode(content[_DIGEST:], type=_Entry)
            return Kept(entry.etag, entry.next, msgspec.json.decode(entry.value, type=shape))
        except (OSError, ValueError):
            return None

    def save(self, url: str, shape: type[T], kept: Kept[T]) -> None:
        """Keep the value; raises OSError."""
        raw = msgspec.Raw(msgspec.json.encode(kept.value))
        entry = msgspec.json.encode(_Entry(kept.etag, kept.next, raw))
        atomic.write(self._folder / _name(url, shape), _seal(url, entry) + entry)

    def sweep(self) -> None:
        """Remove what was not asked for since this store was opened."""
        for file in self._folder.glob("*"):
            if file.name not in self._used:
                file.unlink(missing_ok=True)


def _name(url: str, shape: type) -> str:
    # Another shape is another value: one of an older version must not be taken for it.
    return sha256(f"{url}\0{_fingerprint(shape)}".encode()).hexdigest()[:32]


@cache
def _fingerprint(shape: type) -> str:
    return sha256(msgspec.json.encode(msgspec.json.schema(shape))).hexdigest()


def _seal(url: str, entry: bytes) -> bytes:
    return sha256(url.encode() + b"\0" + entry).hexdigest().encode()
