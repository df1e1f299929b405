"""One event at a time: what is accepted, and why the rest is not.

An event counts as far as it can be understood: a command that failed is one, whatever nonsense its
duration is. What is odd about it is noted.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from json import JSONDecoder
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any
from zoneinfo import ZoneInfo

from exporter.model import Reason
from exporter.telemetry.times import epoch, instant

GENERATION = "command_generation"

_STRING = re.compile(r'"((?:[^"\\]|\\.)*+)"?', re.DOTALL)
_GIVEN = re.compile(r"\s*+:[\s\[]*+")
_CONTROL = re.compile(r"[\x00-\x1f]")
_SURROGATE = re.compile("[\ud800-\udfff]")

# Takes what is wrong with a part of an event that counts without it.
Note = Callable[[Reason, str], None]

# What NaN and Infinity are read as; `check` notes them.
NOT_JSON = math.nan

# Python refuses to write longer ones as text, and no id needs them.
_LONGEST_INTEGER = 4000


class UnfitError(Exception):
    """What cannot count as an event: why, without a word of what it says."""

    def __init__(self, reason: Reason, message: str) -> None:
        """Keep the reason for the counts."""
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Facts:
    """What is read of an event; milliseconds are NaN where it has none."""

    kind: str
    success: bool = False
    milliseconds: float = math.nan
    backend: str | None = None


def strings(text: str) -> list[str]:
    """Return every text in this JSON, keys included, at any depth and even if it is broken."""
    return [_unescaped(match) for match in _STRING.finditer(text)]


def pairs(text: str) -> list[tuple[str, str]]:
    """Return every name with the text that it is given, or with the first of a list of them."""
    matches = list(_STRING.finditer(text))
    return [
        (_unescaped(name), _unescaped(value))
        for name, value in pairwise(matches)
        if _GIVEN.fullmatch(text, name.end(), value.start())
    ]


def parse(text: str) -> Any:
    """Return the JSON value, NaN and the like included; raises UnfitError for what is none."""
    try:
        return _DECODER.decode(text)
    except RecursionError as error:
        raise UnfitError(Reason.DEPTH, "nested too deep") from error
    except ValueError as error:
        raise UnfitError(Reason.SYNTAX, "not JSON") from error


def check(text: str, texts: Sequence[str], note: Note) -> None:
    """Note what Python's parser takes and JSON does not."""
    if any(_SURROGATE.search(one) for one in texts):
        note(Reason.ENCODING, "text that is not Unicode, such as half a surrogate pair")
    bare = _STRING.sub("", text)
    if "N" in bare or "I" in bare:  # neither letter is in any JSON word
        note(Reason.SYNTAX, "NaN and Infinity are not JSON; the rest of the event counts")
    if any(_CONTROL.search(match[1]) for match in _STRING.finditer(text)):
        note(Reason.SYNTAX, "a control character in a text; the rest of the event counts")


def violates(event: Any, fields: Sequence[str]) -> bool:
    """Return whether a private field is there and not null, in the event or in its payload."""
    return any(source.get(name) is not None for source in _sources(event) for name in fields)


def identity(event: Any, note: Note) -> str | int | None:
    """Return the event's id, None without one that can be used."""
    name = event.get("id") if isinstance(event, dict) else None
    if name is None or name == "":
        return None
    if isinstance(name, bool) or not isinstance(name, str | int):
        note(Reason.FIELD, "id: text or a whole number is expected; it counts as without one")
        return None
    return name


def when(event: Any, zone: ZoneInfo, note: Note) -> float | None:
    """Return the event's time, None without one that can be."""
    stamp = event.get("timestamp") if isinstance(event, dict) else None
    if stamp is None or stamp is NOT_JSON:
        return None
    try:
        if isinstance(stamp, str):
            return instant(stamp, zone)
        if isinstance(stamp, int | float) and not isinstance(stamp, bool):
            return epoch(stamp)
    except (ValueError, OverflowError):
        note(Reason.TIME, "timestamp: not a time; the file's date stands for it")
    else:
        expected = "text as in RFC 3339 or a number is expected"
        note(Reason.FIELD, f"timestamp: {expected}; the file's date stands for it")
    return None


def facts(event: Any, note: Note) -> Facts:
    """Return what is read of the event; raises UnfitError for what is none."""
    if not isinstance(event, dict):
        raise UnfitError(Reason.SHAPE, "an object is expected")
    sources = _sources(event)
    kind = _kind(event, sources)
    if kind != GENERATION:
        return Facts(kind)
    success = _first(sources, "success")
    if success is not None and not isinstance(success, bool):
        note(Reason.FIELD, "success: true, false or null is expected; it counts as none")
    backend = _first_text(sources, "backend_used", "backend")
    return Facts(kind, success is True, _milliseconds(sources, note), backend)


def _sources(event: Any) -> list[dict[str, Any]]:
    if not isinstance(event, dict):
        return []
    payload = event.get("event_type")
    return [payload, event] if isinstance(payload, dict) else [event]


def _kind(event: dict[str, Any], sources: list[dict[str, Any]]) -> str:
    names = [event.get("event_type"), event.get("type")]
    if len(sources) > 1:
        names = [sources[0].get("event_type"), sources[0].get("type"), event.get("type")]
    kind = next((name for name in names if name), None)
    if kind is None:
        raise UnfitError(Reason.SHAPE, "neither event_type nor type says what it is")
    if not isinstance(kind, str):
        raise UnfitError(Reason.FIELD, "event_type: text is expected")
    return kind


def _milliseconds(sources: list[dict[str, Any]], note: Note) -> float:
    value = _first(sources, "generation_time_ms", "duration_ms")
    if value is None:
        return math.nan
    if isinstance(value, bool) or not isinstance(value, int | float):
        note(Reason.FIELD, "duration: a number of milliseconds is expected; it is not counted")
        return math.nan
    try:
        number = float(value)
    except OverflowError:  # an integer of hundreds of digits
        number = math.inf
    if 0 <= number < math.inf:
        return number
    if value is not NOT_JSON:
        note(Reason.FIELD, "duration: a finite number from 0 is expected; it is not counted")
    return math.nan


def _first(sources: list[dict[str, Any]], *names: str) -> Any:
    return next(
        (value for one in sources for name in names if (value := one.get(name)) is not None), None
    )


def _first_text(sources: list[dict[str, Any]], *names: str) -> str | None:
    value = next((value for one in sources for name in names if (value := one.get(name))), None)
    return value if isinstance(value, str) else None


def _unescaped(match: re.Match[str]) -> str:
    raw = match[1]
    if "\\" not in raw:
        return raw
    try:
        text, _ = scanstring(raw + '"', 0, False)
    except ValueError:
        return raw
    return str(text)


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) < _LONGEST_INTEGER else float(digits)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the object; the last of a repeated name counts, but null takes back nothing said."""
    made = dict(pairs)
    if len(made) < len(pairs):
        made |= {name: value for name, value in pairs if made[name] is None and value is not None}
    return made


_DECODER = JSONDecoder(
    parse_int=_integer,
    parse_constant=lambda _: NOT_JSON,
    object_pairs_hook=_object,
    strict=False,
)
