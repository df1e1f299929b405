"""When each review is due: on which days, at which moment, and for how long it can be made up."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from exporter.digest.reviews import LATE, Review, due, next_time, on_demand
from exporter.plan import Milestone, Phase, Plan
from tests.releases import plan_of

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
PACIFIC = ZoneInfo("America/Los_Angeles")


def at(day: date, hour: int, zone: ZoneInfo = PACIFIC) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=zone).astimezone(UTC)


def reviews(plan: Plan, first: date, days: int) -> dict[date, Review]:
    """Return which review has begun at 10:30 of each day."""
    every = [first + timedelta(days=step) for step in range(days)]
    found = {day: due(plan, at(day, 10, plan.zone) + 30 * MINUTE) for day in every}
    return {day: one.review for day, one in found.items() if one}


def test_the_user_meets_daily_in_the_beta_and_on_mondays_after_the_release() -> None:
    met = reviews(plan_of(), date(2026, 1, 8), 35)
    daily = {date(2026, 1, day): Review.DAILY for day in range(13, 18)}
    mondays = (date(2026, 1, 26), date(2026, 2, 2), date(2026, 2, 9))
    assert met == daily | dict.fromkeys(mondays, Review.WEEKLY)


@pytest.mark.parametrize(
    ("offset", "is_due"),
    [(-SECOND, False), (timedelta(), True), (LATE - SECOND, True), (LATE, False)],
)
def test_a_summary_is_due_from_nine_exactly_and_some_hours_long(
    offset: timedelta, *, is_due: bool
) -> None:
    nine = datetime(2026, 1, 14, 17, tzinfo=UTC)
    found = due(plan_of(), nine + offset)
    assert (found is not None) is is_due
    if found:
        assert (found.moment, found.day) == (nine, date(2026, 1, 14))


def beta_over(day: date, zone: str) -> Plan:
    """Return a plan with a beta from the day before to the day after."""
    around = timedelta(days=2)
    return Plan(
        (
            Milestone("start", day - around, opens=Phase.BETA),
            Milestone("end", day + around, closes=Phase.BETA),
        ),
        ZoneInfo(zone),
    )


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/Los_Angeles", date(2026, 3, 7), 17),
        ("America/Los_Angeles", date(2026, 3, 8), 16),  # clocks are put forward at 2:00
        ("America/Los_Angeles", date(2026, 10, 31), 16),
        ("America/Los_Angeles", date(2026, 11, 1), 17),
        ("Europe/Berlin", date(2026, 3, 29), 7),
        ("Europe/Berlin", date(2026, 10, 25), 8),
    ],
)
def test_nine_is_nine_on_days_on_which_clocks_change(zone: str, day: date, hours: int) -> None:
    plan, nine = beta_over(day, zone), datetime(day.year, day.month, day.day, hours, tzinfo=UTC)
    assert due(plan, nine - SECOND) is None
    found = due(plan, nine)
    assert found is not None
    assert found.moment == nine
    assert next_time(plan, nine - MINUTE) == nine


def test_every_day_of_a_year_has_exactly_one_review_however_often_one_looks() -> None:
    start, end = date(2026, 1, 1), date(2026, 12, 31)
    plan = Plan(
        (Milestone("start", start, opens=Phase.BETA), Milestone("end", end, closes=Phase.BETA)),
        PACIFIC,
    )
    step, seen = timedelta(minutes=97), set()
    now = at(start, 0)
    while now < at(end, 23):
        if found := due(plan, now):
            seen.add(found)
        now += step
    assert len(seen) == 365
    assert {one.moment.astimezone(PACIFIC).hour for one in seen} == {9}


def test_what_is_asked_for_follows_the_phase_unless_it_is_named() -> None:
    plan, later = plan_of(), datetime(2026, 2, 4, 20, tzinfo=UTC)
    assert on_demand(plan, at(date(2026, 1, 10), 15)).review is Review.DAILY
    assert on_demand(plan, later).review is Review.WEEKLY
    assert on_demand(plan, later, Review.DAILY).review is Review.DAILY
    assert on_demand(plan, later).moment == later


def test_without_a_plan_there_is_no_review() -> None:
    plan = replace(plan_of(), milestones=())
    assert reviews(plan, date(2026, 1, 1), 40) == {}
