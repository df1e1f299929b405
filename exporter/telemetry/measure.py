"""From counts to samples: nothing is measured where nothing was counted."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime

from exporter.model import LISTED_REJECTIONS, Reading, Rejection, Sample, labels
from exporter.telemetry.columns import GENERATION, OTHER, STATIC
from exporter.telemetry.counts import EARLIER, end_of, quantile
from exporter.telemetry.index import Index

DAYS = 62
NAMES = 10


def measure(
    index: Index, rules: tuple[str, ...], no_files: Sequence[Rejection], now: float
) -> Reading:
    """Return everything that the telemetry says.

    `rules` are the bits of its findings, `no_files` what only looked like an export.
    """
    view = _View(index, now, sure=not (index.unaudited or no_files))
    latest = index.counts.latest
    rejected = index.rejections.counts + Counter(one.reason for one in no_files)
    return Reading(
        samples=(
            *_success(view),
            *_speed(view),
            *_backends(view),
            *_privacy(view, rules),
            *_events(view),
        ),
        read=index.counts.events,
        rejected=dict(sorted(rejected.items())),
        rejections=(*no_files, *index.rejections.listed)[:LISTED_REJECTIONS],
        facts_from=None if latest is None else view.moment(latest),
        findings=index.found(rules),
    )


class _View:
    """The counts, added up in the ways that the samples need."""

    def __init__(self, index: Index, now: float, *, sure: bool) -> None:
        self.index = index
        self.sure = sure  # that every event was looked into
        self.counts = index.counts
        self.now = now
        self.types: Counter[int] = Counter()
        self.results: dict[int, Counter[int]] = {}
        self.backends: dict[int, Counter[int]] = {}
        for (day, kind, backend, success), count in self.counts.cells.items():
            self.types[kind] += count
            if kind == GENERATION:
                self.results.setdefault(day, Counter())[success] += count
                self.backends.setdefault(day, Counter())[backend] += count
        self.generations = self.types[GENERATION]
        self.newest = max(self.counts.newest.values(), default=now)

    def moment(self, seconds: float) -> datetime:
        return datetime.fromtimestamp(min(seconds, self.now), UTC)

    def sample(self, gauge: str, value: float, n: int, evidence: str, **names: str) -> Sample:
        return Sample(gauge, value, labels(**names), n, self.moment(self.newest), evidence)

    def daily(self, gauge: str, value: float, n: int, day: int, **names: str) -> Sample:
        newest = self.counts.newest.get(day)
        observed = end_of(day, self.counts.bounds.zone) if newest is None else newest
        text = date.fromordinal(day).isoformat()
        return Sample(
            f"{gauge}_daily",
            value,
            labels(day=text, **names),
            n,
            self.moment(observed),
            f"on {text}",
        )

    def since(self) -> str:
        """Say what is counted, and what is not because it is from before."""
        since, earlier = self.counts.bounds.since, self.counts.earlier
        if since == -math.inf:
            return ""
        day = datetime.fromtimestamp(since, self.counts.bounds.zone).date()
        before = f"; {earlier} earlier ones are not counted" if earlier else ""
        return f" since {day}{before}"


def _success(view: _View) -> Iterator[Sample]:
    if not view.generations:
        return
    gauge = "release_command_success_ratio"
    results = sum(view.results.values(), Counter())
    total, good = view.generations, results[True]
    evidence = f"{good} of {total} command generations succeeded{view.since()}"
    yield view.sample(gauge, good / total, total, evidence)
    for result, count in (("success", good), ("failure", total - good)):
        yield view.sample("release_command_results", count, total, evidence, result=result)
    for day in _shown(view.results):
        count = view.results[day].total()
        yield view.daily(gauge, view.results[day][True] / count, count, day)


def _speed(view: _View) -> Iterator[Sample]:
    gauge = "release_generation_p95_seconds"
    durations = {day: view.counts.durations(day) for day in view.results}
    milliseconds = quantile(list(durations.values()))
    if milliseconds is None:
        return
    count = sum(map(len, durations.values()))
    evidence = f"the one at index {95 * count // 100} of {count} durations in order{view.since()}"
    if missing := view.generations - count:
        evidence += f"; {missing} command generations say none"
    yield view.sample(gauge, milliseconds / 1000, count, evidence)
    for day in _shown(durations):
        milliseconds = quantile([durations[day]])
        if milliseconds is not None:
            yield view.daily(gauge, milliseconds / 1000, len(durations[day]), day)


def _backends(view: _View) -> Iterator[Sample]:
    """Return each backend's share; that of `static` even if it is nothing: it has the verdict."""
    if not view.generations:
        return
    gauge = "release_backend_usage_ratio"
    names = view.index.backends.names
    total = view.generations
    counts = sum(view.backends.values(), Counter())
    top = _top(counts, STATIC)
    for name, count in _named(counts, top, names):
        evidence = f"{count} of {total} command generations{view.since()}"
        yield view.sample(gauge, count / total, total, evidence, backend=name)
    for day in _shown(view.backends):
        of_day = view.backends[day]
        for name, count in _named(of_day, top, names):
            yield view.daily(gauge, count / of_day.total(), of_day.total(), day, backend=name)


def _privacy(view: _View, rules: tuple[str, ...]) -> Iterator[Sample]:
    """Return the violations; none is said only where every event could be looked into."""
    gauge = "release_privacy_violations"
    bounds, audited = view.counts.bounds, view.counts.audited
    violations = view.index.findings.violations(bounds, view.now)
    total = audited.total()
    if not total:
        return
    evidence = (
        f"{violations.total} of {total} events have a field or a text that they must not have"
    )
    if violations.total or view.sure:
        yield view.sample(gauge, violations.total, total, evidence)
    for day in _shown(audited):
        count = violations.by_day.get(day, 0)
        if count or view.sure:
            yield view.daily(gauge, count, audited[day], day)
    for bit, rule in enumerate(rules):
        count = violations.by_rule.get(bit, 0)
        if count or view.sure:
            evidence = f"{count} of {total} events"
            yield view.sample("release_privacy_findings", count, total, evidence, rule=rule)


def _events(view: _View) -> Iterator[Sample]:
    if not view.counts.events:
        return
    total = view.types.total()
    for name, count in _named(view.types, _top(view.types, None), view.index.kinds.names):
        evidence = f"{count} of {total} events{view.since()}"
        yield view.sample("release_telemetry_events", count, total, evidence, type=name)
    copies = view.index.duplicates
    evidence = f"{copies} further copies of {view.counts.events} events"
    yield view.sample("release_telemetry_duplicate_events", copies, view.counts.events, evidence)


def _shown(days: Iterable[int]) -> list[int]:
    return sorted(day for day in days if day != EARLIER)[-DAYS:]


def _top(counts: Counter[int], always: int | None) -> list[int]:
    """Return the codes that get a series of their own, the most frequent first."""
    codes = sorted(counts, key=lambda code: (-counts[code], code))
    named = [code for code in codes if code not in (OTHER, always)]
    return named[:NAMES] if always is None else [always, *named[: NAMES - 1]]


def _named(counts: Counter[int], top: list[int], names: list[str]) -> Iterator[tuple[str, int]]:
    for code in top:
        yield names[code], counts[code]
    if rest := counts.total() - sum(counts[code] for code in top):
        yield names[OTHER], rest
