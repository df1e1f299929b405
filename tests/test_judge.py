"""Verdicts as a truth table: what is known of a metric and when, and its verdict."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exporter.bands import find_band
from exporter.catalog import CATALOG, Due
from exporter.freshness import Limits, SourceState
from exporter.judge import Judgement, due_from, judge
from exporter.model import (
    ErrorClass,
    Inapplicable,
    Labels,
    Reading,
    Reason,
    Rejection,
    Sample,
    Verdict,
    labels,
)
from exporter.plan import Milestone, Phase, Plan
from exporter.release import Release

PASS, WARN, FAIL = Verdict.PASS, Verdict.WARN, Verdict.FAIL
UNKNOWN, NOT_DUE = Verdict.UNKNOWN, Verdict.NOT_DUE
MOMENT, HOUR, DAY = timedelta(microseconds=1), timedelta(hours=1), timedelta(days=1)

# A value of each verdict; the contract knows no warn or no fail for some.
VALUES: dict[str, dict[Verdict, float]] = {
    "QM-1": {PASS: 0, FAIL: 1},
    "QM-2": {PASS: 0.9, WARN: 0.75, FAIL: 0.5},
    "QM-3": {PASS: 0, FAIL: 3},
    "QM-4": {PASS: 1.0, FAIL: 0.99},
    "QM-5": {PASS: 1.0, WARN: 0.92, FAIL: 0.5},
    "EM-1": {PASS: 0.8, WARN: 0.7, FAIL: 0.5},
    "EM-2": {PASS: 0.8, WARN: 0.5},
    "EM-3": {PASS: 4.6, WARN: 3.7, FAIL: 2.0},
    "EM-4": {PASS: 80, WARN: 10, FAIL: -10},
    "EM-5": {PASS: 285, WARN: 10},
    "PM-1": {PASS: 0.85, WARN: 3, FAIL: 9},
    "PM-2": {PASS: 0.95, WARN: 0.5},
    "PM-3": {PASS: 0.000001, WARN: 0.07, FAIL: 0.2},
    "PM-4": {PASS: 0, WARN: 2 * 86400, FAIL: 4 * 86400},
    "PM-5/P0": {PASS: 9000, WARN: 5 * 3600, FAIL: 9 * 3600},
    "PM-5/P1": {PASS: 18 * 3600, WARN: 50 * 3600, FAIL: 100 * 3600},
    "PM-6": {PASS: 1.0, FAIL: 0.75},
}
SERIES = {metric.key(series): (metric, series) for metric in CATALOG for series in metric.judged}

# In Los Angeles, whose midnight is 08:00 UTC in January.
PREFLIGHT_OPENS = datetime(2026, 1, 12, 8, tzinfo=UTC)
BETA_OPENS = datetime(2026, 1, 13, 8, tzinfo=UTC)
BETA_OVER = datetime(2026, 1, 18, 8, tzinfo=UTC)
WEEK_AFTER = datetime(2026, 1, 31, 8, tzinfo=UTC)

BEGINS: dict[str, datetime | None] = {
    **dict.fromkeys(("QM-1", "PM-4"), None),
    **dict.fromkeys(("QM-4", "PM-3", "PM-6"), PREFLIGHT_OPENS),
    **dict.fromkeys(("QM-2", "QM-3", "QM-5", "PM-1", "PM-2"), BETA_OPENS),
    **dict.fromkeys(("PM-5/P0", "PM-5/P1"), BETA_OPENS),
    **dict.fromkeys(("EM-1", "EM-2", "EM-3", "EM-4"), BETA_OVER),
    "EM-5": WEEK_AFTER,
}
GRACE = dict.fromkeys(
    ("QM-2", "QM-3", "QM-5", "PM-1", "PM-2", "PM-5/P0", "PM-5/P1"), timedelta(hours=24)
)

LIMITS = Limits(26 * HOUR, 26 * HOUR, tuple(Phase))
ERROR = (ErrorClass.MALFORMED, "no shape that is known")


@pytest.fixture
def release(plan: Plan, tmp_path: Path) -> Release:
    return Release("caro", "v1.1.0", "release.yaml", tmp_path, plan, CATALOG, {})


def sample(
    key: str, value: float, n: int | None = 20, gauge: str = "", more: Labels = ()
) -> Sample:
    metric, series = SERIES[key]
    return Sample(gauge or metric.gauge, value, (*series.labels, *more), n)


def worst_of(key: str) -> Verdict:
    return list(VALUES[key])[-1]


def good(
    now: datetime, *samples: Sample, inapplicable: tuple[Inapplicable, ...] = ()
) -> SourceState:
    reading = Reading(samples, facts_from=now, inapplicable=inapplicable)
    return SourceState(LIMITS, reading, now, now)


def verdict_on(release: Release, key: str, state: SourceState | None, now: datetime) -> Judgement:
    """Return the judgement with only that metric's source there, in that state."""
    states = {SERIES[key][0].source: state} if state else {}
    (found,) = [one for one in judge(release, states, now) if one.key == key]
    return found


