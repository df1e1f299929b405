"""Waivers: which of them count today, and for what."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from exporter.gate.verdicts import PRIVACY, STRICT, Line, Outcome
from exporter.inert import inert
from exporter.model import Verdict
from exporter.release import Waiver


class WaiverState(StrEnum):
    """What a waiver does today."""

    APPLIED = "applied"
    IDLE = "idle"  # valid, with nothing to excuse
    EXPIRED = "expired"
    REFUSED = "refused"  # of privacy, or of no metric that is judged


STATE_WORDS = {
    WaiverState.APPLIED: "in force",
    WaiverState.IDLE: "in force, nothing to excuse",
    WaiverState.EXPIRED: "expired, counts for nothing",
    WaiverState.REFUSED: "refused, counts for nothing",
}


@dataclass(frozen=True, slots=True)
class WaiverLine:
    """A waiver as the release file has it, and what it does."""

    __pydantic_config__ = STRICT

    metric: Annotated[str, Field(description="the verdict's key: QM-2, or PM-5/P0")]
    reason: str
    link: str
    owner: str
    expires: Annotated[date, Field(description="the last day it counts, where the release lives")]
    state: WaiverState

    def waiver(self) -> Waiver:
        """Return the waiver itself."""
        return Waiver(self.metric, self.reason, self.link, self.owner, self.expires)


def waive(
    lines: Iterable[Line], waivers: Iterable[Waiver], today: date
) -> tuple[tuple[Line, ...], tuple[WaiverLine, ...]]:
    """Return the verdicts with the valid waivers applied, and every waiver with its state.

    A waiver counts through its day of expiry, for exactly the verdict of its key. It excuses a
    warn or a fail and nothing else, and privacy never: what is unknown cannot be waived.
    """
    kept = sorted(waivers, key=_order)
    named = _in_force(kept, today)
    waived = tuple(_waived(line) if _excused(line, named) else line for line in lines)
    keys = {line.key for line in waived if line.metric != PRIVACY}
    used = {line.key for line in waived if line.verdict is Outcome.WAIVED}
    return waived, tuple(_line(one, keys, used, named, today) for one in kept)


def _in_force(waivers: Sequence[Waiver], today: date) -> dict[str, Waiver]:
    """Return the valid waiver of each key; of several, the last to expire."""
    return {one.metric: one for one in waivers if today <= one.expires}


def _excused(line: Line, named: dict[str, Waiver]) -> bool:
    excusable = line.verdict in (Outcome.WARN, Outcome.FAIL)
    return excusable and line.key in named and line.metric != PRIVACY


def _waived(line: Line) -> Line:
    return replace(line, verdict=Outcome.WAIVED, replaces=Verdict(line.verdict.value))


def unwaived(line: Line) -> Line:
    """Return the verdict as it was before any waiver."""
    if line.replaces is None:
        return line
    return replace(line, verdict=Outcome(line.judged.value), replaces=None)


def _line(
    one: Waiver, keys: set[str], used: set[str], named: dict[str, Waiver], today: date
) -> WaiverLine:
    if one.metric not in keys:
        state = WaiverState.REFUSED
    elif today > one.expires:
        state = WaiverState.EXPIRED
    else:
        applied = one.metric in used and named[one.metric] is one
        state = WaiverState.APPLIED if applied else WaiverState.IDLE
    return WaiverLine(one.metric, one.reason, one.link, one.owner, one.expires, state)


def _order(one: Waiver) -> tuple[date | str, ...]:
    # As a document has them: the order is the same when it is read back.
    texts = (inert(text) for text in (one.metric, one.owner, one.reason, one.link))
    return one.expires, *texts
