"""Durations as people write them: `15m`, `36h`, `2 d`, `850 ms`."""

import re
from datetime import timedelta

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_PATTERN = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)\s*(ms|s|min|m|h|d|w)", re.ASCII)
# Longer ones would end after the calendar does.
_LONGEST = timedelta(days=3650)


def parse(value: object) -> timedelta:
    """Return the duration; raises ValueError that says what is accepted."""
    if isinstance(value, timedelta):
        return value
    match = _PATTERN.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError("write a number with its unit, such as 30s, 15m, 36h or 2d")
    seconds = float(match[1]) * _SECONDS[match[2]]
    if seconds > _LONGEST.total_seconds():
        raise ValueError(f"write at most {render(_LONGEST)}")
    duration = timedelta(seconds=seconds)
    if not duration:
        raise ValueError("write a time above zero")
    return duration


def render(value: timedelta) -> str:
    """Return the shortest exact text that `parse` takes back."""
    seconds = value.total_seconds()
    for unit in ("d", "h", "m"):
        if seconds and seconds % _SECONDS[unit] == 0:
            return f"{seconds / _SECONDS[unit]:.0f}{unit}"
    return f"{seconds:.6f}".rstrip("0").rstrip(".") + "s"
