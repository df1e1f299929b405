"""The release plan: milestones, the phases that they open and close, and the calendar."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Self
from zoneinfo import ZoneInfo


class Phase(StrEnum):
    """The stretches of a release, in their order."""

    PLANNING = "planning"
    RECRUITMENT = "recruitment"
    PREFLIGHT = "preflight"
    BETA = "beta"
    ANALYSIS = "analysis"
    GO_NO_GO = "go_no_go"
    RELEASE = "release"
    POST_RELEASE = "post_release"


PHASES = tuple(Phase)

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Milestone:
    """A planned date, and the actual one once it is finished; it may open and close a phase.

    A phase opens with the first minute of its milestone's day and closes with the last one.
    `tracked` is what the tracker calls it, which then tells its actual date.
    """

    name: str
    planned: date
    actual: date | None = None
    opens: Phase | None = None
    closes: Phase | None = None
    tracked: str = ""

    @property
    def day(self) -> date:
        """The actual day, or the planned one while nobody wrote an actual one."""
        return self.actual or self.planned


@dataclass(frozen=True, slots=True)
class Plan:
    """The milestones of one release in its own time zone.

    `premature` are those that claim to be finished on a day still to come: see `as_of`.
    """

    milestones: tuple[Milestone, ...]
    zone: ZoneInfo
    closed: date | None = None
    premature: tuple[Milestone, ...] = ()
    # Found once: each verdict asks for some of them.
    _openings: dict[Phase, datetime | None] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _closings: dict[Phase, datetime | None] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def as_of(self, now: datetime) -> Self:
        """Return the plan without finishes after `now`: a typing mistake puts off no phase."""
        today = self.today(now)
        early = tuple(one for one in self.milestones if one.actual and one.actual > today)
        if not early:  # the plan itself: everybody who looks at a release asks
            return self
        kept = (replace(one, actual=None) if one in early else one for one in self.milestones)
        return replace(self, milestones=tuple(kept), premature=self.premature + early)

    def finished(self, closings: Mapping[str, datetime]) -> Self:
        """Return the plan with actual dates from the tracker, by milestone, where it has none."""
        kept = (
            replace(one, actual=self.today(closings[one.name]))
            if one.tracked and one.actual is None and one.name in closings
            else one
            for one in self.milestones
        )
        return replace(self, milestones=tuple(kept))

    def midnight(self, day: date) -> datetime:
        """Return the first moment of that day where the release lives."""
        return datetime.combine(day, time(), self.zone)

    def today(self, now: datetime) -> date:
        """Return the calendar day of `now` where the release lives."""
        return now.astimezone(self.zone).date()

    def opening(self, phase: Phase) -> datetime | None:
        """Return when the phase opens: by its own milestone, else when the one before it closes.

        It opens at the latest with any later phase: one that is left out keeps no metric waiting.
        """
        if phase not in self._openings:
            # What came before every milestone is planning.
            later = PHASES[PHASES.index(phase) :] if phase is not PHASES[0] else PHASES[:1]
            self._openings[phase] = _earliest(map(self._start, later))
        return self._openings[phase]

    def closing(self, phase: Phase) -> datetime | None:
        """Return when the phase is over: by its own milestone, or when a later one opens."""
        if phase not in self._closings:
            later = PHASES[PHASES.index(phase) + 1 :]
            self._closings[phase] = _earliest([self._end(phase), *map(self._start, later)])
        return self._closings[phase]

    def phase(self, now: datetime) -> Phase | None:
        """Return the last phase that is open; None without any milestone that opens one."""
        opened = [phase for phase in PHASES if _reached(self.opening(phase), now)]
        if opened:
            return opened[-1]
        return PHASES[0] if self.milestones else None

    def beta_day(self, now: datetime) -> int | None:
        """Return 1 on the beta's first day, and so on; None outside the beta."""
        start = self.opening(Phase.BETA)
        if start is None or self.phase(now) is not Phase.BETA:
            return None
        return (self.today(now) - start.astimezone(self.zone).date()).days + 1

    def beta_days(self) -> tuple[date, ...]:
        """Return every day of the beta, as far as the plan knows both its ends."""
        start, end = self._start(Phase.BETA), self._end(Phase.BETA) or self.closing(Phase.BETA)
        if start is None or end is None:
            return ()
        first, over = start.astimezone(self.zone).date(), end.astimezone(self.zone).date()
        return tuple(first + DAY * step for step in range((over - first).days))

    def published(self) -> datetime | None:
        """Return when the release was published: the actual opening of the release phase."""
        days = [m.actual for m in self.milestones if m.opens is Phase.RELEASE and m.actual]
        return self.midnight(min(days)) if days else None

    def over(self, now: datetime) -> bool:
        """Tell whether the release is closed: at its date, else 30 days after publication."""
        published = self.published()
        if self.closed is not None:
            return now >= self.midnight(self.closed)
        return published is not None and now >= published + 30 * DAY

    def _start(self, phase: Phase) -> datetime | None:
        days = [one.day for one in self.milestones if one.opens is phase]
        if days:
            return self.midnight(min(days))
        return None if phase is PHASES[0] else self._end(PHASES[PHASES.index(phase) - 1])

    def _end(self, phase: Phase) -> datetime | None:
        days = [one.day for one in self.milestones if one.closes is phase]
        return self.midnight(max(days) + DAY) if days else None


def _earliest(moments: Iterable[datetime | None]) -> datetime | None:
    return min((one for one in moments if one is not None), default=None)


def _reached(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and now >= moment
