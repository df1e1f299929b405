"""The catalog against the contract, written out here a second time from the user's document."""

from math import inf, nextafter

import pytest

from exporter.bands import check_bands, find_band
from exporter.catalog import CATALOG, Due, Judged, Metric
from exporter.model import Tier, Verdict
from exporter.plan import DAY, Phase
from exporter.series import SUPPORTING

PASS, WARN, FAIL = Verdict.PASS, Verdict.WARN, Verdict.FAIL
HOUR, A_DAY = 3600.0, 86400.0

EXECUTIVE_ORDER = [
    *("QM-1", "QM-3", "QM-4", "QM-2"),
    *("QM-5", "EM-3", "EM-4", "EM-1"),
    *("PM-1", "PM-2", "PM-3"),
    *("PM-4", "PM-5", "PM-6"),
    *("EM-2", "EM-5"),
]

# Key: the bound, then the verdicts just below it, on it and just above it.
BOUNDS: dict[str, list[tuple[float, Verdict, Verdict, Verdict]]] = {
    "QM-1": [(0, PASS, PASS, FAIL), (1, FAIL, FAIL, FAIL)],
    "QM-2": [(0.80, WARN, PASS, PASS), (0.70, FAIL, WARN, WARN)],
    "QM-3": [(0, PASS, PASS, FAIL), (1, FAIL, FAIL, FAIL)],
    "QM-4": [(1.0, FAIL, PASS, PASS)],
    "QM-5": [(0.95, WARN, PASS, PASS), (0.90, FAIL, WARN, WARN)],
    "EM-1": [(0.80, WARN, PASS, PASS), (0.60, FAIL, WARN, WARN)],
    "EM-2": [(1.0, PASS, PASS, PASS), (0.80, WARN, PASS, PASS)],
    "EM-3": [(4.0, WARN, PASS, PASS), (3.5, FAIL, WARN, WARN)],
    "EM-4": [(70, PASS, PASS, PASS), (30, WARN, PASS, PASS), (0, FAIL, WARN, WARN)],
    "EM-5": [(100, WARN, PASS, PASS), (50, WARN, WARN, WARN)],
    "PM-1": [(2.0, PASS, WARN, WARN), (5.0, WARN, WARN, FAIL)],
    "PM-2": [(0.80, WARN, WARN, PASS), (0.60, WARN, WARN, WARN)],
    "PM-3": [(0.05, PASS, WARN, WARN), (0.10, WARN, WARN, FAIL), (0, PASS, PASS, PASS)],
    "PM-4": [
        (-A_DAY, WARN, PASS, PASS),
        (0, PASS, PASS, PASS),
        (A_DAY, PASS, PASS, WARN),
        (3 * A_DAY, WARN, WARN, FAIL),
        (-3 * A_DAY, WARN, WARN, WARN),
    ],
    "PM-5/P0": [(4 * HOUR, PASS, WARN, WARN), (8 * HOUR, WARN, WARN, FAIL)],
    "PM-5/P1": [(48 * HOUR, PASS, WARN, WARN), (96 * HOUR, WARN, WARN, FAIL)],
    "PM-6": [(1.0, FAIL, PASS, PASS)],
}

# A value, and the user's own sentence for it.
SENTENCES: dict[str, list[tuple[float, str]]] = {
    "QM-1": [(0, "proceed"), (1, "BLOCK release until fixed")],
    "QM-2": [
        (0.9, "meets target"),
        (0.75, "document issues, release with caveats"),
        (0.5, "BLOCK, expand patterns"),
    ],
    "QM-3": [(0, "required"), (2, "EMERGENCY STOP, fix immediately")],
    "QM-4": [(1, "required for release"), (0.99, "fix failing tests before proceeding")],
    "QM-5": [
        (1, "acceptable"),
        (0.92, "investigate issues"),
        (0.5, "fix installation before release"),
    ],
    "EM-1": [
        (0.8, "sufficient data"),
        (0.7, "acceptable if quality data"),
        (0.5, "insufficient data, consider extending"),
    ],
    "EM-2": [(1, "ideal"), (0.8, "acceptable"), (0.6, "follow up personally")],
    "EM-3": [
        (4.6, "meets target"),
        (3.7, "acceptable with documented issues"),
        (3.4, "major usability problems"),
    ],
    "EM-4": [(80, "excellent"), (50, "good"), (10, "acceptable"), (-10, "poor")],
    "EM-5": [
        (285, "good adoption"),
        (60, "slow but acceptable"),
        (49, "low interest, investigate"),
    ],
    "PM-1": [
        (0.85, "meets target"),
        (3, "acceptable with note"),
        (6, "user experience degraded"),
    ],
    "PM-2": [(0.95, "optimal"), (0.7, "acceptable"), (0.5, "pattern coverage insufficient")],
    "PM-3": [
        (0.000001, "acceptable"),
        (-0.5, "acceptable"),
        (0.07, "review implementation"),
        (0.2, "significant impact"),
    ],
    "PM-4": [
        (0, "on track"),
        (-A_DAY, "on track"),
        (2 * A_DAY, "minor slip"),
        (-9 * A_DAY, "minor slip"),
        (4 * A_DAY, "significant delay"),
    ],
    "PM-5/P0": [
        (2.5 * HOUR, "responsive"),
        (5 * HOUR, "review capacity"),
        (9 * HOUR, "process issue"),
    ],
    "PM-5/P1": [
        (18 * HOUR, "responsive"),
        (50 * HOUR, "review capacity"),
        (100 * HOUR, "process issue"),
    ],
    "PM-6": [(1, "required"), (0.75, "fix before release")],
}

