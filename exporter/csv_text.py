"""Strict CSV, as people and form tools write it: nothing is repaired, every row keeps its line."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from exporter.files import MEBIBYTE, ItemError
from exporter.model import Reason, Rejection

# How long a file is worth parsing; callers hand it to `files.read_text`.
LENGTH = 8 * MEBIBYTE
FIELD_LENGTH = MEBIBYTE
ROWS = 100_000
COLUMNS = 1_000
BROKEN_ROWS = 100

_SEPARATORS = (",", ";", "\t")
# What a spreadsheet is told in the first line; it shows neither that line nor the text `sep=`.
_TOLD = re.compile(r'"?sep=([,;|\t])"?[,;|\t]*\r?(?:\n|$)', re.IGNORECASE)
_SAMPLED_ROWS = 20
_WORD = re.compile(r"[^\W_]+")
_THOUSANDS = re.compile(r"-?[1-9][0-9]{0,2}(?:,[0-9]{3})+")
_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?")

_Record = tuple[int, list[str] | csv.Error]

# The limit belongs to the process; the standard one of 128 KiB is less than an answer may have.
csv.field_size_limit(FIELD_LENGTH)


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row, as many as the header has, and where it starts, such as `line 3`."""

    position: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A header, the rows that fit it, and a rejection for each row that does not.

    `asides` are rows that hide nothing, such as the header once more.
    """

    file: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    rejections: tuple[Rejection, ...] = ()
    separator: str = ","
    asides: tuple[Rejection, ...] = ()


def parse(text: str, file: str) -> Table:
    """Return the table; a bad row costs itself alone, and blank rows are passed over.

    Raises ItemError where there is no usable header, too much, or hardly anything that is CSV.
    """
    told = _TOLD.match(text)
    separator = told[1] if told else _separator(text)
    records = _filled(_bounded(_records(text, separator, told.end() if told else 0), file))
    header = _header(next(records, (1, [])), file)
    rows: list[Row] = []
    rejections: list[Rejection] = []
    asides: list[Rejection] = []
    for line, record in records:
        try:
            row = _row(line, record, file, len(header))
        except ItemError as error:
            rejections.append(error.rejection)
            continue
        if _plain_all(row.cells) == _plain_all(header):
            asides.append(
                Rejection(Reason.OTHER, file, row.position, "the header once more; take it out")
            )
        else:
            rows.append(row)
    return Table(file, header, tuple(rows), tuple(rejections), separator, tuple(asides))


def number(cell: str, separator: str = ",") -> float:
    """Return the plain decimal number in a cell; a comma is its point where `;` separates cells.

    Where tabs do, as in a spreadsheet's "Unicode text", it is only where it cannot part thousands.
    Raises ValueError on all else, also on what `float` would take: 1_0, nan, 1e5, Arabic digits.
    """
    text = cell.strip()
    if separator == "\t" and _THOUSANDS.fullmatch(text):
        raise ValueError("a comma that may part thousands or decimals")
    if separator in (";", "\t") and "." not in text:
        text = text.replace(",", ".", 1)
    if _NUMBER.fullmatch(text) is None:
        raise ValueError("not a plain number")
    return float(text)


def plain(header: str) -> str:
    """Return a header's words alone, if it has any: `Day_1` and ` day  1` are one to people."""
    words = _WORD.findall(unicodedata.normalize("NFKC", header).casefold())
    return " ".join(words) or header.strip()


def _plain_all(cells: Iterable[str]) -> list[str]:
    return [cell.strip().casefold() for cell in cells]


def _separator(text: str) -> str:
    """Return the separator that makes the first rows agree with the header, the comma if in doubt.

    The header alone misleads: whole questions stand in it, with commas of their own.
    """
    return max(_SEPARATORS, key=lambda one: _agreement(text, one))


def _agreement(text: str, separator: str) -> tuple[int, int]:
    sample = _filled(islice(_records(text, separator), _SAMPLED_ROWS))
    widths = [0 if isinstance(record, csv.Error) else len(record) for _, record in sample]
    width = widths[0] if widths else 0
    return (widths.count(width), width) if width > 1 else (0, 0)


def _records(text: str, separator: str, begin: int = 0) -> Iterator[_Record]:
    """Yield each record, or what is wrong with it, with the line it starts at.

    After a broken record it goes on with the next line: an unclosed quote would swallow the rest.
    """
    lines = io.StringIO(text, newline="")
    lines.seek(begin)
    reader = csv.reader(lines, delimiter=separator, strict=True)
    line = 1 + text.count("\n", 0, begin)
    while True:
        start, before = lines.tell(), reader.line_num
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            lines.seek(start)
            lines.readline()
            yield line, error
            line += 1
        else:
            yield line, record
            line += reader.line_num - before


def _bounded(records: Iterable[_Record], file: str) -> Iterator[_Record]:
    """Yield the records; raises ItemError where going on would cost much.

    A broken record is read up to `FIELD_LENGTH` and then again from its second line.
    """
    broken = 0
    for count, (line, record) in enumerate(records):
        broken += isinstance(record, csv.Error)
        if count > ROWS:
            raise ItemError(Reason.SIZE, file, f"line {line}", f"more than {ROWS:,} rows")
        if broken > BROKEN_ROWS:
            raise ItemError(Reason.SYNTAX, file, f"line {line}", "too many broken rows: not CSV")
        yield line, record


def _filled(records: Iterable[_Record]) -> Iterator[_Record]:
    for line, record in records:
        if isinstance(record, csv.Error) or any(map(str.strip, record)):
            yield line, record


def _header(first: _Record, file: str) -> tuple[str, ...]:
    line, record = first
    if isinstance(record, csv.Error):
        raise _broken(line, record, file)
    if not record:
        raise ItemError(Reason.SHAPE, file, "line 1", "empty: there is no header")
    if len(record) > COLUMNS:
        raise ItemError(Reason.SIZE, file, f"line {line}", f"more than {COLUMNS:,} columns")
    return tuple(record)


def _row(line: int, record: list[str] | csv.Error, file: str, width: int) -> Row:
    if isinstance(record, csv.Error):
        raise _broken(line, record, file)
    if len(record) != width:
        message = f"{len(record)} cells where the header has {width}"
        raise ItemError(Reason.SHAPE, file, f"line {line}", message)
    return Row(f"line {line}", tuple(record))


def _broken(line: int, error: csv.Error, file: str) -> ItemError:
    if "field limit" in str(error):
        message = f"a cell longer than {FIELD_LENGTH // MEBIBYTE} MiB"
        return ItemError(Reason.SIZE, file, f"line {line}", message)
    message = "a quote is not closed, or text follows a closed one"
    return ItemError(Reason.SYNTAX, file, f"line {line}", message)
