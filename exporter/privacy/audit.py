"""Finding personal data in texts and raw JSON, and taking it out, in linear time."""

import hashlib
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import re2

from exporter import __version__
from exporter.privacy.rules import RULES, Rule

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")

# What can stand in a pattern as one piece: quoted text, an escape, a class, an anchor, the rest.
_PIECES = re.compile(
    r"\\Q(?P<quoted>.*?)(?:\\E|\Z)"
    r"|(?P<anchor>\\[Az]|[\^$])"
    r"|\\.|\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]|.",
    re.DOTALL,
)

# Taking out one finding can bring its neighbours together as another, but not for ever.
_PASSES = 8

_MEBIBYTE = 1024 * 1024


class Audit:
    """Rules and an allow-list, ready to search; a rule's name may stand for several patterns."""

    fingerprint: str

    def __init__(self, rules: Sequence[Rule] = RULES, allow: Sequence[str] = ()) -> None:
        """Compile everything once.

        `allow` are RE2 patterns: a match of a rule that lies within a match of one of them does
        not count. Raises ValueError, with the rule's name and the fix, for an unusable pattern.
        """
        for rule in rules:
            if not _NAME.fullmatch(rule.name):
                raise ValueError(
                    f"privacy rule {rule.name!r}: use up to 64 letters, digits, '_', '.' or '-'"
                )
        self._rules = [(rule, _compile(f"rule {rule.name!r}", rule.pattern)) for rule in rules]
        # Its own markers never count, or a rule could find what replaced its last finding.
        markers = "|".join(re2.escape(_marker(rule.name)) for rule in rules)
        self._allow = [_compile(f"allow[{at}]", one) for at, one in enumerate(allow)]
        if rules:
            self._allow.append(_compile("markers", f"(?:{markers})+"))
        self._any = _union([rule.pattern for rule in rules])
        identity = (
            __version__,
            [(one.name, one.pattern, getattr(one.check, "__qualname__", "")) for one in rules],
            list(allow),
        )
        self.fingerprint = hashlib.sha256(repr(identity).encode()).hexdigest()

    def suspects(self, block: bytes) -> bool:
        """Return False when no rule can match any text of this raw UTF-8 JSON.

        Holds for JSON without backslashes, where a text's bytes stand between two quotes.
        """
        return self._any.search(block) is not None

    def findings(self, text: str) -> frozenset[str]:
        """Return the names of the rules that match in this decoded text, a value or a key."""
        data = _encode(text)
        if not self.suspects(data):
            return frozenset()
        allowed = self._allowed(data)
        return frozenset(
            rule.name
            for rule, pattern in self._rules
            if any(_spans(pattern, rule.check, data, allowed))
        )

    def redact(self, text: str) -> str:
        """Return the text with every finding replaced by `[rule]`; nothing is found in it then."""
        for _ in range(_PASSES):
            data = _encode(text)
            spans = self._merged(data)
            if not spans:
                return text
            text = _replace(data, spans)
        return "".join(map(_marker, sorted(self.findings(text)))) or text

    def _allowed(self, data: bytes) -> "_Cover":
        return _Cover([[one.span() for one in allow.finditer(data)] for allow in self._allow])

    def _merged(self, data: bytes) -> list[tuple[int, int, str]]:
        """Return what to replace, in order: spans that overlap are one, named by the first."""
        if not self.suspects(data):
            return []
        allowed = self._allowed(data)
        every = sorted(
            (start, -end, rule.name)
            for rule, pattern in self._rules
            for start, end in _spans(pattern, rule.check, data, allowed)
        )
        merged: list[tuple[int, int, str]] = []
        for start, negative_end, name in every:
            if merged and start < merged[-1][1]:
                first, end, kept = merged[-1]
                merged[-1] = (first, max(end, -negative_end), kept)
            else:
                merged.append((start, -negative_end, name))
        return merged


class _Cover:
    """The stretches of one text that the allow-list covers, a list for each of its patterns."""

    def __init__(self, spans: list[list[tuple[int, int]]]) -> None:
        self._spans = [one for one in spans if one]

    def __contains__(self, span: tuple[int, int]) -> bool:
        start, end = span
        for spans in self._spans:
            at = bisect_right(spans, start, key=lambda one: one[0]) - 1
            if at >= 0 and end <= spans[at][1]:
                return True
        return False


def _spans(
    pattern: Any, check: Callable[[str], bool] | None, data: bytes, allowed: _Cover
) -> Iterator[tuple[int, int]]:
    """Yield where the pattern matches and the match counts, as offsets into the UTF-8."""
    position = 0
    while match := pattern.search(data, position):
        start, end = match.span()
        if (
            start < end
            and (start, end) not in allowed
            and (check is None or check(data[start:end].decode(errors="replace")))
        ):
            yield start, end
            position = end
        else:
            # Its last character may be the first of a match that does count.
            position = max(start + 1, end - 1)


def _replace(data: bytes, spans: list[tuple[int, int, str]]) -> str:
    pieces: list[bytes] = []
    position = 0
    for start, end, name in spans:
        pieces += (data[position:start], _marker(name).encode())
        position = end
    pieces.append(data[position:])
    return b"".join(pieces).decode(errors="replace")


def _marker(name: str) -> str:
    return f"[{name}]"


def _encode(text: str) -> bytes:
    """Return the text as UTF-8; halves of a surrogate pair meet, a lone one becomes U+FFFD."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def _options() -> re2.Options:
    options = re2.Options()
    options.never_capture = True  # only whole matches matter, and names may repeat in a union
    options.log_errors = False
    options.max_mem = 64 * _MEBIBYTE  # the union's automaton stays in its cache
    return options


def _compile(what: str, pattern: str) -> Any:
    try:
        compiled = re2.compile(pattern, _options())
    except (re2.error, UnicodeEncodeError) as error:
        raise ValueError(f"privacy {what}: write the pattern in RE2 syntax ({error})") from error
    if compiled.search(b"") is not None:
        raise ValueError(f"privacy {what}: the pattern matches the empty text; ask for a character")
    return compiled


def _union(patterns: Sequence[str]) -> Any:
    """Return one pattern that finds in raw JSON whatever any of these finds in a text of it.

    A text begins and ends at a quote there, so every anchor takes a quote as well.
    """
    union = "|".join(f"(?:{_PIECES.sub(_in_json, pattern)})" for pattern in patterns)
    return re2.compile(union or r"[^\x00-\x{10FFFF}]", _options())


def _in_json(piece: re.Match[str]) -> str:
    if piece["anchor"]:
        return f'(?:{piece["anchor"]}|")'
    if piece["quoted"] is not None:  # an unclosed quotation would swallow the next pattern
        return str(re2.escape(piece["quoted"]))
    return piece[0]
