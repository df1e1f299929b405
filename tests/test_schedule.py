"""Days and review times against an oracle that only ever reads clocks, minute by minute, in UTC."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from exporter.collectors.plan import variance
from exporter.plan import Milestone, Phase, Plan
from exporter.schedule import (
    DAILY_REVIEW,
    MONDAY,
    WEEKLY_REVIEW,
    end_of,
    moment,
    next_daily,
    next_weekly,
    start_of,
)

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

# A zone with the two days on which its clocks change, or (no change there) two quiet ones.
ZONES = {
    "America/Los_Angeles": (date(2026, 3, 8), date(2026, 11, 1)),
    "America/New_York": (date(2026, 3, 8), date(2026, 11, 1)),
    "America/St_Johns": (date(2026, 3, 8), date(2026, 11, 1)),
    "America/Havana": (date(2026, 3, 8), date(2026, 11, 1)),  # at midnight: 00:00 is left out
    "America/Santiago": (date(2026, 9, 6), date(2026, 4, 5)),  # the other way round, at midnight
    "Europe/Berlin": (date(2026, 3, 29), date(2026, 10, 25)),
    "Europe/London": (date(2026, 3, 29), date(2026, 10, 25)),
    "Africa/Cairo": (date(2026, 4, 24), date(2026, 10, 30)),
    "Asia/Beirut": (date(2026, 3, 29), date(2026, 10, 25)),
    "Australia/Lord_Howe": (date(2026, 10, 4), date(2026, 4, 5)),  # by half an hour
    "Pacific/Auckland": (date(2026, 9, 27), date(2026, 4, 5)),
    "Asia/Kathmandu": (date(2026, 3, 29), date(2026, 10, 25)),
}
ORDINARY = (
    date(2025, 12, 31),  # the year's end and its beginning
    date(2026, 1, 1),
    date(2026, 1, 31),  # a month's
    date(2026, 4, 30),
    date(2028, 2, 28),  # around a leap day
    date(2028, 2, 29),
    date(2028, 3, 1),
)
CASES = [
    (name, day + DAY * step)
    for name, changes in ZONES.items()
    for day, step in [*product(changes, (-1, 0, 1)), *((day, 0) for day in ORDINARY)]
]


@cache
def minutes(name: str, day: date) -> list[tuple[datetime, datetime]]:
    """Return every minute that could be of that day or the next, with what clocks show."""
    zone = ZoneInfo(name)
    first = datetime.combine(day, time(), UTC) - timedelta(hours=15)
    moments = (first + MINUTE * step for step in range(60 * 66))
    return [(one, one.astimezone(zone).replace(tzinfo=None)) for one in moments]


def first_minute(name: str, day: date, clock: time = time()) -> datetime:
    """Return the first minute of the day at which clocks show that time or more."""
    wanted = datetime.combine(day, clock)
    return next(utc for utc, shown in minutes(name, day) if shown >= wanted)


@pytest.mark.parametrize(("name", "day"), CASES)
def test_a_day_begins_and_ends_as_the_clocks_say(name: str, day: date) -> None:
    zone = ZoneInfo(name)
    start = first_minute(name, day)
    assert start_of(day, zone) == start
    assert start.astimezone(zone).date() == day
    assert (start - timedelta(seconds=1)).astimezone(zone).date() == day - DAY
    end = end_of(day, zone)
    assert end.astimezone(zone).date() == day
    assert (end + timedelta(seconds=1)).astimezone(zone).date() == day + DAY
    lasts = sum(shown.date() == day for _, shown in minutes(name, day))
    assert (end + timedelta(seconds=1) - start) == MINUTE * lasts


@pytest.mark.parametrize(("name", "day"), CASES)
def test_reviews_are_when_the_clocks_show_their_time(name: str, day: date) -> None:
    zone = ZoneInfo(name)
    review = first_minute(name, day, DAILY_REVIEW)
    assert moment(day, DAILY_REVIEW, zone) == review
    assert next_daily(DAILY_REVIEW, zone, review - MINUTE) == review
    assert next_daily(DAILY_REVIEW, zone, review) == first_minute(name, day + DAY, DAILY_REVIEW)
    assert review.astimezone(zone).time() == time(9)
    monday = day + DAY * ((7 - day.weekday()) % 7)
    weekly = first_minute(name, monday, WEEKLY_REVIEW)
    assert next_weekly(MONDAY, WEEKLY_REVIEW, zone, weekly - MINUTE) == weekly
    if monday != day:
        assert next_weekly(MONDAY, WEEKLY_REVIEW, zone, start_of(day, zone)) == weekly
    following = first_minute(name, monday + 7 * DAY, WEEKLY_REVIEW)
    assert next_weekly(MONDAY, WEEKLY_REVIEW, zone, weekly) == following


@pytest.mark.parametrize(("name", "day"), CASES)
def test_phase_day_and_variance_change_at_that_very_midnight(name: str, day: date) -> None:
    plan = Plan(
        (
            Milestone("preflight", day - DAY, day - DAY, Phase.PREFLIGHT, Phase.PREFLIGHT),
            Milestone("beta start", day, None, Phase.BETA),
            Milestone("beta end", day + DAY, None, None, Phase.BETA),
        ),
        ZoneInfo(name),
    )
    start, next_start = first_minute(name, day), first_minute(name, day + DAY)
    second = timedelta(seconds=1)
    assert plan.phase(start - second) is Phase.PREFLIGHT
    assert plan.phase(start) is Phase.BETA
    assert [plan.beta_day(at) for at in (start - second, start, next_start - second)] == [
        None,
        1,
        1,
    ]
    assert plan.beta_day(next_start) == 2
    # Late from the day after, however long the day is.
    assert variance(plan, next_start - second).value == 0
    assert variance(plan, next_start).value == 86400


def test_there_are_enough_cases() -> None:
    assert len(ZONES) == 12
    assert 3 * len(CASES) >= 300


def test_a_time_that_clocks_leave_out_is_when_they_are_put_forward() -> None:
    zone = ZoneInfo("America/Los_Angeles")
    change = datetime(2026, 3, 8, 10, tzinfo=UTC)
    assert moment(date(2026, 3, 8), time(2, 30), zone) == change
    assert moment(date(2026, 3, 8), time(2), zone) == change
    assert moment(date(2026, 3, 8), time(3), zone) == change


def test_of_a_time_that_comes_twice_the_first_counts() -> None:
    zone = ZoneInfo("Europe/Berlin")
    assert moment(date(2026, 10, 25), time(2, 30), zone) == datetime(
        2026, 10, 25, 0, 30, tzinfo=UTC
    )
