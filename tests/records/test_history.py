"""Records as series: the same names, labels, values and spelling as the live exposition."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from exporter.bands import OTHERWISE, Band, at_most, below
from exporter.exposition.families import Families
from exporter.exposition.publisher import collect_families, render_openmetrics
from exporter.freshness import SourceState
from exporter.gate.decision import Decision
from exporter.model import Verdict
from exporter.plan import PHASES
from exporter.records.history import HEAD, History, Stretch, agrees, families_of
from exporter.release import Release, Waiver
from exporter.view import ReleaseView, View
from tests.records.reports import LATER, at, released, report
from tests.releases import best_states, sample_of, state_of

PASS, FAIL = Verdict.PASS, Verdict.FAIL
PHASE = "release_phase"
Series = dict[tuple[str, frozenset[tuple[str, str]]], float]


def series_of(families: Families) -> Series:
    """Return every value by name and labels."""
    return {
        (one.name, frozenset(one.labels.items())): one.value
        for family in families
        for one in family.samples
    }


def live(release: Release | None = None, states: dict[str, SourceState] | None = None) -> Families:
    """Return what /metrics says of the release, at its best or in these states."""
    view = ReleaseView(release or released(), at(states or best_states(), LATER))
    return collect_families(View((view,), loaded=True), LATER)


def test_every_series_is_the_live_one_with_its_value() -> None:
    ours, theirs = series_of(families_of(report(), released(), ())), series_of(live())
    assert ours.items() <= theirs.items()
    kinds = {name for name, _ in ours}
    for gauge in ("metric_verdict", "metric_due", "metric_target", "metric_observations"):
        assert f"release_{gauge}" in kinds
    assert {"release_gate_decision", "release_gate_reasons"} <= kinds
    judged = {metric.gauge for metric in released().metrics}
    assert judged <= kinds


def test_bounds_of_today_are_not_told_of_a_day_that_was_judged_otherwise() -> None:
    def told(of: Release) -> set[str]:
        name = "release_metric_threshold"
        return {
            dict(labels)["metric"]
            for kind, labels in series_of(families_of(made, of, ()))
            if kind == name
        }

    made, (judged, *rest) = report(), released().metrics
    for bands in (
        (Band(at_most(1), PASS, ""), Band(OTHERWISE, FAIL, "")),
        (Band(below(0), PASS, ""), Band(OTHERWISE, FAIL, "")),
    ):
        series = replace(judged.judged[0], bands=bands)
        changed = replace(released(), metrics=(replace(judged, judged=(series,)), *rest))
        assert judged.id in told(released())
        assert told(released()) - told(changed) == {judged.id}


def test_the_phase_of_the_day_is_told() -> None:
    found = series_of(families_of(report(), released(), ()))
    phases = {dict(labels)["phase"]: one for (name, labels), one in found.items() if name == PHASE}
    assert [phase for phase, one in phases.items() if one] == ["post_release"]
    assert len(phases) == len(PHASES)


def test_a_line_is_spelled_as_the_live_one() -> None:
    history = History("release", "127.0.0.1:10150")
    history.add(Stretch(0, 60), families_of(report(), released(), ()))
    view = ReleaseView(released(), at(best_states(), LATER))
    text = render_openmetrics(View((view,), loaded=True), LATER)
    added = 'instance="127.0.0.1:10150",job="release",'
    for line in "".join(history.render()).splitlines():
        if not line.startswith("#"):
            bare = line.removesuffix(" 0").replace(added, "")
            assert f"{bare}\n" in text


def test_a_waived_fail_is_told_as_live() -> None:
    waiver = Waiver("PM-4", "known", "https://example.org/1", "ann", date(2027, 1, 1))
    release = replace(released(), waivers=(waiver,))
    late = sample_of("release_schedule_variance_seconds", 9 * 86400)
    states = best_states() | {"plan": state_of([late])}
    made = report(release=release, states=states)
    assert made.decision is Decision.CONDITIONAL
    ours = series_of(families_of(made, release, ()))
    assert ours.items() <= series_of(live(release, states)).items()


def test_a_waiver_of_a_metric_that_is_gone_is_no_obstacle() -> None:
    waiver = Waiver("PM-4", "known", "https://example.org/1", "ann", date(2027, 1, 1))
    made = report(release=replace(released(), waivers=(waiver,)))
    gone = replace(released(), metrics=released().metrics[:3])
    names = {one.name for one in families_of(made, gone, ())}
    assert "release_waiver_expiry_timestamp_seconds" not in names


def test_it_is_what_a_strict_reader_takes() -> None:
    history = History("release", "127.0.0.1:10150")
    history.add(Stretch(1768291200, 1768291380), families_of(report(), released(), ()))
    text = "".join(history.render())
    families = list(text_string_to_metric_families(text))  # type: ignore[no-untyped-call]  # has no types
    times = {float(sample.timestamp) for one in families for sample in one.samples}
    assert times == {1768291200, 1768291260, 1768291320}


@pytest.mark.parametrize(
    ("zone_day", "minutes"),
    [(date(2026, 1, 14), 1440), (date(2026, 3, 8), 1380), (date(2026, 11, 1), 1500)],
)
def test_a_day_has_a_sample_a_minute_however_long_it_is(zone_day: date, minutes: int) -> None:
    stretch = Stretch.of(zone_day, released(), datetime(2027, 1, 1, tzinfo=UTC))
    history = History("release", "x")
    history.add(stretch, families_of(report(), released(), ()))
    lines = "".join(history.render()).splitlines()
    ours = [one for one in lines if one.startswith("release_privacy_violations{")]
    assert len(ours) == minutes
    times = [int(one.rsplit(" ", 1)[1]) for one in ours]
    assert times == list(range(stretch.start, stretch.end, 60))


def test_nothing_of_the_last_hours_is_written() -> None:
    now = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)  # 01:30 where the release lives
    stretch = Stretch.of(date(2026, 1, 14), released(), now - HEAD)
    assert stretch.end == (now - timedelta(hours=3)).timestamp()
    assert stretch.start == datetime(2026, 1, 14, 8, tzinfo=UTC).timestamp()


def test_a_series_samples_stand_together_in_their_order_and_the_text_ends() -> None:
    history = History("release", "x")
    for step in range(3):
        history.add(Stretch(step * 180, step * 180 + 180), families_of(report(), released(), ()))
    lines = "".join(history.render()).splitlines()
    assert lines[-1] == "# EOF"
    samples = [one for one in lines if not one.startswith("#")]
    names = [one.rsplit(" ", 2)[0] for one in samples]
    assert len(set(names)) * 9 == len(samples)
    assert names == [name for name in dict.fromkeys(names) for _ in range(9)]
    assert [one.split()[2] for one in lines if one.startswith("# TYPE")] == list(
        dict.fromkeys(one.partition("{")[0] for one in names)
    )


def test_a_label_cannot_end_its_line() -> None:
    history = History('a"b\\c\nd', "x")
    history.add(Stretch(0, 60), families_of(report(), released(), ()))
    text = "".join(history.render())
    assert r'job="a\"b\\c\nd"' in text


def test_what_contradicts_the_record_is_told_from_what_agrees() -> None:
    made = report()
    gauge = "release_command_success_ratio"
    assert agrees(made, [sample_of(gauge, 0.948), sample_of("release_command_results", 5)])
    assert not agrees(made, [sample_of(gauge, 0.95)])
