"""Where this program writes, and where it listens."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from exporter.doctor.finding import Finding, failed, from_error, ok
from exporter.model import SourceError, UserError
from exporter.server.process import listen
from exporter.upstream.exchange import fetch

STORAGE, ADDRESS = "storage", "listen_address"
SECONDS, LIMIT = 5.0, 4096
ANYWHERE = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "[::]": "[::1]"}  # noqa: S104 - nothing is bound


def check_storage(folder: Path) -> Iterator[Finding]:
    """Yield whether a file can be written there; a folder that is not there is not made."""
    # What does not exist yet is made in the nearest folder that does.
    there = next(one for one in (folder, *folder.absolute().parents) if os.path.lexists(one))
    fix = "choose another --storage.path, or give this user the right to write there"
    if not there.is_dir():
        yield failed(STORAGE, f"{there}: is no folder", "choose another --storage.path")
        return
    try:
        with tempfile.TemporaryFile(dir=there) as file:
            file.write(b"\0" * 4096)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        why = (error.strerror or "cannot be written").lower()
        yield failed(STORAGE, f"{there}: {why}", fix)
        return
    later = "" if there == folder else ", which serve will make"
    yield ok(STORAGE, f"{folder}{later}: can be written")


def check_address(address: str) -> Iterator[Finding]:
    """Yield whether the port is free, or taken by this program itself."""
    try:
        listen(address).close()
    except UserError as error:
        if _is_ours(address):
            yield ok(ADDRESS, f"{address}: a release-exporter is serving there")
        else:
            yield from_error(ADDRESS, error)
        return
    yield ok(ADDRESS, f"{address}: free")


def _is_ours(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        url = f"http://{ANYWHERE.get(host, host)}:{port}/-/healthy"
        answer = fetch(url, seconds=SECONDS, limit=LIMIT)
    except SourceError:
        return False
    return answer.body.startswith(b"release-exporter")
