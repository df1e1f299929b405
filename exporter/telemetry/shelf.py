"""The index on disk, so that a restart need not look into what was read of each file.

One file: the records that count, behind them everything else, and where that begins. No name of a
file is in it, which may be a person's. Damaged, or of other settings, it is passed over.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import msgspec
from xxhash import xxh3_128_hexdigest

from exporter.telemetry.counts import Bounds
from exporter.telemetry.index import Index, KeptIndex
from exporter.telemetry.spill import SLICES, RecordFile
from exporter.telemetry.store import DAMAGED, Stamp, read, write

_END = 8


class Kept(msgspec.Struct, array_like=True):
    """Of which settings and files the index is: their fingerprints and contents, in its order."""

    settings: str
    files: list[str]
    stamps: list[Stamp]
    until: float
    index: KeptIndex


@dataclass(frozen=True, slots=True)
class Shelved:
    """An index, the files it is of, and until when it may be believed (seconds since 1970)."""

    index: Index
    stamps: Mapping[str, Stamp]
    until: float


class Shelf:
    """Where the index of one folder is kept."""

    def __init__(self, folder: Path, seed: int, settings: str, bounds: Bounds) -> None:
        """`seed` makes the fingerprints of names useless anywhere else."""
        self._path = folder / "index"
        self._seed = seed
        self._bounds = bounds
        self._settings = self._fingerprint(f"{settings} {bounds} {SLICES}")

    def make(self, build: Callable[[RecordFile], Shelved]) -> Shelved:
        """Keep what is built with the file for its records; raises OSError."""
        beside = self._path.with_name(f"index.{os.getpid()}.new")
        with beside.open("w+b") as file:
            shelved = build(RecordFile(file))
            start = file.seek(0, os.SEEK_END)
            prints = [self._fingerprint(name) for name in shelved.stamps]
            stamps, until = list(shelved.stamps.values()), shelved.until
            write(file, Kept(self._settings, prints, stamps, until, shelved.index.kept()))
            file.write(start.to_bytes(_END, "little"))
        beside.replace(self._path)
        return shelved

    def load(self, names: Iterable[str]) -> Shelved | None:
        """Return the index that was kept, None unless each of its files is among these."""
        try:
            with self._path.open("rb") as file:
                kept = self._read(file)
                known = {self._fingerprint(name): name for name in names}
                if kept.settings != self._settings or not known.keys() >= set(kept.files):
                    return None
                index = Index(self._bounds, RecordFile(file))
            files = [known[one] for one in kept.files]
            index.recall(kept.index, files)
        except (*DAMAGED, ValueError):
            return None
        return Shelved(index, dict(zip(files, kept.stamps, strict=True)), kept.until)

    def _read(self, file: BinaryIO) -> Kept:
        file.seek(-_END, os.SEEK_END)
        file.seek(int.from_bytes(file.read(_END), "little"))
        return read(file, Kept)

    def _fingerprint(self, text: str) -> str:
        return xxh3_128_hexdigest(text.encode("utf-8", "surrogateescape"), self._seed)
