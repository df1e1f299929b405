"""The raw record of a day: its events, each once, without a word that an event said.

    {"date": "2026-01-13", "count": 2, "events": [
    {"id": "9c01…", "timestamp": "2026-01-13T17:06:07.422Z", "event_type": "command_generation",
     "backend_used": "static", "generation_time_ms": 53, "success": true}, …]}

An event that a privacy rule matches has the rules' names for its `command`, so that whoever counts
events with a command counts the violations.
"""

import json
import math
import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Protocol

import numpy as np

from exporter import atomic
from exporter.telemetry.columns import DATED, GENERATION, REJECTED, SUCCESS, UNREADABLE
from exporter.telemetry.index import Codes
from exporter.telemetry.rows import Floats, Keys, Rows

_COUNT = re.compile(rb'\{"date": "[0-9-]{10}", "count": (\d{1,12}),')
_HEAD = 100
_CHUNK = 4096

_ODD = {REJECTED: '"rejected"', UNREADABLE: '"unreadable"'}


class Events(Protocol):
    """Events by day, and the names of their codes: an index, or a cluster's."""

    kinds: Codes
    backends: Codes

    def of_day(self, day: date) -> tuple[Keys, Rows, Keys]:
        """Return that day's events as an index does."""


def write_day(index: Events, day: date, rules: Sequence[str], file: Path) -> None:
    """Write the day's events unless the file has more of them; raises OSError.

    `rules` are the names of the bits of a finding.
    """
    keys, rows, bits = index.of_day(day)
    count = len(rows)
    if _count(file) > count or (not count and not file.exists()):
        return
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with atomic.replacing(file) as opened:
        head = {"date": day.isoformat(), "count": count}
        opened.write(json.dumps(head)[:-1].encode() + b', "events": [')
        for start in range(0, count, _CHUNK):
            part = slice(start, start + _CHUNK)
            lines = ",\n".join(_lines(index, keys[part], rows.take(part), bits[part], rules))
            opened.write((",\n" if start else "\n").encode() + lines.encode())
        opened.write(b"\n]}\n")


def _count(file: Path) -> int:
    """Return how many events the file has; 0 without one that can be read."""
    try:
        with file.open("rb") as opened:
            found = _COUNT.match(opened.read(_HEAD))
    except OSError:
        return 0
    return int(found[1]) if found else 0


def _lines(
    index: Events, keys: Keys, rows: Rows, bits: Keys, rules: Sequence[str]
) -> Iterator[str]:
    """Yield each event as JSON: put together by hand in a fifth of the time."""
    kinds = dict(enumerate(map(json.dumps, index.kinds.names))) | _ODD
    backends = list(map(json.dumps, index.backends.names))
    columns = (keys, rows.kinds, rows.backends, rows.durations, rows.flags, bits)
    values = zip(stamps(rows.times), *(column.tolist() for column in columns), strict=True)
    for time, key, kind, backend, duration, flags, found in values:
        name = f'"{key:016x}"' if key >> 32 else "null"
        stamp = "null" if flags & DATED else f'"{time}"'
        line = f'{{"id": {name}, "timestamp": {stamp}, "event_type": {kinds[kind]}'
        if kind == GENERATION:
            success = "true" if flags & SUCCESS else "false"
            line += f', "backend_used": {backends[backend]}'
            line += f', "generation_time_ms": {_milliseconds(duration)}, "success": {success}'
        if found:
            line += f', "command": {_marks(found, rules)}'
        yield line + "}"


def _marks(found: int, rules: Sequence[str]) -> str:
    return json.dumps(" ".join(f"[{rule}]" for bit, rule in enumerate(rules) if found >> bit & 1))


def stamps(seconds: Floats) -> list[str]:
    """Return times as RFC 3339 in UTC: cut to milliseconds, of microseconds that are rounded."""
    fractions, whole = np.modf(seconds)
    microseconds = whole.astype(np.int64) * 1_000_000 + np.rint(fractions * 1e6).astype(np.int64)
    moments = (microseconds // 1000).astype("datetime64[ms]")
    texts: list[str] = np.datetime_as_string(moments, timezone="UTC").tolist()
    return texts


def _milliseconds(value: float) -> str:
    if math.isnan(value):
        return "null"
    return str(int(value) if value.is_integer() else value)
