"""What is kept of a stretch of events: six columns, and what was found wrong or private."""

import re
from array import array
from dataclasses import dataclass
from functools import lru_cache
from math import nan

import msgspec

from exporter.model import LISTED_REJECTIONS, Reason
from exporter.privacy import Audit

# Codes of event types and backends; each part names its own beyond these.
OTHER = 0
GENERATION = 1  # event type: a command was generated
STATIC = 1  # backend: the one with a verdict
REJECTED = 255  # event type: not counted, but audited
UNREADABLE = 254  # event type: not even audited
LAST_NAME = 250

# Flags of an event.
SUCCESS = 1
DATED = 2  # no time of its own: it has the file's
NAMELESS = 4  # no id: no other event is a copy of it

NO_KEY = bytes(8)

# The place of what stands around the events of a file.
AROUND = -1

_PLAIN = re.compile(r"[A-Za-z0-9_.-]{1,32}", re.ASCII)
_REMEMBERED = 4096
_HOPELESS = 50_000


class Defect(msgspec.Struct, frozen=True, array_like=True):
    """What is wrong with an event: its number and line within the part, its byte in the file."""

    reason: Reason
    event: int
    byte: int
    line: int
    message: str


class Part(msgspec.Struct, array_like=True):
    """A stretch of a file as columns in machine order: no text of any event is in it.

    `keys` are 8 bytes per event, `times` (seconds since 1970) and `durations` (milliseconds, NaN
    without one) float64, the others one byte. The rows in `found_rows` (uint32) offend against
    the rules in `found_rules` (uint64, a bit for each); they stand at the byte of the file in
    `found_bytes` (int64) or on the line of the part in `found_lines` (uint32), 0 without lines.
    `dated` is the file's own time.
    """

    keys: bytes
    times: bytes
    durations: bytes
    kinds: bytes
    backends: bytes
    flags: bytes
    kind_names: list[str]
    backend_names: list[str]
    found_rows: bytes
    found_rules: bytes
    found_bytes: bytes
    found_lines: bytes
    defects: list[Defect]
    rejected: dict[Reason, int]
    lines: int
    decoded: int
    dated: float

    @property
    def rows(self) -> int:
        """How many events there are, rejected ones among them."""
        return len(self.kinds)

    def bare(self) -> "Part":
        """Return the part without its events: their names, and what was wrong with them."""
        columns = [one for one in self.__struct_fields__ if isinstance(getattr(self, one), bytes)]
        return msgspec.structs.replace(self, **dict.fromkeys(columns, b""))


class Names(dict[object, int]):
    """Codes of names from outside: only plain ones that no privacy rule matches get their own."""

    def __init__(self, audit: Audit, *known: str) -> None:
        """Start with the known names in their order; code 0 is everything else."""
        self.names = ["other", *known]
        super().__init__((name, code) for code, name in enumerate(self.names))
        self._audit = audit

    def __missing__(self, name: object) -> int:
        """Return the name's code, a new one if it may have one; raises TypeError unless text."""
        if not isinstance(name, str):
            raise TypeError
        plain = _PLAIN.fullmatch(name) and _is_harmless(self._audit, name)
        code = OTHER
        if plain and len(self.names) <= LAST_NAME:
            code = len(self.names)
            self.names.append(name)
        if code or len(self) < _REMEMBERED:
            self[name] = code
        return code


# File after file has the same few names.
@lru_cache(maxsize=1024)
def _is_harmless(audit: Audit, name: str) -> bool:
    return not audit.findings(name)


@dataclass(slots=True)
class Row:
    """One event for the columns; `found` are the bits of the rules that match `at` its place."""

    kind: int
    found: int = 0
    at: int = AROUND
    line: int = 0
    key: bytes = NO_KEY
    time: float = 0.0
    duration: float = nan
    backend: int = OTHER
    flags: int = 0


class Columns:
    """Columns that grow by whole batches of events."""

    def __init__(self, audit: Audit) -> None:
        """Start empty."""
        self.keys = bytearray()
        self.times = array("d")
        self.durations = array("d")
        self.kinds = bytearray()
        self.backends = bytearray()
        self.flags = bytearray()
        self.kind_codes = Names(audit, "command_generation")
        self.backend_codes = Names(audit, "static")
        self.backend_codes[None] = OTHER
        self.found_rows = array("I")
        self.found_rules = array("Q")
        self.found_bytes = array("q")
        self.found_lines = array("I")
        self.defects: list[Defect] = []
        self.rejected: dict[Reason, int] = {}
        self._lost = 0

    @property
    def rows(self) -> int:
        """How many events there are so far."""
        return len(self.kinds)

    @property
    def accepted(self) -> int:
        """How many of them may count."""
        return self.rows - self._lost

    @property
    def hopeless(self) -> bool:
        """Whether so much is no event and so little is one that the rest is not worth the time."""
        return self._lost > _HOPELESS and self._lost > self.rows * 0.9

    def add(self, row: Row) -> None:
        """Append one event."""
        if row.found:
            self.found_rows.append(self.rows)
            self.found_rules.append(row.found)
            self.found_bytes.append(row.at)
            self.found_lines.append(row.line)
        self._lost += row.kind >= UNREADABLE
        self.keys += row.key
        self.times.append(row.time)
        self.durations.append(row.duration)
        self.kinds.append(row.kind)
        self.backends.append(row.backend)
        self.flags.append(row.flags)

    def reject(self, defect: Defect) -> None:
        """Count a defect; beyond the first ones its place is not kept."""
        self.rejected[defect.reason] = self.rejected.get(defect.reason, 0) + 1
        if len(self.defects) < LISTED_REJECTIONS:
            self.defects.append(defect)

    def part(self, lines: int, decoded: int, dated: float) -> Part:
        """Return what was gathered."""
        return Part(
            bytes(self.keys),
            self.times.tobytes(),
            self.durations.tobytes(),
            bytes(self.kinds),
            bytes(self.backends),
            bytes(self.flags),
            self.kind_codes.names,
            self.backend_codes.names,
            self.found_rows.tobytes(),
            self.found_rules.tobytes(),
            self.found_bytes.tobytes(),
            self.found_lines.tobytes(),
            self.defects,
            self.rejected,
            lines,
            decoded,
            dated,
        )
