"""The tables of a report, read back from its Markdown and from its page."""

import html
import re
from html.parser import HTMLParser

Cells = tuple[str, ...]
# The headings, then each row.
Read = tuple[Cells, ...]


def markdown_tables(text: str) -> list[Read]:
    """Return every table, its cells as a reader sees them."""
    blocks = re.findall(r"(?:^\|.*\|\n)+", text, re.MULTILINE)
    tables = [[_cells(line) for line in block.splitlines()] for block in blocks]
    return [(rows[0], *rows[2:]) for rows in tables]


def _cells(line: str) -> Cells:
    return tuple(_plain(html.unescape(cell)) for cell in line[1:-1].split("|"))


def _plain(text: str) -> str:
    return " ".join(text.replace("\u200b", "").split())


class _Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("th", "td"):
            self.tables[-1][-1].append("")
            self._open = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("th", "td"):
            self._open = False

    def handle_data(self, data: str) -> None:
        if self._open:
            self.tables[-1][-1][-1] += data


def page_tables(text: str) -> list[Read]:
    """Return every table of the page, its cells as a reader sees them."""
    found = _Tables()
    found.feed(text)
    return [tuple(tuple(map(_plain, row)) for row in table) for table in found.tables]
