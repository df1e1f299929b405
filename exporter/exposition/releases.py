"""The series of a release: its gauges, verdicts, phase and sources."""

from collections.abc import Callable
from datetime import datetime

from exporter.alerting.definitions import Definition
from exporter.exposition.alerting import add_alerting
from exporter.exposition.definitions import add_definitions
from exporter.exposition.digests import add_digests
from exporter.exposition.families import Families
from exporter.exposition.gates import add_gate
from exporter.freshness import SourceState, acceptable
from exporter.gate.reporting import report_of
from exporter.judge import Judgement, judge
from exporter.model import Sample, Verdict
from exporter.plan import PHASES
from exporter.release import Release
from exporter.series import SUPPORTING
from exporter.view import ReleaseView

Add = Callable[..., None]

# The official guide allows what is read apart from a scrape if HELP says so.
CACHED = " Read on its source's own schedule."


def add_release(families: Families, view: ReleaseView, now: datetime) -> None:
    """Add every series of the release."""
    add_known(families, view, now)
    add_defined(families, view.release)


def add_defined(families: Families, release: Release) -> None:
    """Add what stays as it is until the release file is another."""
    add_definitions(_adder(families, release), release)


def add_known(families: Families, view: ReleaseView, now: datetime) -> None:
    """Add what is known of the release now: all but what its file defines, in other families."""
    release = view.release
    add = _adder(families, release)
    _about(add, view, now)
    judgements = judge(release, view.states, now)
    for judgement in judgements:
        _verdict(add, judgement)
    add_gate(add, release, report_of(view, now, judgements))
    helps = SUPPORTING | {metric.gauge: metric.help for metric in release.metrics}
    for state in view.states.values():
        reading = acceptable(state, release.plan, now)
        for sample in reading.samples if reading else ():
            if sample.gauge in helps:
                _gauge(add, sample, helps[sample.gauge])
    for name, state in sorted(view.states.items()):
        _source(add, name, state)
    add_alerting(add, release)
    add_digests(add, view.digests)


def _adder(families: Families, release: Release) -> Add:
    identity = {"project": release.project, "release": release.name}

    def add(name: str, help_text: str, value: float, kind: str = "gauge", **labels: str) -> None:
        families.add(name, help_text, identity | labels, value, kind)

    return add


def _gauge(add: Add, sample: Sample, help_text: str) -> None:
    add(sample.gauge, help_text + CACHED, sample.value, **dict(sample.labels))


def _about(add: Add, view: ReleaseView, now: datetime) -> None:
    release, plan = view.release, view.release.plan
    add(
        "release_info",
        "A release under preparation.",
        1,
        repository=release.repository or "",
        time_zone=plan.zone.key,
    )
    current = plan.phase(now)
    for phase in PHASES:
        help_text = "1 for the phase that the release is in, else 0."
        add("release_phase", help_text, phase is current, phase=phase.value)
    day = plan.beta_day(now)
    if day is not None:
        add("release_beta_day", "Day of the beta, counted from 1; absent outside of it.", day)


def _verdict(add: Add, judgement: Judgement) -> None:
    metric, sample = judgement.metric, judgement.sample
    labels = dict(Definition(metric, judgement.series).labels)
    for verdict in Verdict:
        add(
            "release_metric_verdict",
            "1 for the verdict that the exporter gives the metric, else 0.",
            judgement.verdict is verdict,
            verdict=verdict.value,
            **labels,
        )
    add(
        "release_metric_due",
        "Whether the metric's verdict counts already.",
        judgement.due,
        **labels,
    )
    if sample is not None and sample.n is not None:
        add(
            "release_metric_observations",
            "Observations behind the metric's value.",
            sample.n,
            **labels,
        )
    if sample is not None and sample.observed is not None:
        add(
            "release_metric_observed_timestamp_seconds",
            "Time that the facts behind the metric's value are from.",
            sample.observed.timestamp(),
            **labels,
        )


def _source(add: Add, name: str, state: SourceState) -> None:
    limits, reading = state.limits, state.reading
    if state.tried:
        add("release_source_up", "Whether the source's last run was good.", state.up, source=name)
    for series, help_text, value in (
        (
            "release_source_last_success_timestamp_seconds",
            "Start of the source's last good run.",
            state.succeeded.timestamp() if state.succeeded else None,
        ),
        (
            "release_source_facts_timestamp_seconds",
            "Time of the source's newest fact.",
            reading.facts_from.timestamp() if reading and reading.facts_from else None,
        ),
        (
            "release_source_max_age_seconds",
            "Oldest acceptable last good run.",
            limits.max_age.total_seconds(),
        ),
        (
            "release_source_facts_max_age_seconds",
            "Oldest acceptable fact while the phase that produces them is open.",
            limits.facts_max_age.total_seconds() if limits.facts_max_age else None,
        ),
        (
            "release_source_duration_seconds",
            "How long the source's last run took.",
            state.duration,
        ),
        (
            "release_source_items_read",
            "Items (events, rows, cases) that the last good run counted.",
            reading.read if reading else None,
        ),
    ):
        if value is not None:
            add(series, help_text, value, source=name)
    for reason, count in reading.rejected.items() if reading else ():
        help_text = "Items that the last good run did not count, by reason."
        add("release_source_items_rejected", help_text, count, source=name, reason=reason.value)
    for kind, count in sorted(state.errors.items()):
        labels = {"source": name, "class": kind.value}
        add(
            "release_source_errors_total",
            "Failed runs of the source by class, since the exporter started.",
            count,
            "counter",
            **labels,
        )
