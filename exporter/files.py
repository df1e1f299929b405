"""Reading a release's files: regular ones inside its folder only, with a size cap."""

import errno
import os
import stat
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path, PurePosixPath

from exporter.model import ErrorClass, Reason, Rejection, SourceError

MEBIBYTE = 1024 * 1024
TEXT_LIMIT = 64 * MEBIBYTE

# Of two machines, one of which may be a time zone off.
CLOCK_SKEW = timedelta(days=1)

# Deeper ones are a mistake or an attack.
DEEPEST = 32


class ItemError(Exception):
    """A file or an item in it cannot be taken; carries the rejection to count."""

    def __init__(self, reason: Reason, file: str, position: str, message: str) -> None:
        """Keep the rejection that the reading will list."""
        super().__init__(message)
        self.rejection = Rejection(reason, file, position, message)


@dataclass(frozen=True, slots=True)
class Found:
    """A regular file inside the folder: its name relative to it (posix), and its stat."""

    name: str
    path: Path
    stat: os.stat_result

    @property
    def modified(self) -> datetime:
        """When the file was last written, aware; file systems know years beyond 9999."""
        try:
            return datetime.fromtimestamp(self.stat.st_mtime, UTC)
        except (ValueError, OverflowError, OSError):
            return datetime.max.replace(tzinfo=UTC)

    def written(self, now: datetime) -> datetime:
        """Return when the file was last written, `now` at the latest.

        Raises ItemError on a time further ahead than clocks differ: such facts would never age.
        """
        if self.modified > now + CLOCK_SKEW:
            message = "written more than a day in the future; `touch` it, or set the clock right"
            raise ItemError(Reason.TIME, self.name, "", message)
        return min(self.modified, now)


def find(folder: Path, patterns: tuple[str, ...]) -> tuple[list[Found], list[Rejection]]:
    """Return the regular files that match any pattern, by name, and what matched but is none.

    Patterns are relative and posix; `**` spans folders. A pattern that names a folder means every
    file below it. Hidden files are passed over: editors and copying tools leave half files there.
    Raises SourceError when the folder itself is missing.
    """
    # `Path.is_dir` raises on what cannot even be asked, such as a name that is too long.
    if not os.path.isdir(folder):  # noqa: PTH112
        raise SourceError(ErrorClass.MISSING, f"{folder.name[:60]}: there is no such folder")
    found: list[Found] = []
    rejections: list[Rejection] = []
    root = folder.resolve()
    waiting = [""]
    while waiting:
        try:
            files, folders = _list(root, waiting.pop(), patterns)
        except ItemError as error:
            rejections.append(error.rejection)
            continue
        waiting += folders
        for name, entry in files:
            try:
                found.append(look(root, printable(name), entry))
            except ItemError as error:
                rejections.append(error.rejection)
    return sorted(found, key=lambda one: one.name), sorted(rejections, key=lambda one: one.file)


def find_one(folder: Path, pattern: str, key: str) -> Found:
    """Return the only file that matches; raises SourceError naming the setting `key` otherwise."""
    found, rejections = find(folder, (pattern,))
    if len(found) == 1:
        return found[0]
    if found:
        message = f"{key}: {len(found)} files match {pattern!r}; name one of them"
        raise SourceError(ErrorClass.MALFORMED, message)
    if rejections:
        raise SourceError(ErrorClass.UNREADABLE, f"{key}: {rejections[0]}")
    message = f"{key}: there is no file {pattern!r} in the release's folder; add it or name another"
    raise SourceError(ErrorClass.MISSING, message)


def source_error(error: ItemError) -> SourceError:
    """Return the error of a source whose only file cannot be taken."""
    unreadable = error.rejection.reason is Reason.UNREADABLE
    kind = ErrorClass.UNREADABLE if unreadable else ErrorClass.MALFORMED
    return SourceError(kind, str(error.rejection))


