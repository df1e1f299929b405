"""Writing a file as a whole: whoever reads it finds the old content or the new, never a half."""

import os
from contextlib import suppress
from pathlib import Path


def write_atomically(file: Path, text: str, mode: int = 0o644) -> None:
    """Replace the file's content; raises OSError, with the old content left as it was."""
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        descriptor = os.open(
            temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, mode
        )
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as opened:
            opened.write(text)
            opened.flush()
            os.fsync(descriptor)
        temporary.replace(file)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
