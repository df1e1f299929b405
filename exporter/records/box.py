"""A box of text: every line as wide as its frame, whatever stands in it."""

from collections.abc import Iterable
from unicodedata import category, east_asian_width

from exporter.inert import inert

WIDTH = 45
_ROOM = WIDTH - 2
_EMOJI = "\N{VARIATION SELECTOR-16}"


def box(sections: Iterable[Iterable[str]]) -> str:
    """Return the sections in a frame, with a rule between them; a line that is too long is cut."""
    rule = "─" * WIDTH
    blocks = ["\n".join(f"│ {fit(line, _ROOM)} │" for line in lines) for lines in sections]
    return f"┌{rule}┐\n" + f"\n├{rule}┤\n".join(blocks) + f"\n└{rule}┘\n"


def fit(text: str, width: int) -> str:
    """Return the text as one line of exactly so many columns: padded, or cut with `…`."""
    shown = inert(text)
    if columns(shown) > width:
        kept = ""
        for character in shown:
            if columns(kept + character) > width - 1:
                break
            kept += character
        shown = kept + "…"
    return shown + " " * (width - columns(shown))


def columns(text: str) -> int:
    """Return how many columns of a terminal the text takes; an emoji takes two."""
    total = last = 0
    for character in text:
        if character == _EMOJI:
            total += 2 - last if last else 0
            last = 0
            continue
        width = _width(character)
        total += width
        last = width or last
    return total


def _width(character: str) -> int:
    if category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(character) in ("W", "F") else 1
