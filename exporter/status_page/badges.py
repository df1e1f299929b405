"""Signs that can be told apart without their colour: an icon, a word and a tone."""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from markupsafe import Markup

from exporter.model import Verdict
from exporter.words import VERDICT_ICONS, VERDICT_WORDS


class Tone(StrEnum):
    """The colours of the style sheet."""

    GOOD = "good"
    CAUTION = "caution"
    BAD = "bad"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class Badge:
    """One sign."""

    icon: str
    word: str
    tone: Tone


@lru_cache(maxsize=256)
def show_badge(badge: Badge, count: int | None = None) -> Markup:
    """Return the sign as HTML, with how often it occurs; whoever hears the page hears the word."""
    word = badge.word if count is None else f"{count} {badge.word}"
    return Markup('<span class="badge {}"><span aria-hidden="true">{}</span> {}</span>').format(
        badge.tone, badge.icon, word
    )


_TONES = {
    Verdict.PASS: Tone.GOOD,
    Verdict.WARN: Tone.CAUTION,
    Verdict.FAIL: Tone.BAD,
    Verdict.UNKNOWN: Tone.NEUTRAL,
    Verdict.NOT_DUE: Tone.NEUTRAL,
}

VERDICTS = {one: Badge(VERDICT_ICONS[one], VERDICT_WORDS[one], _TONES[one]) for one in Verdict}

OK = Badge("✅", "ok", Tone.GOOD)
STALE = Badge("⚠️", "stale", Tone.CAUTION)
FAILING = Badge("❌", "failing", Tone.BAD)
UNREAD = Badge("⏳", "not read yet", Tone.NEUTRAL)

IN_FORCE = Badge("✍️", "in force", Tone.CAUTION)
EXPIRED = Badge("❌", "expired", Tone.BAD)

CANNOT_TELL = Badge("❔", "CANNOT TELL", Tone.NEUTRAL)
