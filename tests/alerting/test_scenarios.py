"""What happens to a release over time, and which alerts people then see."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.alerting.promtool import METRIC_RULES, Check, Scene, exporter, run, series

pytestmark = pytest.mark.live

CARO = {"project": "caro", "release": "v1.1.0"}


def on(instance: str = "a:1", **labels: str) -> dict[str, str]:
    return {"job": "release", "instance": instance, **labels}


def release(instance: str = "a:1", values: str = "1x40", **identity: str) -> dict[str, str]:
    """Return what the exporter says about a release, apart from its metrics."""
    return {series("release_info", **on(instance), **(identity or CARO)): values}


def metric(
    gauge: str,
    values: str,
    metric: str,
    labels: Mapping[str, str] | None = None,
    instance: str = "a:1",
    due: str = "1x40",
    identity: Mapping[str, str] = CARO,
) -> dict[str, str]:
    """Return a metric's gauge with its due and observations."""
    where = on(instance)
    verdict = {"metric": metric} | (
        {"priority": labels["priority"]} if metric == "PM-5" and labels else {}
    )
    return {
        series(gauge, **where, **identity, **(labels or {})): values,
        series("release_metric_due", **where, **identity, **verdict): due,
        series("release_metric_observations", **where, **identity, **verdict): "20x40",
    }


def alert(name: str, severity: str, metric: str, **more: str) -> dict[str, str]:
    return {"alertname": name, "severity": severity, "metric": metric} | CARO | more


SUCCESS = "release_command_success_ratio"
WARNING = alert("ReleaseSuccessRateWarning", "warning", "QM-2")
CRITICAL = alert("ReleaseSuccessRateCritical", "critical", "QM-2")
P0 = alert("ReleaseP0BugsOpen", "critical", "QM-1")
OPEN = {"priority": "P0"}


def play(folder: Path, made: Mapping[str, str], *checks: Check) -> str:
    return run(folder, [Scene("scenario", made, checks)], METRIC_RULES)


def test_78_then_65_then_94_percent_is_a_warning_then_critical_then_nothing(tmp_path: Path) -> None:
    made = exporter() | release() | metric(SUCCESS, "0.78x9 0.65x9 0.94x20", "QM-2")
    checks = Check(9, [WARNING]), Check(10, [CRITICAL]), Check(19, [CRITICAL]), Check(20, [])
    assert play(tmp_path, made, *checks) == ""


def test_an_open_p0_bug_fires_until_a_fresh_zero(tmp_path: Path) -> None:
    bugs = metric("release_open_bugs", "0x4 1x4 stale _x9 0x20", "QM-1", OPEN)
    made = exporter() | release() | bugs
    checks = Check(4, []), Check(5, [P0]), Check(18, [P0]), Check(21, [])
    assert play(tmp_path, made, *checks) == ""


def test_an_open_p0_bug_fires_through_a_dead_exporter_and_a_gap_of_six_days(tmp_path: Path) -> None:
    day = 24 * 6  # steps of ten minutes
    dead = f"1x9 stale _x{6 * day} 1x20"
    bugs = metric("release_open_bugs", f"1x9 stale _x{6 * day} 0x20", "QM-1", OPEN, due=dead)
    made = exporter(dead, f"1x9 _x{6 * day} 1x20") | release(values=dead) | bugs
    checks = Check(50 * day, [P0]), Check(60 * day + 150, [])
    scene = Scene("a long gap", made, checks, interval="10m")
    assert run(tmp_path, [scene], METRIC_RULES, every="10m") == ""


def test_of_a_value_that_moved_before_the_gap_only_the_newer_band_holds(tmp_path: Path) -> None:
    made = exporter() | release() | metric(SUCCESS, "0.78x4 0.65x4 stale _x30", "QM-2")
    assert play(tmp_path, made, Check(4, [WARNING]), Check(30, [CRITICAL])) == ""


def test_two_projects_do_not_touch_each_other(tmp_path: Path) -> None:
    other = {"project": "other", "release": "v1.1.0"}
    made = exporter() | release() | release(**other)
    made |= metric(SUCCESS, "0.65x40", "QM-2") | metric(
        SUCCESS, "0.75x4 0.9x40", "QM-2", identity=other
    )
    theirs = WARNING | other
    assert play(tmp_path, made, Check(4, [CRITICAL, theirs]), Check(6, [CRITICAL])) == ""


def test_of_two_instances_the_worse_counts_and_two_bands_never_fire_at_once(tmp_path: Path) -> None:
    made = exporter() | exporter(instance="b:1") | release() | release("b:1")
    made |= metric(SUCCESS, "0.9x4 0.75x30", "QM-2")
    made |= metric(SUCCESS, "0.9x9 0.65x9 0.75x20", "QM-2", instance="b:1")
    checks = Check(4, []), Check(8, [WARNING]), Check(12, [CRITICAL]), Check(25, [WARNING])
    assert play(tmp_path, made, *checks) == ""


