"""Moments of a calendar where a release lives, exact whatever its clocks do; all in UTC.

A day lasts 23 to 25 hours where clocks change. A time that a day does not have is its first later
one; of a time that it has twice the first counts.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
WEEK = 7

DAILY_REVIEW = time(9)
WEEKLY_REVIEW = time(10)
MONDAY = 0


def moment(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """Return when clocks in the zone show that time of that day, or for the first time more."""
    wall = datetime.combine(day, clock)
    first = wall.replace(tzinfo=zone).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) == wall:
        return first
    # Clocks leave that time out: it is when they are put forward.
    low = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    while first - low > SECOND:
        middle = low + (first - low) // 2
        shown = middle.astimezone(zone).replace(tzinfo=None)
        low, first = (low, middle) if shown >= wall else (middle, first)
    return first.replace(microsecond=0)


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """Return the first moment of the day."""
    return moment(day, time(), zone)


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """Return the last whole second of the day."""
    return start_of(day + DAY, zone) - SECOND


def next_daily(clock: time, zone: ZoneInfo, now: datetime) -> datetime:
    """Return the next moment after `now` at which clocks in the zone show that time."""
    today = now.astimezone(zone).date()
    moments = (moment(today + DAY * step, clock, zone) for step in range(3))
    return next(one for one in moments if one > now)


def next_weekly(weekday: int, clock: time, zone: ZoneInfo, now: datetime) -> datetime:
    """Return the next moment after `now` at that time of that weekday (0 is Monday)."""
    today = now.astimezone(zone).date()
    first = today + DAY * ((weekday - today.weekday()) % WEEK)
    moments = (moment(first + DAY * WEEK * step, clock, zone) for step in range(2))
    return next(one for one in moments if one > now)
