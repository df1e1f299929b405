"""What the truth table cannot show: nothing to judge, bands that block, and the audit's date."""

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from exporter.bands import OTHERWISE, Band, at_least
from exporter.catalog import ALWAYS, CATALOG, Due, Judged, Metric
from exporter.freshness import SourceState
from exporter.gate.decision import Decision, worst
from exporter.gate.report import Report, cannot_tell
from exporter.gate.reporting import report_of, reports_of
from exporter.model import Inapplicable, Reading, Sample, Tier, Verdict, labels
from exporter.plan import Phase, Plan
from exporter.release import Release
from exporter.units import COUNT
from exporter.view import ReleaseView, View
from tests.gate.cases import TODAY, WAIVER, build, failed_state, reading_of
from tests.releases import NOW, sample_of, state_of

SINCE = "release_privacy_since_timestamp_seconds"
FAIL = Verdict.FAIL
HARD = Band(OTHERWISE, FAIL, "stop", blocks=True)
SOFT = Band(at_least(5), FAIL, "bad")
GOOD = Band(at_least(10), Verdict.PASS, "good")


def report(release: Release, states: dict[str, SourceState], *problems: str) -> Report:
    return report_of(ReleaseView(release, states, problems), NOW)


def own(*bands: Band, tier: Tier = Tier.ENGAGEMENT, due: Due = ALWAYS, worst: str = "") -> Metric:
    judged = Judged("Own", bands, worst=worst)
    return Metric("X-1", "Own", "release_own", "Own.", "own", COUNT, tier, due, (judged,))


def with_own(metric: Metric, *values: float) -> Report:
    release, states = build({})
    samples = [sample_of("release_own", value) for value in values]
    states = states | {"own": state_of(samples)}
    return report(replace(release, metrics=(*release.metrics, metric)), states)


def texts(found: Report) -> list[str]:
    return [cause.text for cause in found.reasons if cause.decides]


def test_an_empty_catalog_cannot_be_told() -> None:
    release, states = build({})
    found = report(replace(release, metrics=()), states)
    assert found.decision is Decision.UNKNOWN
    assert texts(found) == ["no metric is due: there is nothing to judge"]


def test_an_empty_plan_cannot_be_told_however_well_everything_is() -> None:
    release, states = build({})
    always = tuple(replace(one, due=ALWAYS) for one in release.metrics)
    empty = Plan((), ZoneInfo("UTC"))
    found = report(replace(release, plan=empty, metrics=always), states)
    assert {line.verdict for line in found.verdicts} == {"pass"}
    assert found.decision is Decision.UNKNOWN
    assert "milestones" in texts(found)[0]


def test_nothing_due_is_not_go() -> None:
    release, states = build({})
    later = Due(Phase.POST_RELEASE, wait=timedelta(days=999))
    calm = tuple(replace(one, due=later, tier=Tier.HIGH) for one in release.metrics)
    found = report(replace(release, metrics=calm), states)
    assert {line.due for line in found.verdicts} == {False}
    assert found.decision is Decision.UNKNOWN


def test_no_report_at_all_is_not_go() -> None:
    assert worst([]) is Decision.UNKNOWN
    assert worst([Decision.GO, Decision.CONDITIONAL]) is Decision.CONDITIONAL
    assert worst([Decision.UNKNOWN, Decision.NO_GO, Decision.GO]) is Decision.NO_GO


def test_an_invalid_file_is_unknown_by_its_name() -> None:
    view = View(files={"a.yaml": False}, mistakes={"a.yaml": "a.yaml: project: is missing"})
    (found,) = reports_of(view, NOW)
    assert (found.name, found.decision) == ("a.yaml", Decision.UNKNOWN)
    assert texts(found)[0] == "a.yaml: project: is missing"


def test_a_release_whose_file_went_bad_cannot_be_go() -> None:
    release, states = build({})
    found = report(release, states, "its release file is invalid now")
    assert found.decision is Decision.UNKNOWN


