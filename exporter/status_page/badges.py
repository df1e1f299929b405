"""Signs that can be told apart without their colour: an icon, a word and a tone."""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from markupsafe import Markup

from exporter.gate.decision import STATUS, STATUS_ICONS, Decision
from exporter.gate.verdicts import OUTCOME_ICONS, OUTCOME_WORDS, Outcome
from exporter.gate.waivers import WaiverState


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
    Outcome.PASS: Tone.GOOD,
    Outcome.WARN: Tone.CAUTION,
    Outcome.FAIL: Tone.BAD,
    Outcome.UNKNOWN: Tone.NEUTRAL,
    Outcome.NOT_DUE: Tone.NEUTRAL,
    Outcome.WAIVED: Tone.CAUTION,
}

VERDICTS = {one: Badge(OUTCOME_ICONS[one], OUTCOME_WORDS[one], _TONES[one]) for one in Outcome}

OK = Badge("✅", "ok", Tone.GOOD)
STALE = Badge("⚠️", "stale", Tone.CAUTION)
FAILING = Badge("❌", "failing", Tone.BAD)
UNREAD = Badge("⏳", "not read yet", Tone.NEUTRAL)

WAIVERS = {
    WaiverState.APPLIED: Badge("✍️", "in force", Tone.CAUTION),
    WaiverState.IDLE: Badge("✍️", "unused", Tone.NEUTRAL),
    WaiverState.EXPIRED: Badge("❌", "expired", Tone.BAD),
    WaiverState.REFUSED: Badge("❌", "refused", Tone.BAD),
}

_DECISION_TONES = {
    Decision.GO: Tone.GOOD,
    Decision.CONDITIONAL: Tone.CAUTION,
    Decision.NO_GO: Tone.BAD,
    Decision.UNKNOWN: Tone.NEUTRAL,
}

DECISIONS = {one: Badge(STATUS_ICONS[one], STATUS[one], _DECISION_TONES[one]) for one in Decision}