TARGETS = {
    "QM-1": ("P0 Bugs", "0", 0),
    "QM-3": ("Privacy Violations", "0", 0),
    "QM-4": ("Test Pass Rate", "100%", 1),
    "QM-2": ("Success Rate", "≥80%", 0.8),
    "QM-5": ("Installation", "≥95%", 0.95),
    "EM-3": ("Satisfaction", "≥4.0", 4),
    "EM-4": ("NPS", "≥30", 30),
    "EM-1": ("Beta Completion", "≥80%", 0.8),
    "PM-1": ("P95 Gen Time", "<2s", 2),
    "PM-2": ("Static Backend", ">80%", 0.8),
    "PM-3": ("Telemetry Overhead", "<5%", 0.05),
    "PM-4": ("Schedule", "±1 day", A_DAY),
    "PM-5/P0": ("P0 Resolution", "<4h", 4 * HOUR),
    "PM-5/P1": ("P1 Resolution", "<48h", 48 * HOUR),
    "PM-6": ("Documentation", "100%", 1),
    "EM-2": ("Survey Response", "100%", 1),
    "EM-5": ("Downloads (Week 1)", "≥100", 100),
}

GAUGES = {
    "QM-1": ('release_open_bugs{priority="P0"}', Tier.CRITICAL),
    "QM-2": ("release_command_success_ratio", Tier.CRITICAL),
    "QM-3": ("release_privacy_violations", Tier.CRITICAL),
    "QM-4": ("release_test_pass_ratio", Tier.CRITICAL),
    "QM-5": ("release_install_success_ratio", Tier.HIGH),
    "EM-1": ("release_beta_completion_ratio", Tier.HIGH),
    "EM-2": ("release_survey_response_ratio", Tier.ENGAGEMENT),
    "EM-3": ("release_satisfaction_score", Tier.HIGH),
    "EM-4": ("release_net_promoter_score", Tier.HIGH),
    "EM-5": ("release_first_week_downloads", Tier.ENGAGEMENT),
    "PM-1": ("release_generation_p95_seconds", Tier.PERFORMANCE),
    "PM-2": ('release_backend_usage_ratio{backend="static"}', Tier.PERFORMANCE),
    "PM-3": ("release_telemetry_overhead_ratio", Tier.PERFORMANCE),
    "PM-4": ("release_schedule_variance_seconds", Tier.PROCESS),
    "PM-5/P0": ('release_bug_resolution_seconds{priority="P0"}', Tier.PROCESS),
    "PM-5/P1": ('release_bug_resolution_seconds{priority="P1"}', Tier.PROCESS),
    "PM-6": ("release_documentation_accuracy_ratio", Tier.PROCESS),
}

DUE = {
    **dict.fromkeys(("QM-1", "PM-4"), Due()),
    **dict.fromkeys(("QM-4", "PM-3", "PM-6"), Due(Phase.PREFLIGHT)),
    **dict.fromkeys(("QM-2", "QM-3", "QM-5", "PM-1", "PM-2", "PM-5"), Due(Phase.BETA, grace=DAY)),
    **dict.fromkeys(("EM-1", "EM-2", "EM-3", "EM-4"), Due(Phase.BETA, after=True)),
    "EM-5": Due(Phase.RELEASE, wait=7 * DAY),
}

SNAPSHOT = {
    "quality": {
        "p0_bugs": "QM-1",
        "test_pass_rate": "QM-4",
        "success_rate": "QM-2",
        "privacy_violations": "QM-3",
        "installation_success": "QM-5",
    },
    "engagement": {
        "beta_completion": "EM-1",
        "survey_response": "EM-2",
        "satisfaction": "EM-3",
        "nps": "EM-4",
    },
    "performance": {
        "p95_generation_time_ms": "PM-1",
        "static_backend_pct": "PM-2",
        "telemetry_overhead_pct": "PM-3",
    },
    "process": {
        "schedule_variance_days": "PM-4",
        "p0_resolution_hours": "PM-5/P0",
        "documentation_accuracy": "PM-6",
    },
}

SERIES: dict[str, tuple[Metric, Judged]] = {
    metric.key(series): (metric, series) for metric in CATALOG for series in metric.judged
}


def test_there_are_sixteen_in_the_order_of_the_executive_view() -> None:
    assert [metric.id for metric in CATALOG] == EXECUTIVE_ORDER
    assert set(SERIES) == set(BOUNDS) == set(SENTENCES) == set(TARGETS) == set(GAUGES)


