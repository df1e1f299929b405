"""Cutting a large file into stretches that can be read at the same time."""

import os
import re
from dataclasses import dataclass
from itertools import pairwise

from exporter.files import MEBIBYTE
from exporter.telemetry import values
from exporter.telemetry.shapes import BOUNDARY, ends, list_start

STRETCH = 4 * MEBIBYTE

_LOOK = 64 * 1024
_SPACE = re.compile(rb"\A(?:\xef\xbb\xbf)?[ \t\n\r]*")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Bytes of a file that hold whole events: of a list, or one a line.

    Whether they really do shows when they are read. `envelope` is what stands around the list.
    """

    start: int
    end: int
    of_list: bool
    envelope: str = ""


def split(descriptor: int, size: int) -> list[Stretch]:
    """Return the stretches of a file, none when it is small or not of a shape to cut."""
    if size < 2 * STRETCH:
        return []
    head = os.pread(descriptor, _LOOK, 0)
    at = len(head) - len(_SPACE.sub(b"", head, count=1))
    start = list_start(head, at)
    if start is not None:
        return _split_list(descriptor, size, head[at:start], start)
    line, newline, _ = head[at:].partition(b"\n")
    if newline and values.is_one(line.decode("latin-1")):
        return _split_lines(descriptor, size)
    return []


def _split_list(descriptor: int, size: int, opening: bytes, start: int) -> list[Stretch]:
    tail = os.pread(descriptor, _LOOK, size - _LOOK)
    close = tail.rfind(b"]")
    closing = tail[close + 1 :]
    if close < 0 or (closing.strip() if opening == b"[" else not ends(closing)):
        return []
    end = size - len(tail) + close
    commas = _cuts(descriptor, range(start + STRETCH, end - STRETCH // 2, STRETCH), BOUNDARY)
    edges = [start - 1, *commas, end]
    envelope = (opening + b"]" + closing).decode("utf-8", "surrogateescape")
    return [
        Stretch(before + 1, after, of_list=True, envelope=envelope if after == end else "")
        for before, after in pairwise(edges)
    ]


def _split_lines(descriptor: int, size: int) -> list[Stretch]:
    newlines = _cuts(descriptor, range(STRETCH, size - STRETCH // 2, STRETCH), re.compile(rb"(\n)"))
    # A line's end is its own, or the lines behind it were numbered one too low.
    edges = [0, *(newline + 1 for newline in newlines), size]
    return [Stretch(before, after, of_list=False) for before, after in pairwise(edges)]


def _cuts(descriptor: int, targets: range, pattern: re.Pattern[bytes]) -> list[int]:
    """Return the first place that matches behind each target, as far as there is one near."""
    near = ((target, os.pread(descriptor, _LOOK, target)) for target in targets)
    return [target + match.start(1) for target, data in near if (match := pattern.search(data))]
