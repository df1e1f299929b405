"""The executive view as plain text, with the sources below it."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby

from exporter.freshness import SourceState, show_age, staleness
from exporter.gate.output.table import overall, waiver_lines
from exporter.gate.output.wording import said
from exporter.gate.reporting import report_of
from exporter.gate.verdicts import word
from exporter.inert import plain
from exporter.judge import Judgement, judge
from exporter.output.columns import columns
from exporter.plan import Plan
from exporter.view import ReleaseView, View
from exporter.words import PHASE_WORDS, TIER_TITLES

LISTED = 5


def render_table(view: View, now: datetime) -> str:
    """Return the releases, each with its metrics by tier and its sources."""
    blocks = ["\n".join(_release(one, now)) for one in view.releases]
    mistakes = [line for text in view.mistakes.values() for line in text.splitlines()]
    blocks += [f"invalid release file: {plain(line)}" for line in mistakes]
    return "\n\n".join(blocks) + "\n"


def _release(view: ReleaseView, now: datetime) -> Iterator[str]:
    release, plan = view.release, view.release.plan
    phase, day = plan.phase(now), plan.beta_day(now)
    local = now.astimezone(plan.zone).strftime("%Y-%m-%d %H:%M %Z")
    where = PHASE_WORDS[phase] if phase else "unknown"
    yield f"{release.project} {release.name}   {local}   phase: {where}{f' day {day}' * bool(day)}"
    tiers = list(TIER_TITLES)
    judged = judge(release, view.states, now)
    report = report_of(view, now, judged)
    words = {line.key: word(line) for line in report.verdicts}
    judgements = sorted(judged, key=lambda one: tiers.index(one.metric.tier))
    lines = iter(columns([_metric(one, words[one.key], now) for one in judgements]))
    for tier, group in groupby(judgements, key=lambda one: one.metric.tier):
        yield from ("", TIER_TITLES[tier])
        yield from (f"  {next(lines)}" for _ in group)
    yield from ("", overall(report))
    yield from (f"  {plain(said(cause))}" for cause in report.reasons if cause.decides)
    yield from waiver_lines(report)
    yield from ("", "SOURCES")
    states = sorted(view.states.items())
    for line in columns([_source(name, state, plan, now) for name, state in states]):
        yield f"  {line}"
    for name, state in states:
        for finding in state.reading.findings[:LISTED] if state.reading else ():
            yield f"  {name}: privacy: {plain(str(finding))}"
        for rejection in state.reading.rejections[:LISTED] if state.reading else ():
            yield f"  {name}: {plain(str(rejection))}"


def _metric(one: Judgement, verdict: str, now: datetime) -> tuple[str, ...]:
    sample = one.sample
    n = f"n={sample.n:,}" if sample and sample.n is not None else ""
    age = show_age(now - sample.observed) if sample and sample.observed else ""
    evidence = f"; {sample.evidence}" if sample and sample.evidence else ""
    return (one.series.title, one.value, f"({one.target})", verdict, n, age, one.reason + evidence)


def _source(name: str, state: SourceState, plan: Plan, now: datetime) -> tuple[str, ...]:
    reading = state.reading
    read = f"{reading.read:,} items" if reading else ""
    rejected = sum(reading.rejected.values()) if reading else 0
    problem = state.error[1] if state.error else staleness(state, plan, now)
    return (name, "ok" if state.up else "failed", read, f"{rejected:,} rejected", problem)