def broken_states(key: str, now: datetime) -> dict[str, SourceState | None]:
    """Return every way of having no acceptable value while a passing one is near."""
    passing = sample(key, VALUES[key][PASS])
    fresh = good(now, passing)
    return {
        "no such source": None,
        "not read yet": SourceState(LIMITS),
        "failed and never read": SourceState(LIMITS, attempted=now, error=ERROR),
        "read without this value": good(now),
        "other labels": good(now, Sample(passing.gauge, passing.value, labels(priority="P7"), 20))
        if passing.labels
        else good(now),
        "another gauge": good(now, replace(passing, gauge="release_test_results")),
        "stale": replace(fresh, succeeded=now - 26 * HOUR - MOMENT),
        "stale and failing": replace(fresh, succeeded=now - 27 * HOUR, error=ERROR),
    }


def ages() -> Iterator[tuple[str, str]]:
    for key in SERIES:
        for name in broken_states(key, BETA_OVER):
            yield key, name


def test_the_table_knows_every_series() -> None:
    assert set(VALUES) == set(BEGINS) == set(SERIES)
    for key, values in VALUES.items():
        bands = SERIES[key][1].bands
        assert set(values) == {band.verdict for band in bands}


@pytest.mark.parametrize(
    ("key", "verdict"), [(key, verdict) for key in VALUES for verdict in VALUES[key]]
)
def test_a_due_value_gets_its_bands_verdict_and_sentence(
    release: Release, key: str, verdict: Verdict
) -> None:
    value = VALUES[key][verdict]
    one = verdict_on(release, key, good(WEEK_AFTER, sample(key, value)), WEEK_AFTER)
    band = find_band(SERIES[key][1].bands, value)
    assert (one.verdict, one.due, one.reason) == (verdict, True, band and band.text)
    assert one.sample == sample(key, value)


@pytest.mark.parametrize(("key", "name"), list(ages()))
def test_a_due_metric_without_an_acceptable_value_is_unknown(
    release: Release, key: str, name: str
) -> None:
    state = broken_states(key, WEEK_AFTER)[name]
    one = verdict_on(release, key, state, WEEK_AFTER)
    assert (one.verdict, one.due, one.sample, one.value) == (UNKNOWN, True, None, "N/A")
    assert one.reason


def test_a_source_of_which_nothing_could_be_taken_says_so(release: Release) -> None:
    rejection = Rejection(Reason.SYNTAX, "a.json", "byte 0", "not JSON")
    reading = Reading.of([], read=0, rejections=[rejection])
    state = replace(good(WEEK_AFTER), reading=reading)
    one = verdict_on(release, "QM-2", state, WEEK_AFTER)
    assert (one.verdict, one.reason) == (UNKNOWN, "nothing of the source telemetry could be taken")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("no such source", "the release file has no source telemetry"),
        ("not read yet", "not read yet"),
        ("failed and never read", "no shape that is known"),
        ("read without this value", "the source telemetry has no value for it"),
        ("stale", "last read 26h ago, limit 26h"),
        ("stale and failing", "last read 27h ago, limit 26h: no shape that is known"),
    ],
)
def test_an_unknown_says_why(release: Release, name: str, reason: str) -> None:
    state = broken_states("QM-2", WEEK_AFTER)[name]
    assert verdict_on(release, "QM-2", state, WEEK_AFTER).reason == reason


