"""Python packages, from the pypistats service: all versions together, without a publication."""

from exporter.collectors.downloads.asked import Asked
from exporter.collectors.downloads.week import Told, yesterday
from exporter.plan import DAY
from exporter.upstream.pypistats import BASE, KEPT_DAYS, NAME, load_downloads

__all__ = ["BASE", "read"]


def read(asked: Asked) -> Told:
    """Return what pypistats tells; raises SourceError."""
    of, week = f"every version of {asked.name} on {NAME}", asked.week
    if week is None:
        return Told(NAME, of, unpublished=asked.unpublished)
    latest = yesterday(asked.now)
    if week.first <= latest - (KEPT_DAYS - 1) * DAY:
        return Told(NAME, of, week, gone=f"{NAME} keeps {KEPT_DAYS} days")
    daily = load_downloads(asked.session, asked.name, latest + 2 * DAY)
    # Once a day, the whole day before is added at once. A day without downloads has no row, and
    # neither has one that is not added yet: behind the newest row nothing is known.
    told = min(max(daily, default=None) or latest - KEPT_DAYS * DAY, latest)
    return Told(NAME, of, week, told, daily)
