"""From what is known of a release to its report."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from exporter.bands import target_range
from exporter.catalog import Judged
from exporter.freshness import SourceState, acceptable, staleness
from exporter.gate.decision import Decision
from exporter.gate.report import (
    VERSION,
    PrivacyFinding,
    RejectedItem,
    Report,
    SourceLine,
    SourceWord,
    cannot_tell,
    settle,
)
from exporter.gate.verdicts import Fact, Line, Outcome
from exporter.judge import Judgement, blocks, due_from, inapplicable, judge, matching
from exporter.model import Verdict
from exporter.plan import Plan
from exporter.release import Release
from exporter.view import ReleaseView, View

SINCE = "release_privacy_since_timestamp_seconds"


def report_of(
    view: ReleaseView, now: datetime, judgements: Sequence[Judgement] | None = None
) -> Report:
    """Return the release's report; `judgements` are its verdicts now, where they are known."""
    release, plan = view.release.as_of(now), view.release.plan.as_of(now)
    if judgements is None:
        judgements = judge(release, view.states, now)
    report = Report(
        version=VERSION,
        project=release.project,
        release=release.name,
        file=release.file,
        time=now.astimezone(UTC),
        day=plan.today(now),
        time_zone=plan.zone.key,
        phase=plan.phase(now),
        beta_day=plan.beta_day(now),
        decision=Decision.UNKNOWN,
        reasons=(),
        problems=tuple(dict.fromkeys((*view.problems, *_problems(release, view.states, now)))),
        privacy_since=_privacy_since(view.states),
        verdicts=tuple(_line(one, release, view.states, now) for one in judgements),
        waivers=(),
        sources=tuple(_source(*pair, plan, now) for pair in sorted(view.states.items())),
    )
    return settle(report, release.waivers)


def reports_of(view: View, now: datetime) -> list[Report]:
    """Return the report of each release, and of each bad file that describes none of them."""
    served = {one.release.file for one in view.releases}
    bad = {file: text for file, text in view.mistakes.items() if file not in served}
    reports = [report_of(one, now) for one in view.releases]
    return reports + [cannot_tell(file, text.splitlines(), now) for file, text in bad.items()]


def _problems(release: Release, states: Mapping[str, SourceState], now: datetime) -> Iterator[str]:
    if not release.plan.milestones:
        yield "the release has no plan: without milestones nothing is due"
    if release.over(now):
        yield "the release is over; its records tell how it ended"
    unread = [name for name, state in sorted(states.items()) if not state.tried]
    unread = [name for name in unread if states[name].reading is None]
    if unread:
        yield f"not every source has been read yet: {', '.join(unread)}"


def _privacy_since(states: Mapping[str, SourceState]) -> Fact | None:
    """Return since when privacy counts; a reading too old to be believed still tells a move."""
    found = [
        sample
        for state in states.values()
        for sample in (state.reading.samples if state.reading else ())
        if sample.gauge == SINCE
    ]
    if not found:
        return None
    first = min(found, key=lambda one: (one.labels == (("moved", "false"),), one.value))
    return Fact.of(first)


def _line(
    one: Judgement, release: Release, states: Mapping[str, SourceState], now: datetime
) -> Line:
    metric, series, sample = one.metric, one.series, one.sample
    state = states.get(metric.source)
    reading = acceptable(state, release.plan, now) if state else None
    begins = due_from(metric.due, release.plan)
    observed = sample.observed.astimezone(UTC) if sample and sample.observed else None
    return Line(
        key=one.key,
        metric=metric.id,
        title=series.title,
        tier=metric.tier,
        source=metric.source,
        gauge=metric.gauge,
        labels=dict(sorted(series.labels)),
        unit=metric.unit.name,
        verdict=Outcome(one.verdict.value),
        replaces=None,
        due=one.due,
        due_from=begins.astimezone(UTC) if begins and begins.year > 1 else None,
        blocking=any(band.blocks for band in series.bands),
        blocks=one.verdict is Verdict.FAIL and sample is not None and blocks(series, sample),
        value=float(sample.value) if sample else None,
        user_value=metric.unit.user(float(sample.value)) if sample else None,
        shown=one.value,
        target=one.target,
        target_value=_target(series),
        n=sample.n if sample else None,
        observed=observed,
        age_seconds=(now - observed).total_seconds() if observed else None,
        reason=one.reason,
        evidence=sample.evidence if sample else "",
        inapplicable=reading is not None and inapplicable(metric, series, reading) is not None,
        facts=tuple(map(Fact.of, matching(metric, series, reading))) if reading else (),
    )


def _target(series: Judged) -> float | None:
    bounds = target_range(series.bands).bounds
    return float(bounds[-1]) if bounds else None


def _source(name: str, state: SourceState, plan: Plan, now: datetime) -> SourceLine:
    reading, stale = state.reading, staleness(state, plan, now)
    return SourceLine(
        name=name,
        state=_word(state, stale),
        why=state.error[1] if state.error else stale,
        error=state.error[0] if state.error else None,
        succeeded=state.succeeded.astimezone(UTC) if state.succeeded else None,
        facts_from=reading.facts_from.astimezone(UTC) if reading and reading.facts_from else None,
        read=reading.read if reading else None,
        rejected=dict(sorted(reading.rejected.items())) if reading else {},
        rejections=tuple(
            RejectedItem(x.reason, x.file, x.position, x.message)
            for x in (reading.rejections if reading else ())
        ),
        findings=tuple(
            PrivacyFinding(x.file, x.position, x.rule)
            for x in (reading.findings if reading else ())
        ),
        files=reading.files if reading else (),
    )


def _word(state: SourceState, stale: str) -> SourceWord:
    if state.error:
        return SourceWord.FAILING
    if stale:
        return SourceWord.STALE if state.reading else SourceWord.UNREAD
    return SourceWord.OK
