"""Reading one export, or a stretch of it, into a part."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from exporter.files import Found, ItemError, open_regular
from exporter.model import Reason
from exporter.telemetry.columns import Part
from exporter.telemetry.events import Events, Options
from exporter.telemetry.shapes import Reader
from exporter.telemetry.source import LARGEST_FILE, Gzip, Window, plain
from exporter.telemetry.split import Stretch, split
from exporter.telemetry.store import Stamp, stamp_of
from exporter.telemetry.times import date_of

_GZIP = b"\x1f\x8b"
_BY_LINE = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")

# Where lines are cut out of documents of several lines, that is what they look like.
_BROKEN = {Reason.SYNTAX, Reason.TRUNCATED, Reason.SHAPE}


def read_whole(found: Found, options: Options) -> tuple[Stamp, Part]:
    """Return all events of a file and which content they are from; raises ItemError."""
    with _opened(found) as descriptor:
        # From before the reading: what is written meanwhile makes the next run read again.
        status = os.fstat(descriptor)
        if status.st_size > LARGEST_FILE:
            raise ItemError(Reason.SIZE, found.name, "", "larger than telemetry can be")
        dated = date_of(found, options.zone)
        events = Events(options, dated)
        window = Window(_reader(found, descriptor, status.st_size))
        reader = Reader(window, events, found.name, by_line=found.name.lower().endswith(_BY_LINE))
        reader.file()
    columns = events.columns
    if columns.rejected.keys() == {Reason.SHAPE} and not columns.accepted:
        message = "no telemetry: neither events nor a list of them"
        raise ItemError(Reason.SHAPE, found.name, "", message)
    return stamp_of(status), columns.part(reader.newlines, window.offset, dated)


def stretches_of(found: Found) -> list[Stretch]:
    """Return where the file can be cut; raises ItemError."""
    with _opened(found) as descriptor:
        return split(descriptor, found.stat.st_size)


def read_stretch(found: Found, options: Options, stretch: Stretch) -> Part | None:
    """Return the events of a stretch, None unless it begins and ends between two of them."""
    dated = date_of(found, options.zone)
    events = Events(options, dated)
    try:
        with _opened(found) as descriptor:
            if stamp_of(os.fstat(descriptor)) != stamp_of(found.stat):
                return None
            window = Window(plain(descriptor, stretch.start, stretch.end), stretch.start)
            reader = Reader(window, events, found.name, by_line=False)
            whole = reader.stretch() if stretch.of_list else reader.documents()
    except ItemError:
        return None
    columns = events.columns
    if not whole or (not stretch.of_list and columns.rejected.keys() & _BROKEN):
        return None
    events.envelope(stretch.envelope)
    return columns.part(reader.newlines, stretch.end - stretch.start, dated)


def _reader(found: Found, descriptor: int, size: int) -> Callable[[int], bytes]:
    if os.pread(descriptor, len(_GZIP), 0) == _GZIP:  # whatever the name says
        return Gzip(descriptor, found.name).read
    return plain(descriptor, 0, size)


@contextmanager
def _opened(found: Found) -> Iterator[int]:
    descriptor = open_regular(found)
    try:
        yield descriptor
    except OSError as error:
        raise ItemError(Reason.UNREADABLE, found.name, "", "cannot be read") from error
    finally:
        os.close(descriptor)
