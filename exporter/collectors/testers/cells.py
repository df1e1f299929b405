"""What people write into a roster's cells: yes and no, and the days of the beta."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from exporter.csv_text import Row, Table, plain
from exporter.files import ItemError
from exporter.model import Reason, Rejection
from exporter.plan import DAY

_YES = ("yes", "y", "true", "1", "x", "ok", "success", "succeeded", "done", "✓", "✔", "✅", "☑")
_NO = ("no", "n", "false", "0", "fail", "failed", "failure", "error", "✗", "✘", "✖", "❌")
_OPEN = ("", "-", "pending", "open", "☐")
# Behind a sign it only asks for colour.
_VARIATION = "\ufe0f"
_ANSWERS = dict.fromkeys(_YES, True) | dict.fromkeys(_NO, False) | dict.fromkeys(_OPEN)

_DAY_PREFIX = re.compile(r"\b(?:day|d)[\s_]*(?=[0-9])")
_DAY = re.compile(r"[0-9]{1,3}|[0-9]{4}-[0-9]{2}-[0-9]{2}")


def mistake(table: Table, row: Row, field: str, message: str) -> ItemError:
    """Return a mistake in one field of one row; the field is the file's own word for it."""
    return ItemError(Reason.FIELD, table.file, f"{row.position}, {field}", message)


def answer(table: Table, column: int, row: Row) -> bool | None:
    """Return what the cell says, None while it says nothing; raises ItemError."""
    word = row.cells[column].replace(_VARIATION, "").strip().casefold()
    if word not in _ANSWERS:
        raise mistake(table, row, plain(table.header[column]), "expected yes, no or nothing")
    return _ANSWERS[word]


def yes(table: Table, column: int, row: Row) -> bool:
    """Return whether the cell says yes; raises ItemError."""
    return answer(table, column, row) is True


@dataclass(frozen=True, slots=True)
class Participation:
    """Reads the days a tester took part: a list in one cell, one column a day, or both.

    `named` has the beta's days by their spellings: its number, and its date.
    """

    table: Table
    listed: int | None
    daily: Mapping[int, date]
    named: Mapping[str, date]
    today: date

    def days(self, row: Row) -> frozenset[date]:
        """Return the days; raises ItemError, also for a day that has begun nowhere yet."""
        days = {day for column, day in self.daily.items() if yes(self.table, column, row)}
        if self.listed is not None:
            days |= self._list(self.listed, row)
        # A time zone ahead of the release's, testers may be at tomorrow.
        if any(day > self.today + DAY for day in days):
            message = "a day that has not begun"
            raise ItemError(Reason.TIME, self.table.file, f"{row.position}, days", message)
        return frozenset(days)

    def _list(self, column: int, row: Row) -> set[date]:
        words = re.split(r"[\s;,]+", _spelled(row.cells[column]))
        days = {self.named.get(word) for word in words if word}
        if None in days:
            message = "expected days of the beta, such as 'D1 D2' or 2026-01-13"
            raise mistake(self.table, row, plain(self.table.header[column]), message)
        return {day for day in days if day is not None}


def spellings(beta: Sequence[date]) -> dict[str, date]:
    """Return the beta's days by number and by date."""
    return {str(count): day for count, day in enumerate(beta, 1)} | {
        day.isoformat(): day for day in beta
    }


def day_columns(table: Table, named: Mapping[str, date]) -> tuple[dict[int, date], list[Rejection]]:
    """Return the columns whose header is a day, and those whose day the beta does not have."""
    daily: dict[int, date] = {}
    rejections = []
    for column, header in enumerate(table.header):
        text = _spelled(header)
        day = named.get(text)
        message = ""
        if day is None and _DAY.fullmatch(text):
            message = "not a day of the beta"
        elif day in daily.values():
            message = "this day has a column already"
        elif day is not None:
            daily[column] = day
        if message:
            place = f"header, column {column + 1}"
            rejections.append(Rejection(Reason.FIELD, table.file, place, message))
    return daily, rejections


def _spelled(text: str) -> str:
    """Return the text with `D1`, `day_1` and `Day 1` as plain numbers."""
    return _DAY_PREFIX.sub("", text.strip().casefold())
