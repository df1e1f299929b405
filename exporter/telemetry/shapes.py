"""The shapes of telemetry exports: from the bytes of a file to one event after another.

A file holds documents, one after another: lists of events, bare or below `events`, and events.
Almost all of it is taken by the block: cut where one event seems to end and the next to begin, and
decoded. What starts with an event and decodes as a list ends with one, so a wrong cut cannot pass
unseen; then, as when anything else is wrong with a block, the values in it are followed exactly.
"""

import json
import re
from itertools import islice
from typing import Any

from exporter.files import MEBIBYTE, ItemError
from exporter.model import Reason
from exporter.telemetry import values
from exporter.telemetry.events import Events
from exporter.telemetry.source import LARGEST_EVENT, Window

# Between two events of a list. What looks like it inside an event is found out by decoding.
BOUNDARY = re.compile(rb"\}\s*(,)\s*(?=\{)")

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_SPACE = re.compile(rb"[ \t\n\r]*")
_BETWEEN = re.compile(rb"(?:[ \t\n\r]|\xef\xbb\xbf)*")  # byte order marks come with `cat`, too

_WRAPPER = re.compile(rb'"events"\s*:\s*\[')
_WRAPPER_WITHIN = 64 * 1024
_WRAPPER_TRIES = 8

_GLUED = re.compile(rb"\}\s*\{")

# Exports of a day each make a thousand in three years; reading each takes its time.
MOST_LISTS = 100_000

_LOOK_BACK = 4096
_LOOK_AHEAD = 64 * 1024


def list_start(data: bytes, at: int) -> int | None:
    """Return where the events of the list that begins at `at` begin, None if there is no list."""
    if data.startswith(b"[", at):
        return at + 1
    if not data.startswith(b"{", at):
        return None
    openings = islice(_WRAPPER.finditer(data, at, at + _WRAPPER_WITHIN), _WRAPPER_TRIES)
    starts = (opening.end() for opening in openings)
    return next((start for start in starts if _begins(data[at:start])), None)


def ends(closing: bytes) -> bool:
    """Return whether this closes the object around a list, without another list of events."""
    rest = _document(b'{"": 0' + closing)
    return isinstance(rest, dict) and "events" not in rest


def _begins(opening: bytes) -> bool:
    document = _document(opening + b"]}")
    return isinstance(document, dict) and document.get("events") == []


def _document(data: bytes) -> Any:
    try:
        return json.loads(data.decode("latin-1"))
    except (ValueError, RecursionError):
        return None


