"""The samples of the first week, counted only as far as a service has counted its days."""

from collections.abc import Iterator
from datetime import date, datetime

from exporter.collectors.downloads.week import DAYS, Count, Told, Week, midnight, total
from exporter.model import ErrorClass, Inapplicable, Reading, Sample, SourceError, labels
from exporter.plan import DAY

FIRST_WEEK = "release_first_week_downloads"
LIFETIME = "release_package_downloads"
DAILY = "release_downloads_daily"

# Services lag by hours. One that lags by days tells nothing, and says so as an error.
LATE = 3 * DAY


def measure(told: Told, now: datetime) -> Reading:
    """Return the samples; raises SourceError when the service is days behind with the week."""
    samples = [*_lifetime(told, now)]
    if told.week is None:
        reason = f"not published yet: {told.unpublished}"
        return Reading(tuple(samples), len(samples), inapplicable=(_not_judged(reason),))
    if told.gone:
        withheld = dict.fromkeys((FIRST_WEEK, DAILY), told.gone)
        return Reading.of(samples, read=len(samples), withheld=withheld)
    days = told.week.counted(told.told)
    _check_not_late(told, told.week, days, now)
    samples += [*_first_week(told, told.week, days, now), *_daily(told, told.week, now)]
    return Reading(
        tuple(samples),
        read=len(samples),
        rejected={one.reason: 1 for one in told.rejections},
        rejections=told.rejections,
        facts_from=_observed(told.told, now),
        inapplicable=()
        if days == DAYS
        else (_not_judged(_why_not_judged(told, told.week, days, now)),),
    )


def _not_judged(reason: str) -> Inapplicable:
    return Inapplicable(FIRST_WEEK, (), reason)


def _check_not_late(told: Told, week: Week, days: int, now: datetime) -> None:
    if days == DAYS or now < week.over + LATE:
        return
    newest = f"after {told.told}" if told.told else "at all"
    message = f"{told.of}: nothing counted {newest}; {told.service} is days behind"
    raise SourceError(ErrorClass.SERVER, message)


def _why_not_judged(told: Told, week: Week, days: int, now: datetime) -> str:
    if now < week.over:
        return f"the week ends {week.over:%Y-%m-%d %H:%M} UTC"
    return f"{told.service} has counted {days} of {DAYS} days"


def _observed(told: date | None, now: datetime) -> datetime | None:
    return None if told is None else min(now, midnight(told + DAY))


def _lifetime(told: Told, now: datetime) -> Iterator[Sample]:
    if told.lifetime is not None:
        evidence = f"every version, as {told.service} says"
        yield Sample(LIFETIME, float(told.lifetime), observed=now, evidence=evidence)


def _first_week(told: Told, week: Week, days: int, now: datetime) -> Iterator[Sample]:
    """Yield the week's count; nothing while no day is counted: that is no zero."""
    if days == 0:
        return
    count = told.count or Count(total(told.daily, week, told.told), told.scope)
    last = week.first + (days - 1) * DAY
    parts = [f"{told.of}, {week.first} to {last} (UTC)", count.note]
    if days < DAYS:
        parts.insert(0, f"count so far, {days} of {DAYS} days")
    yield Sample(
        FIRST_WEEK,
        float(count.downloads),
        labels(scope=count.scope),
        n=days,
        observed=_observed(last, now),
        evidence="; ".join(part for part in parts if part),
    )


def _daily(told: Told, week: Week, now: datetime) -> Iterator[Sample]:
    if told.told is None:
        return
    last = min(told.told, week.shown)
    for step in range((last - week.first).days + 1):
        day = week.first + step * DAY
        where = labels(day=day.isoformat(), scope=told.scope)
        yield Sample(DAILY, float(told.daily.get(day, 0)), where, observed=_observed(day, now))