def test_a_problem_does_not_hide_a_fail_that_blocks() -> None:
    release, states = build({"QM-3": "fail"})
    assert report(release, states, "its release file is invalid now").decision is Decision.NO_GO


def test_a_release_that_is_over_is_decided_no_more() -> None:
    release, states = build({})
    found = report(replace(release, plan=replace(release.plan, closed=TODAY)), states)
    assert found.decision is Decision.UNKNOWN
    assert texts(found) == ["the release is over; its records tell how it ended"]


def test_a_source_that_was_never_read_keeps_the_gate_shut() -> None:
    release, states = build({})
    unread = SourceState(state_of([]).limits)
    found = report(release, states | {"EM-5": unread})
    assert found.decision is Decision.UNKNOWN
    assert texts(found) == ["not every source has been read yet: EM-5"]


def test_a_source_that_failed_is_a_caveat_unless_its_metric_blocks() -> None:
    release, states = build({})
    found = report(release, states | {"EM-5": failed_state()})
    assert found.decision is Decision.CONDITIONAL
    assert report(release, states | {"QM-5": failed_state()}).decision is Decision.UNKNOWN


@pytest.mark.parametrize(
    ("labels", "decision"),
    [
        ({"moved": "true"}, Decision.CONDITIONAL),
        ({"moved": "false"}, Decision.GO),
        # Whoever does not say so may have moved it.
        ({}, Decision.CONDITIONAL),
    ],
)
def test_a_moved_audit_is_a_caveat(labels: dict[str, str], decision: Decision) -> None:
    release, states = build({})
    since = Sample(SINCE, 1.0, tuple(labels.items()), evidence="counted since 2026-01-15, by us")
    found = report(release, states | {"telemetry": state_of([since])})
    assert found.decision is decision
    if decision is not Decision.GO:
        assert "counted since 2026-01-15, by us" in texts(found)[0]


def test_a_moved_audit_is_remembered_when_its_reading_is_too_old() -> None:
    release, states = build({})
    old = NOW - timedelta(days=9)
    state = state_of([Sample(SINCE, 1.0, labels(moved="true"))], succeeded=old)
    assert report(release, states | {"telemetry": state}).decision is Decision.CONDITIONAL


@pytest.mark.parametrize(
    ("value", "decision"), [(10, "GO"), (5, "CONDITIONAL"), (4, "NO_GO")], ids=str
)
def test_the_band_that_a_fail_lies_in_tells_whether_it_blocks(value: float, decision: str) -> None:
    assert with_own(own(GOOD, SOFT, HARD), value).decision == decision


def test_of_two_samples_the_one_that_blocks_decides() -> None:
    release, states = build({})
    metric = own(GOOD, SOFT, HARD, worst="release_worst")
    samples = [sample_of("release_own", 6), sample_of("release_worst", 1)]
    for order in (samples, samples[::-1]):
        found = report(
            replace(release, metrics=(*release.metrics, metric)),
            states | {"own": state_of(order)},
        )
        assert found.decision is Decision.NO_GO
        assert texts(found) == ["Own 1 (≥10): stop"]


def test_an_own_metric_that_blocks_and_is_unknown_is_unknown() -> None:
    assert with_own(own(GOOD, HARD)).decision is Decision.UNKNOWN
    assert with_own(own(GOOD, SOFT, Band(OTHERWISE, FAIL, "bad"))).decision is Decision.CONDITIONAL


def test_a_critical_metric_that_is_not_due_is_too_early() -> None:
    later = Due(Phase.POST_RELEASE, wait=timedelta(days=999))
    found = with_own(own(GOOD, HARD, tier=Tier.CRITICAL, due=later), 10)
    assert found.decision is Decision.UNKNOWN
    assert texts(found)[0].startswith("Own: too early: due from ")
    assert with_own(own(GOOD, HARD, tier=Tier.HIGH, due=later), 10).decision is Decision.GO


