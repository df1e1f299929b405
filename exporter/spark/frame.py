"""What is read of exports as rows for the queries: one Parquet file after another."""

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.telemetry.columns import DATED, OTHER, Part
from exporter.telemetry.index import AHEAD, below
from exporter.telemetry.rows import Keys, Rows, records_of, rows_of

SCHEMA = (
    "key long, row long, day int, time double, kind int, backend int, duration long, flags int, "
    "rules long, byte long, line long"
)

# Turns the order of unsigned numbers into that of signed ones, and back.
_SIGN = np.uint64(1 << 63)
_NO_DURATION = int(np.float64(np.nan).view(np.int64))


@dataclass(frozen=True, slots=True)
class Frame:
    """What a row depends on beside its part: the clock, the calendar, and the names' codes.

    A time from `starts[n - 1]` on is of the day `days[n]`.
    """

    now: float
    starts: list[float]
    days: list[int]
    kinds: dict[str, int]
    backends: dict[str, int]


@dataclass(frozen=True, slots=True)
class Unit:
    """A part of a file, and which rows and lines lie in front of it."""

    name: str
    index: int
    row: int = 0
    lines: int = 0


def late(times: NDArray[np.float64], now: float) -> NDArray[np.bool_]:
    """Return which times are too far ahead to be one."""
    return times > now + AHEAD


def table(part: Part, unit: Unit, frame: Frame) -> Any:
    """Return the part's rows as an Arrow table."""
    import pyarrow as pa  # noqa: PLC0415 - of the extra `spark`, which only workers need

    count = part.rows
    found = np.frombuffer(part.found_rows, np.uint32)
    keys = np.frombuffer(part.keys, np.uint64)
    rows = rows_of(
        records_of(
            part,
            unit.row,
            lambda name: frame.kinds.get(name, OTHER),
            lambda name: frame.backends.get(name, OTHER),
        )
    )
    ahead = late(rows.times, frame.now)
    rows.times[ahead] = min(part.dated, frame.now)
    rows.flags[ahead] |= DATED
    timeless = np.isnan(rows.durations)
    numbers = np.searchsorted(frame.starts, rows.times, "right")

    def scattered(values: bytes, kind: Any) -> Any:
        column = np.zeros(count, np.int64)
        column[found] = np.frombuffer(values, kind).astype(np.int64)
        clean = np.ones(count, np.bool_)
        clean[found] = False
        return pa.array(column, mask=clean)

    return pa.table(
        {
            "key": pa.array((keys ^ _SIGN).view(np.int64), mask=keys == 0),
            "row": np.arange(unit.row, unit.row + count, dtype=np.int64),
            "day": np.array(frame.days, np.int32)[numbers],
            "time": rows.times,
            "kind": rows.kinds.astype(np.int32),
            "backend": rows.backends.astype(np.int32),
            "duration": pa.array(rows.durations.view(np.int64), mask=timeless),
            "flags": rows.flags.astype(np.int32),
            "rules": scattered(part.found_rules, np.uint64),
            "byte": scattered(part.found_bytes, np.int64),
            "line": scattered(below(part.found_lines, unit.lines), np.uint32),
        }
    )


def events(table: Any) -> tuple[Keys, Rows, Keys]:
    """Return events that a query says, as an index has them: keys, columns, bits of the rules."""

    def column(name: str, none: int, kind: Any) -> Any:
        return table[name].fill_null(none).to_numpy().astype(kind)

    keys = column("key", np.iinfo(np.int64).min, np.int64).view(np.uint64) ^ _SIGN
    rows = Rows(
        table["time"].to_numpy(),
        column("duration", _NO_DURATION, np.int64).view(np.float64),
        column("kind", 0, np.uint8),
        column("backend", 0, np.uint8),
        column("flags", 0, np.uint8),
    )
    return keys, rows, column("found", 0, np.int64).view(np.uint64)


def write(tables: Any, path: Path) -> None:
    """Write the tables, in one file that is there whole or not at all."""
    from pyarrow import parquet  # noqa: PLC0415 - as above

    # A worker that is given up may still write the same: each has a file of its own.
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    writer = None
    try:
        for one in tables:
            writer = writer or parquet.ParquetWriter(beside, one.schema)
            writer.write_table(one)
    finally:
        if writer is not None:
            writer.close()
    if writer is not None:
        beside.replace(path)
