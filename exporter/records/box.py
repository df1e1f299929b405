"""A box of text: every line as wide as its frame, whatever stands in it."""

from collections.abc import Iterable
from itertools import pairwise
from unicodedata import category, east_asian_width

from exporter.inert import inert

WIDTH = 45
_ROOM = WIDTH - 2
# Makes the symbol before it an emoji; before the first symbol there are letters only.
_EMOJI = "\N{VARIATION SELECTOR-16}"
_SYMBOLS = "\N{DOUBLE EXCLAMATION MARK}"


def box(sections: Iterable[Iterable[str]]) -> str:
    """Return the sections in a frame, with a rule between them; a line that is too long is cut."""
    rule = "─" * WIDTH
    blocks = ["\n".join(f"│ {fit(line, _ROOM)} │" for line in lines) for lines in sections]
    return f"┌{rule}┐\n" + f"\n├{rule}┤\n".join(blocks) + f"\n└{rule}┘\n"


def fit(text: str, width: int) -> str:
    """Return the text as one line of exactly so many columns: padded, or cut with `…`."""
    shown = inert(text)
    if columns(shown) > width:
        # What an emoji is made of may make more of it: whole texts are measured.
        fitting = (at for at in range(width + 1) if columns(shown[:at]) < width)
        shown = shown[: max(fitting, default=0)] + "…"
    return shown + " " * (width - columns(shown))


def columns(text: str) -> int:
    """Return how many columns of a terminal the text takes; an emoji takes two."""
    widths = map(_width, text)
    made_emoji = sum(
        sign == _EMOJI and before >= _SYMBOLS and _width(before) == 1
        for before, sign in pairwise(text)
    )
    return sum(widths) + made_emoji


def _width(character: str) -> int:
    if category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(character) in ("W", "F") else 1
