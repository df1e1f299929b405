"""A roster in YAML as the table it stands for: one entry a tester, one key a column."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from exporter.csv_text import COLUMNS, Row, Table
from exporter.files import ItemError
from exporter.model import Reason, Rejection
from exporter.yaml_text import YamlError, load_yaml

ENTRIES = 10_000


def parse(text: str, file: str) -> Table:
    """Return the entries as rows; raises ItemError where the text is no list of them."""
    try:
        entries = load_yaml(text)
    except YamlError as error:
        # What the loader says may show a key, and a key may be somebody's name.
        message = "not plain YAML; aliases, tags, a key twice and unquoted times are refused"
        position = f"line {error.line}" if error.line else ""
        raise ItemError(Reason.SYNTAX, file, position, message) from error
    if not isinstance(entries, list):
        raise ItemError(Reason.SHAPE, file, "", "expected a list with one entry a tester")
    rows: list[tuple[str, dict[str, str]]] = []
    rejections: list[Rejection] = []
    for count, entry in enumerate(entries, 1):
        try:
            rows.append((f"entry {count}", _cells(entry)))
        except ValueError as error:
            rejections.append(Rejection(Reason.SHAPE, file, f"entry {count}", str(error)))
    return _table(file, rows, rejections)


def _table(file: str, rows: list[tuple[str, dict[str, str]]], rejections: list[Rejection]) -> Table:
    header = tuple(dict.fromkeys(key for _, cells in rows for key in cells))
    if len(header) > COLUMNS or len(rows) > ENTRIES:
        message = f"more than {ENTRIES:,} entries or {COLUMNS:,} different keys"
        raise ItemError(Reason.SIZE, file, "", message)
    table = [Row(place, tuple(cells.get(key, "") for key in header)) for place, cells in rows]
    return Table(file, header, tuple(table), tuple(rejections))


def _cells(entry: Any) -> dict[str, str]:
    if not isinstance(entry, Mapping):
        raise ValueError("expected keys and values")  # noqa: TRY004 - a rejection, no bug
    return {_text(key): _text(value) for key, value in entry.items()}


def _text(value: Any) -> str:
    """Return a value as one would write it in a cell; raises ValueError without repeating it."""
    if isinstance(value, list):
        return " ".join(map(_text, value))
    if value is None:
        return ""
    if isinstance(value, (str, int, float, date)):
        return str(value)
    raise ValueError("expected plain values or lists of them")