def test_a_critical_metric_with_nothing_to_judge_cannot_be_told() -> None:
    release, states = build({})
    reading = replace(reading_of(), inapplicable=(Inapplicable("release_own", (), "no bugs"),))
    metrics = (*release.metrics, own(GOOD, HARD, tier=Tier.CRITICAL))
    state = state_of([], reading=reading)
    found = report(replace(release, metrics=metrics), states | {"own": state})
    assert (found.decision, texts(found)) == (
        Decision.UNKNOWN,
        ["Own: nothing to judge: no bugs"],
    )


def test_other_bands_change_what_blocks() -> None:
    release, states = build({"QM-4": "fail"})
    softer = tuple(
        replace(one, judged=tuple(replace(x, bands=_unblocked(x.bands)) for x in one.judged))
        if one.id == "QM-4"
        else one
        for one in release.metrics
    )
    assert report(release, states).decision is Decision.NO_GO
    assert report(replace(release, metrics=softer), states).decision is Decision.CONDITIONAL


def _unblocked(bands: tuple[Band, ...]) -> tuple[Band, ...]:
    return tuple(replace(band, blocks=False) for band in bands)


def test_too_few_observations_are_unknown() -> None:
    release, states = build({})
    found = report(replace(release, minimum_n={"QM-2": 101}), states)
    assert found.decision is Decision.UNKNOWN
    assert texts(found) == ["Success Rate 94.8% (≥80%): n = 100, the verdict needs 101"]


def test_fails_that_do_not_decide_are_named_behind_those_that_do() -> None:
    release, states = build({"QM-3": "fail", "EM-3": "fail", "QM-5": "missing"})
    found = report(release, states)
    assert [(one.key, one.decides) for one in found.reasons] == [
        ("QM-3", True),
        ("QM-5", False),
        ("EM-3", False),
    ]


def test_the_plan_of_tomorrow_puts_off_nothing() -> None:
    """An actual date still to come is a typing mistake, and no reason not to judge."""
    release, states = build({"QM-2": "fail"})
    milestones = tuple(
        replace(one, actual=TODAY + timedelta(days=300)) if one.opens is Phase.BETA else one
        for one in release.plan.milestones
    )
    late = replace(release, plan=replace(release.plan, milestones=milestones))
    assert report(late, states).decision is Decision.NO_GO


def test_a_report_of_an_unreadable_file_has_the_day_of_its_moment() -> None:
    assert cannot_tell("x", ["gone"], NOW).day == date(2026, 1, 17)


def test_the_catalogs_blocking_metrics_are_the_contracts() -> None:
    blocking = {
        one.id for one in CATALOG for x in one.judged if any(band.blocks for band in x.bands)
    }
    assert blocking == {"QM-1", "QM-2", "QM-3", "QM-4", "QM-5", "PM-6"}


def test_privacy_without_any_waiver_in_force_blocks() -> None:
    release, states = build({"QM-3": "fail"})
    tricks = ("QM-3", "QM-3/", "QM-3/P0", "", "QM", "qm-3", " QM-3")
    waivers = tuple(replace(WAIVER, metric=key) for key in tricks)
    found = report(replace(release, waivers=waivers), states)
    assert found.decision is Decision.NO_GO
    assert {one.state for one in found.waivers} == {"refused"}


def test_the_same_reading_in_another_order_is_the_same_report() -> None:
    release, states = build({"EM-3": "warn", "QM-2": "waived warn"})
    extra = [sample_of("release_own", value) for value in (6.0, 7.0, 6.5)]
    release = replace(release, metrics=(*release.metrics, own(GOOD, SOFT, HARD)))
    reports = []
    for order in (extra, extra[::-1]):
        turned = {
            name: replace(state, reading=_turned(state.reading))
            for name, state in reversed(list(states.items()))
        }
        reports.append(report(release, turned | {"own": state_of(order)}))
    assert reports[0] == reports[1]


def _turned(reading: Reading | None) -> Reading:
    assert reading is not None
    return replace(reading, samples=reading.samples[::-1])
