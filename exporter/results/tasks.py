"""The items of a Markdown task list, and lines that were meant as one."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from exporter.model import Reason, Rejection
from exporter.results.markdown import visible_lines, without_code

_MARKS = {" ": False, "x": True, "X": True}

_ITEM = r"\s*(?:[-*+]|\d{1,9}[.)])"
# Up to three characters may have been meant as a tick; `[text](url)` and `[x][y]` are links.
_TASK = re.compile(_ITEM + r"\s+\[([^\[\]]{0,3})\](?![(\[:])(.*)")
_BOX = re.compile(r"\[[ xX]\](?![(\[:])")
_LISTED = re.compile(_ITEM)
_BARE = re.compile(_ITEM + r"\s*")
# Whatever marks a list, a table, a heading or bold text may stand before a box.
_LEAD = re.compile(r"\W*?(?:\d{1,9}[.)]\W*?)?(?=[\[(☐☑☒])")
_ODD = re.compile(
    r"[\[(][\sxX✓✔✗✘~-]{1,3}[\])](?![(\[:])"  # without its list, in bold, or in other brackets
    r"|\[\s*\]"
    r"|[☐☑☒]"
)
_OPEN = re.compile(r"\[[^\]]*$")
# What stands for a box elsewhere: a cell of a table, a sign, HTML's own box, a question.
_SIGNS = "☐☑☒✅❌❎✔✓✖✗✘⬜🔲🗹"
_CELL = re.compile(rf"\|\s*(?:\[[\sxX]?\]|[{_SIGNS}]\ufe0f?)\s*(?:\||$)")
_SIGNED = re.compile(rf"{_ITEM}\s+[*_]*[{_SIGNS}]")
_AROUND_SIGN = " .:;!*_)\ufe0f"
_HTML = re.compile(r"<input\b[^<>]{0,200}\bcheckbox\b", re.IGNORECASE)
_QUESTION = re.compile(r"(?:[-*+]|\d{1,9}[.)])\s.*\?\s*")


def parse_tasks(text: str, file: str) -> Iterator[tuple[str, Mapping[str, Any]] | Rejection]:
    """Yield each task with its position as a check, and each line that may have been meant as one.

    A box that is overlooked is an open one that nobody sees.
    """
    last = text.count("\n") + 1
    for number, line in visible_lines(text, file):
        position = f"line {number}"
        task = _TASK.fullmatch(line)
        if number == last and _breaks_off(line):
            yield Rejection(Reason.TRUNCATED, file, position, "the file ends inside an item")
        elif _may_be_one(line, task):
            message = "what may be a box, and no task; write '- [ ] ' or '- [x] ' and a name"
            yield Rejection(Reason.FIELD, file, position, message)
        elif task is not None:
            mark, name = task.groups()
            name = name if name.startswith(" ") else ""
            yield position, {"check": name, "passed": _MARKS.get(mark, mark)}


def _may_be_one(line: str, task: re.Match[str] | None) -> bool:
    odd = task is None and (_is_odd(line) or _stands_for_box(line))
    return odd or _has_inner_box(line, task)


def _breaks_off(line: str) -> bool:
    lead = _LEAD.match(line)
    return bool(_BARE.fullmatch(line) or (lead and _OPEN.match(line, lead.end())))


def _is_odd(line: str) -> bool:
    """Tell whether the line starts with a box, or with half of one, that makes no task."""
    # A quoted box explains; as an item of a list it may have been meant.
    seen = line if _LISTED.match(line) else without_code(line)
    lead = _LEAD.match(seen)
    return bool(lead and (_ODD.match(seen, lead.end()) or _OPEN.match(seen, lead.end())))


def _stands_for_box(line: str) -> bool:
    """Tell whether the line says in another way that something is done or open."""
    seen = without_code(line)
    return bool(
        _CELL.search(seen)
        or _SIGNED.match(seen)
        or (_LISTED.match(seen) and seen.rstrip(_AROUND_SIGN).endswith(tuple(_SIGNS)))
        or _HTML.search(seen)
        # As the end of a link it is part of an address.
        or (_QUESTION.fullmatch(seen) and "://" not in seen)
    )


def _has_inner_box(line: str, task: re.Match[str] | None) -> bool:
    """Tell whether an item of a list holds a box behind its beginning."""
    listed = _LISTED.match(line)
    return bool(listed and _BOX.search(without_code(line), task.start(2) if task else 0))
