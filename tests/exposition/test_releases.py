"""What /metrics says about a release."""

from dataclasses import replace
from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from exporter.bands import OTHERWISE, Band, at_least
from exporter.catalog import CATALOG
from exporter.exposition.families import LABEL_LENGTH, SERIES_LIMIT, Families
from exporter.exposition.publisher import ViewCollector, collect_families
from exporter.model import ErrorClass, Reason, Sample, Verdict
from exporter.plan import Plan
from tests.releases import NOW, best_states, release_of, sample_of, state_of, view_of

Series = dict[tuple[str, frozenset[tuple[str, str]]], float]


def series_of(families: Families) -> Series:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


def value(series: Series, name: str, **labels: str) -> float | None:
    wanted = frozenset({"project": "caro", "release": "v1.1.0", **labels}.items())
    return series.get((name, wanted))


def names(series: Series) -> set[str]:
    return {name for name, _ in series}


def test_every_judged_gauge_is_there_with_its_value(plan: Plan) -> None:
    series = series_of(collect_families(view_of(release_of(plan), best_states()), NOW))
    assert value(series, "release_command_success_ratio") == 0.948
    assert value(series, "release_bug_resolution_seconds", priority="P1") == 64800
    assert value(series, "release_backend_usage_ratio", backend="static") == 0.95


def test_exactly_one_verdict_of_each_metric_is_one(plan: Plan) -> None:
    series = series_of(collect_families(view_of(release_of(plan), best_states()), NOW))
    verdicts = [
        (dict(labels)["metric"], dict(labels).get("priority"), number)
        for (name, labels), number in series.items()
        if name == "release_metric_verdict"
    ]
    keys = {(metric, priority) for metric, priority, _ in verdicts}
    assert len(keys) == 17  # sixteen, PM-5 twice
    assert all(sum(n for m, p, n in verdicts if (m, p) == key) == 1 for key in keys)
    assert value(series, "release_metric_verdict", metric="QM-2", verdict="pass") == 1
    assert value(series, "release_metric_verdict", metric="EM-3", verdict="not_due") == 1


def test_target_observations_and_time_stand_beside_the_verdict(plan: Plan) -> None:
    series = series_of(collect_families(view_of(release_of(plan), best_states()), NOW))
    assert value(series, "release_metric_target", metric="QM-2") == 0.8
    assert value(series, "release_metric_observations", metric="QM-2") == 100
    stamp = value(series, "release_metric_observed_timestamp_seconds", metric="QM-2")
    assert stamp == NOW.timestamp()
    assert value(series, "release_metric_due", metric="QM-2") == 1
    assert value(series, "release_metric_due", metric="EM-3") == 0
    assert value(series, "release_metric_target", metric="PM-5", priority="P1") == 48 * 3600


def test_a_releases_own_bands_tell_where_warn_and_fail_begin(plan: Plan) -> None:
    strict = (
        Band(at_least(0.9), Verdict.PASS, "fine"),
        Band(at_least(0.85), Verdict.WARN, "so-so"),
        Band(OTHERWISE, Verdict.FAIL, "poor"),
    )
    metrics = tuple(
        replace(one, judged=(replace(one.judged[0], bands=strict),)) if one.id == "QM-2" else one
        for one in CATALOG
    )
    release = replace(release_of(plan), metrics=metrics)
    series = series_of(collect_families(view_of(release, {}), NOW))
    name, where = "release_metric_threshold", {"metric": "QM-2", "side": "below"}
    assert value(series, name, verdict="warn", **where) == 0.9
    assert value(series, name, verdict="fail", **where) == 0.85
    where = {"metric": "PM-5", "priority": "P1", "side": "above"}
    assert value(series, name, verdict="fail", **where) == 96 * 3600


def test_a_source_without_a_reading_has_no_gauge_and_an_unknown_verdict(plan: Plan) -> None:
    failed = state_of([], reading=None, succeeded=None, error=(ErrorClass.MISSING, "gone"))
    series = series_of(
        collect_families(view_of(release_of(plan), best_states() | {"tests": failed}), NOW)
    )
    assert "release_test_pass_ratio" not in names(series)
    assert value(series, "release_metric_verdict", metric="QM-4", verdict="unknown") == 1
    assert value(series, "release_metric_verdict", metric="QM-4", verdict="pass") == 0
    assert value(series, "release_source_up", source="tests") == 0


