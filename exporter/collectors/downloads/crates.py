"""crates.io: counts by version, and says when the version was published."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

from exporter.collectors.downloads.asked import Asked
from exporter.collectors.downloads.week import VERSION, Count, Told, Week, total, yesterday
from exporter.model import ErrorClass, SourceError
from exporter.plan import DAY
from exporter.upstream.crates import BASE, NAME, Version, load_crate, load_downloads, load_version

__all__ = ["BASE", "read"]

# From when on a version that the plan calls published must be there: its day, and one more.
EXPECTED = 2 * DAY


def read(asked: Asked) -> Told:
    """Return what crates.io tells; raises SourceError."""
    crate = load_crate(asked.session, asked.name)
    version = load_version(asked.session, asked.name, asked.version)
    of = f"{asked.name} {asked.version} on {NAME}"
    if version is None:
        reason = f"{NAME} has no version {asked.version} of {asked.name}"
        _check_expected(asked, reason)
        return Told(NAME, of, lifetime=crate.downloads, unpublished=reason)
    if version.created_at > asked.now:
        reason = f"it is to be on {version.created_at:%Y-%m-%d %H:%M %Z}; is the clock right?"
        return Told(NAME, of, lifetime=crate.downloads, unpublished=reason)
    week = Week(version.created_at)
    until = min(asked.now.astimezone(UTC).date(), week.shown)
    daily = load_downloads(asked.session, asked.name, version, until)
    told = told_until(daily, asked.now)
    return Told(
        NAME,
        of,
        week,
        told,
        daily,
        VERSION,
        Count(total(daily, week, told), VERSION, _note(version)),
        crate.downloads,
    )


def told_until(daily: Mapping[date, int], now: datetime) -> date:
    """Return the last day that is counted whole.

    Days without downloads have no row, and a day's row grows until its last logs are in. So a day
    is counted when a later one has a row, or when a day has passed since.
    """
    latest = yesterday(now)
    return latest if any(day > latest for day in daily) else latest - DAY


def _check_expected(asked: Asked, reason: str) -> None:
    """Raise SourceError for a version that should be there: a wrong one would wait for ever."""
    if asked.published is not None and asked.now >= asked.published + EXPECTED:
        published = f"which the release file calls published on {asked.published:%Y-%m-%d}"
        message = f"{reason}, {published}; correct sources.downloads.version"
        raise SourceError(ErrorClass.NOT_FOUND, message)


def _note(version: Version) -> str:
    return "yanked; its downloads count all the same" if version.yanked else ""
