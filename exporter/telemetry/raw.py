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
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Protocol

from exporter import atomic
from exporter.telemetry.columns import DATED, GENERATION, REJECTED, SUCCESS, UNREADABLE
from exporter.telemetry.index import Codes
from exporter.telemetry.rows import Keys, Rows

_COUNT = re.compile(rb'\{"date": "[0-9-]{10}", "count": (\d{1,12}),')
_HEAD = 100
_CHUNK = 4096

_ODD = {REJECTED: "rejected", UNREADABLE: "unreadable"}


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
            events = _events(index, keys[part], rows.take(part), bits[part])
            lines = ",\n".join(json.dumps(_marked(event, found, rules)) for event, found in events)
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


def _events(
    index: Events, keys: Keys, rows: Rows, bits: Keys
) -> Iterator[tuple[dict[str, Any], int]]:
    """Yield each event with the bits of its rules."""
    for at, (key, found) in enumerate(zip(keys.tolist(), bits.tolist(), strict=True)):
        kind, flags = int(rows.kinds[at]), int(rows.flags[at])
        event: dict[str, Any] = {
            "id": f"{key:016x}" if key >> 32 else None,
            "timestamp": None if flags & DATED else _time(float(rows.times[at])),
            "event_type": _ODD.get(kind) or index.kinds.names[kind],
        }
        if kind == GENERATION:
            event["backend_used"] = index.backends.names[int(rows.backends[at])]
            event["generation_time_ms"] = _milliseconds(float(rows.durations[at]))
            event["success"] = bool(flags & SUCCESS)
        yield event, found


def _marked(event: dict[str, Any], found: int, rules: Sequence[str]) -> dict[str, Any]:
    if not found:
        return event
    names = (f"[{rule}]" for bit, rule in enumerate(rules) if found >> bit & 1)
    return event | {"command": " ".join(names)}


def _time(seconds: float) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _milliseconds(value: float) -> float | int | None:
    if math.isnan(value):
        return None
    return int(value) if value.is_integer() else value
