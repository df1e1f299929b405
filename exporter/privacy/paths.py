"""Home folders, whose names are their owners'."""

import re

from exporter.privacy.patterns import either

_NAME = r"""[^\s/\\:;,"'`<>|*?()\[\]{}$%&=]+"""

# `\B` before a slash: the path begins here, it is no `/users/42` of a web service or `lib/home/x`.
UNIX_HOME = either(
    rf"\B(?:/(?:data|export|host|media|mnt|net|nfs|srv|usr|var)(?:/[\w.-]+){{0,3}})?/home/+{_NAME}",
    rf"/Users/+{_NAME}",
    rf"(?i:%2f(?:home|users)%2f){_NAME}",
    r"\B/root\b",
    r"\B~[A-Za-z_][\w.-]*",
    r"\B~/[^\s/]",
)

# Names may hold spaces; where the sentence goes on behind one, too much is better than half a name.
WINDOWS_HOME = (
    "(?i:"
    + either(
        r"[a-z]:[\\/]+(?:users|documents and settings)[\\/]+",
        r"\\(?:users|documents and settings)\\+",
        r"\\\\[\w.-]+\\+(?:homes?|profiles)\$?\\+",
    )
    + rf"{_NAME}(?: {_NAME}){{0,3}})"
)

# How the folders begin that systems make themselves.
_NOBODY = frozenset(("all", "default", "linuxbrew", "public", "shared"))


def is_somebody(match: str) -> bool:
    """Return whether the last name of the path is not one that every machine has."""
    return re.split(r"[/\\]", match)[-1].split()[0].lower() not in _NOBODY
