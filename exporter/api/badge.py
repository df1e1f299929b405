"""The decision as a badge: a small picture, and the same for Shields; unknown is never green."""

from unicodedata import east_asian_width

from exporter.api.shapes import ShieldsBadge
from exporter.gate.decision import Decision
from exporter.inert import inert
from exporter.markup import xml_attribute, xml_text

# White on each is readable (WCAG AA): a test computes it.
COLOURS = {
    Decision.GO: "2e7d32",
    Decision.CONDITIONAL: "8a5a00",
    Decision.NO_GO: "c62828",
    Decision.UNKNOWN: "5f6368",
}
LABEL_COLOUR = "3c4043"
WORDS = {one: one.value.replace("_", "-") for one in Decision}

# A badge stands in a line of text.
LONGEST = 40
# What it is called where no release is.
NOBODY = "release"
# Less is not taken by Shields.
CACHE_SECONDS = 300

_PADDING = 6
# Widths at 11 px; `textLength` makes any font keep to them.
_NARROW, _NORMAL, _CAPITAL, _BROAD, _FULL = 4, 7, 8, 10, 12

_SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" aria-label={whole}>
<title>{title}</title>
<rect width="{width}" height="20" rx="3" fill="#{left_colour}"/>
<path d="M{left} 0h{inner}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-{inner}z" fill="#{right_colour}"/>
<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" aria-hidden="true">
<text x="6" y="14" textLength="{label_length}" lengthAdjust="spacingAndGlyphs">{label}</text>
<text x="{right_x}" y="14" textLength="{word_length}" lengthAdjust="spacingAndGlyphs">{word}</text>
</g>
</svg>
"""


def draw(label: str, decision: Decision) -> str:
    """Return the badge as SVG, in a flat style; whoever hears it hears `caro v1.1.0: GO`."""
    name, word = shown(label), WORDS[decision]
    label_length, word_length = _width(name), _width(word)
    left, right = label_length + 2 * _PADDING, word_length + 2 * _PADDING
    return _SVG.format(
        width=left + right,
        left=left,
        inner=right - 3,
        right_x=left + _PADDING,
        label_length=label_length,
        word_length=word_length,
        label=xml_text(name),
        word=xml_text(word),
        whole=xml_attribute(f"{name}: {word}"),
        title=xml_text(f"{name}: {word}"),
        left_colour=LABEL_COLOUR,
        right_colour=COLOURS[decision],
    )


def shields(label: str, decision: Decision) -> ShieldsBadge:
    """Return the badge for Shields."""
    return ShieldsBadge(
        schema_version=1,
        label=shown(label),
        message=WORDS[decision],
        color=COLOURS[decision],
        label_color=LABEL_COLOUR,
        is_error=decision is not Decision.GO,
        cache_seconds=CACHE_SECONDS,
    )


def shown(label: str) -> str:
    """Return the label as badges have it; one without anything to see is nobody's."""
    return " ".join(inert(label, LONGEST).split()) or NOBODY


def _width(text: str) -> int:
    return sum(map(_of_one, text))


def _of_one(character: str) -> int:
    if east_asian_width(character) in "WF":
        return _FULL
    if character in "iIjl.,:;|!'()[]{}tfr1- ":
        return _NARROW
    if character in "mMWw@%":
        return _BROAD
    return _CAPITAL if character.isupper() else _NORMAL
