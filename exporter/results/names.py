"""Names of checks as label values: plain, short, and each once."""

import re
from collections.abc import Iterable

LENGTH = 64

_LINK = re.compile(r"\[([^\[\]]*)\]\([^()]*\)")
_ODD = re.compile(r"[^\w .,:;!?'()/&+#%=-]")
_WORD = 40


def plain_names(names: Iterable[str]) -> list[str]:
    """Return the names as label values of at most `LENGTH` characters; repeated ones get a number.

    Words that may be an address, a person's folder or a key are left out: a label goes everywhere.
    """
    taken: dict[str, None] = {}
    for name in names:
        plain = base = _plain(name)
        count = 1
        while plain in taken:
            count += 1
            suffix = f" ({count})"
            plain = base[: LENGTH - len(suffix)] + suffix
        taken[plain] = None
    return list(taken)


def _plain(name: str) -> str:
    words = [word for word in _LINK.sub(r"\1", name).split() if _harmless(word)]
    plain = " ".join(_ODD.sub("", " ".join(words)).split())
    return plain[:LENGTH].strip() or "check"


def _harmless(word: str) -> bool:
    return (
        len(word) <= _WORD and not word.startswith(("/", "~")) and not re.search(r"@|\\|://", word)
    )
