"""RE2 patterns: put together, compiled, and turned to raw JSON."""

import re
from collections.abc import Sequence
from typing import Any

import re2

_MEBIBYTE = 1024 * 1024

# What can stand in a pattern as one piece: quoted text, an anchor, an escape, a class, the rest.
_PIECES = re.compile(
    r"\\Q(?P<quoted>.*?)(?:\\E|\Z)"
    r"|(?P<anchor>\\[Az]|[\^$])"
    r"|\\.|\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]|.",
    re.DOTALL,
)
_NOTHING = r"[^\x00-\x{10FFFF}]"


def either(*patterns: str) -> str:
    """Return one pattern that matches what any of them does."""
    return f"(?:{'|'.join(patterns)})"


def compiled(what: str, pattern: str) -> Any:
    """Return the RE2 pattern, ready; raises ValueError, beginning with `what`, with the fix."""
    try:
        found = re2.compile(pattern, _options())
    except (re2.error, UnicodeEncodeError) as error:
        raise ValueError(f"{what}: write the pattern in RE2 syntax ({_why(error)})") from error
    if found.search(b"") is not None:
        raise ValueError(f"{what}: the pattern matches the empty text; make it ask for a character")
    return found


def union(patterns: Sequence[str]) -> Any:
    """Return one pattern that finds in raw JSON whatever any of these finds in a text of it.

    A text begins and ends at a quote there, so every anchor takes a quote as well.
    """
    texts = (f"(?:{_PIECES.sub(_in_json, pattern)})" for pattern in patterns)
    try:
        return re2.compile("|".join(texts) or _NOTHING, _options())
    except re2.error as error:
        raise ValueError(f"the patterns are too much together: {_why(error)}") from error


def _in_json(piece: re.Match[str]) -> str:
    if piece["anchor"]:
        return f'(?:{piece["anchor"]}|")'
    if piece["quoted"] is not None:  # left open it would swallow the next pattern
        return str(re2.escape(piece["quoted"]))
    return piece[0]


def _options() -> re2.Options:
    options = re2.Options()
    options.never_capture = True  # only whole matches matter
    options.log_errors = False
    options.max_mem = 16 * _MEBIBYTE  # room for a union's automaton; larger patterns are refused
    return options


def _why(error: Exception) -> str:
    reason = error.args[0] if isinstance(error, re2.error) else "not text"
    return reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
