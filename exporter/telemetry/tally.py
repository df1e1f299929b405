"""What the events of a folder add up to, whoever counted them: one process or a cluster."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from exporter.model import Finding, Reason, Rejection
from exporter.telemetry.counts import EARLIER, Counts, Speed
from exporter.telemetry.findings import Violations

DAYS = 62


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of events, each once, and what was wrong with files, events and copies of events.

    `speeds` are those of the days that get a series and, under None, of all events. `kinds` and
    `backends` are the names of the counts' codes. `unaudited` files, of all, were not looked into,
    or not into all of it. `findings` and `rejections` list the first ones.
    """

    counts: Counts
    speeds: Mapping[int | None, Speed]
    kinds: Sequence[str]
    backends: Sequence[str]
    duplicates: int
    violations: Violations
    findings: tuple[Finding, ...]
    rejected: Mapping[Reason, int]
    rejections: Sequence[Rejection]
    files: int
    unaudited: int


def shown(days: Iterable[int]) -> list[int]:
    """Return the days that get a series of their own, the last `DAYS`."""
    return sorted(day for day in days if day != EARLIER)[-DAYS:]
