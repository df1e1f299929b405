"""The telemetry files of a release, found with one look at each entry.

In a folder that the settings name, nothing visible is passed over in silence but notes for people:
who reads "no violation" must not be wrong about what was looked into.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path, PurePosixPath

from exporter.files import Found, ItemError, look, matches, printable
from exporter.model import ErrorClass, Reason, Rejection, SourceError

SUFFIXES = tuple(
    f".{kind}{packed}" for kind in ("json", "jsonl", "ndjson") for packed in ("", ".gz")
)

NO_EXPORT = "not a telemetry export; rename it or narrow `files`"

# Deeper ones are a mistake or an attack; exports lie in a folder or two.
DEEPEST = 32

_DATE = re.compile(r"(?<!\d)(\d{4})(-?)([01]\d)\2([0-3]\d)(?!\d)")


class Selected(Enum):
    """What the settings' patterns make of a file; UNCLEAR is in a folder of exports and is none."""

    EXPORT = auto()
    UNCLEAR = auto()
    NO = auto()


@dataclass(frozen=True, slots=True)
class Scan:
    """What a folder holds now: the telemetry files by name, and what only looks like one."""

    files: tuple[Found, ...]
    rejections: tuple[Rejection, ...]


def scan(folder: Path, patterns: tuple[str, ...]) -> Scan:
    """Return the files that the patterns select; of a folder, those named like telemetry.

    Raises SourceError when there is none: then nobody knows of any event.
    """
    if not folder.is_dir():
        raise SourceError(ErrorClass.MISSING, f"{folder.name}: there is no such folder")
    found: list[Found] = []
    rejections: list[Rejection] = []
    for one in _entries(folder.resolve(), patterns):
        if isinstance(one, Found):
            found.append(one)
        else:
            rejections.append(one)
    if not found and all(one.message == NO_EXPORT for one in rejections):
        wanted = ", ".join(patterns)
        message = f"files: nothing matches {wanted}; put exports there ({', '.join(SUFFIXES)})"
        raise SourceError(ErrorClass.MISSING, message)
    # One file under two names, such as a link `latest.json`, is one export.
    last_first = sorted(found, key=lambda one: one.name, reverse=True)
    files = {(one.stat.st_dev, one.stat.st_ino): one for one in last_first}
    return Scan(tuple(sorted(files.values(), key=lambda one: one.name)), tuple(rejections))


@lru_cache(maxsize=4096)
def day_in(name: str) -> tuple[int, int, int] | None:
    """Return year, month and day as a file's name says them: 2026-01-13 or 20260113."""
    dates = _DATE.findall(PurePosixPath(name).name)
    return (int(dates[-1][0]), int(dates[-1][2]), int(dates[-1][3])) if dates else None


def _entries(root: Path, patterns: tuple[str, ...]) -> Iterator[Found | Rejection]:
    below = len(str(root).rstrip("/")) + 1
    waiting = [str(root)]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(folder) as entries:
                visible = [entry for entry in entries if not entry.name.startswith(".")]
        except OSError:
            yield _refused(Reason.UNREADABLE, folder[below:], "a folder that cannot be read")
            continue
        for entry in visible:
            name = entry.path[below:]
            if entry.is_dir(follow_symlinks=False):
                if not any(_reaches(name, pattern) for pattern in patterns):
                    continue  # such as our own state, with as many files as there are exports
                if name.count("/") < DEEPEST:
                    waiting.append(entry.path)
                else:
                    yield _refused(Reason.DEPTH, name, f"more than {DEEPEST} folders deep")
            elif (selected := _selected(name, patterns)) is Selected.EXPORT:
                try:
                    yield look(root, printable(name), entry)
                except ItemError as error:
                    yield error.rejection
            elif selected is Selected.UNCLEAR:
                yield _refused(Reason.SHAPE, name, NO_EXPORT)


# Each look at the folder asks the same of the same names.
@lru_cache(maxsize=65_536)
def _selected(name: str, patterns: tuple[str, ...]) -> Selected:
    last = PurePosixPath(name).name
    matching = [PurePosixPath(pattern).name for pattern in patterns if matches(name, pattern)]
    named = any(pattern != "**" and fnmatchcase(last, pattern) for pattern in matching)
    if named or (matching and last.lower().endswith(SUFFIXES)):
        return Selected.EXPORT
    return Selected.UNCLEAR if matching and not _is_note(last) else Selected.NO


def _is_note(name: str) -> bool:
    return name.lower().startswith("readme") or name.lower().endswith(".md")


def _reaches(folder: str, pattern: str) -> bool:
    """Return whether the pattern may select something below the folder."""
    first = PurePosixPath(pattern).parts[:1]
    if not folder or first in ((), ("**",)):
        return True
    return fnmatchcase(PurePosixPath(folder).parts[0], first[0])


def _refused(reason: Reason, name: str, message: str) -> Rejection:
    return Rejection(reason, printable(name), "", message)
