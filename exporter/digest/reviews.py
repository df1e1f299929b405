"""The user's reviews, and the moment at which the summary for each is due."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from exporter.plan import Phase, Plan
from exporter.schedule import (
    DAILY_REVIEW,
    MONDAY,
    WEEKLY_REVIEW,
    moment,
    next_daily,
    next_weekly,
)

# Who could not be told by then has met without it; the next summary tells what changed.
LATE = timedelta(hours=4)

_OUT = (Phase.RELEASE, Phase.POST_RELEASE)


class Review(StrEnum):
    """Daily during the beta, weekly once the release is out."""

    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True)
class Due:
    """A review that takes place at that moment, on that day where the release lives."""

    review: Review
    moment: datetime
    day: date


def due(plan: Plan, now: datetime) -> Due | None:
    """Return the review whose summary is to be told now: it began less than `LATE` ago."""
    today = plan.today(now)
    for one in (
        Due(Review.DAILY, moment(today, DAILY_REVIEW, plan.zone), today),
        Due(Review.WEEKLY, moment(today, WEEKLY_REVIEW, plan.zone), today),
    ):
        if one.moment <= now < one.moment + LATE and _takes_place(one, plan):
            return one
    return None


def on_demand(plan: Plan, now: datetime, review: Review | None = None) -> Due:
    """Return a review at this very moment: the one that the phase has, unless it is named."""
    usual = Review.WEEKLY if plan.phase(now) in _OUT else Review.DAILY
    return Due(review or usual, now, plan.today(now))


def next_time(plan: Plan, now: datetime) -> datetime:
    """Return the next moment at which a review may begin."""
    return min(
        next_daily(DAILY_REVIEW, plan.zone, now),
        next_weekly(MONDAY, WEEKLY_REVIEW, plan.zone, now),
    )


def _takes_place(one: Due, plan: Plan) -> bool:
    if one.review is Review.DAILY:
        return plan.beta_day(one.moment) is not None
    return one.day.weekday() == MONDAY and plan.phase(one.moment) in _OUT
