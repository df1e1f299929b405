"""Reading result files of either format from a release's folder."""

import os
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from exporter import files
from exporter.model import Context, ErrorClass, Rejection, SourceError
from exporter.results import cargo, junit
from exporter.results.newest import Newest
from exporter.results.records import Origin, Run

Format = Literal["auto", "cargo", "junit"]

_BLANK = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"


@dataclass(frozen=True, slots=True)
class Results:
    """The runs with the newest outcome of each test, and the files that could not be taken.

    `files` is how many there are, `superseded` how many older outcomes a newer run replaced;
    `note` says where they come from, where that is no file; `unproven` that something which was
    asked for says nothing.
    """

    runs: tuple[Run, ...]
    rejections: tuple[Rejection, ...] = ()
    files: int = 0
    superseded: int = 0
    note: str = ""
    unproven: bool = False

    def beside(self, other: "Results") -> "Results":
        """Return the results of both."""
        return Results(
            self.runs + other.runs,
            self.rejections + other.rejections,
            self.files + other.files,
            self.superseded + other.superseded,
            "; ".join(filter(None, (self.note, other.note))),
            self.unproven or other.unproven,
        )


def load(
    context: Context, key: str, patterns: tuple[str, ...], form: Format = "auto", pick: str = ""
) -> Results:
    """Return the results of all matching files, with the tests whose names contain `pick`.

    Raises SourceError, naming the settings' key, when no file matches.
    """
    found, rejections = files.find(context.folder, patterns)
    if not found and not rejections:
        shown = ", ".join(patterns)
        message = f"{key}: no file matches {shown}; save test results there or correct the pattern"
        raise SourceError(ErrorClass.MISSING, message)
    matched = len(found) + len(rejections)
    newest = Newest()
    for one in found:
        try:
            newest.add(_parse(one, form, context.now, pick))
        except files.ItemError as error:
            rejections.append(error.rejection)
    runs, superseded = newest.settle()
    return Results(tuple(runs), tuple(rejections), matched, superseded)


def _parse(found: files.Found, form: Format, now: datetime, pick: str) -> list[Run]:
    origin = Origin(found.name, found.written(now), now)
    with os.fdopen(files.open_regular(found), "rb") as file:
        head = file.read(512).lstrip(_BLANK)
        if form == "junit" or (form == "auto" and head.startswith(b"<")):
            file.seek(0)
            return junit.parse(file, origin, pick)
    return cargo.parse(files.read_text(found, cargo.LIMIT), origin, pick)
