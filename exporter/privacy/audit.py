"""Finding personal data in texts and in raw JSON, and taking it out."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from typing import Any

import re2
from xxhash import xxh3_128_hexdigest

from exporter import __version__
from exporter.privacy.patterns import compiled, union
from exporter.privacy.rules import RULES, Rule

Span = tuple[int, int]  # offsets into the text's UTF-8

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")

# Without one finding its neighbours can make up another, but not for ever.
_PASSES = 8

# Longer texts are not taken apart: finding every match can take quadratic time, the first cannot.
_LONGEST_TAKEN_APART = 16 * 1024


class Audit:
    """Rules and an allow-list, ready to search; `fingerprint` changes with either."""

    fingerprint: str

    def __init__(self, rules: Sequence[Rule] = RULES, allow: Sequence[str] = ()) -> None:
        """Compile everything once.

        `allow` are RE2 patterns: a rule's match that lies within a match of one of them does not
        count. Raises ValueError, with the rule's name and the fix, for what cannot be used.
        """
        for rule in rules:
            if not _NAME.fullmatch(rule.name):
                raise ValueError(
                    f"privacy rule {rule.name!r}: name it with up to 64 letters, digits, _ . or -"
                )
        self._rules = [(one, compiled(f"privacy rule {one.name}", one.pattern)) for one in rules]
        self._allow = [compiled(f"privacy allow[{at}]", one) for at, one in enumerate(allow)]
        if rules:  # no rule may find what replaced its last finding
            markers = "|".join(re2.escape(_marker(one.name)) for one in rules)
            self._allow.append(compiled("privacy markers", f"(?:{markers})+"))
        self._any = union([one.pattern for one in rules])
        self.fingerprint = _fingerprint(rules, allow)

    def suspects(self, block: bytes) -> bool:
        """Return False when no rule can match any text of this raw UTF-8 JSON, keys included.

        That holds where no text has a backslash: there each stands as it is between two quotes.
        """
        return self._any.search(block) is not None

    def findings(self, text: str) -> frozenset[str]:
        """Return the names of the rules that match in this decoded text, a value or a key."""
        data = utf8(text)
        if not self.suspects(data):
            return frozenset()
        allowed = self._allowed(data)
        return frozenset(
            rule.name
            for rule, pattern in self._rules
            if any(_spans(pattern, rule.check, data, allowed))
        )

    def redact(self, text: str) -> str:
        """Return the text with every finding replaced by `[rule]`; then nothing is found in it.

        A text of more than 16 KiB is replaced as a whole.
        """
        for _ in range(_PASSES):
            if len(text) > _LONGEST_TAKEN_APART:
                break
            data = utf8(text)
            found = self._found(data)
            if not found:
                return text
            text = _replace(data, found)
        return "".join(_marker(name) for name in sorted(self.findings(text))) or text

    def _found(self, data: bytes) -> list[tuple[Span, str]]:
        """Return every finding in order; those that overlap are one, named by the first."""
        if not self.suspects(data):
            return []
        allowed = self._allowed(data)
        found: list[tuple[Span, str]] = []
        for (start, end), name in sorted(
            (span, rule.name)
            for rule, pattern in self._rules
            for span in _spans(pattern, rule.check, data, allowed)
        ):
            if found and start < found[-1][0][1]:
                (first, last), name_of_first = found.pop()
                found.append(((first, max(last, end)), name_of_first))
            else:
                found.append(((start, end), name))
        return found

    def _allowed(self, data: bytes) -> list[list[Span]]:
        """Return what the allow-list covers, in order, for each of its patterns that matches."""
        each = ([match.span() for match in allow.finditer(data)] for allow in self._allow)
        return [spans for spans in each if spans]


def _spans(
    pattern: Any, check: Callable[[str], bool] | None, data: bytes, allowed: list[list[Span]]
) -> Iterator[Span]:
    """Yield where the pattern matches and the match counts."""
    position = 0
    while position < len(data) and (match := pattern.search(data, position)):
        start, end = match.span()
        if (
            start < end
            and not _covered(start, end, allowed)
            and (check is None or check(data[start:end].decode(errors="replace")))
        ):
            yield start, end
            position = end
        else:
            # Its last character may be the first of a match that counts.
            position = max(start + 1, end - 1)


def _covered(start: int, end: int, allowed: list[list[Span]]) -> bool:
    for spans in allowed:
        at = bisect_right(spans, start, key=itemgetter(0)) - 1
        if at >= 0 and end <= spans[at][1]:
            return True
    return False


def _replace(data: bytes, found: list[tuple[Span, str]]) -> str:
    pieces: list[str] = []
    position = 0
    for (start, end), name in found:
        pieces += (data[position:start].decode(errors="replace"), _marker(name))
        position = end
    return "".join(pieces) + data[position:].decode(errors="replace")


def _marker(name: str) -> str:
    return f"[{name}]"


def utf8(text: str) -> bytes:
    """Return the text as UTF-8; halves of a surrogate pair meet, a lone one becomes U+FFFD."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def _fingerprint(rules: Sequence[Rule], allow: Sequence[str]) -> str:
    # A check's own text may change with the program's version only.
    checks = [getattr(rule.check, "__qualname__", None) for rule in rules]
    patterns = [(rule.name, rule.pattern) for rule in rules]
    return xxh3_128_hexdigest(repr((__version__, patterns, checks, list(allow))).encode())