class Reader:
    """Reads a file, or a stretch of one, into `events`."""

    def __init__(self, window: Window, events: Events, name: str, *, by_line: bool) -> None:
        """`name` is the file's; `by_line` says that its name promises one event a line."""
        self.newlines = 0  # passed outside of lists
        self._window = window
        self._events = events
        self._name = name
        self._by_line = by_line
        # Where taking a block failed: up to here it is not tried again.
        self._careful_until = 0
        self._no_wrapper_until = 0

    def file(self) -> None:
        """Read the whole file; raises ItemError when it is broken."""
        head = self._window.data[:4]
        if head.startswith(_UTF_16) or b"\0" in head:
            raise self._broken(Reason.ENCODING, "not UTF-8; write the export as UTF-8")
        if not self._next_document():
            raise self._broken(Reason.TRUNCATED, "empty")
        self.documents()

    def documents(self) -> bool:
        """Read document after document, True at the end; raises ItemError for a broken one."""
        window = self._window
        lists = 0
        while self._next_document():
            start = self._list_start()
            if start is not None:
                lists += 1
                if lists > MOST_LISTS:
                    raise self._broken(Reason.SIZE, f"more than {MOST_LISTS} lists of events")
                opening = window.data[window.at : start]
                window.move(start)
                self._list()
                if opening != b"[":
                    self._close(opening)
            elif not self._take_lines():
                self._document()
        return True

    def stretch(self) -> bool:
        """Read from one event of a list to the end of another; False when it ends elsewhere."""
        return not self._list(stretch=True)

    def _next_document(self) -> bool:
        """Move to the next document; False at the end of the file."""
        window = self._window
        while True:
            at = _end(_BETWEEN, window.data, window.at)
            self.newlines += window.data.count(b"\n", window.at, at)
            window.move(at)
            if window.at < len(window.data) or window.ended:
                return window.at < len(window.data)

    def _list_start(self) -> int | None:
        window = self._window
        if window.data.startswith(b"[", window.at):
            return window.at + 1
        if window.offset + _WRAPPER_WITHIN <= self._no_wrapper_until:
            return None
        if window.data.find(b'"events"', window.at) < 0:
            self._no_wrapper_until = window.place(len(window.data))
            return None
        return list_start(window.data, window.at)

    def _list(self, *, stretch: bool = False) -> bool:
        """Read the events of a list; True at its end, False at the end of the stretch."""
        window = self._window
        fresh = not stretch
        ended: bool | None = None
        while ended is None:
            before = window.offset
            if before >= self._careful_until:
                ended = self._take_list(fresh=fresh, stretch=stretch)
            if ended is None and window.offset == before:
                ended = self._follow(fresh=fresh, stretch=stretch)
            fresh = False
            self._check_hope()
        return ended

    def _take_list(self, *, fresh: bool, stretch: bool) -> bool | None:
        """Take what is in memory up to the last boundary, or the end; None unless that ended."""
        window, data, at = self._window, self._window.data, self._window.at
        cut = _last_boundary(data, at)
        close = len(data) if stretch else data.rfind(b"]", at)
        # No bracket in the last event: the end is where it seems to be.
        plain_end = window.ended and data.find(b"]", max(cut, at)) in (close, -1)
        if (plain_end or cut < 0) and self._take_rest(close, fresh=fresh):
            window.move(close + (not stretch))
            return not stretch
        if cut > 0 and self._events.array(memoryview(data)[at:cut], window.offset):
            window.move(cut + 1)
        else:
            self._careful_until = window.place(cut if cut > 0 else len(data))
        return None

    def _take_rest(self, close: int, *, fresh: bool) -> bool:
        """Take everything up to the end of the list; False unless that is the end."""
        window = self._window
        inside = window.data[window.at : close]
        return (
            window.ended
            and close >= window.at
            and (fresh or bool(inside.strip()))  # behind a comma there must be something
            and self._events.array(inside, window.offset)
        )

    def _follow(self, *, fresh: bool, stretch: bool) -> bool | None:
        """Take the next value, wherever it ends; True and False as `_list`, None in between."""
        window = self._window
        start, end, after = self._value()
        if start == end:  # no value but a bracket
            if not fresh:
                raise self._broken(Reason.SYNTAX, "not JSON")
            window.move(end + 1)
            return True
        self._events.one(window.data[start:end], window.place(start))
        mark = window.data[after : after + 1]
        window.move(after + len(mark))
        if mark == b",":
            return None
        if mark not in (b"]", b""):
            raise self._broken(Reason.SYNTAX, "not JSON")
        if not mark and not stretch:
            raise self._broken(Reason.TRUNCATED, "ends in the middle of a list")
        return bool(mark)

    def _close(self, opening: bytes) -> None:
        """Read the rest of the object that the list stood in."""
        window = self._window
        held = _LOOK_BACK
        while True:
            rest = window.data[window.at : window.at + held]
            end = self._value_end((opening + b"]" + rest).decode("latin-1"), 0)
            if end is not None:
                break
            if held < len(window.data) - window.at:
                held *= 2
            elif not window.grow():
                raise self._unended()
        closing = window.data[window.at : window.at + end - len(opening) - 1]
        if not ends(closing):
            raise self._broken(Reason.SHAPE, "its `events` stands there twice")
        self._events.envelope((opening + closing).decode("utf-8", "surrogateescape"))
        window.move(window.at + len(closing))

    def _take_lines(self) -> bool:
        """Take all whole lines in memory, or the last one; False when that fails."""
        window, data, at = self._window, self._window.data, self._window.at
        if window.offset < self._careful_until:
            return False
        cut = len(data) if window.ended else data.rfind(b"\n", at) + 1
        if cut > at and self._events.lines(data[at:cut]):
            self.newlines += data.count(b"\n", at, cut)
            window.move(cut)
            return True
        self._careful_until = window.place(max(cut, at + 1))
        return False

    def _document(self) -> None:
        """Take one document that is no list."""
        line = self._line()
        self._by_line = self._by_line or values.is_one(line.decode("latin-1"))
        if not self._by_line:
            try:
                start, end, _ = self._value()
            except ItemError:
                if not self._looks_by_line():
                    raise
                self._by_line = True
            else:
                if start == end:
                    raise self._broken(Reason.SYNTAX, "not JSON")
                self._one(start, end)
                return
        self._one_line(line)

    def _one(self, start: int, end: int) -> None:
        """Take the event between two places in memory, and pass on to behind it."""
        window = self._window
        self._events.one(window.data[start:end], window.place(start))
        self.newlines += window.data.count(b"\n", window.at, end)
        window.move(end)
        self._check_hope()

    def _one_line(self, line: bytes) -> None:
        """Take the event of a line, or the first of several."""
        window = self._window
        if _GLUED.search(line):
            start, end, after = self._value()
            if window.data.startswith(b"{", after) and b"\n" not in window.data[start:after]:
                self._one(start, end)
                return
        at = window.at + len(line)
        whole = at < len(window.data)  # its line break is there
        broken = Reason.SYNTAX if whole else Reason.TRUNCATED
        self._events.one(line.strip(), window.offset, self.newlines + 1, broken)
        self.newlines += whole
        window.move(at + whole)
        self._check_hope()

    def _line(self) -> bytes:
        """Return what is left of the line."""
        window = self._window
        while (end := window.data.find(b"\n", window.at)) < 0:
            if not window.grow():
                if not window.ended:
                    raise self._unended()
                return window.data[window.at :]
        return window.data[window.at : end]

    def _looks_by_line(self) -> bool:
        """Tell whether most of the next lines are a document each."""
        window = self._window
        ahead = window.text[window.at : window.at + _LOOK_AHEAD]
        lines = [line for line in ahead.split("\n")[:-1] if line.strip()]
        return sum(map(values.is_one, lines)) > len(lines) / 2

    def _value(self) -> tuple[int, int, int]:
        """Return where the next value starts and ends, and where the next mark stands.

        A closing bracket instead of a value starts and ends at one place.
        """
        window = self._window
        while True:
            start = _end(_SPACE, window.data, window.at)
            if window.data.startswith(b"]", start):
                return start, start, start
            end = self._value_end(window.text, start)
            if end is not None:
                after = _end(_SPACE, window.data, end)
                if after < len(window.data) or window.ended:
                    return start, end, after
            if not window.grow():
                raise self._unended()

    def _value_end(self, text: str, start: int) -> int | None:
        try:
            return values.end(text, start)
        except values.BrokenError as error:
            raise self._broken(Reason.SYNTAX, "not JSON") from error

    def _check_hope(self) -> None:
        if self._events.columns.hopeless:
            raise self._broken(Reason.SHAPE, "hardly anything in it is an event")

    def _unended(self) -> ItemError:
        if self._window.ended:
            return self._broken(Reason.TRUNCATED, "ends too early: half written?")
        return self._broken(Reason.SIZE, f"a value of more than {LARGEST_EVENT // MEBIBYTE} MiB")

    def _broken(self, reason: Reason, message: str) -> ItemError:
        return ItemError(reason, self._name, f"byte {self._window.offset}", message)


def _last_boundary(data: bytes, at: int) -> int:
    """Return the place of the comma between the last two events in memory, -1 without one."""
    back = _LOOK_BACK
    while True:
        start = max(at, len(data) - back)
        commas = [boundary.start(1) for boundary in BOUNDARY.finditer(data, start)]
        if commas:
            return commas[-1]
        if start == at:
            return -1
        back *= 16


def _end(pattern: re.Pattern[bytes], data: bytes, at: int) -> int:
    match = pattern.match(data, at)
    return match.end() if match else at
