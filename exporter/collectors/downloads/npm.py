"""npm: counts by version for its last 7 days alone, so the exact week is kept when it is there."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from exporter.collectors.downloads import kept
from exporter.collectors.downloads.asked import Asked
from exporter.collectors.downloads.week import VERSION, Count, Told, Week, yesterday
from exporter.model import ErrorClass, Reason, Rejection, SourceError
from exporter.plan import DAY
from exporter.upstream.npm import (
    BASE,
    KEPT_DAYS,
    NAME,
    Window,
    load_range,
    load_versions,
    load_window,
)

__all__ = ["BASE", "read"]

_TRIES = 2


def read(asked: Asked) -> Told:
    """Return what npm tells; raises SourceError."""
    version = f"{asked.name} {asked.version} on {NAME}"
    package = f"every version of {asked.name} on {NAME}"
    week = asked.week
    if week is None:
        return Told(NAME, version, unpublished=asked.unpublished)
    if week.first < yesterday(asked.now) - KEPT_DAYS * DAY:
        return Told(NAME, package, week, gone=f"{NAME} keeps {KEPT_DAYS} days")
    window, downloads = _read_version(asked, week)
    if window.end < week.first:
        return Told(NAME, version, week)
    daily = load_range(asked.session, asked.name, week.first, min(window.end, week.shown))
    told = told_until(daily, week, window, asked.now)
    whole = Told(NAME, version, week, told, daily)
    if downloads is not None:
        rejections = _keep(asked, week, downloads, daily) if window.end == week.last else ()
        return replace(whole, count=Count(downloads, VERSION), rejections=rejections)
    exact = kept.load(asked.state, _key(asked, week))
    # Read before its last day was counted, it is no whole week.
    if exact is not None and bool(exact.last_day) == bool(daily.get(week.last)):
        count = Count(exact.downloads, VERSION, f"read on {exact.read:%Y-%m-%d %H:%M} UTC")
        # What was kept is whole, however the days look meanwhile.
        return replace(whole, told=max(told, week.last), count=count)
    missed = f"{NAME} tells versions for 7 days only, and nobody asked when they were this week"
    return replace(whole, of=f"{package} ({missed})")


def told_until(daily: Mapping[date, int], week: Week, window: Window, now: datetime) -> date:
    """Return the last day that is counted whole.

    npm says which day it has counted last, and lists every day. But yesterday may be listed as 0
    before it is counted, so that 0 is believed only when a day has passed since.
    """
    latest = yesterday(now)
    told = min(window.end, latest)
    if told == latest and not daily.get(told):
        told -= DAY
    last = min(told, week.shown)
    days = [week.first + step * DAY for step in range((last - week.first).days + 1)]
    missing = next((day for day in days if day not in daily), None)
    return told if missing is None else missing - DAY


def _read_version(asked: Asked, week: Week) -> tuple[Window, int | None]:
    """Return the last 7 days and the version's downloads in them while they hold all it has.

    The counts do not say of which days they are: those are asked before and after.
    """
    window = load_window(asked.session, asked.name)
    for _ in range(_TRIES):
        if window.start > week.first or window.end < week.first:
            return window, None
        versions = load_versions(asked.session, asked.name)
        before, window = window, load_window(asked.session, asked.name)
        if before == window:
            return window, versions.get(asked.version, 0)
    message = f"{NAME}: its last week moved on while it was read; the next run will tell"
    raise SourceError(ErrorClass.SERVER, message)


def _keep(
    asked: Asked, week: Week, downloads: int, daily: Mapping[date, int]
) -> tuple[Rejection, ...]:
    """Keep the exact week; return what to say where that cannot be."""
    try:
        exact = kept.Kept(downloads, daily.get(week.last, 0), asked.now)
        kept.save(asked.state, _key(asked, week), exact)
    except OSError as error:
        message = f"{error.strerror}; when it is asked no more, only the package's count is left"
        return (Rejection(Reason.UNREADABLE, kept.FILE, "", message),)
    return ()


def _key(asked: Asked, week: Week) -> str:
    return f"{asked.name} {asked.version} {week.first}"
