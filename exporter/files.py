"""Reading a release's files: regular ones inside its folder only, with a size cap."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from exporter.model import ErrorClass, Reason, Rejection, SourceError

MEBIBYTE = 1024 * 1024
TEXT_LIMIT = 64 * MEBIBYTE

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


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
        """When the file was last written, aware."""
        return datetime.fromtimestamp(self.stat.st_mtime, UTC)


def find(folder: Path, patterns: tuple[str, ...]) -> tuple[list[Found], list[Rejection]]:
    """Return the regular files that match any pattern, by name, and what matched but is none.

    Patterns are relative and posix; `**` spans folders. A pattern that names a folder means every
    file below it. Hidden files are passed over: editors and copying tools leave half files there.
    Raises SourceError when the folder itself is missing.
    """
    if not folder.is_dir():
        raise SourceError(ErrorClass.MISSING, f"{folder.name}: there is no such folder")
    found: list[Found] = []
    rejections: list[Rejection] = []
    root = folder.resolve()
    for name, entry in _walk(root, root):
        if any(matches(name, pattern) for pattern in patterns):
            try:
                found.append(examine(root, name, Path(entry)))
            except ItemError as error:
                rejections.append(error.rejection)
    return sorted(found, key=lambda one: one.name), rejections


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
    encoding = next((name for bom, name in _BOMS if content.startswith(bom)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        message = f"not {error.encoding.upper()} text"
        raise ItemError(Reason.ENCODING, found.name, f"byte {error.start}", message) from error
    if "\0" in text:
        position = f"character {text.index(chr(0))}"
        raise ItemError(Reason.ENCODING, found.name, position, "a NUL character: not text")
    return text


def _walk(root: Path, folder: Path) -> Iterator[tuple[str, str]]:
    """Yield every visible entry below the folder; linked folders are passed over."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(root, Path(entry.path))
            else:
                yield Path(entry.path).relative_to(root).as_posix(), entry.path


def matches(name: str, pattern: str) -> bool:
    """Return whether the pattern names this file or a folder above it."""
    path, parts = PurePosixPath(name), PurePosixPath(pattern).parts
    if not parts:  # "." is the whole folder
        return True
    return _match_parts(path.parts, parts) or path.parts[: len(parts)] == parts


def _match_parts(names: tuple[str, ...], patterns: tuple[str, ...]) -> bool:
    if not patterns:
        return not names
    if patterns[0] == "**":
        return any(_match_parts(names[skip:], patterns[1:]) for skip in range(len(names) + 1))
    return (
        bool(names) and fnmatchcase(names[0], patterns[0]) and _match_parts(names[1:], patterns[1:])
    )


def examine(root: Path, name: str, path: Path) -> Found:
    """Return the regular file behind an entry of the resolved root; raises ItemError."""
    try:
        real = path.resolve(strict=True)
        status = real.stat()
    except OSError as error:
        raise ItemError(Reason.UNREADABLE, name, "", _why(error)) from error
    except RuntimeError as error:  # a loop of links, before Python 3.13
        raise ItemError(Reason.SECURITY, name, "", "a loop of links") from error
    if not real.is_relative_to(root):
        raise ItemError(Reason.SECURITY, name, "", "a link out of the folder")
    if not stat.S_ISREG(status.st_mode):
        raise ItemError(Reason.SECURITY, name, "", "not a regular file")
    return Found(name, real, status)


def _why(error: OSError) -> str:
    return (error.strerror or "cannot be read").lower()
