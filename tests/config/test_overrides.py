from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from exporter.bands import find_band
from exporter.catalog import BETA_OVER, CATALOG, Due, Metric
from exporter.config.overrides import build_metrics, own_source
from exporter.config.release_file import ReleaseFile
from exporter.exposition.publisher import collect_families
from exporter.freshness import Limits, SourceState
from exporter.judge import judge
from exporter.model import ErrorClass, Reading, Reason, Sample, Tier, UserError, Verdict
from exporter.plan import Milestone, Phase, Plan
from exporter.release import Release
from exporter.series import SUPPORTING
from exporter.view import ReleaseView, View

PASS, WARN, FAIL = Verdict.PASS, Verdict.WARN, Verdict.FAIL
DAY = timedelta(days=1)
HOUR = 3600.0
STRICT: list[dict[str, Any]] = [
    {"below": "1 h", "verdict": "pass", "text": "at once"},
    {"at_most": "90 min", "verdict": "warn", "text": "slow"},
    {"otherwise": True, "verdict": "fail", "text": "too slow", "blocks": True},
]
OWN: dict[str, Any] = {
    "id": "X-1",
    "title": "Crash-free sessions",
    "name": "crash_free_ratio",
    "help": "Share of sessions without a crash.",
    "unit": "percent",
    "tier": "high",
    "due": "beta",
    "bands": [
        {"at_least": "99.5 %", "verdict": "pass", "text": "stable"},
        {"otherwise": True, "verdict": "warn", "text": "look"},
    ],
    "source": {"json": {"file": "crashes.json", "path": "free"}},
}


def file_of(**written: Any) -> ReleaseFile:
    milestones = [{"name": "beta", "planned": date(2026, 1, 13), "opens": "beta"}]
    head = {"project": "caro", "release": "v1", "milestones": milestones}
    return ReleaseFile.model_validate(head | written)


def metrics_of(**written: Any) -> Mapping[str, Metric]:
    return {metric.id: metric for metric in build_metrics(file_of(**written))}


def test_without_overrides_the_metrics_are_the_catalogs() -> None:
    assert build_metrics(file_of()) == CATALOG


def test_one_priority_may_be_judged_by_other_bands() -> None:
    metrics = metrics_of(bands={"PM-5/P0": STRICT})
    p0, p1 = metrics["PM-5"].judged
    verdicts = [find_band(p0.bands, value) for value in (HOUR - 1, HOUR, 1.5 * HOUR, 2 * HOUR)]
    assert [band and band.verdict for band in verdicts] == [PASS, WARN, WARN, FAIL]
    assert metrics["PM-5"].target(p0) == "<1h"
    assert metrics["PM-5"].target_value(p0) == HOUR
    assert p0.bands[-1].blocks
    # The rest stays: the other priority, and what the verdict is held against beside the mean.
    assert p1 == CATALOG[12].judged[1]
    assert (p0.worst, p0.snapshot) == (
        "release_oldest_open_bug_seconds",
        "process.p0_resolution_hours",
    )
    assert [metric for metric in metrics.values() if metric.id != "PM-5"] == [
        metric for metric in CATALOG if metric.id != "PM-5"
    ]


@pytest.mark.parametrize(
    ("entry", "holds", "holds_not", "target"),
    [
        ({"at_least": "85 %"}, 0.85, 0.8499, "≥85%"),
        ({"above": "85 %"}, 0.8501, 0.85, ">85%"),
        ({"at_most": "85 %"}, 0.85, 0.8501, "≤85%"),
        ({"below": "85.5 %"}, 0.8549, 0.855, "<85.5%"),
        ({"within": "85 %"}, -0.85, 0.8501, "±85%"),
    ],
)
def test_each_condition_is_the_range_of_its_name(
    entry: dict[str, str], holds: float, holds_not: float, target: str
) -> None:
    first = entry | {"verdict": "pass", "text": "good"}
    last = {"otherwise": True, "verdict": "fail", "text": "bad"}
    metric = metrics_of(bands={"QM-2": [first, last]})["QM-2"]
    (series,) = metric.judged
    assert [find_band(series.bands, value) for value in (holds, holds_not)] == list(series.bands)
    assert metric.target(series) == target
    assert not any(band.blocks for band in series.bands)


