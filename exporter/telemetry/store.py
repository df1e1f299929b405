"""What was read of each file, kept so that a restart reads none twice.

One sidecar per file: a header and the columns of its events, each with a checksum. They can always
be made again, so one that is damaged, of another format or of other settings is passed over.
"""

import fcntl
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import copyfileobj
from typing import BinaryIO, TypeVar

import msgspec
from xxhash import xxh3_128_digest, xxh3_128_hexdigest

from exporter.files import Found
from exporter.model import Reason, Rejection
from exporter.telemetry.columns import Part

FORMAT = 4

Stamp = tuple[int, int, int, int]

# Of a file that could not be read now, but perhaps can the next time.
NEVER: Stamp = (0, 0, 0, 0)

_SIZE = 8
_CHECKSUM = 16
# Of so many files with so many events what was read is at hand until it is asked for.
_FEW = 64
_SMALL = 4096

_SEED = re.compile(r"[0-9a-f]{16}")

DAMAGED = (OSError, EOFError, msgspec.MsgspecError)

Record = TypeVar("Record", bound=msgspec.Struct)


class Header(msgspec.Struct, frozen=True, array_like=True):
    """Which content of which file the parts are from; no name, which may be a person's.

    `decoded` is how many bytes were read for it. `refused` says why the file's content now could
    not be read; the parts are its last good ones, and `since` is when they were found to be
    (seconds since 1970).
    """

    fingerprint: str
    stamp: Stamp
    parts: int
    decoded: int
    refused: Rejection | None = None
    since: float = 0.0


class Parts:
    """The parts in a sidecar, one in memory at a time."""

    def __init__(self, path: Path, count: int) -> None:
        """`count` is how many there are behind the header."""
        self._path = path
        self._count = count

    def __len__(self) -> int:
        """Return how many there are."""
        return self._count

    def __iter__(self) -> Iterator[Part]:
        """Read one after another; raises OSError, EOFError and MsgspecError."""
        with self._path.open("rb") as file:
            _payload(file)
            for _ in range(self._count):
                yield read(file, Part)


@dataclass(frozen=True, slots=True)
class Export:
    """What is known of one file: its events, and why, since when its content cannot be read."""

    name: str
    stamp: Stamp
    parts: Parts | tuple[Part, ...]
    decoded: int = 0
    refused: Rejection | None = None
    since: float = 0.0


def stamp_of(status: os.stat_result) -> Stamp:
    """Return what changes whenever the content does."""
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


