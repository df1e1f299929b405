"""Which addresses from outside become links."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from exporter.inert import inert

# Not the sentence around it: its brackets, and the full stop behind.
_ADDRESS = re.compile(r"https://[^\s()<>\"'`]*[^\s()<>\"'`.,;:!?]")


def web_link(address: str) -> str:
    """Return the address when a browser may follow it, else an empty text."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    usable = parts.scheme in ("http", "https") and parts.netloc and inert(address) == address
    return address if usable else ""


def linked(text: str) -> Iterator[tuple[str, str]]:
    """Yield the text's pieces in order, each with the https address that it links to, if any."""
    text, end = inert(text), 0
    for match in _ADDRESS.finditer(text):
        # One that is cut off, or written in letters that look like others, leads elsewhere.
        link = web_link(match[0]) if match[0].isascii() else ""
        if link:
            yield text[end : match.start()], ""
            yield match[0], link
            end = match.end()
    yield text[end:], ""
