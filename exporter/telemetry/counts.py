"""Counts of events by day."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
from numpy.typing import NDArray

from exporter.telemetry.columns import GENERATION, SUCCESS, UNREADABLE
from exporter.telemetry.durations import Durations, Pieces, quantile
from exporter.telemetry.rows import Floats, Rows

# Days further back than this many with events are one.
DAYS_APART = 400
EARLIER = 0

DAY = 86_400
_OLDEST = -20_000  # in 1915 there was no telemetry, and early calendars have gaps


class Kept(msgspec.Struct, array_like=True):
    """Counts as they are kept: those of `Counts`."""

    cells: list[tuple[tuple[int, int, int, int], int]]
    newest: dict[int, float]
    audited: dict[int, int]
    earlier: int
    events: int
    latest: float | None
    durations: dict[int, Pieces]


@dataclass(frozen=True, slots=True)
class Bounds:
    """From when events and violations count, in seconds since 1970, and whose days are meant.

    Nothing from `until` on counts.
    """

    zone: ZoneInfo
    since: float
    privacy_since: float
    until: float = math.inf


@dataclass(frozen=True, slots=True)
class Speed:
    """How many durations there are, and the one at index floor(0.95 n), in milliseconds."""

    count: int
    milliseconds: float


@dataclass(slots=True)
class Counts:
    """Events, each once.

    Since `bounds.since`: `cells` by day (an ordinal), type, backend and success, the `newest` by
    day; `earlier` are command generations from before. `audited` by day since
    `bounds.privacy_since`, with those that were rejected. From whenever: `events` without them,
    and the `latest` time.
    """

    bounds: Bounds
    cells: Counter[tuple[int, int, int, int]] = field(default_factory=Counter)
    newest: dict[int, float] = field(default_factory=dict)
    audited: Counter[int] = field(default_factory=Counter)
    earlier: int = 0
    events: int = 0
    latest: float | None = None
    durations: defaultdict[int, Durations] = field(default_factory=lambda: defaultdict(Durations))

    def kept(self) -> Kept:
        """Return them as they are kept."""
        return Kept(
            list(self.cells.items()),
            self.newest,
            dict(self.audited),
            self.earlier,
            self.events,
            self.latest,
            {day: durations.kept() for day, durations in self.durations.items()},
        )

    def join(self, kept: Kept) -> None:
        """Add what was counted elsewhere, of other events."""
        self.cells.update(dict(kept.cells))
        for day, newest in kept.newest.items():
            self.newest[day] = max(self.newest.get(day, -math.inf), newest)
        self.audited.update(kept.audited)
        self.earlier += kept.earlier
        self.events += kept.events
        self._see(kept.latest)
        for day, durations in kept.durations.items():
            self.durations[day].join(durations)

    def as_of(self, day: int) -> "Counts":
        """Return the counts without what is of a later day (an ordinal)."""
        until = midnight(date.fromordinal(day + 1), self.bounds.zone)
        cells = Counter({cell: count for cell, count in self.cells.items() if cell[0] <= day})
        newest = {one: time for one, time in self.newest.items() if one <= day}
        return Counts(
            replace(self.bounds, until=until),
            cells,
            newest,
            Counter({one: count for one, count in self.audited.items() if one <= day}),
            self.earlier,
            cells.total(),
            max(newest.values(), default=None),
            defaultdict(
                Durations, {one: some for one, some in self.durations.items() if one <= day}
            ),
        )

    def days(self) -> list[int]:
        """Return the days that have counted events."""
        return sorted({day for day, *_ in self.cells})

    def speed(self, days: Iterable[int]) -> Speed | None:
        """Return the speed of these days' command generations, None where none says one."""
        durations = [self.durations[day] for day in days if day in self.durations]
        milliseconds = quantile(durations)
        return None if milliseconds is None else Speed(sum(map(len, durations)), milliseconds)

    def timed(self) -> list[int]:
        """Return the days of which there are durations."""
        return list(self.durations)

    def add(self, rows: Rows) -> None:
        """Count some events."""
        days = Days(rows.times, self.bounds.zone)
        audited = (rows.kinds != UNREADABLE) & (rows.times >= self.bounds.privacy_since)
        self.audited.update(days.count(audited))
        events = rows.kinds < UNREADABLE
        self.events += int(np.count_nonzero(events))
        if np.any(events):
            self._see(float(rows.times[events].max()))
        generations = rows.kinds == GENERATION
        counted = events & (rows.times >= self.bounds.since)
        self.earlier += int(np.count_nonzero(generations & ~counted))
        success = (rows.flags & SUCCESS).astype(np.uint32)
        cells = (days.positions.astype(np.uint32) << 8 | rows.kinds) << 8 | rows.backends
        unique, counts = np.unique((cells << 1 | success)[counted], return_counts=True)
        for cell, count in zip(unique.tolist(), counts.tolist(), strict=True):
            day = days.ordinals[cell >> 17]
            self.cells[day, cell >> 9 & 255, cell >> 1 & 255, cell & 1] += count
        for day, newest in days.newest(rows.times, counted):
            self.newest[day] = max(self.newest.get(day, -math.inf), newest)
        timed = counted & generations & ~np.isnan(rows.durations)
        for day, durations in days.split(rows.durations, timed):
            self.durations[day].add(durations)

    def _see(self, latest: float | None) -> None:
        if latest is not None:
            self.latest = latest if self.latest is None else max(self.latest, latest)


