"""Texts from outside as text inside Markdown and XML, and nothing more than text."""

import re
from collections.abc import Iterable, Iterator, Sequence
from xml.sax.saxutils import quoteattr

from exporter.inert import LONGEST, inert

# What has no meaning to any Markdown, wherever it stands in a line; all other signs are written by
# number, of which the rules say that they cannot take a structural sign's place.
_PLAIN = re.compile(r"[^A-Za-z0-9 ,%;()\u0080-\U0010ffff]", re.ASCII)
# A mention, a reference, a commit, a sign by name or an address is still looked for in what comes
# out, so that nothing follows the sign that begins it.
_ZERO_WIDTH = "&#8203;"
_LOOKED_FOR = re.compile(r"(?i)(?<=[@#])(?=\w)|(?<=:)(?=[\w+/])|(?<=\bGH-)(?=\d)|(?<=\bwww)(?=\.)")
_MARK = "\ue000"


def markdown(text: str, longest: int = LONGEST) -> str:
    """Return the text for a line or a table cell of GitHub's or GitLab's Markdown."""
    marked = _LOOKED_FOR.sub(_MARK, inert(text, longest).strip().replace(_MARK, "\ufffd"))
    return _PLAIN.sub(lambda sign: f"&#{ord(sign[0])};", marked).replace(_MARK, _ZERO_WIDTH)


def markdown_table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table, whose cells are texts from outside, and an empty one."""
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    yield from (f"| {' | '.join(map(markdown, row))} |" for row in rows)
    yield ""


def xml_attribute(text: str, longest: int = LONGEST) -> str:
    """Return the text quoted for an attribute of an XML element."""
    quoted = quoteattr(inert(text, longest).replace("\ufffe", "\ufffd"))
    return quoted.replace("##", "#&#35;")


def xml_text(text: str, longest: int = LONGEST) -> str:
    """Return the text for the inside of an XML element."""
    return xml_attribute(text, longest)[1:-1].replace("&quot;", '"')
