"""Every metric in every condition, and an oracle of its own that knows what the gate must say.

The oracle is written from the contract's tables: which metrics block, which tier they are in, and
what wins. It knows no band, no `Line` and none of the code that it judges.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta

from exporter.freshness import SourceState
from exporter.model import ErrorClass, Reading, Sample
from exporter.plan import Milestone, Phase, Plan
from exporter.release import Release, Waiver
from tests.releases import BEST, NOW, plan_of, release_of, sample_of, state_of

# A value in each band, in base units: from the user's own tables.
WARN = {
    "QM-2": 0.75,
    "QM-5": 0.92,
    "EM-1": 0.7,
    "EM-2": 0.7,
    "EM-3": 3.7,
    "EM-4": 10.0,
    "EM-5": 60.0,
    "PM-1": 3.0,
    "PM-2": 0.7,
    "PM-3": 0.07,
    "PM-4": 2 * 86400.0,
    "PM-5/P0": 6 * 3600.0,
    "PM-5/P1": 60 * 3600.0,
}
FAIL = {
    "QM-1": 1.0,
    "QM-2": 0.5,
    "QM-3": 1.0,
    "QM-4": 0.99,
    "QM-5": 0.5,
    "EM-1": 0.1,
    "EM-3": 2.0,
    "EM-4": -10.0,
    "PM-1": 6.0,
    "PM-3": 0.2,
    "PM-4": 4 * 86400.0,
    "PM-5/P0": 10 * 3600.0,
    "PM-5/P1": 100 * 3600.0,
    "PM-6": 0.9,
}
BLOCKING = {"QM-1", "QM-2", "QM-3", "QM-4", "QM-5", "PM-6"}
CRITICAL = {"QM-1", "QM-2", "QM-3", "QM-4"}
UNWAIVABLE = {"QM-3"}

KEYS = tuple(sorted({*WARN, *FAIL}))

CONDITIONS = (
    "pass",
    "warn",
    "fail",
    "missing",
    "stale",
    "not due",
    "waived warn",
    "waived fail",
    "expired warn",
    "expired fail",
    "waived missing",
)

_GAUGES = {
    "EM-1": "release_beta_completion_ratio",
    "EM-2": "release_survey_response_ratio",
    "EM-3": "release_satisfaction_score",
    "EM-4": "release_net_promoter_score",
    "EM-5": "release_first_week_downloads",
    "PM-1": "release_generation_p95_seconds",
    "PM-2": "release_backend_usage_ratio",
    "PM-3": "release_telemetry_overhead_ratio",
    "PM-4": "release_schedule_variance_seconds",
    "PM-5/P0": "release_bug_resolution_seconds",
    "PM-5/P1": "release_bug_resolution_seconds",
    "PM-6": "release_documentation_accuracy_ratio",
    "QM-1": "release_open_bugs",
    "QM-2": "release_command_success_ratio",
    "QM-3": "release_privacy_violations",
    "QM-4": "release_test_pass_ratio",
    "QM-5": "release_install_success_ratio",
}
TODAY = date(2026, 1, 17)
WAIVER = Waiver("", "known", "https://example.com/1", "release manager", TODAY)


def possible(key: str, condition: str) -> bool:
    """Tell whether the metric has a band for the condition."""
    word = condition.rsplit(maxsplit=1)[-1]
    return {"warn": key in WARN, "fail": key in FAIL}.get(word, True)


def every_pair() -> list[dict[str, str]]:
    """Return each metric in each condition, alone and with each other one."""
    single = [(key, one) for key in KEYS for one in CONDITIONS if possible(key, one)]
    alone = [{key: one} for key, one in single]
    pairs = [
        {first: one, second: other}
        for first, one in single
        for second, other in single
        # The two verdicts of PM-5 are due together.
        if first < second and {first[:4], second[:4]} != {"PM-5"}
    ]
    return alone + pairs


def expected(conditions: Mapping[str, str]) -> str:
    """Return what the contract says, for a release in which everything else passes."""
    found = {key: _verdict(key, condition) for key, condition in conditions.items()}
    if any(key in BLOCKING and verdict == "fail" for key, verdict in found.items()):
        return "NO_GO"
    if any(key in BLOCKING and verdict == "unknown" for key, verdict in found.items()):
        return "UNKNOWN"
    if any(key in CRITICAL and verdict == "not due" for key, verdict in found.items()):
        return "UNKNOWN"
    if any(verdict in ("fail", "warn", "unknown", "waived") for verdict in found.values()):
        return "CONDITIONAL"
    return "GO"


def _verdict(key: str, condition: str) -> str:
    how, _, what = condition.partition(" ")
    if condition in ("missing", "stale", "waived missing"):
        return "unknown"
    if how == "waived" and key not in UNWAIVABLE:
        return "waived"
    return what if how in ("waived", "expired") else condition


def build(conditions: Mapping[str, str]) -> tuple[Release, dict[str, SourceState]]:
    """Return a release that is over its first week, each metric in its condition, else passing."""
    release = release_of(_plan())
    metrics = tuple(
        replace(
            metric,
            # A source for each, so that one can be stale alone.
            source=metric.id,
            due=replace(metric.due, phase=Phase.POST_RELEASE, wait=timedelta(days=999))
            if "not due" in (conditions.get(metric.key(x)) for x in metric.judged)
            else metric.due,
        )
        for metric in release.metrics
    )
    states: dict[str, SourceState] = {}
    for key in KEYS:
        source, condition = key[:4], conditions.get(key, "pass")
        state = states.get(source) or state_of([])
        assert state.reading is not None
        samples = (*state.reading.samples, *_samples(key, condition))
        state = replace(state, reading=replace(state.reading, samples=samples))
        if condition == "stale":
            state = replace(state, succeeded=NOW - timedelta(days=9))
        states[source] = state
    waivers = tuple(_waivers(conditions))
    return replace(release, metrics=metrics, waivers=waivers), states


def _plan() -> Plan:
    """Return the plan with everything finished long ago, published, and not closed yet."""
    days = [replace(one, actual=one.planned) for one in plan_of().milestones]
    past = [
        Milestone(one.name, _earlier(one.planned), _earlier(one.planned), one.opens, one.closes)
        for one in days
    ]
    return replace(plan_of(), milestones=tuple(past), closed=date(2027, 1, 1))


def _earlier(day: date) -> date:
    return day - timedelta(days=30)


def _samples(key: str, condition: str) -> Iterable[Sample]:
    word = condition.rsplit(maxsplit=1)[-1]
    if word == "missing":
        return
    gauge = _GAUGES[key]
    labels, best = next(
        (where, value)
        for _, name, value, where in BEST
        if name == gauge and ("/" not in key or ("priority", key[-2:]) in where)
    )
    value = {"warn": WARN, "fail": FAIL}.get(word, {}).get(key, best)
    yield sample_of(gauge, value, labels)


def _waivers(conditions: Mapping[str, str]) -> Iterable[Waiver]:
    for key, condition in conditions.items():
        if condition.startswith("waived"):
            yield replace(WAIVER, metric=key)
        if condition.startswith("expired"):
            yield replace(WAIVER, metric=key, expires=TODAY - timedelta(days=1))


def failed_state() -> SourceState:
    """Return a source that has never been read."""
    return SourceState(
        state_of([]).limits, attempted=NOW, error=(ErrorClass.MISSING, "there is no such file")
    )


def reading_of(*samples: Sample) -> Reading:
    """Return a reading of these samples."""
    return Reading.of(samples, read=10, facts_from=NOW)
