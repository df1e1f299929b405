"""The lines of a Markdown text that a reader sees as text."""

import re
from collections.abc import Iterator

from exporter.files import ItemError
from exporter.model import Reason

_QUOTE = re.compile(r"^(?:\s{0,3}> ?)+")
_FENCE = re.compile(r"\s*(`{3,}|~{3,})(.*)")
_LIST_ITEM = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s")
_COMMENT = re.compile(r"<!--.*?(-->|$)")
_TAB = 4


def visible_lines(text: str, file: str) -> Iterator[tuple[int, str]]:
    """Yield each line outside code and comments with its number, quote marks taken off.

    Raises ItemError where a fence or comment never ends: it would hide the rest.
    """
    lines = _Lines()
    for number, raw in enumerate(text.split("\n"), 1):
        line = _QUOTE.sub("", raw.rstrip().expandtabs(_TAB))
        if (seen := lines.read(number, line)) is not None:
            yield number, seen
    if lines.hidden_since:
        message = "a code fence or comment that never ends hides the rest"
        raise ItemError(Reason.TRUNCATED, file, f"line {lines.hidden_since}", message)


class _Lines:
    def __init__(self) -> None:
        self.hidden_since = 0
        self._fence = ""
        self._comment = False
        self._in_list = False
        self._after_blank = True

    def read(self, number: int, line: str) -> str | None:
        """Return what can be seen of the line; None when nothing."""
        if self._fence:
            self._close_fence(line)
            return None
        if self._comment:
            _, end, line = line.partition("-->")
            if not end:
                return None
            self._comment, self.hidden_since = False, 0
        elif (match := _FENCE.fullmatch(line)) and not ("`" in match[1] and "`" in match[2]):
            self._fence, self.hidden_since = match[1], number
            return None
        return self._text(self._uncomment(number, line))

    def _close_fence(self, line: str) -> None:
        mark = line.strip()
        if mark.startswith(self._fence) and not mark.strip(self._fence[0]):
            self._fence, self.hidden_since = "", 0

    def _uncomment(self, number: int, line: str) -> str:
        kept, start = [], 0
        for match in _COMMENT.finditer(without_code(line)):
            kept.append(line[start : match.start()])
            start = match.end()
            if not match[1]:
                self._comment, self.hidden_since = True, number
        return "".join((*kept, line[start:]))

    def _text(self, line: str) -> str | None:
        """Pass over indented code: text four spaces in that belongs to no list."""
        blank, flush = not line.strip(), not line.startswith(" ")
        if _LIST_ITEM.match(line) and (self._in_list or not line.startswith(" " * _TAB)):
            self._in_list = True
        elif not blank and flush and (self._after_blank or line.startswith("#")):
            self._in_list = False
        self._after_blank = blank
        return None if line.startswith(" " * _TAB) and not self._in_list else line


def without_code(line: str) -> str:
    """Return the line with `code` blanked out, as long as before: a comment may be quoted."""
    parts = line.split("`")
    last = len(parts) - 1
    return "`".join(
        " " * len(part) if index % 2 and index < last else part for index, part in enumerate(parts)
    )
