"""A metric of the user's own: one column of a CSV file, its last value or all taken together.

release_crash_free_ratio 0.992
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import fsum
from statistics import fmean
from typing import Annotated, Literal

from pydantic import Field

from exporter import csv_text
from exporter.collectors.own import OwnSettings
from exporter.collectors.scale import Scale, scaled
from exporter.collectors.settings import InnerPath
from exporter.config.patterns import ONE_LINE
from exporter.csv_text import Row, Table
from exporter.files import ItemError, find_one, read_text, source_error
from exporter.model import Context, ErrorClass, Reading, Reason, Rejection, Sample, SourceError

Take = Literal["last", "first", "min", "max", "sum", "mean", "count"]

_TAKES: Mapping[Take, Callable[[Sequence[float]], float]] = {
    "last": lambda values: values[-1],
    "first": lambda values: values[0],
    "min": min,
    "max": max,
    "sum": fsum,
    "mean": fmean,
    "count": len,
}


class Settings(OwnSettings):
    """The file, its column, which rows of it, and how their values become one."""

    REMADE = True

    file: InnerPath = Field(description="the CSV file, in the release's folder")
    column: Annotated[str, ONE_LINE] = Field(
        min_length=1, max_length=300, description="the header of the column"
    )
    take: Take = Field(
        "last", description="how its filled cells become one number; count takes any text"
    )
    where: dict[str, str] = Field(
        default_factory=dict, max_length=20, description="only rows whose cells say exactly this"
    )
    scale: Scale = 1.0


@dataclass(frozen=True, slots=True)
class Column:
    """The line and value of every filled cell that was asked for, and how many rows are good."""

    cells: tuple[tuple[int, float], ...]
    rows: int
    rejections: tuple[Rejection, ...]


def collect(settings: Settings, context: Context) -> Reading:
    """Return what the column comes to; no sample when there is nothing in it."""
    try:
        file = find_one(context.folder, settings.file, "file")
        observed = file.written(context.now)
        table = csv_text.parse(read_text(file, csv_text.LENGTH), file.name)
        column = parse(table, settings)
    except ItemError as error:
        raise source_error(error) from error
    sample = measure(column, settings, file.name, observed)
    withheld = {}
    if sample and column.rejections and settings.take == "mean":
        # A mean of the rest may look better than the whole.
        withheld[settings.gauge] = f"{column.rejections[0]}; correct it, a mean needs every row"
    return Reading.of(
        [sample] if sample and not withheld else [],
        read=column.rows,
        rejections=(*column.rejections, *table.asides),
        facts_from=observed,
        withheld=withheld,
    )


def parse(table: Table, settings: Settings) -> Column:
    """Return the filled cells of the rows that were asked for; blank ones are still to come.

    Raises ItemError where the header has not exactly one such column.
    """
    index = _index(table, settings.column)
    asked = {_index(table, name): text.strip() for name, text in settings.where.items()}
    cells: list[tuple[int, float]] = []
    rejections = list(table.rejections)
    for row in table.rows:
        filled = row.cells[index].strip() != ""
        if filled and all(row.cells[at].strip() == text for at, text in asked.items()):
            try:
                cells.append((_line(row), _value(table, row, index, settings.take)))
            except ItemError as error:
                rejections.append(error.rejection)
    rows = len(table.rows) + len(table.rejections) - len(rejections)
    return Column(tuple(cells), rows, tuple(sorted(rejections, key=_line)))


def measure(column: Column, settings: Settings, file: str, observed: datetime) -> Sample | None:
    """Return the sample, None without any value; raises SourceError where a row is needed."""
    take, values = settings.take, [value for _, value in column.cells]
    if needed := _needed(column, take):
        message = f"{needed[0]}; correct it, {take} cannot do without"
        raise SourceError(ErrorClass.MALFORMED, message)
    n = {"count": column.rows, "first": 1, "last": 1}.get(take, len(values))
    if n == 0 or not (values or take == "count"):
        return None
    cells = "1 cell" if len(values) == 1 else f"{len(values):,} cells"
    rejected = f", {len(column.rejections):,} rejected" if column.rejections else ""
    return Sample(
        settings.gauge,
        scaled(_TAKES[take](values), settings.scale),
        n=n,
        observed=observed,
        evidence=f"{take} of {cells} in {settings.column} ({file}{rejected})",
    )


def _needed(column: Column, take: Take) -> list[Rejection]:
    """Return the rejected rows without which the result cannot be; of a mean see `collect`.

    A half-written last row must not make yesterday's value today's.
    """
    lines = [line for line, _ in column.cells]
    if lines and take == "mean":
        return []
    if lines and take == "last":
        return [one for one in column.rejections if _line(one) > lines[-1]]
    if lines and take == "first":
        return [one for one in column.rejections if _line(one) < lines[0]]
    return list(column.rejections)


def _index(table: Table, name: str) -> int:
    found = [at for at, cell in enumerate(table.header) if cell.strip() == name.strip()]
    if len(found) != 1:
        message = f"{len(found)} columns are called {name!r}; one is wanted"
        raise ItemError(Reason.SHAPE, table.file, "header", message)
    return found[0]


def _value(table: Table, row: Row, index: int, take: Take) -> float:
    try:
        return 1.0 if take == "count" else csv_text.number(row.cells[index], table.separator)
    except ValueError as error:
        place = f"{row.position}, column {index + 1}"
        raise ItemError(Reason.FIELD, table.file, place, str(error)) from error


def _line(place: Row | Rejection) -> int:
    """Return 3 of `line 3, column 2`."""
    return int(place.position.split()[1].rstrip(","))
