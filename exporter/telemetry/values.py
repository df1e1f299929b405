"""Where a JSON value ends, exactly, without saying what it is."""

import re
from json import JSONDecodeError, JSONDecoder

SPACE = re.compile(r"[ \t\n\r]*")

_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\Z)|([\[{])|[\]}]', re.DOTALL)

# As lenient as can be: whether a value is good is decided elsewhere.
_DECODER = JSONDecoder(parse_int=len, parse_float=len, strict=False)

_WORDS = ("true", "false", "null", "NaN", "Infinity", "-Infinity")
_ESCAPE = len("u1234")


class BrokenError(Exception):
    """There is no JSON value; `at` is where it stops being one."""

    def __init__(self, at: int) -> None:
        """Keep the place."""
        super().__init__()
        self.at = at


def end(text: str, at: int) -> int | None:
    """Return where the value that begins at `at` ends, None when the text ends first.

    Raises BrokenError.
    """
    try:
        _, end = _DECODER.raw_decode(text, at)
    except RecursionError:
        return _closing(text, at)
    except JSONDecodeError as error:
        if _is_cut(text, error):
            return None
        raise BrokenError(error.pos) from error
    return end


def is_one(text: str) -> bool:
    """Return whether the text is exactly one value."""
    try:
        last = end(text, SPACE.match(text).end())  # type: ignore[union-attr]
    except BrokenError:
        return False
    return last is not None and not text[last:].strip(" \t\n\r")


def _is_cut(text: str, error: JSONDecodeError) -> bool:
    """Tell whether it is only the end of the text that makes it wrong."""
    rest = text[error.pos : error.pos + 16]
    return (
        any(word.startswith(rest) for word in _WORDS)
        or error.msg.startswith("Unterminated string")
        or (error.pos + _ESCAPE >= len(text) and "escape" in error.msg)
    )


def _closing(text: str, at: int) -> int | None:
    """Follow brackets only, however deep they are nested."""
    depth = 0
    for match in _BRACKET.finditer(text, at):
        mark = match[0][0]
        if mark != '"':
            depth += 1 if match[1] else -1
            if depth == 0:
                return match.end()
    return None
