"""Files that are either the old ones or the new ones, whatever happens in between."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC


def write(file: Path, content: bytes, *, synced: bool = True) -> None:
    """Put the content into the file, on disk, in one step; its folder is made. Raises OSError.

    Unless `synced`, it gets onto the disk when the system sees fit. A killed process loses nothing
    by that, but a power cut may leave the file old, empty or torn: only for what has a checksum
    and can be made again.
    """
    try:
        _put(file, content, synced=synced)
    except FileNotFoundError:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _put(file, content, synced=synced)


def write_atomically(file: Path, text: str) -> None:
    """Put the text into a file in a folder that is there; raises OSError."""
    with replacing(file) as opened:
        opened.write(text.encode())


@contextmanager
def replacing(file: Path) -> Iterator[BinaryIO]:
    """Give a file to write to that becomes `file`, on disk, if all went well. Raises OSError."""
    with _becoming(file) as descriptor, os.fdopen(descriptor, "wb", closefd=False) as opened:
        yield opened
        opened.flush()
        os.fsync(descriptor)


def _put(file: Path, content: bytes, *, synced: bool) -> None:
    # A thousand releases keep seven readings each: the fewest system calls that do it.
    with _becoming(file) as descriptor:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        if synced:
            os.fsync(descriptor)


@contextmanager
def _becoming(file: Path) -> Iterator[int]:
    """Give a descriptor of what becomes `file` if all went well, and is gone otherwise."""
    # A name of its own for each process: two of them must not write into one another.
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        descriptor = os.open(temporary, _FLAGS, 0o644)
        try:
            yield descriptor
        finally:
            os.close(descriptor)
        temporary.replace(file)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
