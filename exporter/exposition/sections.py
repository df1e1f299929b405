"""The sections of a view: made again when what they tell of has changed, or the clock says so."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from exporter.exposition.definitions import same_definitions
from exporter.exposition.families import Families
from exporter.exposition.releases import add_defined, add_known
from exporter.exposition.section import Section
from exporter.freshness import SourceState
from exporter.judge import due_from
from exporter.plan import DAY
from exporter.release import Release
from exporter.view import ReleaseView

# What many changes at once ask for is made over several pages: one must not get too old meanwhile.
BUDGET = 3.0
# What of that may go to releases of which a source is still to be read for the first time: they
# change again soon, and those that are read whole do not wait for them.
UNFINISHED = 0.1

# Made again after so many seconds whatever happens: should the list of moments below lack one.
LATEST = 300.0

ReleaseId = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Made:
    """A section, what it was made of and when; it is true for moments from `since` to `until`.

    What the release file defines, `defined`, is a part of it that later ones have as well.
    """

    view: ReleaseView
    defined: Section
    section: Section
    since: datetime
    until: datetime
    moment: float

    def holds(self, view: ReleaseView, now: datetime, moment: float) -> bool:
        """Tell whether it may still be shown; a clock that was set back is a change as well."""
        in_time = self.since <= now < self.until and moment - self.moment < LATEST
        return in_time and self.view == view


class Sections:
    """The sections of releases; those of releases that are gone are forgotten.

    `behind` tells whether some of the last ones were not yet of that moment.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin without any."""
        self._clock = clock
        self._made: dict[ReleaseId, _Made] = {}
        self.behind = False

    def of(self, releases: tuple[ReleaseView, ...], now: datetime) -> list[Section]:
        """Return each release's section as it is now or, of many at once, was a moment ago."""
        started = self._clock()
        made: dict[ReleaseId, _Made] = {}
        behind = False
        for view in sorted(releases, key=self._turn):
            known = self._made.get(view.release.id)
            if known is None or not known.holds(view, now, started):
                if (
                    known is not None
                    and known.since <= now < known.until
                    and self._late(view, started)
                ):
                    behind = True
                else:
                    known = self._make(view, known, now)
            made[view.release.id] = known
        self._made, self.behind = made, behind
        return [made[view.release.id].section for view in releases]

    def _make(self, view: ReleaseView, known: _Made | None, now: datetime) -> _Made:
        moment = self._clock()
        if known is not None and same_definitions(known.view.release, view.release):
            defined = known.defined
        else:
            defined = _defined(view.release)
        section = _known(view, now).beside(defined)
        return _Made(view, defined, section, now, changes(view, now), moment)

    def _late(self, view: ReleaseView, started: float) -> bool:
        return self._clock() - started > (BUDGET if view.tried else UNFINISHED)

    def _turn(self, view: ReleaseView) -> tuple[bool, float]:
        known = self._made.get(view.release.id)
        return not view.tried, known.moment if known is not None else 0.0


def changes(view: ReleaseView, now: datetime) -> datetime:
    """Return the next moment at which the clock alone may change what is said of the release."""
    release = view.release
    midnight = release.plan.midnight(release.plan.today(now) + DAY)
    moments = [midnight, *_due(release), *(x for s in view.states.values() for x in _ages(s))]
    return min(one.astimezone(UTC) for one in moments if one > now)


def _known(view: ReleaseView, now: datetime) -> Section:
    families = Families()
    add_known(families, view, now)
    return Section.of(families)


def _defined(release: Release) -> Section:
    families = Families()
    add_defined(families, release)
    return Section.of(families)


def _due(release: Release) -> Iterator[datetime]:
    """Yield from when on each verdict counts, and from when on even without data."""
    for due in {metric.due for metric in release.metrics}:
        begins = due_from(due, release.plan)
        if begins is not None:
            yield begins
            yield begins + due.grace


def _ages(state: SourceState) -> Iterator[datetime]:
    """Yield when the reading of a source, what was kept in it, and its facts become too old."""
    reading, limits = state.reading, state.limits
    if reading is None or state.succeeded is None:
        return
    kept = {sample.kept_since for sample in reading.samples}
    for read in (state.succeeded, *kept):
        if read is not None:
            yield from _past(read + limits.max_age)
    if reading.facts_from is not None and limits.facts_max_age is not None:
        yield from _past(reading.facts_from + limits.facts_max_age)


def _past(limit: datetime) -> tuple[datetime, datetime]:
    """Return the limit, at which a reading is young enough, and the first moment after it."""
    return limit, limit + datetime.resolution
