"""npm's downloads API: a package's downloads a day, and by version for its last 7 days alone."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

import msgspec

from exporter.model import ErrorClass, SourceError
from exporter.plan import DAY
from exporter.upstream.daily import Downloads, by_day, check_same
from exporter.upstream.session import Session

NAME, BASE = "npm", "https://api.npmjs.org"

# Eighteen months; older days are left out.
KEPT_DAYS = 540

_WEEK = 7


@dataclass(frozen=True, slots=True)
class Window:
    """The last 7 days that npm has counted, both included."""

    start: date
    end: date


class _Point(msgspec.Struct, frozen=True):
    package: str
    start: date
    end: date


class _Versions(msgspec.Struct, frozen=True):
    package: str
    downloads: dict[str, Downloads]


class _Row(msgspec.Struct, frozen=True):
    day: date
    downloads: Downloads


class _Range(msgspec.Struct, frozen=True):
    package: str
    downloads: list[_Row]


def load_window(session: Session, name: str) -> Window:
    """Return which days the counts by version are of; raises SourceError."""
    point = session.get(f"downloads/point/last-week/{_plain(name)}", _Point).value
    check_same(NAME, "package", name, point.package)
    if point.end - point.start != (_WEEK - 1) * DAY:
        message = f"{NAME}: its last week is from {point.start} to {point.end}, not 7 days"
        raise SourceError(ErrorClass.MALFORMED, message)
    return Window(point.start, point.end)


def load_versions(session: Session, name: str) -> dict[str, int]:
    """Return the downloads of the last 7 days by version; raises SourceError."""
    # Here, the slash of a scoped name has to be encoded.
    path = f"versions/{quote(name, safe='@')}/last-week"
    answer = session.get(path, _Versions).value
    check_same(NAME, "package", name, answer.package)
    return answer.downloads


def load_range(session: Session, name: str, start: date, end: date) -> dict[date, int]:
    """Return the package's downloads from `start` to `end`; raises SourceError.

    What lies more than 18 months back is left out.
    """
    path = f"downloads/range/{start}:{end}/{_plain(name)}"
    answer = session.get(path, _Range).value
    check_same(NAME, "package", name, answer.package)
    return by_day(NAME, ((row.day, row.downloads) for row in answer.downloads), end)


def _plain(name: str) -> str:
    return quote(name, safe="@/")
