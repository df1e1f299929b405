"""A survey export's rows as answers: columns found by question, each respondent counted once."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from exporter.collectors.survey import times
from exporter.csv_text import Row, Table, number, plain
from exporter.files import ItemError
from exporter.model import Reason, Rejection

SCORES = {"satisfaction": range(1, 6), "recommend": range(11)}

# Typeform's token stands under `#`. Its Network ID is shared by an office: no identity.
_RESPONDENT = ("respondent id", "response id", "submission id", "id", "#", "token")
_TIME = ("submit date utc", "completion time", "timestamp", "submitted at", "submission date")

# "4 - Satisfied" or "5 (very satisfied)", but not "4/5", "4-5" or "4.5".
_LABELLED = re.compile(r"([0-9]{1,2})(?:\s*[-–—:.=(]\s*|\s+)[^\W\d_][^0-9]{0,100}")  # noqa: RUF001 - dashes that form tools write
# A spreadsheet rounds long numbers, so that different respondents get one identity.
_ROUNDED = re.compile(r"[0-9](?:[.,][0-9]+)?E\+[0-9]+")


@dataclass(frozen=True, slots=True)
class Questions:
    """Where the header has what: words of the questions asked, and of two columns if configured."""

    texts: Mapping[str, str]
    respondent: str | None = None
    time: str | None = None


@dataclass(frozen=True, slots=True)
class Survey:
    """The scores by question, and how many rows gave them; `newest` when the times are readable."""

    answers: Mapping[str, tuple[int, ...]]
    read: int
    rejections: tuple[Rejection, ...]
    newest: datetime | None


def parse(table: Table, questions: Questions, zone: tzinfo, now: datetime) -> Survey:
    """Return the last answers of each respondent; each question stands for itself.

    Raises ItemError where a question is in no column or in several.
    """
    columns = {key: _column(table, text, key) for key, text in questions.texts.items()}
    moments = _moments(table, questions.time, zone, now)
    kept, rejections = _latest(table, _identities(table, questions.respondent), moments)
    spoiled = set()
    answers: dict[str, list[int]] = {key: [] for key in columns}
    for index in kept:
        for key, column in columns.items():
            try:
                answers[key] += _answer(table, table.rows[index], column, SCORES[key])
            except ItemError as error:
                rejections.append(error.rejection)
                spoiled.add(index)
    return Survey(
        {key: tuple(scores) for key, scores in answers.items()},
        read=len(kept) - len(spoiled),
        rejections=(*table.rejections, *rejections),
        newest=max((min(one, now) for i in kept if (one := moments[i])), default=None),
    )


def score(cell: str, allowed: range, separator: str = ",") -> int | None:
    """Return the answer, None for an empty cell; raises ValueError on all but a whole number."""
    text = cell.strip()
    if not text:
        return None
    labelled = _LABELLED.fullmatch(text)
    value = number(labelled[1] if labelled else text, separator)
    if value not in allowed:
        raise ValueError("out of range")
    return int(value)


def _answer(table: Table, row: Row, column: int, allowed: range) -> Iterator[int]:
    try:
        value = score(row.cells[column], allowed, table.separator)
    except ValueError as error:
        message = f"expected a whole number from {allowed[0]} to {allowed[-1]}"
        position = f"{row.position}, column {column + 1}"
        raise ItemError(Reason.FIELD, table.file, position, message) from error
    return iter(() if value is None else (value,))


def _latest(
    table: Table, identities: Sequence[str], moments: Sequence[datetime | None]
) -> tuple[list[int], list[Rejection]]:
    """Return the rows that count: without an identity all, else each respondent's latest.

    Where no time tells which is the latest the first one stands, and the other is a conflict.
    """
    chosen: dict[str, int] = {}
    rejections: list[Rejection] = []
    for index, (row, moment) in enumerate(zip(table.rows, moments, strict=True)):
        rival = chosen.setdefault(identities[index] or f"\0{index}", index)
        other = moments[rival]
        if moment and other and moment != other:
            chosen[identities[index]] = index if moment > other else rival
        elif table.rows[rival].cells != row.cells:
            message = "the same respondent again, and no time tells which answer is the later"
            rejections.append(Rejection(Reason.CONFLICT, table.file, row.position, message))
    return sorted(chosen.values()), rejections


def _identities(table: Table, configured: str | None) -> list[str]:
    column = _usual_column(table, _RESPONDENT, configured, "respondent")
    if column is None:
        return [""] * len(table.rows)
    cells = (row.cells[column].strip() for row in table.rows)
    return ["" if _ROUNDED.fullmatch(cell) else cell for cell in cells]


def _moments(
    table: Table, configured: str | None, zone: tzinfo, now: datetime
) -> Sequence[datetime | None]:
    column = _usual_column(table, _TIME, configured, "time")
    if column is None:
        return [None] * len(table.rows)
    said = UTC if "utc" in plain(table.header[column]).split() else zone
    return times.parse([row.cells[column] for row in table.rows], said, now)


def _usual_column(
    table: Table, usual: Sequence[str], configured: str | None, key: str
) -> int | None:
    if configured is not None:
        return _column(table, configured, key)
    names = [plain(cell) for cell in table.header]
    return next((names.index(name) for name in usual if name in names), None)


def _column(table: Table, text: str, key: str) -> int:
    """Return the only column with that header, else the only one whose header contains it."""
    names, wanted = [plain(cell) for cell in table.header], plain(text)
    exact = [index for index, name in enumerate(names) if name == wanted]
    parts = [index for index, name in enumerate(names) if f" {wanted} " in f" {name} "]
    matches = exact or parts
    if len(matches) == 1:
        return matches[0]
    if matches:
        numbers = ", ".join(str(index + 1) for index in matches[:10])
        message = f"columns {numbers} match {key}; set {key} to the whole question of one of them"
    else:
        # The header itself is not shown: without one it is somebody's answers.
        message = f"none of {len(names)} columns has {key}'s {text[:60]!r}; set {key} to its text"
    raise ItemError(Reason.SHAPE, table.file, "header", message)
