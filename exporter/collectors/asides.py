"""Rows of a table that are nobody's: totals below it, and the example that a template begins with.

tester,installed,days,survey
Example: Jane Doe,yes,D1 D2,yes
ann,yes,D1,no
Total,1,1,0
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from exporter.csv_text import Row, Table, plain
from exporter.model import Reason, Rejection

_SUM = re.compile(
    r"(?:(?:grand |sub ?)?totals?|sums?|averages?|avg|means?|median|counts?"
    r"|(?:gesamt|zwischen)?summen?|gesamt|anzahl|durchschnitt|mittelwert"
    r"|somme|moyenne|suma|promedio|totale|totaal|gemiddelde)"
    r"(?: [0-9]+| (?:of |per |all |the )*(?:testers?|users?|responses?|answers?|scores?|ratings?))?"
)
_EXAMPLE = r"(?:e\.g\.|examples?|samples?|beispiele?|exemples?|ejemplos?)"
_EXAMPLE_ROW = re.compile(
    rf"\W*{_EXAMPLE}(?: (?:tester|user|person|name|row|entry|response|answer))?\W*"
    rf"|\W*{_EXAMPLE}\W*[:)\]–-].*"  # noqa: RUF001 - a dash that people type
    rf"|.*[(\[]{_EXAMPLE}[)\]]\W*",
    re.IGNORECASE,
)
_LETTER = re.compile(r"[^\W\d_]")


def set_apart(table: Table, columns: Iterable[int]) -> Table:
    """Return the table without such rows, which are told by the first filled cell of the columns.

    A sum has numbers alone beside its word: in `Sum,yes,D1,yes` the word is somebody's name.
    """
    order = tuple(dict.fromkeys(columns))
    said = {row: why for row in table.rows if (why := _aside(row, order))}
    asides = (Rejection(Reason.OTHER, table.file, row.position, why) for row, why in said.items())
    rows = tuple(row for row in table.rows if row not in said)
    return replace(table, rows=rows, asides=(*table.asides, *asides))


def _aside(row: Row, columns: tuple[int, ...]) -> str:
    at = next((column for column in columns if row.cells[column].strip()), None)
    if at is None:
        return ""
    others = (cell for column, cell in enumerate(row.cells) if column != at)
    if _SUM.fullmatch(plain(row.cells[at][:100])) and not any(map(_LETTER.search, others)):
        return "a row of totals or averages, so nobody's; take it out"
    if _EXAMPLE_ROW.fullmatch(row.cells[at][:200]):
        return "an example, so nobody's; take it out"
    return ""