@pytest.mark.parametrize("key", [key for key, begins in BEGINS.items() if begins])
def test_a_verdict_counts_from_its_moment_and_not_before(release: Release, key: str) -> None:
    begins = BEGINS[key]
    assert begins is not None
    failing = sample(key, VALUES[key][worst_of(key)])
    early = verdict_on(release, key, good(begins - MOMENT, failing), begins - MOMENT)
    assert (early.verdict, early.due, early.sample) == (NOT_DUE, False, failing)
    assert early.reason.startswith("due from 2026-01-")
    due = verdict_on(release, key, good(begins, failing), begins)
    assert (due.verdict, due.due) == (worst_of(key), True)


@pytest.mark.parametrize("key", ["QM-1", "PM-4"])
def test_what_is_always_due_is_unknown_from_the_first_day(release: Release, key: str) -> None:
    first = datetime(2026, 1, 1, tzinfo=UTC)
    assert verdict_on(release, key, None, first).verdict is UNKNOWN


@pytest.mark.parametrize("key", [key for key, begins in BEGINS.items() if begins])
def test_before_its_moment_having_no_value_is_not_due(release: Release, key: str) -> None:
    begins = BEGINS[key]
    assert begins is not None
    for state in broken_states(key, begins - MOMENT).values():
        one = verdict_on(release, key, state, begins - MOMENT)
        assert (one.verdict, one.due) == (NOT_DUE, False)


@pytest.mark.parametrize("key", GRACE)
@pytest.mark.parametrize(
    ("into", "verdict", "due"),
    [
        (timedelta(0), NOT_DUE, False),
        (24 * HOUR - MOMENT, NOT_DUE, False),
        (24 * HOUR, UNKNOWN, True),
    ],
)
def test_no_data_is_excused_for_the_betas_first_24_hours(
    release: Release, key: str, into: timedelta, verdict: Verdict, due: bool
) -> None:
    now = BETA_OPENS + into
    for state in broken_states(key, now).values():
        one = verdict_on(release, key, state, now)
        assert (one.verdict, one.due) == (verdict, due)
    assert verdict_on(release, key, None, BETA_OPENS).reason == (
        "no data yet, excused until 2026-01-14 00:00 PST"
    )


@pytest.mark.parametrize("key", [key for key in BEGINS if BEGINS[key] and key not in GRACE])
def test_elsewhere_no_data_is_not_excused(release: Release, key: str) -> None:
    begins = BEGINS[key]
    assert begins is not None
    assert verdict_on(release, key, None, begins).verdict is UNKNOWN


@pytest.mark.parametrize("key", GRACE)
def test_a_bad_value_is_not_excused(release: Release, key: str) -> None:
    bad = worst_of(key)
    one = verdict_on(release, key, good(BETA_OPENS, sample(key, VALUES[key][bad])), BETA_OPENS)
    assert (one.verdict, one.due) == (bad, True)


@pytest.mark.parametrize("key", SERIES)
def test_old_facts_are_unknown_while_they_are_produced_and_stand_afterwards(
    release: Release, key: str
) -> None:
    limits = Limits(26 * HOUR, 26 * HOUR, (Phase.POST_RELEASE,))
    reading = Reading((sample(key, VALUES[key][PASS]),), facts_from=WEEK_AFTER - 27 * HOUR)
    state = SourceState(limits, reading, WEEK_AFTER, WEEK_AFTER)
    assert verdict_on(release, key, state, WEEK_AFTER).verdict is UNKNOWN
    final = replace(state, limits=replace(limits, produced_in=(Phase.BETA,)))
    assert verdict_on(release, key, final, WEEK_AFTER).verdict is PASS


