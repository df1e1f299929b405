"""The health of a release's sources, one row each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from exporter.freshness import SourceState, staleness
from exporter.model import Rejection
from exporter.plan import Plan
from exporter.status_page.badges import FAILING, OK, STALE, UNREAD, Badge

# Enough to see what is wrong; the log and the counts have the rest.
LISTED = 10


@dataclass(frozen=True, slots=True)
class Health:
    """One source: its sign, what is wrong, what that means for its values, and its rejections."""

    name: str
    state: SourceState
    badge: Badge
    why: str
    standing: str

    @property
    def rejected(self) -> int:
        """Every rejected item, listed or not."""
        return sum(self.state.reading.rejected.values()) if self.state.reading else 0

    @property
    def reasons(self) -> str:
        """The counts by reason, the most frequent first."""
        counts = self.state.reading.rejected if self.state.reading else {}
        ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        return ", ".join(f"{reason} {count:,}" for reason, count in ranked)

    @property
    def rejections(self) -> tuple[Rejection, ...]:
        """The first rejected items."""
        return self.state.reading.rejections[:LISTED] if self.state.reading else ()


def list_health(states: Mapping[str, SourceState], plan: Plan, now: datetime) -> list[Health]:
    """Return the sources by name."""
    return [_health(name, state, plan, now) for name, state in sorted(states.items())]


def _health(name: str, state: SourceState, plan: Plan, now: datetime) -> Health:
    stale = staleness(state, plan, now)
    badge = _badge(state, stale)
    if badge is UNREAD and state.reading is None:
        return Health(name, state, badge, "", "")
    kind = f"{state.error[0].replace('_', ' ')}: " if state.error else ""
    why = kind + state.problem or stale
    return Health(name, state, badge, why, _standing(state, stale))


def _badge(state: SourceState, stale: str) -> Badge:
    if not state.tried:
        return UNREAD
    if state.problem:
        return FAILING
    return STALE if stale else OK


def _standing(state: SourceState, stale: str) -> str:
    """Say what became of the last good values where that is not obvious."""
    if state.reading is None:
        return "there are no earlier values"
    if stale:
        return "its values are withdrawn"
    return "the last good values still count" if state.error else ""
