"""Texts from outside, made harmless to read: nothing hidden, nothing endless, no odd links."""

from unicodedata import category
from urllib.parse import urlsplit

LONGEST = 500
MOST_MARKS = 4


def inert(text: str) -> str:
    """Return the text as one line without anything invisible; escaping is the template's job.

    Spaces of every kind become plain ones; controls, direction overrides, zero-width characters
    and lone surrogates become U+FFFD, so that they are seen; accents stack up to `MOST_MARKS`.
    """
    if len(text) > LONGEST:
        text = f"{text[: LONGEST - 1]}…"
    if text.isascii() and text.isprintable():
        return text  # nearly every text, and a large page has many
    return _unstacked("".join(_visible(character) for character in text))


def web_link(address: str) -> str:
    """Return the address when a browser may follow it, else an empty text."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    usable = parts.scheme in ("http", "https") and parts.netloc and inert(address) == address
    return address if usable else ""


def _visible(character: str) -> str:
    if character.isprintable():
        return character
    return " " if character.isspace() else "\N{REPLACEMENT CHARACTER}"


def _unstacked(text: str) -> str:
    """Return the text without the marks that would pile up over the lines above it."""
    kept, marks = [], 0
    for character in text:
        marks = marks + 1 if category(character) in ("Mn", "Me") else 0
        if marks <= MOST_MARKS:
            kept.append(character)
    return "".join(kept)
