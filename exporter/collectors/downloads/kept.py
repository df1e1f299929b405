"""The exact week of a version, which npm tells on one day only, kept for the days after."""

from datetime import datetime
from hashlib import sha256
from pathlib import Path

import msgspec

from exporter import atomic
from exporter.upstream.daily import Downloads

FILE = "npm-week.json"
FORMAT = 1


class Kept(msgspec.Struct, frozen=True):
    """Downloads of the version in its first 7 days, and when they were read.

    `last_day` is what the whole package then had on the seventh day.
    """

    downloads: Downloads
    last_day: Downloads
    read: datetime


def save(folder: Path, key: str, week: Kept) -> None:
    """Keep the week for that package, version and first day; raises OSError."""
    content = msgspec.json.encode(week)
    atomic.write(folder / FILE, f"{_seal(key, content)}\n".encode() + content)


def load(folder: Path, key: str) -> Kept | None:
    """Return what was kept for the same key; None for anything absent, other or damaged."""
    try:
        seal, _, content = (folder / FILE).read_bytes().partition(b"\n")
        if seal.decode("ascii", "replace") != _seal(key, content):
            return None
        return msgspec.json.decode(content, type=Kept)
    except (OSError, ValueError):
        return None


def _seal(key: str, content: bytes) -> str:
    """Return what only this content, format and key have: one flipped digit is a lie."""
    return sha256(f"{FORMAT}\0{key}\0".encode() + content).hexdigest()
