"""Verdicts: each judged series of a release against its bands, on what is known now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from exporter.bands import find_band
from exporter.catalog import Due, Judged, Metric
from exporter.freshness import SourceState, acceptable, staleness
from exporter.model import Reading, Sample, Verdict
from exporter.plan import Plan
from exporter.release import Release

# From the worst to the best: of several, the first that occurs is the whole's.
WORST_FIRST = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.WARN, Verdict.PASS, Verdict.NOT_DUE)


@dataclass(frozen=True, slots=True)
class Judgement:
    """One verdict with everything behind it; without an acceptable value `sample` is None.

    `reason` is the band's sentence, or why there is no verdict.
    """

    metric: Metric
    series: Judged
    verdict: Verdict
    reason: str
    due: bool
    sample: Sample | None = None

    @property
    def key(self) -> str:
        """What names this verdict: `QM-2`, or `PM-5/P0`."""
        return self.metric.key(self.series)

    @property
    def value(self) -> str:
        """The value in the user's unit; `N/A` without one."""
        return self.metric.show(self.series, self.sample.value) if self.sample else "N/A"

    @property
    def target(self) -> str:
        """The target in the user's unit."""
        return self.metric.target(self.series)


def judge(release: Release, states: Mapping[str, SourceState], now: datetime) -> list[Judgement]:
    """Return every judged series' verdict in the catalog's order; `states` is by source name."""
    return [
        _judge(release, metric, series, states.get(metric.source), now)
        for metric in release.metrics
        for series in metric.judged
    ]


def due_from(due: Due, plan: Plan) -> datetime | None:
    """Return the moment a metric's verdict begins to count; None when the plan has none."""
    if due.phase is None:
        return datetime.min.replace(tzinfo=UTC)
    moment = plan.closing(due.phase) if due.after else plan.opening(due.phase)
    return moment + due.wait if moment is not None else None


def matching(metric: Metric, series: Judged, reading: Reading) -> list[Sample]:
    """Return the samples that a verdict is on, in an order that no source decides."""
    gauges = {metric.gauge, series.worst}
    found = (
        sample
        for sample in reading.samples
        if sample.gauge in gauges and _selects(series, sample.labels)
    )
    return sorted(found, key=lambda one: (one.gauge, one.labels, one.value, one.evidence))


def inapplicable(metric: Metric, series: Judged, reading: Reading) -> str | None:
    """Return why there is nothing to judge, such as no bugs; None when there may be something."""
    found = (
        one.reason
        for one in reading.inapplicable
        if one.gauge == metric.gauge and _selects(series, one.labels)
    )
    return next(found, None)


def blocks(series: Judged, sample: Sample) -> bool:
    """Tell whether the sample lies in a band that decides the gate alone."""
    band = find_band(series.bands, sample.value)
    return band is not None and band.blocks


def _judge(
    release: Release, metric: Metric, series: Judged, state: SourceState | None, now: datetime
) -> Judgement:
    reading = acceptable(state, release.plan, now) if state else None
    sample, verdict, reason = _verdict(release, metric, series, reading)
    if sample is None:
        reason = _why_missing(metric, state, release.plan, now) or reason
    begins = due_from(metric.due, release.plan)
    if begins is None:
        return Judgement(metric, series, Verdict.NOT_DUE, _no_phase(metric.due), False, sample)
    if now < begins:
        reason = f"due from {begins:%Y-%m-%d %H:%M %Z}"
        return Judgement(metric, series, Verdict.NOT_DUE, reason, False, sample)
    if verdict is Verdict.UNKNOWN and sample is None and now < begins + metric.due.grace:
        reason = f"no data yet, excused until {begins + metric.due.grace:%Y-%m-%d %H:%M %Z}"
        return Judgement(metric, series, Verdict.NOT_DUE, reason, False)
    return Judgement(metric, series, verdict, reason, verdict is not Verdict.NOT_DUE, sample)


def _verdict(
    release: Release, metric: Metric, series: Judged, reading: Reading | None
) -> tuple[Sample | None, Verdict, str]:
    """Return the deciding sample, its verdict and the reason, before any due date."""
    if reading is None:
        return None, Verdict.UNKNOWN, ""
    excused = inapplicable(metric, series, reading)
    found = [
        # A value that nothing is to be judged by, such as half a week's count, is only shown.
        (sample, Verdict.NOT_DUE, excused)
        if excused is not None and sample.gauge == metric.gauge
        else _of_sample(release, metric, series, sample)
        for sample in matching(metric, series, reading)
    ]
    if found:
        # Of two that are equally bad, show the one that blocks, then the metric's own value.
        return min(
            found,
            key=lambda one: (
                WORST_FIRST.index(one[1]),
                one[1] is Verdict.FAIL and not blocks(series, one[0]),
                one[0].gauge != metric.gauge,
            ),
        )
    if excused is not None:
        return None, Verdict.NOT_DUE, excused
    if metric.gauge in reading.withheld:
        return None, Verdict.UNKNOWN, reading.withheld[metric.gauge]
    if reading.rejected and not reading.read:
        return None, Verdict.UNKNOWN, f"nothing of the source {metric.source} could be taken"
    return None, Verdict.UNKNOWN, f"the source {metric.source} has no value for it"


def _of_sample(
    release: Release, metric: Metric, series: Judged, sample: Sample
) -> tuple[Sample, Verdict, str]:
    """Return one sample's own verdict; the minimum n is not asked of a single worst case."""
    n, least = sample.n, release.minimum_n.get(metric.key(series), 1)
    if sample.gauge == metric.gauge and (1 if n is None else n) < least:
        known = "not known" if n is None else n
        return sample, Verdict.UNKNOWN, f"n = {known}, the verdict needs {least}"
    band = find_band(series.bands, sample.value)
    if band is None:
        return sample, Verdict.UNKNOWN, "no band takes this value"
    worst = find_band(series.bands, sample.worst) if sample.worst is not None else band
    if worst is None or worst.verdict is not band.verdict:
        # What is half read must not look like good news.
        why = "what could not be read may change the verdict; correct it"
        return sample, Verdict.UNKNOWN, why
    return sample, band.verdict, band.text


def _selects(series: Judged, labels: Iterable[tuple[str, str]]) -> bool:
    return set(series.labels) <= set(labels)


def _why_missing(metric: Metric, state: SourceState | None, plan: Plan, now: datetime) -> str:
    if state is None:
        return f"the release file has no source {metric.source}"
    return staleness(state, plan, now)


def _no_phase(due: Due) -> str:
    return f"the plan has no milestone that {'closes' if due.after else 'opens'} {due.phase}"
