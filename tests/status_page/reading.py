"""What a page says, read with an HTML parser: its structure, its texts, its table rows."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Self

Attributes = list[tuple[str, str | None]]

VOID = {"meta", "link", "br", "hr", "img", "input"}
INLINE = {"a", "bdi", "small", "span", "strong", "time"}


@dataclass
class Row:
    """One row of a table's body: its class and the text of each cell."""

    tone: str
    cells: list[str] = field(default_factory=list)


class Page(HTMLParser):
    """A page that was read whole; `unbalanced` names the first end tag that does not fit."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.skeleton: list[tuple[str, tuple[str, ...]]] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.style = ""
        self.rows: dict[str, Row] = {}
        self.unbalanced = ""
        self.declaration = ""
        self._open: list[str] = []
        self._row: Row | None = None

    @classmethod
    def read(cls, html: str) -> Self:
        page = cls()
        page.feed(html)
        page.close()
        return page

    @property
    def text(self) -> str:
        """Every text in reading order, with single spaces."""
        return " ".join("".join(self.texts).split())

    def values(self, tag: str, attribute: str) -> list[str]:
        return [
            attrs[attribute] for name, attrs in self.elements if name == tag if attribute in attrs
        ]

    def handle_decl(self, decl: str) -> None:
        self.declaration = decl

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        self.skeleton.append((tag, tuple(name for name, _ in attrs)))
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self._separate(tag)
        if tag not in VOID:
            self._open.append(tag)
        if tag == "tr" and "tbody" in self._open:
            self._row = Row(dict(attrs).get("class") or "")
        elif tag in ("th", "td") and self._row is not None:
            self._row.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.unbalanced = self.unbalanced or tag
        self._separate(tag)
        if tag == "tr" and self._row is not None:
            self._row.cells = [" ".join(cell.split()) for cell in self._row.cells]
            self.rows.setdefault(self._row.cells[0], self._row)
            self._row = None

    def handle_data(self, data: str) -> None:
        if self._open[-1:] == ["style"]:
            self.style += data
            return
        self._write(data)

    def _separate(self, tag: str) -> None:
        if tag not in INLINE:
            self._write(" ")

    def _write(self, data: str) -> None:
        self.texts.append(data)
        if self._row is not None and self._row.cells:
            self._row.cells[-1] += data