class Days:
    """The calendar days of some times, `ordinals[positions]`; EARLIER for the far past."""

    def __init__(self, times: Floats, zone: ZoneInfo) -> None:
        """Look at each calendar day that there is, not at each time."""
        beginnings = midnights(times, zone)
        starts = sorted(beginnings)
        self.ordinals = [EARLIER, *(beginnings[start] for start in starts)]
        # Two bytes are sorted by counting them, in no time.
        self.positions = np.searchsorted(starts, times, "right").astype(np.uint16)

    def count(self, which: NDArray[np.bool_]) -> dict[int, int]:
        """Return how many of some times there are by day."""
        counts = np.bincount(self.positions[which], minlength=len(self.ordinals)).tolist()
        return {day: count for day, count in zip(self.ordinals, counts, strict=True) if count}

    def newest(self, times: Floats, which: NDArray[np.bool_]) -> list[tuple[int, float]]:
        """Return the newest of some of the times by day."""
        newest = np.full(len(self.ordinals), -np.inf)
        np.maximum.at(newest, self.positions[which], times[which])
        by_day = zip(self.ordinals, newest.tolist(), strict=True)
        return [(day, time) for day, time in by_day if time > -math.inf]

    def split(self, values: Floats, which: NDArray[np.bool_]) -> Iterator[tuple[int, Floats]]:
        """Yield some of the values by day."""
        positions = self.positions[which]
        values = values[which][np.argsort(positions, kind="stable")]
        ends = np.cumsum(np.bincount(positions, minlength=len(self.ordinals))).tolist()
        for day, start, end in zip(self.ordinals, [0, *ends[:-1]], ends, strict=True):
            if start < end:
                yield day, values[start:end]


def midnights(times: Floats, zone: ZoneInfo) -> dict[float, int]:
    """Return the beginnings of the newest days that any of the times can be of."""
    if not len(times):
        return {}
    utc_days = np.maximum(np.floor(times / DAY), _OLDEST).astype(np.int64)
    first = int(utc_days.min())
    seen = np.bincount(utc_days - first)
    beginnings = {}
    for utc_day in np.flatnonzero(seen)[-DAYS_APART:].tolist():
        for second in (0, DAY - 1):
            moment = datetime.fromtimestamp((utc_day + first) * DAY + second, UTC)
            day = moment.astimezone(zone).date()
            beginnings[midnight(day, zone)] = day.toordinal()
    return beginnings


def midnight(day: date, zone: ZoneInfo) -> float:
    """Return the day's first moment in the zone."""
    return datetime.combine(day, time(), zone).timestamp()


def end_of(day: int, zone: ZoneInfo) -> float:
    """Return the last second of the day."""
    return midnight(date.fromordinal(day) + timedelta(days=1), zone) - 1