def test_an_exporter_that_moved_leaves_no_ghost_of_its_old_values(tmp_path: Path) -> None:
    ended = "1x9 stale _x30"
    made = exporter(ended) | exporter("_x10 1x30", instance="b:1")
    made |= release(values=ended) | release("b:1", "_x10 1x30")
    made |= metric(SUCCESS, "0.65x9 stale _x30", "QM-2", due=ended)
    new = metric(SUCCESS, "_x10 0.9x9 stale _x20", "QM-2", instance="b:1", due="_x10 1x30")
    # Withdrawn at the new place, the newest value is still the good one.
    checks = Check(9, [CRITICAL]), Check(12, []), Check(30, [])
    assert play(tmp_path, made | new, *checks) == ""


def test_a_release_that_is_over_ends_at_once_even_after_a_move(tmp_path: Path) -> None:
    ended = "1x9 stale _x30"
    made = exporter(ended) | exporter("_x8 1x30", instance="b:1")
    made |= release(values=ended) | release("b:1", "_x8 1x10 stale _x20")
    made |= metric(SUCCESS, "0.65x9 stale _x30", "QM-2", due=ended)
    new = metric(
        SUCCESS, "_x8 0.65x10 stale _x20", "QM-2", instance="b:1", due="_x8 1x10 stale _x20"
    )
    assert play(tmp_path, made | new, Check(15, [CRITICAL]), Check(21, [])) == ""


def test_a_dead_instance_does_not_end_what_another_one_serves(tmp_path: Path) -> None:
    """Another exporter of the same job being up says nothing of this release."""
    made = exporter("1x9 stale _x30", "1x9 0x30") | exporter(instance="b:1")
    made |= release(values="1x9 stale _x30")
    made |= metric(SUCCESS, "0.65x9 stale _x30", "QM-2", due="1x9 stale _x30")
    assert play(tmp_path, made, Check(30, [CRITICAL])) == ""


def test_downloads_by_version_replace_those_by_package(tmp_path: Path) -> None:
    downloads = "release_first_week_downloads"
    low = alert("ReleaseAdoptionLow", "warning", "EM-5")
    made = exporter() | release()
    made |= metric(downloads, "30x9 stale _x30", "EM-5", {"scope": "package"})
    made |= {
        series(downloads, **on(), **CARO, scope="version"): "_x10 285x9 stale _x20",
    }
    assert play(tmp_path, made, Check(9, [low]), Check(10, []), Check(30, [])) == ""


def test_the_worse_of_two_scopes_counts(tmp_path: Path) -> None:
    downloads = "release_first_week_downloads"
    made = exporter() | release() | metric(downloads, "285x40", "EM-5", {"scope": "package"})
    made |= {series(downloads, **on(), **CARO, scope="version"): "60x40"}
    slow = alert("ReleaseAdoptionSlow", "warning", "EM-5")
    assert play(tmp_path, made, Check(9, [slow])) == ""


def test_the_plan_far_too_early_beside_on_time_is_a_warning(tmp_path: Path) -> None:
    """Both ends of the schedule are bad: neither the largest nor the smallest value will do."""
    made = exporter() | exporter(instance="b:1") | release() | release("b:1")
    made |= metric("release_schedule_variance_seconds", "-864000x40", "PM-4")
    made |= metric("release_schedule_variance_seconds", "0x9 345600x30", "PM-4", instance="b:1")
    early = alert("ReleaseScheduleWarning", "warning", "PM-4")
    late = alert("ReleaseScheduleCritical", "critical", "PM-4")
    assert play(tmp_path, made, Check(5, [early]), Check(15, [late])) == ""


def test_another_backend_and_another_priority_alert_nobody(tmp_path: Path) -> None:
    made = exporter() | release()
    made |= metric("release_backend_usage_ratio", "0.1x40", "PM-2", {"backend": "embedded"})
    made |= metric("release_open_bugs", "7x40", "QM-1", {"priority": "P1"})
    assert play(tmp_path, made, Check(30, [])) == ""


def test_the_oldest_bug_closed_is_news_although_its_series_just_ends(tmp_path: Path) -> None:
    mean, oldest = "release_bug_resolution_seconds", "release_oldest_open_bug_seconds"
    old = alert("ReleaseP0OldestBugCritical", "critical", "PM-5", priority="P0")
    made = exporter() | release() | metric(mean, "3600x40", "PM-5", OPEN)
    made |= {series(oldest, **on(), **CARO, priority="P0"): "90000x9 stale _x30"}
    assert play(tmp_path, made, Check(9, [old]), Check(10, [])) == ""


