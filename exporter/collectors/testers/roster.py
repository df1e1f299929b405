"""The roster's rows as testers: what is said of each, and what cannot be read.

What cannot be read counts against the release, never for it: an unreadable installation is a
failed one, an unreadable row a tester who neither took part nor answered. Until it is corrected a
typing mistake may make a ratio look worse than it is; left out, it could turn one into a pass.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from functools import partial
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from exporter.collectors.asides import set_apart
from exporter.collectors.testers import cells
from exporter.csv_text import Row, Table, plain
from exporter.files import ItemError
from exporter.model import Reason, Rejection

# How to read each field of a tester that the file has a column for.
Readers = Mapping[str, Callable[[Row], Any]]

_FIELDS = {"installed": "installed", "days": "days", "survey": "answered"}
# `instaled` is almost `installed`; `installer` is another word.
ALIKE = 0.9


class Columns(BaseModel):
    """The header of each column; case, spaces and punctuation do not matter."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    tester: str = Field(
        default="tester", min_length=1, description="name or id, one row each; never shown"
    )
    installed: str = Field(
        default="installed", min_length=1, description="yes, no, or blank while it is pending"
    )
    days: str = Field(
        default="days",
        min_length=1,
        description="days taken part in, such as 'D1 D2' or dates; or one yes/no column a day",
    )
    survey: str = Field(
        default="survey", min_length=1, description="yes once the tester answered the survey"
    )


@dataclass(frozen=True, slots=True)
class Tester:
    """What is known of one tester; the defaults are the worst, for what cannot be read."""

    installed: bool | None = False
    days: frozenset[date] = frozenset()
    answered: bool = False

    def worse(self, other: "Tester") -> "Tester":
        """Return no more than both say."""
        return Tester(
            min(self.installed, other.installed, key=(False, None, True).index),
            self.days & other.days,
            self.answered and other.answered,
        )


@dataclass(frozen=True, slots=True)
class Roster:
    """Every tester, and which of a tester's fields the file has columns for.

    Of the rejections, `left_out` are of rows that are no testers.
    """

    testers: tuple[Tester, ...]
    tracked: frozenset[str]
    read: int
    rejections: tuple[Rejection, ...]
    left_out: int = 0


def parse(table: Table, columns: Columns, beta: Sequence[date], today: date) -> Roster:
    """Return the testers; every mistake is listed, and spoils its own field alone.

    Raises ItemError where a column is missing or stands there twice.
    """
    name = _needed(table, columns.tester, "tester")
    table = set_apart(table, (name, 0))
    slips = [*_slips(table, columns)]
    readers, rejections = _readers(table, columns, beta, today)
    rejections += (*table.rejections, *table.asides)
    unread = [Tester()] * len(table.rejections)
    known: dict[str, Tester] = {}
    read = 0
    for row in table.rows:
        tester, mistakes = _tester(row, _readable(table, row, readers, slips))
        identity = " ".join(row.cells[name].casefold().split())
        if not identity:
            mistakes = [cells.mistake(table, row, "tester", "expected a name or an id").rejection]
            unread.append(Tester())
        else:
            if identity in known:
                mistakes.append(_repeated(table, row))
            known[identity] = tester.worse(known.get(identity, tester))
        rejections += mistakes
        read += not mistakes
    testers, left_out = (*known.values(), *unread), len(table.asides)
    return Roster(testers, frozenset(readers), read, tuple(rejections), left_out)


def _slips(table: Table, columns: Columns) -> Iterator[tuple[str, str, int, int]]:
    """Yield the field, key and column of what is misspelt, and the column where it belongs.

    In YAML every entry spells its keys anew: in one of them `instaled: no` would be nobody's.
    """
    for key, field in _FIELDS.items():
        wanted = getattr(columns, key)
        for own in _found(table, wanted, key):
            for at, header in enumerate(table.header):
                if at != own and _almost(plain(header), plain(wanted)):
                    yield field, key, at, own


def _almost(word: str, wanted: str) -> bool:
    return word != wanted and SequenceMatcher(None, word, wanted).ratio() >= ALIKE


def _readable(
    table: Table, row: Row, readers: Readers, slips: Iterable[tuple[str, str, int, int]]
) -> Readers:
    """Return the readers of that row: a field that stands under a misspelt key is a mistake."""
    told = dict(readers)
    for field, key, at, own in slips:
        if row.cells[at].strip() and not row.cells[own].strip() and field in told:
            told[field] = partial(_misspelt, table, key)
    return told


def _misspelt(table: Table, key: str, row: Row) -> Any:
    raise cells.mistake(table, row, key, f"stands under almost that name; write columns.{key}'s")


def _readers(
    table: Table, columns: Columns, beta: Sequence[date], today: date
) -> tuple[Readers, list[Rejection]]:
    readers: dict[str, Callable[[Row], Any]] = {}
    column = {key: _column(table, columns, key) for key in ("installed", "days", "survey")}
    if (installed := column["installed"]) is not None:
        readers["installed"] = partial(cells.answer, table, installed)
    if (survey := column["survey"]) is not None:
        readers["answered"] = partial(cells.yes, table, survey)
    if not beta:  # nothing to compare days with
        return readers, []
    named = cells.spellings(beta)
    daily, rejections = cells.day_columns(table, named)
    if column["days"] is not None or daily:
        readers["days"] = cells.Participation(table, column["days"], daily, named, today).days
    return readers, rejections


def _tester(row: Row, readers: Readers) -> tuple[Tester, list[Rejection]]:
    fields: dict[str, Any] = {}
    mistakes: list[Rejection] = []
    for field, read in readers.items():
        try:
            fields[field] = read(row)
        except ItemError as error:
            mistakes.append(error.rejection)
    return Tester(**fields), mistakes


def _repeated(table: Table, row: Row) -> Rejection:
    message = "this tester has a row already; the worse of both counts"
    return Rejection(Reason.CONFLICT, table.file, row.position, message)


def _column(table: Table, columns: Columns, key: str) -> int | None:
    """Return the column; None where the file lacks one that nobody asked for by name."""
    if key in columns.model_fields_set:
        return _needed(table, getattr(columns, key), key)
    found = _found(table, getattr(columns, key), key)
    return found[0] if found else None


def _needed(table: Table, text: str, key: str) -> int:
    found = _found(table, text, key)
    if not found:
        # The header is not shown: a file without one begins with somebody's name.
        message = f"no column is called {text[:60]!r}; set columns.{key} to its header"
        raise ItemError(Reason.SHAPE, table.file, "header", message)
    return found[0]


def _found(table: Table, text: str, key: str) -> list[int]:
    wanted = plain(text)
    found = [index for index, header in enumerate(table.header) if plain(header) == wanted]
    if len(found) > 1:
        numbers = ", ".join(str(index + 1) for index in found[:10])
        message = f"columns {numbers} have the same header, so columns.{key} is in doubt"
        raise ItemError(Reason.SHAPE, table.file, "header", message)
    return found