class Store:
    """The sidecars of one folder of exports."""

    def __init__(self, folder: Path, settings: str) -> None:
        """Make the folder; sidecars made with other `settings` are passed over.

        `seed` makes the hashes of ids and names useless anywhere else.
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder = folder
        self._paths: dict[str, Path] = {}
        self._just_saved: dict[str, Export] = {}
        self.seed = self._load_seed()
        self.settings = f"{FORMAT} {settings}"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep a second exporter, such as a `collect` beside the server, from the sidecars."""
        # Somebody may have removed the folder since the last time.
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._just_saved.clear()  # a copy of this process may have saved something newer
        if not (self.folder / "seed").exists():
            self._save_seed(f"{self.seed:016x}")
        with (self.folder / "lock").open("wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def is_fresh(self, found: Found) -> bool:
        """Return whether the sidecar is of the file's content now."""
        try:
            with self._path(found.name).open("rb") as file:
                return self._header(file, found.name).stamp == stamp_of(found.stat)
        except DAMAGED:
            return False

    def load(self, name: str) -> Export | None:
        """Return what was read of that file, None unless all of it is good."""
        if just_saved := self._just_saved.pop(name, None):
            return just_saved
        try:
            path = self._path(name)
            with path.open("rb") as file:
                header = self._header(file, name)
                for _ in range(header.parts):
                    _payload(file)
            refused = replace(header.refused, file=name) if header.refused else None
            parts = Parts(path, header.parts)
            return Export(name, header.stamp, parts, header.decoded, refused, header.since)
        except DAMAGED:
            return None

    def size(self, name: str) -> int:
        """Return how many bytes are kept of that file, none included."""
        path = self._path(name)
        return path.stat().st_size if path.exists() else 0

    def header(self, name: str) -> Header | None:
        """Return what is said of that file in front of its parts, None unless it is good."""
        try:
            with self._path(name).open("rb") as file:
                return self._header(file, name)
        except DAMAGED:
            return None

    def load_part(self, name: str, index: int) -> Part | None:
        """Return one part of a file without reading the others, None unless it is good."""
        try:
            with self._path(name).open("rb") as file:
                self._header(file, name)
                for _ in range(index):
                    size = int.from_bytes(file.read(_SIZE), "little")
                    file.seek(_CHECKSUM + size, os.SEEK_CUR)
                return read(file, Part)
        except DAMAGED:
            return None

    def save(self, name: str, stamp: Stamp, part: Part) -> None:
        """Keep what was read of a whole file."""
        with self._replacing(self._path(name)) as file:
            write(file, Header(self._fingerprint(name), stamp, 1, part.decoded))
            write(file, part)
        if part.rows < _SMALL and len(self._just_saved) < _FEW:
            self._just_saved[name] = Export(name, stamp, (part,), part.decoded)

    def refuse(self, name: str, stamp: Stamp, rejection: Rejection, now: float) -> None:
        """Keep that the file cannot be read now, beside what was good of it before."""
        last_good = self.load(name)
        parts = last_good.parts if last_good else ()
        since = last_good.since if last_good and last_good.refused else now
        stamp = NEVER if rejection.reason is Reason.UNREADABLE else stamp
        with self._replacing(self._path(name)) as file:
            refused = replace(rejection, file="")
            of_file = Header(self._fingerprint(name), stamp, len(parts), 0, refused, since)
            write(file, of_file)
            for part in parts:
                write(file, part)

    def save_stretch(self, name: str, index: int, part: Part) -> None:
        """Keep what was read of one stretch of a large file until all are there."""
        with self._replacing(self._stretch(name, index)) as file:
            write(file, part)

    def join(self, name: str, stamp: Stamp, count: int, decoded: int) -> bool:
        """Make the stretches, of so many bytes, the sidecar; False when one is missing."""
        stretches = [self._stretch(name, index) for index in range(count)]
        whole = all(path.exists() for path in stretches)
        if whole:
            with self._replacing(self._path(name)) as file:
                write(file, Header(self._fingerprint(name), stamp, count, decoded))
                for path in stretches:
                    with path.open("rb") as stretch:
                        copyfileobj(stretch, file, 1 << 20)
        for path in stretches:
            path.unlink(missing_ok=True)
        return whole

    def sweep(self, names: Iterable[str]) -> None:
        """Remove the sidecars of every other file, and what a killed process left behind."""
        self._paths.clear()  # those of files that are gone
        wanted = {self._path(name).name for name in names} | {"lock", "seed", "index"}
        for entry in os.scandir(self.folder):
            if entry.name not in wanted:
                Path(entry.path).unlink(missing_ok=True)

    def _load_seed(self) -> int:
        path = self.folder / "seed"
        try:
            text = path.read_text("ascii")
        except (OSError, UnicodeDecodeError):
            text = ""
        if not _SEED.fullmatch(text):
            text = os.urandom(8).hex()
            self._save_seed(text)
        # Room for the seed beside it: ids that are numbers take the next one.
        return int(text, 16) & ~1

    def _save_seed(self, text: str) -> None:
        with self._replacing(self.folder / "seed") as file:
            file.write(text.encode())

    def _header(self, file: BinaryIO, name: str) -> Header:
        header = read(file, Header)
        if header.fingerprint != self._fingerprint(name):
            raise EOFError
        return header

    def _fingerprint(self, name: str) -> str:
        return xxh3_128_hexdigest(f"{self.settings} {name}".encode(), self.seed)

    def _path(self, name: str) -> Path:
        # Each is asked for many times, and to put a path together takes as long as to look there.
        if name not in self._paths:
            file = f"{xxh3_128_hexdigest(name.encode(), self.seed)}.columns"
            self._paths[name] = self.folder / file
        return self._paths[name]

    def _stretch(self, name: str, index: int) -> Path:
        return self._path(name).with_suffix(f".{index}.stretch")

    @contextmanager
    def _replacing(self, path: Path) -> Iterator[BinaryIO]:
        """Write beside the path, then rename: whoever reads sees the old or the new, never half.

        Not synced to the disk: what a power cut tears the checksum finds, and it is made again.
        """
        # Of several machines two may have the same process number.
        beside = path.with_name(f"{path.name}.{os.urandom(8).hex()}.new")
        with beside.open("wb") as file:
            yield file
        beside.replace(path)


def write(file: BinaryIO, record: msgspec.Struct) -> None:
    """Write a record with its size and checksum; raises OSError."""
    payload = msgspec.msgpack.encode(record)
    file.write(len(payload).to_bytes(_SIZE, "little"))
    file.write(xxh3_128_digest(payload))
    file.write(payload)


def read(file: BinaryIO, kind: type[Record]) -> Record:
    """Return the next record; raises EOFError and MsgspecError for a damaged one."""
    return msgspec.msgpack.decode(_payload(file), type=kind)


def _payload(file: BinaryIO) -> bytes:
    """Return the next record's bytes; raises EOFError when they are damaged."""
    size = int.from_bytes(file.read(_SIZE), "little")
    checksum = file.read(_CHECKSUM)
    # A damaged size must not ask for all memory there is.
    if not 0 < size <= os.fstat(file.fileno()).st_size:
        raise EOFError
    payload = file.read(size)
    if xxh3_128_digest(payload) != checksum:
        raise EOFError
    return payload