@pytest.mark.parametrize("key", SERIES)
@pytest.mark.parametrize(
    ("n", "least", "known"),
    [
        (0, None, False),
        (1, None, True),
        (None, None, True),
        (19, 20, False),
        (20, 20, True),
        (None, 2, False),
    ],
)
def test_a_verdict_needs_its_minimum_n(
    release: Release, key: str, n: int | None, least: int | None, known: bool
) -> None:
    strict = replace(release, minimum_n={key: least} if least else {})
    for verdict, value in VALUES[key].items():
        one = verdict_on(strict, key, good(WEEK_AFTER, sample(key, value, n)), WEEK_AFTER)
        assert one.verdict is (verdict if known else UNKNOWN)
        # The value is still shown, with its n.
        assert (one.due, one.sample) == (True, sample(key, value, n))


def test_too_few_observations_are_data_and_not_excused(release: Release) -> None:
    strict = replace(release, minimum_n={"QM-2": 100})
    few = verdict_on(strict, "QM-2", good(BETA_OPENS, sample("QM-2", 0.9, 7)), BETA_OPENS)
    assert (few.verdict, few.due) == (UNKNOWN, True)


def test_too_few_observations_say_how_many_are_needed(release: Release) -> None:
    strict = replace(release, minimum_n={"QM-2": 100})
    few = verdict_on(strict, "QM-2", good(WEEK_AFTER, sample("QM-2", 0.9, 7)), WEEK_AFTER)
    assert few.reason == "n = 7, the verdict needs 100"
    none = verdict_on(strict, "QM-2", good(WEEK_AFTER, sample("QM-2", 0.9, None)), WEEK_AFTER)
    assert none.reason == "n = not known, the verdict needs 100"


@pytest.mark.parametrize("key", SERIES)
def test_what_has_nothing_to_judge_is_not_due_with_its_reason(release: Release, key: str) -> None:
    metric, series = SERIES[key]
    nothing = Inapplicable(metric.gauge, series.labels, "no bugs")
    one = verdict_on(release, key, good(WEEK_AFTER, inapplicable=(nothing,)), WEEK_AFTER)
    assert (one.verdict, one.due, one.reason) == (NOT_DUE, False, "no bugs")
    stale = replace(good(WEEK_AFTER, inapplicable=(nothing,)), succeeded=WEEK_AFTER - 27 * HOUR)
    assert verdict_on(release, key, stale, WEEK_AFTER).verdict is UNKNOWN


@pytest.mark.parametrize(
    ("key", "verdict"), [(key, verdict) for key in VALUES for verdict in VALUES[key]]
)
def test_a_value_that_is_not_to_be_judged_yet_is_shown_without_a_verdict(
    release: Release, key: str, verdict: Verdict
) -> None:
    metric, series = SERIES[key]
    half = Inapplicable(metric.gauge, series.labels, "count so far, 3 of 7 days")
    value = sample(key, VALUES[key][verdict])
    one = verdict_on(release, key, good(WEEK_AFTER, value, inapplicable=(half,)), WEEK_AFTER)
    assert (one.verdict, one.due, one.reason) == (NOT_DUE, False, "count so far, 3 of 7 days")
    assert one.sample == value


def test_a_value_of_a_scope_of_its_own_is_not_judged_either(release: Release) -> None:
    half = Inapplicable("release_first_week_downloads", (), "count so far, 3 of 7 days")
    value = sample("EM-5", 500, 3, more=labels(scope="version"))
    one = verdict_on(release, "EM-5", good(WEEK_AFTER, value, inapplicable=(half,)), WEEK_AFTER)
    assert (one.verdict, one.sample) == (NOT_DUE, value)


def test_too_small_an_n_does_not_make_unknown_what_is_not_judged_yet(release: Release) -> None:
    half = Inapplicable("release_first_week_downloads", (), "count so far, 3 of 7 days")
    strict = replace(release, minimum_n={"EM-5": 7})
    state = good(WEEK_AFTER, sample("EM-5", 30, 3), inapplicable=(half,))
    assert verdict_on(strict, "EM-5", state, WEEK_AFTER).verdict is NOT_DUE


