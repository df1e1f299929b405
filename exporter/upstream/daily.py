"""Downloads a day, as the registries' services list them."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated

import msgspec

from exporter.model import ErrorClass, SourceError

# More than all registries together give out in a year: a count beyond is none.
Downloads = Annotated[int, msgspec.Meta(ge=0, le=10**13)]


def by_day(service: str, rows: Iterable[tuple[date, int]], latest: date) -> dict[date, int]:
    """Return the rows by day, in whatever order.

    Raises SourceError where two contradict each other, and for a day after `latest`.
    """
    days: dict[date, int] = {}
    for day, downloads in rows:
        if days.setdefault(day, downloads) != downloads:
            message = f"{service}: {day} stands there twice, with other counts"
            raise SourceError(ErrorClass.MALFORMED, message)
        if day > latest:
            message = f"{service}: {day} is counted already; is the clock right?"
            raise SourceError(ErrorClass.MALFORMED, message)
    return days


def check_same(service: str, what: str, asked: str, answered: str) -> None:
    """Raise SourceError when the answer is about another package or version."""
    if asked != answered:
        # Not quoted: it is whatever a broken cache holds.
        message = f"{service}: the answer is about another {what} than {asked}"
        raise SourceError(ErrorClass.MALFORMED, message)
