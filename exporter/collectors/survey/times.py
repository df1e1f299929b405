"""When a form was answered: times as the form tools and spreadsheets write them."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo

# A form's owner may live a time zone ahead of what the column is read in.
SLACK = timedelta(days=1)

_TIME = re.compile(
    r"(?P<date>[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4})"
    r"(?:T|,? )(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.[0-9]{1,9})?)?"
    r"(?: ?(?P<half>[AP])M)?(?: ?(?P<zone>Z|[A-Z]{2,5}|(?:GMT|UTC)?[-+][0-9]{1,2}(?::?[0-9]{2})?))?"
)
_OFFSET = re.compile(r"(?:GMT|UTC)?([-+])([0-9]{1,2}):?([0-9]{2})?")


def parse(cells: Sequence[str], zone: tzinfo, now: datetime) -> list[datetime | None]:
    """Return each cell's moment, None for a blank one, and nothing but None where in doubt.

    Whether 1/5/26 is in January or in May only the whole column can tell: a reading fits when
    every cell is a time in it and none is in the future. A column with two readings has none.
    """
    readings = []
    for month_first in (True, False):
        try:
            moments = [_moment(cell, zone, month_first) for cell in cells]
        except (ValueError, OverflowError):
            continue
        if all(one is None or one <= now + SLACK for one in moments):
            readings.append(moments)
    if readings and all(one == readings[0] for one in readings):
        return readings[0]
    return [None] * len(cells)


def _moment(cell: str, zone: tzinfo, month_first: bool) -> datetime | None:
    """Return the moment; a time without a zone is one of `zone`. Raises ValueError."""
    text = " ".join(cell.split()).upper()
    if not text:
        return None
    match = _TIME.fullmatch(text)
    if match is None:
        raise ValueError("not a time")
    hour = int(match["hour"])
    if match["half"]:
        hour = hour % 12 + (12 if match["half"] == "P" else 0)
    year, month, day = _date(match["date"], month_first)
    where = _zone(match["zone"] or "", zone)
    return datetime(
        year, month, day, hour, int(match["minute"]), int(match["second"] or 0), tzinfo=where
    ).astimezone(UTC)


def _date(text: str, month_first: bool) -> tuple[int, int, int]:
    first, second, third = (int(part) for part in re.split(r"[-/.]", text))
    if re.match(r"[0-9]{4}", text):
        return first, second, third
    # With points it is day, month, year wherever it is written.
    month, day = (first, second) if month_first and "." not in text else (second, first)
    return third + 2000 if third < 100 else third, month, day  # noqa: PLR2004 - a year's two digits


def _zone(text: str, default: tzinfo) -> tzinfo:
    """Return the named zone; abbreviations such as PST are no names, so the default stands."""
    if text in ("Z", "UTC", "GMT"):
        return UTC
    match = _OFFSET.fullmatch(text)
    if match is None:
        return default
    offset = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    return timezone(-offset if match[1] == "-" else offset)
