"""The pypistats service's API: downloads a day of a Python package, all its versions together."""

import re
from datetime import date
from typing import Literal
from urllib.parse import quote

import msgspec

from exporter.upstream.daily import Downloads, by_day, check_same
from exporter.upstream.session import Session

NAME, BASE = "pypistats", "https://pypistats.org"

# Older rows are deleted.
KEPT_DAYS = 180

_OWN = "without_mirrors"


class _Row(msgspec.Struct, frozen=True):
    category: str
    day: date = msgspec.field(name="date")
    downloads: Downloads


class _Answer(msgspec.Struct, frozen=True):
    package: str
    type: Literal["overall_downloads"]
    data: list[_Row]


def load_downloads(session: Session, name: str, today: date) -> dict[date, int]:
    """Return the downloads by people and machines other than mirrors; raises SourceError."""
    # The service knows a package by its normal name alone.
    plain = _plain(name)
    path = f"api/packages/{quote(plain, safe='')}/overall"
    answer = session.get(path, _Answer, {"mirrors": "false"}).value
    check_same(NAME, "package", plain, _plain(answer.package))
    rows = ((row.day, row.downloads) for row in answer.data if row.category == _OWN)
    return by_day(NAME, rows, today)


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
