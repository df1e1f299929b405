"""Events become columns: clean ones by the thousand, the others one by one."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from itertools import repeat, starmap
from types import NoneType
from zoneinfo import ZoneInfo

import msgspec
from xxhash import xxh3_64_digest

from exporter.model import Reason
from exporter.privacy import Audit, named, utf8
from exporter.telemetry import careful, typed
from exporter.telemetry.careful import UnfitError
from exporter.telemetry.columns import (
    DATED,
    NO_KEY,
    REJECTED,
    SUCCESS,
    UNREADABLE,
    Columns,
    Defect,
    Row,
)

# Whatever makes the fast way give up; the careful one says what it is.
_UNFIT = (msgspec.MsgspecError, ValueError, TypeError, OverflowError, RecursionError)

# The types of `event_type` where there is no payload in it.
_FLAT = {str, NoneType}

_PIECES = msgspec.json.Decoder(list[msgspec.Raw])


@dataclass(frozen=True, slots=True)
class Options:
    """What reading an event depends on beside the event; `rules` are the bits of a finding."""

    audit: Audit
    rules: tuple[str, ...]
    fields: tuple[str, ...]
    zone: ZoneInfo
    seed: int


class Events:
    """Takes stretches of raw JSON and gathers their events in columns."""

    def __init__(self, options: Options, dated: float) -> None:
        """`dated` is the time of events that have none."""
        self.columns = Columns(options.audit)
        self._options = options
        self._dated = dated
        self._array, self._event = typed.decoders(options.fields)

    def array(self, stretch: bytes | memoryview, at: int) -> bool:
        """Take events with commas between them; False, and nothing taken, unless it is JSON."""
        block = b"".join((b"[", stretch, b"]"))
        if self._is_clean(block) and self._take(self._array.decode, block):
            return True
        try:
            pieces = _PIECES.decode(block)
        except _UNFIT:
            return False
        self._take_each(map(bytes, pieces), block, at - 1)
        return True

    def lines(self, stretch: bytes) -> bool:
        """Take events one after another; False, and nothing taken, unless all are clean."""
        return self._is_clean(stretch) and self._take(self._event.decode_lines, stretch)

    def one(self, piece: bytes, at: int, line: int = 0, broken: Reason = Reason.SYNTAX) -> None:
        """Take one event, or count why not: `broken` when it is no JSON.

        `at` is its byte in the file, `line` its line where the file has one event a line.
        """
        if not (self._is_clean(piece) and self._take(self._decode_one, piece)):
            self._examine(piece.decode("utf-8", "surrogateescape"), at, line, broken)

    def envelope(self, text: str) -> None:
        """Audit what stands around the events; what is found there counts as one event's."""
        if found := self._audit(text, careful.strings(text)):
            self._add(Row(REJECTED, found), None)

    def _is_clean(self, block: bytes) -> bool:
        """Return whether nothing in this JSON asks for a look at each text."""
        if b"\\" in block or self._options.audit.suspects(block):
            return False
        try:
            return block.isascii() or bool(block.decode())
        except UnicodeDecodeError:
            return False

    def _take(self, decode: Callable[[bytes], list[typed.Event]], block: bytes) -> bool:
        try:
            self._append(decode(block))
        except _UNFIT:
            return False
        return True

    def _decode_one(self, piece: bytes) -> list[typed.Event]:
        return [self._event.decode(piece)]

    def _take_each(self, pieces: Iterable[bytes], block: bytes, start: int) -> None:
        position = 0
        for piece in pieces:
            position = block.index(piece, position)
            self.one(piece, start + position)
            position += len(piece)

    def _append(self, events: list[typed.Event]) -> None:
        """Append typed events; raises one of `_UNFIT` before anything is appended."""
        if not events:
            return
        if {type(one.event_type) for one in events} - _FLAT:
            events = [typed.flat(event) for event in events]
        columns = self.columns
        kind_codes, backend_codes = columns.kind_codes, columns.backend_codes
        kinds = bytes([kind_codes[one.event_type or one.type] for one in events])
        backends = bytes([backend_codes[one.backend_used or one.backend] for one in events])
        flags = bytearray([one.success is True for one in events])
        times, undated = typed.times(events, self._dated, self._options.zone)
        for index in undated:
            flags[index] |= DATED
        durations = typed.durations(events)
        columns.keys += self._keys([one.id for one in events])
        columns.kinds += kinds
        columns.backends += backends
        columns.flags += flags
        columns.times.frombytes(times)
        columns.durations += durations

    def _keys(self, names: list[str | int | None]) -> bytes:
        try:
            texts = map(str.encode, names)  # type: ignore[arg-type]
            keys = b"".join(map(xxh3_64_digest, texts, repeat(self._options.seed)))
        except TypeError:  # one is a number or None
            return b"".join(map(self._key, names))
        return b"".join(map(self._key, names)) if "" in names else keys

    def _key(self, name: str | int | None) -> bytes:
        """Return the id's hash; a number is another id than the same digits as text."""
        if name is None or name == "":
            return NO_KEY
        seed = self._options.seed + isinstance(name, int)
        return xxh3_64_digest(str(name).encode("utf-8", "surrogatepass"), seed)

    def _examine(self, text: str, at: int, line: int, broken: Reason) -> None:
        texts = careful.strings(text)
        found = self._audit(text, texts)
        note = partial(self._reject, at, line)
        try:
            event = careful.parse(text)
        except UnfitError as error:
            cut = error.reason is Reason.SYNTAX and broken is Reason.TRUNCATED
            message = "ends too early: half written?" if cut else str(error)
            note(broken if cut else error.reason, message)
            self._add(Row(UNREADABLE, found, at, line), None)
            return
        found |= careful.violates(event, self._options.fields)
        row = Row(REJECTED, found, at, line)
        row.key = self._key(careful.identity(event, note))
        seconds = careful.when(event, self._options.zone, note)
        try:
            self._fill(row, careful.facts(event, note))
        except UnfitError as error:
            note(error.reason, str(error))
        careful.check(text, texts, note)
        self._add(row, seconds)

    def _fill(self, row: Row, facts: careful.Facts) -> None:
        row.kind = self.columns.kind_codes[facts.kind]
        row.backend = self.columns.backend_codes[facts.backend]
        row.duration = facts.milliseconds
        row.flags = SUCCESS if facts.success else 0

    def _add(self, row: Row, seconds: float | None) -> None:
        row.time = self._dated if seconds is None else seconds
        row.flags |= DATED if seconds is None else 0
        self.columns.add(row)

    def _reject(self, at: int, line: int, reason: Reason, message: str) -> None:
        self.columns.reject(Defect(reason, self.columns.rows + 1, at, line, message))

    def _audit(self, text: str, texts: list[str]) -> int:
        """Return the bits of the rules that match in any of the JSON's texts."""
        audit = self._options.audit
        every = [*texts, *starmap(named, careful.pairs(text))]
        if not audit.suspects(utf8('"'.join(every))):
            return 0
        names = frozenset[str]().union(*map(audit.findings, every))
        return sum(1 << bit for bit, rule in enumerate(self._options.rules) if rule in names)
