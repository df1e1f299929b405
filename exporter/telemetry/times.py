"""Times as exports write them, in seconds since 1970."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from exporter.files import Found
from exporter.telemetry.scan import day_in

# A number of seconds is below this until the year 5138; one of milliseconds is above since 1973.
_MILLISECONDS = 1e11
_TOO_LATE = 1e14

_SHORTEST = len("2026-01-13")


def epoch(number: float) -> float:
    """Return seconds from a number of seconds or milliseconds; raises ValueError for neither."""
    if not 0 <= number < _TOO_LATE:
        raise ValueError("a number of seconds or milliseconds since 1970 is expected")
    return number if number < _MILLISECONDS else number / 1000


def instant(text: str, zone: ZoneInfo) -> float:
    """Return the moment of an RFC 3339 text; raises ValueError and OverflowError.

    Without an offset it is UTC, as machines write it; a day alone begins in the release's zone.
    """
    if text[4:5] != "-" or text[7:8] != "-":
        raise ValueError("a time as in RFC 3339 is expected")
    moment = datetime.fromisoformat(text.upper())  # `t` and `z` are allowed, too
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone if len(text) == _SHORTEST else UTC)
    return moment.timestamp()


def date_of(found: Found, zone: ZoneInfo) -> float:
    """Return the time of events without one: the day in the file's name, else the file's own."""
    day = day_in(found.name)
    if day is not None:
        try:
            return datetime.combine(date(*day), time(), zone).timestamp()
        except (ValueError, OverflowError):  # 2026-02-31 is a number, no day
            pass
    return found.stat.st_mtime
