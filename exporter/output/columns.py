"""Rows of text under each other."""

from collections.abc import Sequence

from exporter.inert import plain


def columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Return a line a row, its cells made inert and padded to the widest of their column."""
    cleaned = [[plain(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cleaned, strict=True)]
    return [
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cleaned
    ]
