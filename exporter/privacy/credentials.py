"""Secrets by their form or by the name they are given, and environment variables."""

import re

from exporter.privacy.patterns import either

_VALUE = r"""(?:"[^"]*"?|'[^']*'?|[^\s;&"'=][^\s;&"']*)"""

# Names in capitals, as almost all are; other spellings only where the form leaves no doubt,
# since `$schema`, `$set` and `$5` are no variables.
ENVIRONMENT_VARIABLE = either(
    r"\$_*[A-Z][A-Z0-9_]+",
    r"\$(?i:home|hostname|logname|path|pwd|shell|user|username|userprofile)\b",
    r"\$(?:https?|ftp|all|no)_proxy\b",
    r"\$\{[#!]?[A-Za-z_][^}\s]*\}?",
    r"\$\{?(?i:env)[:.]\w[\w()]*\}?",
    r"%(?:[A-Za-z_][A-Za-z0-9_()]{2,}|OS)(?::[^%\s]*)?%",
    r"\b[A-Z_][A-Z0-9_]+=" + _VALUE,
    r"\b(?:https?|ftp|all|no)_proxy=" + _VALUE,
    r"\bexport\s+[A-Za-z_]\w*=" + _VALUE,
)

TOKEN = either(
    r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b",  # Amazon
    r"\bgh[oprsu]_[A-Za-z0-9]{16,}",
    r"\bgithub_pat_\w{20,}",
    r"\bgl(?:agent|cbt|dt|ft|imt|oas|pat|ptt|rt|soat)-[\w-]{16,}",  # GitLab
    r"\bxox[abeoprs][.-][\w-]{10,}",  # Slack
    r"\bxapp-[\w-]{10,}",
    r"\bhooks\.slack\.com/services/[\w/]+",
    r"\bAIza[\w-]{30,}",  # Google
    r"\bya29\.[\w-]{20,}",
    r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{10,}",  # Stripe
    r"\bsk-[\w-]{20,}",  # OpenAI, Anthropic
    r"\bhf_[A-Za-z0-9]{30,}",
    r"\bnpm_[A-Za-z0-9]{30,}",
    r"\bpypi-[\w-]{50,}",
    r"\bcio[A-Za-z0-9]{32}\b",  # crates.io
    r"\bSG\.[\w-]{16,}\.[\w-]{16,}",  # SendGrid
    r"\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)*",  # JSON web token
    r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?s:.*)",
    r"\bPuTTY-User-Key-File-\d(?s:.*)",
    r"\bAGE-SECRET-KEY-1[A-Z0-9]+",
    r"\b(?i:bearer)\s+[\w.~+/-]{20,}=*",
    r"""\b(?i:[a-z][a-z0-9+.-]*)://[^\s/?#@:"]*:[^\s/?#"]+@""",
)

_KEY = (
    r"[\w-]*(?:passw(?:or)?d|passphrase|secret|credentials?|api[_-]?key|account[_-]?key"
    r"|access[_-]?key(?:[_-]?id)?|private[_-]?key)"
)
_SCHEME = "(?:basic|bearer|digest|negotiate|token)"
# A bare `token:` is not among them: `unexpected token: x` is what parsers say.
ASSIGNMENT = (
    "(?i:"
    + either(
        rf"""\b(?:{_KEY}|[\w-]*token)["']?\s*=\s*{_VALUE}""",
        rf"""\b{_KEY}["']?\s*:\s*{_VALUE}""",
        r"""\b[\w-]*token["']\s*:[\s\[]*["'][^"']+""",
        rf"""\B--(?:{_KEY}|[\w-]*token)\s+{_VALUE}""",
        r"""\bpwd\s*=\s*[^\s;&"'=/][^\s;&"']*""",
        r"""\bpwd["']\s*:[\s\[]*["'][^\s"'/]+""",
        rf"""\bauthorization["']?\s*[:=][\s\[]*["']?{_SCHEME}\s+[^\s"']+""",
    )
    + ")"
)

# What no one would call a token but those that open something: long, drawn by lot.
_DRAWN = re.compile(r"(?=[^\d]*\d)[\w.~+/=-]{16,}", re.ASCII)

_MASKS = frozenset(("false", "hidden", "masked", "nil", "none", "null", "redacted", "true"))
_SCHEMES = frozenset(("basic", "bearer", "digest", "negotiate", "token"))


def named(name: str, value: str) -> str:
    """Return a value and its name, two texts that say together what neither does, as one text.

    A `token` is mostly a word that a parser met, and `pwd` a folder: they are told by the value.
    """
    lower = name.lower()
    given = lower == "pwd" or (lower.endswith("token") and _DRAWN.fullmatch(value))
    return f"{name}={value}" if given else f"{name}: {value}"


def is_unmasked(match: str) -> bool:
    """Return whether the value is more than a mask, such as `***` or `<redacted>`."""
    _, *words = re.split(r"[\s:=\"'<>()\[\]{}*.\u2022]+|\bx+\b", match, flags=re.IGNORECASE)
    return any(word and word.lower() not in _MASKS | _SCHEMES for word in words)
