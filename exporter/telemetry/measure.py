"""From counts to samples: nothing is measured where nothing was counted."""

from collections import Counter
from collections.abc import Iterator, Sequence

from exporter.model import LISTED_REJECTIONS, Reading, Rejection, Sample
from exporter.telemetry.audited import Audited, privacy_since, violations, withheld
from exporter.telemetry.columns import OTHER, STATIC
from exporter.telemetry.tally import Tally, shown
from exporter.telemetry.view import View

NAMES = 10


def measure(
    tally: Tally, rules: tuple[str, ...], moved: str, no_files: Sequence[Rejection], now: float
) -> Reading:
    """Return everything that the telemetry says.

    `rules` are the bits of its findings, `moved` says why the privacy audit counts from another
    day than the beta's first, `no_files` are what only looked like an export.
    """
    view = View(tally, now, unaudited=tally.unaudited + len(no_files))
    audit = Audited(tally, rules, moved)
    latest = tally.counts.latest
    rejected = Counter(tally.rejected) + Counter(one.reason for one in no_files)
    return Reading(
        samples=(
            *_success(view),
            *_speed(view),
            *_backends(view),
            *violations(view, audit),
            *privacy_since(view, audit),
            *_events(view),
        ),
        read=tally.counts.events,
        rejected=dict(sorted(rejected.items())),
        rejections=(*no_files, *tally.rejections)[:LISTED_REJECTIONS],
        facts_from=None if latest is None else view.moment(latest),
        findings=tally.findings,
        withheld=withheld(view, audit, tally.files + len(no_files)),
    )


def _success(view: View) -> Iterator[Sample]:
    if not view.generations:
        return
    gauge = "release_command_success_ratio"
    results = sum(view.results.values(), Counter())
    total, good = view.generations, results[True]
    evidence = f"{good} of {total} command generations succeeded{view.since()}"
    yield view.sample(gauge, good / total, total, evidence)
    for result, count in (("success", good), ("failure", total - good)):
        yield view.sample("release_command_results", count, total, evidence, result=result)
    for day in shown(view.results):
        count = view.results[day].total()
        yield view.daily(gauge, view.results[day][True] / count, count, day)


def _speed(view: View) -> Iterator[Sample]:
    gauge = "release_generation_p95_seconds"
    speeds = view.tally.speeds
    every = speeds.get(None)
    if every is None:
        return
    count = every.count
    evidence = f"the one at index {95 * count // 100} of {count} durations in order{view.since()}"
    if missing := view.generations - count:
        evidence += f"; {missing} command generations say none"
    yield view.sample(gauge, every.milliseconds / 1000, count, evidence)
    for day in shown(view.results):
        if of_day := speeds.get(day):
            yield view.daily(gauge, of_day.milliseconds / 1000, of_day.count, day)


def _backends(view: View) -> Iterator[Sample]:
    """Return each backend's share; that of `static` even if it is nothing: it has the verdict."""
    if not view.generations:
        return
    gauge = "release_backend_usage_ratio"
    names = view.tally.backends
    total = view.generations
    counts = sum(view.backends.values(), Counter())
    top = _top(counts, STATIC)
    for name, count in _named(counts, top, names):
        evidence = f"{count} of {total} command generations{view.since()}"
        yield view.sample(gauge, count / total, total, evidence, backend=name)
    for day in shown(view.backends):
        of_day = view.backends[day]
        for name, count in _named(of_day, top, names):
            yield view.daily(gauge, count / of_day.total(), of_day.total(), day, backend=name)


def _events(view: View) -> Iterator[Sample]:
    if not view.counts.events:
        return
    total = view.types.total()
    for name, count in _named(view.types, _top(view.types, None), view.tally.kinds):
        evidence = f"{count} of {total} events{view.since()}"
        yield view.sample("release_telemetry_events", count, total, evidence, type=name)
    copies = view.tally.duplicates
    evidence = f"{copies} further copies of {view.counts.events} events"
    yield view.sample("release_telemetry_duplicate_events", copies, view.counts.events, evidence)


def _top(counts: Counter[int], always: int | None) -> list[int]:
    """Return the codes that get a series of their own, the most frequent first."""
    codes = sorted(counts, key=lambda code: (-counts[code], code))
    named = [code for code in codes if code not in (OTHER, always)]
    return named[:NAMES] if always is None else [always, *named[: NAMES - 1]]


def _named(counts: Counter[int], top: list[int], names: Sequence[str]) -> Iterator[tuple[str, int]]:
    for code in top:
        yield names[code], counts[code]
    if rest := counts.total() - sum(counts[code] for code in top):
        yield names[OTHER], rest
