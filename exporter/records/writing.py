"""Putting a record on disk: the gate document first, then what follows from it."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from exporter import atomic
from exporter.gate.document import dump
from exporter.gate.report import Report
from exporter.records import dashboard, snapshot
from exporter.records.better import replaces
from exporter.records.layout import Records

DERIVED: tuple[tuple[Callable[[Records, date], Path], Callable[[Report], str]], ...] = (
    (Records.metrics, snapshot.render),
    (Records.dashboard, dashboard.render),
)


def record(records: Records, report: Report) -> tuple[Path, ...]:
    """Write the day's record unless a better one is there; return what changed. Raises OSError."""
    # A `snapshot` beside the server must not decide on what that is about to replace.
    with _locked(records):
        file, old = records.verdicts(report.day), records.report(report.day)
        if not replaces(report, old):
            return ()
        if old is None and file.exists():
            # Damaged, or of a later version: not for us to throw away.
            file.replace(file.with_name(f"{file.name}.unreadable"))
        return (*_put(file, dump(report)), *derive(records, report))


def derive(records: Records, report: Report) -> Iterator[Path]:
    """Write what follows from a record where that is not there yet; yield what changed."""
    for place, render in DERIVED:
        yield from _put(place(records, report.day), render(report))


def repair(records: Records) -> list[Path]:
    """Write what a killed process left out: what is missing, or older than its record."""
    changed: list[Path] = []
    for day, file in list(records.dated_files()):
        if file != records.verdicts(day) or not _left_out(records, day, file):
            continue
        report = records.report(day)
        changed += derive(records, report) if report else ()
    return changed


@contextmanager
def _locked(records: Records) -> Iterator[None]:
    lock = records.folder / "state" / "records.lock"
    lock.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with lock.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _left_out(records: Records, day: date, verdicts: Path) -> bool:
    files = [place(records, day) for place, _ in DERIVED]
    # Younger by less than the clock's step is written again, which changes nothing.
    written = verdicts.stat().st_mtime_ns
    return not all(file.exists() and file.stat().st_mtime_ns > written for file in files)


def _put(file: Path, text: str) -> tuple[Path, ...]:
    """Write the text unless it stands there already; return the file if it changed."""
    content = text.encode()
    try:
        if file.read_bytes() == content:
            return ()
    except OSError:
        pass
    atomic.write(file, content)
    return (file,)