@pytest.mark.parametrize("verdict", [PASS, WARN, FAIL])
def test_the_oldest_open_bug_is_judged_though_the_mean_is_not(
    release: Release, verdict: Verdict
) -> None:
    metric, series = SERIES["PM-5/P0"]
    half = Inapplicable(metric.gauge, series.labels, "only closed since yesterday")
    mean = sample("PM-5/P0", VALUES["PM-5/P0"][FAIL])
    oldest = sample("PM-5/P0", VALUES["PM-5/P0"][verdict], gauge=series.worst)
    state = good(WEEK_AFTER, mean, oldest, inapplicable=(half,))
    one = verdict_on(release, "PM-5/P0", state, WEEK_AFTER)
    assert (one.verdict, one.sample) == (verdict, oldest)


def test_nothing_to_judge_hides_no_value(release: Release) -> None:
    metric, series = SERIES["PM-5/P0"]
    nothing = Inapplicable(metric.gauge, series.labels, "no bugs")
    oldest = sample("PM-5/P0", 9 * 3600, gauge=series.worst)
    state = good(WEEK_AFTER, oldest, inapplicable=(nothing,))
    assert verdict_on(release, "PM-5/P0", state, WEEK_AFTER).verdict is FAIL


def test_nothing_to_judge_of_one_priority_says_nothing_of_the_other(release: Release) -> None:
    metric, series = SERIES["PM-5/P0"]
    nothing = Inapplicable(metric.gauge, series.labels, "no bugs")
    state = good(WEEK_AFTER, inapplicable=(nothing,))
    assert verdict_on(release, "PM-5/P1", state, WEEK_AFTER).verdict is UNKNOWN


# The mean's verdict, the oldest open bug's, and the worse of both.
WORSE = [
    (PASS, PASS, PASS),
    (PASS, WARN, WARN),
    (PASS, FAIL, FAIL),
    (WARN, PASS, WARN),
    (WARN, WARN, WARN),
    (WARN, FAIL, FAIL),
    (FAIL, PASS, FAIL),
    (FAIL, WARN, FAIL),
    (FAIL, FAIL, FAIL),
    (PASS, None, PASS),
    (WARN, None, WARN),
    (FAIL, None, FAIL),
    (None, PASS, PASS),
    (None, WARN, WARN),
    (None, FAIL, FAIL),
    (None, None, UNKNOWN),
]


@pytest.mark.parametrize("key", ["PM-5/P0", "PM-5/P1"])
@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(("mean", "oldest", "verdict"), WORSE)
def test_a_priority_is_as_good_as_the_worse_of_its_mean_and_its_oldest_open_bug(
    release: Release,
    key: str,
    turned: bool,
    mean: Verdict | None,
    oldest: Verdict | None,
    verdict: Verdict,
) -> None:
    gauge = SERIES[key][1].worst
    samples = []
    if mean:
        samples.append(sample(key, VALUES[key][mean]))
    if oldest:
        samples.append(sample(key, VALUES[key][oldest], None, gauge))
    state = good(WEEK_AFTER, *(reversed(samples) if turned else samples))
    one = verdict_on(release, key, state, WEEK_AFTER)
    assert one.verdict is verdict
    if mean and mean is oldest:
        assert one.sample == sample(key, VALUES[key][mean])


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(
    ("mean", "oldest", "verdict"),
    [(PASS, PASS, UNKNOWN), (PASS, WARN, UNKNOWN), (WARN, FAIL, FAIL), (FAIL, WARN, UNKNOWN)],
)
def test_a_mean_of_too_few_bugs_is_unknown_but_one_old_open_bug_is_enough(
    release: Release, turned: bool, mean: Verdict, oldest: Verdict, verdict: Verdict
) -> None:
    key = "PM-5/P0"
    samples = [
        sample(key, VALUES[key][mean], 2),
        sample(key, VALUES[key][oldest], 1, SERIES[key][1].worst),
    ]
    state = good(WEEK_AFTER, *(reversed(samples) if turned else samples))
    strict = replace(release, minimum_n={key: 5})
    assert verdict_on(strict, key, state, WEEK_AFTER).verdict is verdict


def test_of_several_series_the_worst_counts(release: Release) -> None:
    samples = [
        sample("EM-5", 285, more=labels(scope="package")),
        sample("EM-5", 10, more=labels(scope="version")),
    ]
    assert verdict_on(release, "EM-5", good(WEEK_AFTER, *samples), WEEK_AFTER).verdict is WARN