def test_bands_may_begin_with_the_worst() -> None:
    bands = [
        {"below": "70 %", "verdict": "fail", "text": "bad", "blocks": True},
        {"below": "80 %", "verdict": "warn", "text": "so so"},
        {"otherwise": True, "verdict": "pass", "text": "good"},
    ]
    metric = metrics_of(bands={"QM-2": bands})["QM-2"]
    (series,) = metric.judged
    assert (metric.target(series), metric.target_value(series)) == ("≥80%", 0.8)


def test_a_marked_band_is_the_target() -> None:
    bands = [
        {"at_least": 50, "verdict": "pass", "text": "good", "target": True},
        {"at_least": 30, "verdict": "pass", "text": "fine"},
        {"otherwise": True, "verdict": "fail", "text": "bad"},
    ]
    metric = metrics_of(bands={"EM-4": bands})["EM-4"]
    assert metric.target(metric.judged[0]) == "≥50"


@pytest.mark.parametrize(
    ("written", "due"),
    [
        ("always", Due()),
        ("preflight", Due(Phase.PREFLIGHT)),
        ("beta", Due(Phase.BETA, grace=DAY)),
        ("after beta", BETA_OVER),
        ("after release", Due(Phase.RELEASE, after=True)),
        ("post_release", Due(Phase.POST_RELEASE)),
    ],
)
def test_a_metric_may_be_due_from_another_phase(written: str, due: Due) -> None:
    metrics = metrics_of(due={"PM-6": written})
    assert metrics["PM-6"].due == due
    assert metrics["QM-4"].due == Due(Phase.PREFLIGHT)


@pytest.mark.parametrize(
    ("metric", "written"),
    [("QM-4", "preflight"), ("PM-6", "preflight"), ("QM-1", "always"), ("QM-2", "beta"),
     ("EM-1", "after beta")],
)  # fmt: skip
def test_its_own_default_written_down_changes_nothing(metric: str, written: str) -> None:
    assert build_metrics(file_of(due={metric: written})) == CATALOG


def test_a_day_without_data_is_excused_where_the_metric_or_the_beta_does() -> None:
    due = {"QM-2": "release", "QM-5": "after release", "QM-4": "release", "PM-6": "beta"}
    metrics = metrics_of(due=due, metrics=[OWN | {"due": "release"}])
    assert {name: metrics[name].due for name in (*due, "X-1")} == {
        "QM-2": Due(Phase.RELEASE, grace=DAY),
        "QM-5": Due(Phase.RELEASE, after=True),
        "QM-4": Due(Phase.RELEASE),
        "PM-6": Due(Phase.BETA, grace=DAY),
        "X-1": Due(Phase.RELEASE),
    }


NONE = {"at_most": 0, "verdict": "pass", "text": "none"}
STOP = {"otherwise": True, "verdict": "fail", "text": "stop", "blocks": True}


@pytest.mark.parametrize(
    "bands",
    [
        [NONE | {"at_most": 3}, STOP],
        [NONE, {"at_most": 1, "verdict": "warn", "text": "look"}, STOP],
        [NONE, {"below": 2, "verdict": "pass", "text": "few"}, STOP],
        [{"at_least": 5, "verdict": "pass", "text": "many"}, STOP],
        [NONE, STOP | {"verdict": "warn", "blocks": False}],
        [NONE, STOP | {"blocks": False}],
        [STOP | {"above": 4, "otherwise": None}, NONE | {"otherwise": True, "at_most": None}],
    ],
)
def test_no_band_lets_a_privacy_violation_pass(bands: list[dict[str, Any]]) -> None:
    with pytest.raises(UserError, match=r"bands\.QM-3: privacy stands"):
        metrics_of(bands={"QM-3": bands})


def test_the_words_of_the_privacy_bands_may_be_the_users_own() -> None:
    (series,) = metrics_of(bands={"QM-3": [NONE, STOP]})["QM-3"].judged
    assert [band.text for band in series.bands] == ["none", "stop"]


@pytest.mark.parametrize("ending", ["total", "bucket", "count", "sum", "info", "created"])
def test_an_own_metric_is_no_part_of_a_counter_or_histogram(ending: str) -> None:
    with pytest.raises(UserError, match=rf"metrics\.X-1\.name: _{ending} would be read as"):
        metrics_of(metrics=[OWN | {"name": f"crashes_{ending}"}])
    assert metrics_of(metrics=[OWN | {"name": f"crash{ending}"}])


