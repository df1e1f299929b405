"""The executive view as plain text, with the sources below it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby

from exporter.freshness import SourceState, show_age, staleness
from exporter.inert import inert
from exporter.judge import Judgement, judge
from exporter.plan import Plan
from exporter.view import ReleaseView, View
from exporter.words import PHASE_WORDS, TIER_TITLES, VERDICT_WORDS

LISTED = 5


def render_table(view: View, now: datetime) -> str:
    """Return the releases, each with its metrics by tier and its sources."""
    blocks = ["\n".join(_release(one, now)) for one in view.releases]
    mistakes = [line for text in view.mistakes.values() for line in text.splitlines()]
    blocks += [f"invalid release file: {inert(line)}" for line in mistakes]
    return "\n\n".join(blocks) + "\n"


def _release(view: ReleaseView, now: datetime) -> Iterator[str]:
    release, plan = view.release, view.release.plan
    phase, day = plan.phase(now), plan.beta_day(now)
    local = now.astimezone(plan.zone).strftime("%Y-%m-%d %H:%M %Z")
    where = PHASE_WORDS[phase] if phase else "unknown"
    yield f"{release.project} {release.name}   {local}   phase: {where}{f' day {day}' * bool(day)}"
    tiers = list(TIER_TITLES)
    judgements = sorted(
        judge(release, view.states, now), key=lambda one: tiers.index(one.metric.tier)
    )
    lines = iter(_columns([_metric(one, now) for one in judgements]))
    for tier, group in groupby(judgements, key=lambda one: one.metric.tier):
        yield from ("", TIER_TITLES[tier])
        yield from (f"  {next(lines)}" for _ in group)
    yield from ("", "SOURCES")
    states = sorted(view.states.items())
    for line in _columns([_source(name, state, plan, now) for name, state in states]):
        yield f"  {line}"
    for name, state in states:
        for finding in state.reading.findings[:LISTED] if state.reading else ():
            yield f"  {name}: privacy: {inert(str(finding))}"
        for rejection in state.reading.rejections[:LISTED] if state.reading else ():
            yield f"  {name}: {inert(str(rejection))}"


def _metric(one: Judgement, now: datetime) -> tuple[str, ...]:
    sample = one.sample
    n = f"n={sample.n:,}" if sample and sample.n is not None else ""
    age = show_age(now - sample.observed) if sample and sample.observed else ""
    evidence = f"; {sample.evidence}" if sample and sample.evidence else ""
    word = VERDICT_WORDS[one.verdict]
    return (one.series.title, one.value, f"({one.target})", word, n, age, one.reason + evidence)


def _source(name: str, state: SourceState, plan: Plan, now: datetime) -> tuple[str, ...]:
    reading = state.reading
    read = f"{reading.read:,} items" if reading else ""
    rejected = sum(reading.rejected.values()) if reading else 0
    problem = state.problem or staleness(state, plan, now)
    return (name, "ok" if state.up else "failed", read, f"{rejected:,} rejected", problem)


def _columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    cleaned = [[inert(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cleaned, strict=True)]
    return [
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cleaned
    ]
