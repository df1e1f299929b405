"""Pages of lists, with `link` headers as api.github.com writes them."""

import base64
import re
import struct
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

DEFAULT, MOST = 30, 100
DEEPEST = 10_000  # page * per_page from which large lists want cursors

Item = dict[str, Any]
Key = Callable[[Item], tuple[int, int]]

# In a cursor: an array of two, the sort value as 64 bits, the id as 64 or 32.
_PACKED = b"cursor:v2:\x92\xcf%b"


class TooDeepError(Exception):
    """The page can be reached by cursor only."""


class BadCursorError(Exception):
    """Not a cursor of this server's making."""


@dataclass(frozen=True)
class Page:
    """A part of a list, and the query parameters by which its neighbours are asked for."""

    items: Sequence[Item]
    links: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def header(self, url: str, query: Mapping[str, str]) -> dict[str, str]:
        """Return the `link` header as a dict, empty where there is one page only."""
        kept = {k: v for k, v in query.items() if k not in ("page", "after", "before")}
        links = (
            f'<{url}?{encoded({**kept, **to})}>; rel="{rel}"' for rel, to in self.links.items()
        )
        return {"link": ", ".join(links)} if self.links else {}


def encoded(query: Mapping[str, str]) -> str:
    """Return the query as GitHub writes it into links."""
    return "&".join(f"{key}={quote(value, safe='')}" for key, value in query.items())


def size(query: Mapping[str, str]) -> int:
    """Return the items per page: 30 unless told otherwise, never more than 100."""
    asked = whole(query.get("per_page"))
    return min(asked, MOST) if asked else DEFAULT


def number(query: Mapping[str, str]) -> int:
    """Return the number of the page, from 1."""
    return whole(query.get("page")) or 1


def whole(text: str | None) -> int:
    """Return the whole number in the text, 0 without one."""
    return int(text) if text and re.fullmatch(r"[0-9]{1,9}", text) else 0


def by_number(items: Sequence[Item], query: Mapping[str, str]) -> Page:
    """Return the page of that number; its links are numbers."""
    page, per_page = number(query), size(query)
    last = max(1, -(-len(items) // per_page))
    links: dict[str, Mapping[str, str]] = {}
    if page > 1:
        links["prev"] = {"page": str(min(page - 1, last))}
    if page < last:
        links["next"] = {"page": str(page + 1)}
        links["last"] = {"page": str(last)}
    if page > 1:
        links["first"] = {"page": "1"}
    return Page(items[(page - 1) * per_page : page * per_page], links)


def by_cursor(items: Sequence[Item], query: Mapping[str, str], key: Key, *, falling: bool) -> Page:
    """Return a page of items sorted by the key; its links are cursors.

    Raises TooDeepError when asked by number for what only cursors reach, BadCursorError for a
    cursor that nobody handed out.
    """
    per_page = size(query)
    start = _start(items, query, key, per_page, falling=falling)
    part = items[start : start + per_page]
    page = number(query)
    links: dict[str, Mapping[str, str]] = {}
    if part and start + per_page < len(items):
        links["next"] = {"after": cursor(key(part[-1])), "page": str(page + 1)}
    if part and start > 0:
        links["prev"] = {"page": str(max(1, page - 1)), "before": cursor(key(part[0]))}
    return Page(part, links)


def _start(
    items: Sequence[Item], query: Mapping[str, str], key: Key, per_page: int, *, falling: bool
) -> int:
    sign = -1 if falling else 1

    def place(key_of: tuple[int, int]) -> tuple[int, int]:
        return sign * key_of[0], sign * key_of[1]

    def found(item: Item) -> tuple[int, int]:
        return place(key(item))

    if "after" in query:
        return bisect_right(items, place(position(query["after"])), key=found)
    if "before" in query:
        return max(0, bisect_left(items, place(position(query["before"])), key=found) - per_page)
    if number(query) * per_page >= DEEPEST:
        raise TooDeepError
    return (number(query) - 1) * per_page


def cursor(key: tuple[int, int]) -> str:
    """Return an opaque cursor that looks like GitHub's."""
    value, identity = key
    tail = b"\xce" + struct.pack(">I", identity) if identity < 1 << 32 else b""
    tail = tail or b"\xcf" + struct.pack(">Q", identity)
    return base64.b64encode(_PACKED % struct.pack(">Q", value) + tail).decode()


def position(text: str) -> tuple[int, int]:
    """Return the key inside a cursor; raises BadCursorError."""
    try:
        raw = base64.b64decode(text, validate=True)
        head, value, kind, identity = raw[:12], raw[12:20], raw[20:21], raw[21:]
        sizes = {b"\xce": ">I", b"\xcf": ">Q"}
        if head != _PACKED % b"":
            raise BadCursorError
        return struct.unpack(">Q", value)[0], struct.unpack(sizes[kind], identity)[0]
    except (ValueError, KeyError, struct.error) as error:
        raise BadCursorError from error