def test_another_backends_share_is_not_judged(release: Release) -> None:
    other = Sample("release_backend_usage_ratio", 0.05, labels(backend="embedded"), 20)
    state = good(WEEK_AFTER, other, sample("PM-2", 0.95))
    assert verdict_on(release, "PM-2", state, WEEK_AFTER).verdict is PASS


def test_every_series_is_judged_in_the_catalogs_order(release: Release) -> None:
    keys = [one.key for one in judge(release, {}, WEEK_AFTER)]
    assert keys == list(SERIES)
    assert [one.target for one in judge(release, {}, WEEK_AFTER)][:4] == ["0", "0", "100%", "≥80%"]


@pytest.mark.parametrize(
    ("due", "reason"),
    [
        (Due(Phase.BETA), "the plan has no milestone that opens beta"),
        (Due(Phase.BETA, after=True), "the plan has no milestone that closes beta"),
    ],
)
def test_a_phase_that_the_plan_lacks_is_said(release: Release, due: Due, reason: str) -> None:
    only = Plan((Milestone("release", release.plan.milestones[-1].planned),), release.plan.zone)
    metric = replace(SERIES["QM-2"][0], due=due)
    changed = replace(release, plan=only, metrics=(metric,))
    failing = sample("QM-2", 0.5)
    one = verdict_on(changed, "QM-2", good(WEEK_AFTER, failing), WEEK_AFTER)
    assert (one.verdict, one.due, one.reason, one.sample) == (NOT_DUE, False, reason, failing)


def test_what_is_always_due_begins_before_every_time_there_is(plan: Plan) -> None:
    begins = due_from(Due(), plan)
    assert begins is not None
    assert begins <= datetime.min.replace(tzinfo=UTC)


def test_a_value_is_shown_in_the_users_unit(release: Release) -> None:
    state = good(WEEK_AFTER, sample("QM-2", 0.948))
    one = verdict_on(release, "QM-2", state, WEEK_AFTER)
    assert (one.value, one.target) == ("94.8%", "≥80%")


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 3, 1), timezones=st.just(UTC))


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(now=MOMENTS, picks=st.lists(st.integers(0, 7), min_size=17, max_size=17))
def test_no_combination_of_missing_inputs_passes(
    release: Release, now: datetime, picks: list[int]
) -> None:
    for key, pick in zip(SERIES, picks, strict=True):
        state = list(broken_states(key, now).values())[pick]
        one = verdict_on(release, key, state, now)
        assert one.verdict in (UNKNOWN, NOT_DUE)
        assert one.due is (one.verdict is UNKNOWN)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    now=MOMENTS,
    picks=st.lists(st.sampled_from([PASS, WARN, FAIL, None]), min_size=17, max_size=17),
)
def test_only_a_fresh_passing_value_passes(
    release: Release, now: datetime, picks: list[Verdict | None]
) -> None:
    known = dict(zip(SERIES, picks, strict=True))
    samples: dict[str, list[Sample]] = {metric.source: [] for metric in CATALOG}
    for key, (metric, _) in SERIES.items():
        verdict = known[key]
        if verdict in VALUES[key]:
            samples[metric.source].append(sample(key, VALUES[key][verdict]))
    states = {source: good(now, *some) for source, some in samples.items()}
    for one in judge(release, states, now):
        expected = known[one.key] if known[one.key] in VALUES[one.key] else UNKNOWN
        assert one.verdict in (expected, NOT_DUE)
        assert one.verdict is not PASS or known[one.key] is PASS


@pytest.mark.parametrize(
    ("worst", "verdict"),
    [(None, Verdict.PASS), (4.0, Verdict.PASS), (3.9, Verdict.UNKNOWN), (1.0, Verdict.UNKNOWN)],
)
def test_what_could_not_be_read_leaves_a_verdict_only_if_it_cannot_change_it(
    release: Release, worst: float | None, verdict: Verdict
) -> None:
    state = good(BETA_OVER, replace(sample("EM-3", 4.6), worst=worst))
    one = verdict_on(release, "EM-3", state, BETA_OVER)
    assert (one.verdict, one.value) == (verdict, "4.6/5.0")
