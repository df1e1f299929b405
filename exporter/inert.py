"""Texts from outside, made harmless to show: one line, nothing hidden, nothing endless."""

import re
from unicodedata import category

LONGEST = 500
MOST_MARKS = 4


def inert(text: str, longest: int = LONGEST) -> str:
    """Return the text as one line without anything invisible; escaping is the caller's job.

    Spaces of every kind become plain ones; controls, direction overrides, zero-width characters
    and lone surrogates become U+FFFD, so that they are seen; accents stack up to `MOST_MARKS`.
    """
    if len(text) > longest:
        text = f"{text[: longest - 1]}…"
    if text.isascii() and text.isprintable():
        return text  # nearly every text, and a large page has many
    return _unstacked("".join(_visible(character) for character in text))


def plain(text: str, longest: int = LONGEST) -> str:
    """Return the text inert for a terminal and for a build's log, which runs commands it prints.

    GitHub takes `::name::` at the start of a line for one, and `##[name]` anywhere, as others do.
    """
    text = re.sub("#(?=#)", "# ", inert(text, longest))
    return re.sub(r"^(\s*:)(?=:)", r"\1 ", text)


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
