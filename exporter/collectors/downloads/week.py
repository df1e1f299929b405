"""The first week, which is 7 UTC days from publication, and what a service tells of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from exporter.model import Rejection
from exporter.plan import DAY

VERSION, PACKAGE = "version", "package"

DAYS = 7
# A release is over after 30 days; a series a day must not grow for ever.
SHOWN = 35


@dataclass(frozen=True, slots=True)
class Week:
    """The first 7 UTC days; whatever the release's own zone, services count in UTC."""

    published: datetime

    @property
    def first(self) -> date:
        """The day of the publication."""
        return self.published.astimezone(UTC).date()

    @property
    def last(self) -> date:
        """The seventh day."""
        return self.first + (DAYS - 1) * DAY

    @property
    def shown(self) -> date:
        """The last day that is shown."""
        return self.first + (SHOWN - 1) * DAY

    @property
    def over(self) -> datetime:
        """The first moment after the week."""
        return midnight(self.last + DAY)

    def counted(self, told: date | None) -> int:
        """Return how many of the 7 days are counted when the service has told up to that day."""
        return 0 if told is None else max(0, min(DAYS, (told - self.first).days + 1))


@dataclass(frozen=True, slots=True)
class Count:
    """Downloads of the days of the first week that are counted, and what to say beside them."""

    downloads: int
    scope: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What a service tells of a release.

    `of` says of what in words: `caro 1.1.0 on crates.io`. `told` is the last day that is counted
    whole: a day up to it that is not among `daily` had no downloads. `gone` says why the week can
    no more be told, `unpublished` why it cannot be told yet.
    """

    service: str
    of: str
    week: Week | None = None
    told: date | None = None
    daily: Mapping[date, int] = field(default_factory=dict)
    scope: str = PACKAGE
    count: Count | None = None
    lifetime: int | None = None
    unpublished: str = ""
    gone: str = ""
    rejections: tuple[Rejection, ...] = ()


def midnight(day: date) -> datetime:
    """Return the day's first moment."""
    return datetime.combine(day, time(), UTC)


def yesterday(now: datetime) -> date:
    """Return the last day that can be complete."""
    return now.astimezone(UTC).date() - DAY


def total(daily: Mapping[date, int], week: Week, told: date | None) -> int:
    """Return the downloads of the first week's days that are told."""
    if told is None:
        return 0
    return sum(n for day, n in daily.items() if week.first <= day <= min(week.last, told))