def open_regular(found: Found) -> int:
    """Return a descriptor of that file; never blocks on a FIFO and never follows a late link.

    Raises ItemError when it is no regular file, gone, or not readable.
    """
    try:
        descriptor = os.open(found.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise ItemError(Reason.UNREADABLE, found.name, "", _why(error)) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise ItemError(Reason.SECURITY, found.name, "", "not a regular file")
    return descriptor


def read_bytes(found: Found, limit: int = TEXT_LIMIT) -> bytes:
    """Return the whole file; raises ItemError when it is larger than `limit` bytes."""
    with os.fdopen(open_regular(found), "rb") as file:
        try:
            content = file.read(limit + 1)
        except OSError as error:
            raise ItemError(Reason.UNREADABLE, found.name, "", _why(error)) from error
    if len(content) > limit:
        raise ItemError(Reason.SIZE, found.name, "", f"larger than {limit // MEBIBYTE} MiB")
    return content


def read_text(found: Found, limit: int = TEXT_LIMIT) -> str:
    """Return the file as text: UTF-8, or UTF-16 with its byte order mark as PowerShell writes it.

    Raises ItemError, with the position, on anything else.
    """
    content = read_bytes(found, limit)
    encoding = "utf-16" if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        message = f"not {encoding.upper()} text; save it as UTF-8"
        raise ItemError(Reason.ENCODING, found.name, f"byte {error.start}", message) from error
    if "\0" in text:
        position = f"character {text.index(chr(0))}"
        raise ItemError(Reason.ENCODING, found.name, position, "a NUL character: not text")
    return text.removeprefix("\ufeff")


def _list(
    root: Path, folder: str, patterns: tuple[str, ...]
) -> tuple[list[tuple[str, os.DirEntry[str]]], list[str]]:
    """Return the visible entries that match, and the folders that may hold more of them.

    Linked folders count as entries. Raises ItemError when the folder cannot be listed.
    """
    if folder.count("/") >= DEEPEST:
        message = f"more than {DEEPEST} folders deep"
        raise ItemError(Reason.DEPTH, printable(folder), "", message)
    files: list[tuple[str, os.DirEntry[str]]] = []
    folders: list[str] = []
    try:
        with os.scandir(root / folder) as entries:
            for entry in entries:
                name = f"{folder}/{entry.name}" if folder else entry.name
                if entry.name.startswith("."):
                    continue
                if not entry.is_dir(follow_symlinks=False):
                    if any(matches(name, one) for one in patterns):
                        files.append((name, entry))
                elif any(_leads_to(name, one) for one in patterns):
                    folders.append(name)
    except OSError as error:
        raise ItemError(Reason.UNREADABLE, printable(folder), "", _why(error)) from error
    return files, folders


def matches(name: str, pattern: str) -> bool:
    """Return whether the pattern names this file or a folder above it."""
    names, parts = tuple(name.split("/")), _parts(pattern)
    return names[: len(parts)] == parts or len(parts) in _used(names, parts)


def _leads_to(folder: str, pattern: str) -> bool:
    """Tell whether the pattern may match below the folder."""
    names, parts = tuple(folder.split("/")), _parts(pattern)
    return names[: len(parts)] == parts or any(at < len(parts) for at in _used(names, parts))


@lru_cache(maxsize=1024)
def _parts(pattern: str) -> tuple[str, ...]:
    return PurePosixPath(pattern).parts


def _used(names: tuple[str, ...], pattern: tuple[str, ...]) -> set[int]:
    """Return how many parts of the pattern the names may use up; linear, however many `**`."""
    used = _skip({0}, pattern)
    for name in names:
        fitting = {at for at in used if at < len(pattern) and fnmatchcase(name, pattern[at])}
        used = _skip({at if pattern[at] == "**" else at + 1 for at in fitting}, pattern)
    return used


def _skip(used: set[int], pattern: tuple[str, ...]) -> set[int]:
    """Add what is reached where `**` stands for no folder at all."""
    for at, part in enumerate(pattern):
        if part == "**" and at in used:
            used.add(at + 1)
    return used


def look(root: Path, name: str, entry: os.DirEntry[str]) -> Found:
    """Return the regular file that an entry below the resolved root is; raises ItemError.

    The folders above it are no links, so that only a link itself has anything to resolve.
    """
    try:
        if entry.is_symlink():
            return examine(root, name, Path(entry.path))
        status = entry.stat(follow_symlinks=False)
    except OSError as error:
        raise ItemError(Reason.UNREADABLE, name, "", _why(error)) from error
    if not stat.S_ISREG(status.st_mode):
        raise ItemError(Reason.SECURITY, name, "", "not a regular file")
    return Found(name, _path(entry.path), status)


def printable(name: str) -> str:
    """Return the name as text: on disk it is bytes, which Python keeps as lone surrogates."""
    return name.encode("utf-8", "backslashreplace").decode()


# Each look at a folder finds the same names.
@lru_cache(maxsize=65_536)
def _path(name: str) -> Path:
    return Path(name)


def examine(root: Path, name: str, path: Path) -> Found:
    """Return the regular file behind an entry of the resolved root; raises ItemError."""
    try:
        real = path.resolve(strict=True)
        status = real.stat()
    except (OSError, RuntimeError) as error:
        # A loop of links is a RuntimeError before Python 3.13.
        if isinstance(error, OSError) and error.errno != errno.ELOOP:
            raise ItemError(Reason.UNREADABLE, name, "", _why(error)) from error
        raise ItemError(Reason.SECURITY, name, "", "a loop of links") from error
    if not real.is_relative_to(root):
        raise ItemError(Reason.SECURITY, name, "", "a link out of the folder")
    if not stat.S_ISREG(status.st_mode):
        raise ItemError(Reason.SECURITY, name, "", "not a regular file")
    return Found(name, real, status)


def _why(error: OSError) -> str:
    return (error.strerror or "cannot be read").lower()
