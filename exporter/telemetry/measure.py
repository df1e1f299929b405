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


VIOLATIONS = "release_privacy_violations"
FINDINGS = "release_privacy_findings"
SINCE = "release_privacy_since_timestamp_seconds"


def measure(
    index: Index, rules: tuple[str, ...], moved: str, no_files: Sequence[Rejection], now: float
) -> Reading:
    """Return everything that the telemetry says.

    `rules` are the bits of its findings, `moved` says why the privacy audit counts from another
    day than the beta's first, `no_files` are what only looked like an export.
    """
    view = _View(index, now, unaudited=index.unaudited + len(no_files))
    audit = _Audit(index, rules, moved, now)
    latest = index.counts.latest
    rejected = index.rejections.counts + Counter(one.reason for one in no_files)
    return Reading(
        samples=(
            *_success(view),
            *_speed(view),
            *_backends(view),
            *_privacy(view, audit),
            *_privacy_since(view, audit),
            *_events(view),
        ),
        read=index.counts.events,
        rejected=dict(sorted(rejected.items())),
        rejections=(*no_files, *index.rejections.listed)[:LISTED_REJECTIONS],
        facts_from=None if latest is None else view.moment(latest),
        findings=index.found(rules),
        withheld=_withheld(view, audit, index.files + len(no_files)),
    )


class _View:
    """The counts, added up in the ways that the samples need."""

    def __init__(self, index: Index, now: float, unaudited: int) -> None:
        self.index = index
        self.unaudited = unaudited  # files that were not looked into, or not into all of it
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


class _Audit:
    """What the privacy audit found, and since when it counts."""

    def __init__(self, index: Index, rules: tuple[str, ...], moved: str, now: float) -> None:
        self.rules = rules
        self.moved = moved
        self.bounds = index.counts.bounds
        self.audited = index.counts.audited
        self.total = self.audited.total()
        self.violations = index.findings.violations(self.bounds, now)

    def since(self) -> str:
        if self.bounds.privacy_since == -math.inf:
            return ""
        day = datetime.fromtimestamp(self.bounds.privacy_since, self.bounds.zone).date()
        return f", counted since {day}" + (f", {self.moved}" if self.moved else "")


def _privacy(view: _View, audit: _Audit) -> Iterator[Sample]:
    """Return the violations; none is said only where every event could be looked into."""
    violations, total = audit.violations, audit.total
    if not total:
        return
    sure = not view.unaudited
    evidence = (
        f"{violations.total} of {total} events have a field or a text that they must not have"
    )
    if violations.total or sure:
        yield view.sample(VIOLATIONS, violations.total, total, evidence + audit.since())
    for day in _shown(audit.audited):
        count = violations.by_day.get(day, 0)
        if count or sure:
            yield view.daily(VIOLATIONS, count, audit.audited[day], day)
    for bit, rule in enumerate(audit.rules):
        count = violations.by_rule.get(bit, 0)
        if count or sure:
            yield view.sample(FINDINGS, count, total, f"{count} of {total} events", rule=rule)


def _privacy_since(view: _View, audit: _Audit) -> Iterator[Sample]:
    """Return from when on violations count, with whether somebody moved that."""
    since = audit.bounds.privacy_since
    if since > -math.inf:
        text = "violations" + audit.since().replace(", counted", " count", 1)
        yield Sample(
            SINCE,
            since,
            labels(moved=str(bool(audit.moved)).lower()),
            audit.total,
            view.moment(view.now),
            text,
        )


def _withheld(view: _View, audit: _Audit, files: int) -> dict[str, str]:
    """Return why it is not said that there is no violation, so that the last time stands."""
    if not view.unaudited or audit.violations.total:
        return {}
    why = f"{view.unaudited} of {files} files could not be audited"
    return dict.fromkeys((VIOLATIONS, f"{VIOLATIONS}_daily", FINDINGS), why)


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
