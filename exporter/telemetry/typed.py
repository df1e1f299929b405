"""Events as typed structs, by the thousand: the fast way for what is clean."""

import math
from array import array
from collections.abc import Sequence
from functools import cache
from typing import Annotated, Any, cast, get_type_hints
from zoneinfo import ZoneInfo

import msgspec

from exporter.telemetry.stamps import seconds_of
from exporter.telemetry.times import epoch, instant

Milliseconds = Annotated[float, msgspec.Meta(ge=0)]


class Facts(msgspec.Struct, gc=False):
    """What is read of an event, flat or in the payload nested in it, under either of its names."""

    event_type: Any = None
    success: bool | None = None
    generation_time_ms: Milliseconds | None = None
    backend_used: str | None = None
    type: str | None = None
    duration_ms: Milliseconds | None = None
    backend: str | None = None


class Event(Facts, gc=False):
    """An event; its `event_type` is its type or its payload."""

    id: str | int | None = None
    timestamp: str | float | None = None


# Names are looked for from the last one found on: this is how programs tend to write them.
_ORDER = (
    *("id", "timestamp", "event_type", "type", "backend_used", "backend"),
    *("generation_time_ms", "duration_ms", "success"),
)

# So many times one by one are read as fast as all at once.
_FEW = 16


@cache
def event_class(fields: tuple[str, ...]) -> type[Event]:
    """Return `Event`'s like with private fields: not to be null makes an event unfit."""
    private = [(f"private_{index}", None, None) for index in range(len(fields))]
    names = {f"private_{index}": name for index, name in enumerate(fields)}
    payload = msgspec.defstruct("Payload", private, bases=(Facts,), rename=names, gc=False)
    types = get_type_hints(Event, include_extras=True) | {"event_type": str | payload | None}
    own = [(name, types[name], None) for name in _ORDER]
    made = msgspec.defstruct("Event", [*own, *private], rename=names, gc=False)
    return cast("type[Event]", made)


@cache
def decoders(
    fields: tuple[str, ...],
) -> tuple[msgspec.json.Decoder[list[Event]], msgspec.json.Decoder[Event]]:
    """Return a decoder of lists of events with these private fields, and one of single events."""
    event = event_class(fields)
    return msgspec.json.Decoder(list[event]), msgspec.json.Decoder(event)  # type: ignore[valid-type]


def flat(event: Event) -> Event:
    """Return the event with its payload's facts as its own; the payload's come first."""
    payload = event.event_type
    if not isinstance(payload, Facts):
        return event
    return Event(
        id=event.id,
        timestamp=event.timestamp,
        event_type=payload.event_type or payload.type or event.type,
        success=event.success if payload.success is None else payload.success,
        generation_time_ms=_first(
            payload.generation_time_ms,
            payload.duration_ms,
            event.generation_time_ms,
            event.duration_ms,
        ),
        backend_used=(
            payload.backend_used or payload.backend or event.backend_used or event.backend
        ),
    )


def durations(events: Sequence[Event]) -> "array[float]":
    """Return milliseconds, NaN without one."""
    try:
        return array("d", [one.generation_time_ms for one in events])  # type: ignore[misc]
    except TypeError:  # one is None
        values = [
            one.duration_ms if one.generation_time_ms is None else one.generation_time_ms
            for one in events
        ]
        return array("d", [math.nan if value is None else value for value in values])


def times(events: Sequence[Event], dated: float, zone: ZoneInfo) -> tuple[bytes, list[int]]:
    """Return seconds since 1970 as float64, and which events have none but take `dated`.

    Raises ValueError and OverflowError for a time that cannot be.
    """
    stamps = [one.timestamp for one in events]
    try:
        # What is no text raises TypeError.
        alike = seconds_of(stamps) if len(stamps) > _FEW else None  # type: ignore[arg-type]
    except TypeError:
        alike = None
    if alike is not None:
        return alike.tobytes(), []
    undated = [index for index, stamp in enumerate(stamps) if stamp is None]
    return array("d", [_seconds(stamp, dated, zone) for stamp in stamps]).tobytes(), undated


def _seconds(stamp: str | float | None, dated: float, zone: ZoneInfo) -> float:
    if stamp is None:
        return dated
    return instant(stamp, zone) if isinstance(stamp, str) else epoch(stamp)


def _first(*values: float | None) -> float | None:
    return next((value for value in values if value is not None), None)