def test_the_executive_view_shows_the_users_fourteen_lines() -> None:
    shown = [key for key, (_, series) in SERIES.items() if series.executive]
    assert shown == [key for key in SERIES if key not in ("PM-5/P1", "EM-2", "EM-5")]
    assert len(shown) == 14


@pytest.mark.parametrize("key", SERIES)
def test_verdicts_on_and_beside_every_bound_are_the_contracts(key: str) -> None:
    _, series = SERIES[key]
    for bound, under, on, over in BOUNDS[key]:
        values = nextafter(bound, -inf), bound, nextafter(bound, inf)
        bands = [find_band(series.bands, value) for value in values]
        assert [band and band.verdict for band in bands] == [under, on, over], bound


@pytest.mark.parametrize("key", SERIES)
def test_no_band_has_a_bound_that_the_contract_does_not_name(key: str) -> None:
    _, series = SERIES[key]
    bounds = {bound for band in series.bands for bound in band.range.bounds}
    assert bounds <= {bound for bound, *_ in BOUNDS[key]}


@pytest.mark.parametrize("key", SERIES)
def test_each_band_says_the_users_sentence(key: str) -> None:
    _, series = SERIES[key]
    said = [
        (value, band.text)
        for value, _ in SENTENCES[key]
        if (band := find_band(series.bands, value))
    ]
    assert said == SENTENCES[key]
    assert {text for _, text in said} == {band.text for band in series.bands}


@pytest.mark.parametrize("key", SERIES)
def test_band_lists_leave_no_value_and_no_band_out(key: str) -> None:
    check_bands(SERIES[key][1].bands)


@pytest.mark.parametrize("key", SERIES)
def test_targets_are_written_as_the_user_writes_them(key: str) -> None:
    metric, series = SERIES[key]
    assert (series.title, metric.target(series), metric.target_value(series)) == TARGETS[key]


def test_thirteen_bands_fail_and_fourteen_warn_with_those_of_pm_5_twice() -> None:
    once = [metric.judged[0] for metric in CATALOG]
    verdicts = [band.verdict for series in once for band in series.bands]
    assert (verdicts.count(FAIL), verdicts.count(WARN)) == (13, 14)
    second = [series for metric in CATALOG for series in metric.judged[1:]]
    assert [series.title for series in second] == ["P1 Resolution"]
    assert [band.verdict for band in second[0].bands] == [PASS, WARN, FAIL]


def test_only_the_users_six_stop_a_release_alone() -> None:
    blocking = {
        metric.id
        for metric in CATALOG
        if any(band.blocks for series in metric.judged for band in series.bands)
    }
    assert blocking == {"QM-1", "QM-2", "QM-3", "QM-4", "QM-5", "PM-6"}
    bands = [band for _, series in SERIES.values() for band in series.bands]
    assert all(band.verdict is FAIL for band in bands if band.blocks)


@pytest.mark.parametrize("key", SERIES)
def test_gauges_and_tiers_are_the_contracts(key: str) -> None:
    metric, series = SERIES[key]
    labels = ",".join(f'{name}="{value}"' for name, value in series.labels)
    assert (metric.gauge + (f"{{{labels}}}" if labels else ""), metric.tier) == GAUGES[key]


def test_gauge_names_are_valid_unique_and_not_another_series() -> None:
    gauges = [metric.gauge for metric in CATALOG]
    assert len(set(gauges)) == len(gauges)
    assert not set(gauges) & set(SUPPORTING)
    for name in (*gauges, *SUPPORTING):
        assert name.replace("_", "").isalnum()
        assert name.isascii()
        assert name.startswith("release_")
        assert not name.endswith(("_total", "_count", "_sum", "_bucket", "_info"))


def test_help_texts_are_one_sentence() -> None:
    for text in (*(metric.help for metric in CATALOG), *SUPPORTING.values()):
        assert text.endswith(".")
        assert "\n" not in text


@pytest.mark.parametrize("metric", CATALOG, ids=lambda metric: metric.id)
def test_metrics_are_due_from_the_phases_of_the_contract(metric: Metric) -> None:
    assert metric.due == DUE[metric.id]


def test_snapshot_fields_are_those_of_the_users_json() -> None:
    fields = {series.snapshot: key for key, (_, series) in SERIES.items() if series.snapshot}
    assert fields == {
        f"{group}.{field}": key
        for group, members in SNAPSHOT.items()
        for field, key in members.items()
    }


def test_resolution_times_are_held_against_the_oldest_open_bug_too() -> None:
    beside = {key: series.worst for key, (_, series) in SERIES.items() if series.worst}
    assert beside == dict.fromkeys(("PM-5/P0", "PM-5/P1"), "release_oldest_open_bug_seconds")
    assert set(beside.values()) <= set(SUPPORTING)


def test_a_value_beside_a_bound_is_not_shown_as_the_bound() -> None:
    metric, series = SERIES["QM-2"]
    assert metric.show(series, 0.7996) == "79.96%"
    assert metric.show(series, 0.8) == "80%"
    assert metric.show(series, 0.948) == "94.8%"