def test_the_oldest_bug_holds_while_the_whole_source_is_silent(tmp_path: Path) -> None:
    mean, oldest = "release_bug_resolution_seconds", "release_oldest_open_bug_seconds"
    old = alert("ReleaseP0OldestBugCritical", "critical", "PM-5", priority="P0")
    made = exporter() | release() | metric(mean, "3600x9 stale _x30", "PM-5", OPEN)
    made |= {series(oldest, **on(), **CARO, priority="P0"): "90000x9 stale _x30"}
    assert play(tmp_path, made, Check(9, [old]), Check(30, [old])) == ""


def waiver(values: str, metric: str = "QM-2") -> dict[str, str]:
    return {
        series("release_waiver_expiry_timestamp_seconds", **on(), **CARO, metric=metric): values
    }


def test_a_waived_alert_is_info_until_the_waiver_ends(tmp_path: Path) -> None:
    made = exporter() | release() | metric(SUCCESS, "0.65x40", "QM-2") | waiver("1200x40")
    quiet = CRITICAL | {"severity": "info"}
    assert play(tmp_path, made, Check(19, [quiet]), Check(20, [CRITICAL])) == ""


def test_a_waiver_taken_back_ends_at_once_but_not_with_its_exporter(tmp_path: Path) -> None:
    quiet = CRITICAL | {"severity": "info"}
    taken = (
        exporter() | release() | metric(SUCCESS, "0.65x40", "QM-2") | waiver("9999x9 stale _x30")
    )
    assert play(tmp_path, taken, Check(9, [quiet]), Check(10, [CRITICAL])) == ""
    ended = "1x9 stale _x30"
    dead = exporter(ended, "1x9 0x30") | release(values=ended) | waiver("9999x9 stale _x30")
    dead |= metric(SUCCESS, "0.65x9 stale _x30", "QM-2", due=ended)
    assert play(tmp_path, dead, Check(9, [quiet]), Check(30, [quiet])) == ""


def test_privacy_is_never_waived_and_one_waiver_waives_nothing_else(tmp_path: Path) -> None:
    violations = metric("release_privacy_violations", "2x40", "QM-3")
    made = exporter() | release() | violations | metric(SUCCESS, "0.65x40", "QM-2")
    privacy = alert("ReleasePrivacyViolations", "critical", "QM-3")
    assert play(tmp_path, made | waiver("9999x40", "QM-3"), Check(9, [privacy, CRITICAL])) == ""


def test_the_waiver_of_one_priority_leaves_the_other(tmp_path: Path) -> None:
    mean = "release_bug_resolution_seconds"
    made = exporter() | release() | metric(mean, "90000x40", "PM-5", OPEN)
    made |= metric(mean, "900000x40", "PM-5", {"priority": "P1"})
    expiry = "release_waiver_expiry_timestamp_seconds"
    made |= {series(expiry, **on(), **CARO, metric="PM-5", priority="P0"): "9999x40"}
    waived = alert("ReleaseP0ResolutionCritical", "info", "PM-5", priority="P0")
    stands = alert("ReleaseP1ResolutionCritical", "critical", "PM-5", priority="P1")
    assert play(tmp_path, made, Check(9, [waived, stands])) == ""


ANNOTATED = [
    ("0.6999999", "just below 70%", ""),
    ("0.65", "65%", ""),
    ("0.65x4 stale _x30", "65%", " Nothing fresh has come since: this is the last value known."),
]


@pytest.mark.parametrize(("values", "shown", "after"), ANNOTATED)
def test_the_words_of_an_alert_say_what_how_far_and_what_it_means(
    tmp_path: Path, values: str, shown: str, after: str
) -> None:
    made = exporter() | release()
    made |= metric(SUCCESS, values if "x" in values else f"{values}x40", "QM-2")
    made[series("release_metric_observed_timestamp_seconds", **on(), **CARO, metric="QM-2")] = (
        "0x40"
    )
    description = f"Success Rate is {shown}, target ≥80%, n = 20: BLOCK, expand patterns.{after}"
    expected = {
        "summary": f"caro v1.1.0: Success Rate {shown} (target ≥80%)",
        "description": description,
        "subject": "ALERT: Low Success Rate",
        "value": shown,
        "target": "≥80%",
        "observations": "20",
        "age": "30m 0s",
        "sentence": "BLOCK, expand patterns",
        "runbook_url": "https://github.com/wildcard/release-exporter/blob/main/docs/runbooks"
        "/ReleaseSuccessRateCritical.md",
        "dashboard_url": "http://localhost:3000/d/release-executive"
        "?var-project=caro&var-release=v1.1.0",
    }
    labels = {"severity": "critical", "metric": "QM-2", **CARO}
    test = {
        "alertname": "ReleaseSuccessRateCritical",
        "eval_time": "30m",
        "exp_alerts": [{"exp_labels": labels, "exp_annotations": expected}],
    }
    assert run(tmp_path, [Scene("words", made, alerts=[test])], METRIC_RULES) == ""