def test_a_failed_read_keeps_the_last_good_value_until_its_limit(plan: Plan) -> None:
    failing = replace(best_states()["tests"], error=(ErrorClass.UNREADABLE, "disk"))
    view = view_of(release_of(plan), {"tests": failing})
    before = series_of(collect_families(view, NOW + timedelta(hours=26)))
    after = series_of(collect_families(view, NOW + timedelta(hours=26, seconds=1)))
    assert value(before, "release_test_pass_ratio") == 1
    assert value(before, "release_source_up", source="tests") == 0
    assert "release_test_pass_ratio" not in names(after)


def test_an_untried_source_says_nothing_about_being_up(plan: Plan) -> None:
    untried = state_of([], attempted=None)
    series = series_of(collect_families(view_of(release_of(plan), {"tests": untried}), NOW))
    assert "release_source_up" not in names(series)


def test_rejections_and_errors_are_counted_by_their_class(plan: Plan) -> None:
    good = state_of([])
    assert good.reading is not None
    reading = replace(good.reading, rejected={Reason.SHAPE: 3, Reason.FIELD: 1})
    state = replace(good, reading=reading, errors={ErrorClass.TIMEOUT: 2})
    series = series_of(collect_families(view_of(release_of(plan), {"telemetry": state}), NOW))
    where = {"source": "telemetry"}
    assert value(series, "release_source_items_rejected", **where, reason="shape") == 3
    assert value(series, "release_source_errors_total", **where, **{"class": "timeout"}) == 2


def test_phase_is_a_state_set_with_the_day_of_the_beta(plan: Plan) -> None:
    series = series_of(collect_families(view_of(release_of(plan), {}), NOW))
    assert value(series, "release_phase", phase="beta") == 1
    assert value(series, "release_phase", phase="release") == 0
    assert value(series, "release_beta_day") == 5


def test_an_invalid_file_is_zero_beside_the_valid_one(plan: Plan) -> None:
    view = replace(view_of(release_of(plan), {}), files={"a.yaml": True, "b.yaml": False})
    series = series_of(collect_families(view, NOW))
    key = "release_config_file_valid"
    assert series[(key, frozenset({("file", "a.yaml")}))] == 1
    assert series[(key, frozenset({("file", "b.yaml")}))] == 0


def test_the_same_series_from_two_samples_is_exposed_once_and_counted(plan: Plan) -> None:
    twice = [sample_of("release_test_pass_ratio", 1), sample_of("release_test_pass_ratio", 0.5)]
    families = collect_families(view_of(release_of(plan), {"tests": state_of(twice)}), NOW)
    assert families.dropped == {"release_test_pass_ratio": 1}
    dropped = frozenset({("gauge", "release_test_pass_ratio")})
    assert series_of(families)[("release_exporter_dropped_series", dropped)] == 1


def test_a_gauge_that_no_catalog_knows_is_not_exposed(plan: Plan) -> None:
    stray = state_of([sample_of("release_made_up", 1)])
    series = series_of(collect_families(view_of(release_of(plan), {"tests": stray}), NOW))
    assert "release_made_up" not in names(series)


def test_too_many_series_of_one_gauge_are_cut(plan: Plan) -> None:
    flood = [
        sample_of("release_documentation_check", 1, (("check", str(number)),))
        for number in range(SERIES_LIMIT + 5)
    ]
    state = {"documentation": state_of(flood)}
    families = collect_families(view_of(release_of(plan), state), NOW)
    assert families.dropped == {"release_documentation_check": 5}


@pytest.mark.parametrize(
    "hostile",
    [
        "a\nb",
        'quote " and \\ backslash',
        "lone \ud800 surrogate",
        "\x00\x1b[31mred",
        "x" * 10_000,
        "\u202eevil",
        "}{ release_open_bugs 0",
        "",
        "\u2028",
    ],
)
def test_hostile_label_values_come_out_as_one_valid_line(plan: Plan, hostile: str) -> None:
    state = {"documentation": state_of([_check(hostile)])}
    view = view_of(release_of(plan), state)
    registry = CollectorRegistry()
    registry.register(ViewCollector(lambda: view, lambda: NOW))
    text = generate_latest(registry).decode()
    families = {one.name: one for one in text_string_to_metric_families(text)}
    (sample,) = families["release_documentation_check"].samples
    assert len(sample.labels["check"]) <= LABEL_LENGTH
    assert sample.value == 1


def _check(label: str) -> Sample:
    return sample_of("release_documentation_check", 1, (("check", label),))