def test_an_own_metric_is_a_metric_like_the_others() -> None:
    metric = metrics_of(metrics=[OWN])["X-1"]
    (series,) = metric.judged
    assert (metric.gauge, metric.source) == ("release_crash_free_ratio", "own_crash_free_ratio")
    assert (metric.tier, metric.due) == (Tier.HIGH, Due(Phase.BETA, grace=DAY))
    assert (metric.target(series), metric.show(series, 0.9949)) == ("≥99.5%", "99.49%")
    assert series.executive
    assert list(metrics_of(metrics=[OWN])) == [*(one.id for one in CATALOG), "X-1"]
    assert own_source(file_of(metrics=[OWN]).metrics[0]) == metric.source


def test_an_own_metric_is_overridden_and_asked_for_its_n_like_the_others() -> None:
    file = file_of(
        metrics=[OWN],
        due={"X-1": "always"},
        minimum_n={"X-1": 100},
        bands={"X-1": [STRICT[2] | {"verdict": "pass", "blocks": False}]},
    )
    with pytest.raises(UserError, match=r"bands.X-1: no band that passes has a bound"):
        build_metrics(file)
    due = build_metrics(file.model_copy(update={"bands": {}}))[-1].due
    assert due == Due()


def test_an_own_metric_is_off_the_executive_view_unless_its_tier_is_on_it() -> None:
    plain = {key: value for key, value in OWN.items() if key not in ("tier", "due")}
    metric = metrics_of(metrics=[plain])["X-1"]
    assert (metric.tier, metric.due, metric.judged[0].executive) == (Tier.ENGAGEMENT, Due(), False)


def everything(folder: Path, plan: Plan, now: datetime) -> View:
    """Return a view in which every series that the exporter makes itself occurs."""
    release = Release("caro", "v1", "release.yaml", folder, plan, CATALOG, {})
    sample = Sample("release_command_success_ratio", 0.9, n=10, observed=now)
    doubled = Reading((sample, sample), 10, {Reason.FIELD: 1}, facts_from=now)
    state = SourceState(
        Limits(DAY, DAY),
        doubled,
        now,
        now,
        1.0,
        (ErrorClass.SERVER, "HTTP 500"),
        {ErrorClass.SERVER: 1},
    )
    return View((ReleaseView(release, {"telemetry": state}),), {"release.yaml": True}, {},
                loaded=True, reloaded=now)  # fmt: skip


def test_an_own_metric_cannot_take_the_name_of_another_series(tmp_path: Path, plan: Plan) -> None:
    view = everything(tmp_path, plan, datetime(2026, 1, 17, 20, tzinfo=UTC))
    exposed = {
        sample.name
        for family in collect_families(view, datetime(2026, 1, 17, 20, tzinfo=UTC))
        for sample in family.samples
    }
    assert {"release_beta_day", "release_exporter_dropped_series"} <= exposed
    for gauge in exposed | set(SUPPORTING) | {metric.gauge for metric in CATALOG}:
        with pytest.raises(UserError, match=f"the gauge {gauge} is taken"):
            metrics_of(metrics=[OWN | {"name": gauge.removeprefix("release_")}])


def test_overrides_decide_the_verdict(tmp_path: Path) -> None:
    plan = Plan((Milestone("beta", date(2026, 1, 1), opens=Phase.BETA),), ZoneInfo("UTC"))
    now = datetime(2026, 1, 17, tzinfo=UTC)
    metrics = build_metrics(file_of(bands={"PM-5/P0": STRICT}))
    release = Release("caro", "v1", "release.yaml", tmp_path, plan, metrics, {})
    sample = Sample("release_bug_resolution_seconds", 9000.0, (("priority", "P0"),), 3, now)
    states = {"github": SourceState(Limits(DAY), Reading((sample,)), now, now)}
    (verdict,) = [one for one in judge(release, states, now) if one.key == "PM-5/P0"]
    assert (verdict.verdict, verdict.reason, verdict.value) == (FAIL, "too slow", "2.5h")
