"""The series of the gate: its decision, the verdicts it was made on, and the waivers."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from exporter.alerting.definitions import Definition
from exporter.gate.decision import Decision, Objection, objections
from exporter.gate.report import Report
from exporter.gate.verdicts import Outcome
from exporter.gate.waivers import WaiverState
from exporter.plan import DAY
from exporter.release import Release

Add = Callable[..., None]


def add_gate(add: Add, release: Release, report: Report) -> None:
    """Add what the report of the release says."""
    for decision in Decision:
        help_text = "1 for the decision that the gate takes, else 0."
        add(
            "release_gate_decision", help_text, report.decision is decision, decision=decision.value
        )
    counts = Counter(line.verdict for line in report.verdicts)
    for outcome in Outcome:
        help_text = "Verdicts that the gate decides on; waived is a warn or fail that was accepted."
        add("release_gate_reasons", help_text, counts[outcome], verdict=outcome.value)
    objected = {objection for objection, _ in objections(report.evidence)}
    for one in Objection:
        help_text = "1 where the reason, which is of no single metric, stands against GO, else 0."
        add("release_gate_objection", help_text, one in objected, reason=one.value)
    for key, expiry in _expiries(release, report).items():
        add(
            "release_waiver_expiry_timestamp_seconds",
            "From when on the metric's waiver counts for nothing.",
            expiry.timestamp(),
            **_labels(release, key),
        )


def _expiries(release: Release, report: Report) -> dict[str, datetime]:
    """Return the moment from which on no waiver of a verdict counts any more, by its key."""
    return {
        one.metric: release.plan.midnight(one.expires + DAY)
        for one in sorted(report.waivers, key=lambda one: one.expires)
        if one.state is not WaiverState.REFUSED
    }


def _labels(release: Release, key: str) -> dict[str, str]:
    """Return the labels of that verdict's other series."""
    return next(
        dict(Definition(metric, series).labels)
        for metric in release.metrics
        for series in metric.judged
        if metric.key(series) == key
    )
