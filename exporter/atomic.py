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
    folder, name = os.path.split(file)
    temporary = os.path.join(folder, _temporary(name))  # noqa: PTH118
    # A thousand releases keep seven readings each: the fewest system calls that do it.
    try:
        try:
            opened = os.open(temporary, _FLAGS, 0o644)
        except FileNotFoundError:
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            opened = os.open(temporary, _FLAGS, 0o644)
        try:
            rest = memoryview(content)
            while rest:
                rest = rest[os.write(opened, rest) :]
            if synced:
                os.fsync(opened)
        finally:
            os.close(opened)
        os.replace(temporary, file)  # noqa: PTH105 - as it is, without a `Path` of it
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)  # noqa: PTH108
        raise


def write_atomically(file: Path, text: str) -> None:
    """Put the text into a file in a folder that is there; raises OSError."""
    with replacing(file) as opened:
        opened.write(text.encode())


@contextmanager
def replacing(file: Path) -> Iterator[BinaryIO]:
    """Give a file to write to that becomes `file`, on disk, if all went well. Raises OSError."""
    temporary = file.with_name(_temporary(file.name))
    try:
        with os.fdopen(os.open(temporary, _FLAGS, 0o644), "wb") as opened:
            yield opened
            opened.flush()
            os.fsync(opened.fileno())
        temporary.replace(file)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


def _temporary(name: str) -> str:
    """Return a name of this process's own: two of them must not write into one another."""
    return f".{name}.{os.getpid()}"
