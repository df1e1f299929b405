"""The engine: answers requests one at a time, and remembers what it read for the next one."""

import gc
from collections import OrderedDict
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import BinaryIO, Protocol

import msgspec

from exporter.model import ErrorClass, SourceError
from exporter.privacy import RULES
from exporter.telemetry.folder import Folder, audit_of
from exporter.telemetry.protocol import Failure, Reply, Request

# Each keeps its events' columns in memory; the others read theirs again from the store.
REMEMBERED = 8


class Reader(Protocol):
    """Reads one release's exports, as `Folder` does."""

    def read(self, now: float, day: date | None = None, raw: Path | None = None) -> Reply:
        """Return what the folder says now; raises SourceError."""


class Engine:
    """Folders of exports, each with what is known of it."""

    def __init__(self, reader: Callable[[Request], Reader] = Folder) -> None:
        """Know nothing yet; `reader` opens a folder."""
        self._reader = reader
        self._folders: OrderedDict[str, tuple[Request, Reader]] = OrderedDict()

    def answer(self, request: Request) -> Reply | Failure:
        """Return the reading of the request's folder, or why there is none."""
        try:
            day = date.fromisoformat(request.day) if request.day else None
            raw = Path(request.raw) if request.raw else None
            return self._folder(request).read(request.now, day, raw)
        except Exception as error:  # noqa: BLE001 - the process's outermost: the exporter hears why
            return failure_of(error)

    def _folder(self, request: Request) -> Reader:
        """Return the folder that is remembered for these very settings, or a new one."""
        settings = msgspec.structs.replace(request, now=0.0, day=None, raw=None)
        known = self._folders.pop(request.state, None)
        if known is None or known[0] != settings:
            known = settings, self._reader(settings)
        self._folders[request.state] = known
        while len(self._folders) > REMEMBERED:
            self._folders.popitem(last=False)
        return known[1]


def serve(
    requests: BinaryIO, replies: BinaryIO, reader: Callable[[Request], Reader] = Folder
) -> None:
    """Answer line by line until the exporter closes its end."""
    engine = Engine(reader)
    audit_of(tuple(RULES), ())  # nobody asks yet, and almost everybody will ask for this
    # What was loaded stays: looking through it for garbage takes as long as a small request.
    gc.freeze()
    decoder = msgspec.json.Decoder(Request)
    for line in requests:
        replies.write(msgspec.json.encode(engine.answer(decoder.decode(line))) + b"\n")
        replies.flush()


def failure_of(error: Exception) -> Failure:
    """Return what the exporter is told of an error."""
    if isinstance(error, SourceError):
        return Failure(error.kind, str(error))
    if isinstance(error, OSError):
        message = f"its state cannot be kept: {error.strerror}; free or repair the data folder"
        return Failure(ErrorClass.INTERNAL, message)
    # The message stays out: it may quote what was read.
    message = f"unexpected {type(error).__name__} at {raised_at(error)}; please report it"
    return Failure(ErrorClass.INTERNAL, message)


def raised_at(error: BaseException) -> str:
    """Return in which file and line of ours or a library's it was raised."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "an unknown place"
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
