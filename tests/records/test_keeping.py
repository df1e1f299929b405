"""Days that nobody looked at, downtime, weeks, retention and the end of a release."""

import json
import os
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from exporter.freshness import SourceState
from exporter.gate.decision import Decision
from exporter.gate.report import Report
from exporter.gate.reporting import report_of
from exporter.installation import load_installation
from exporter.model import Context
from exporter.records.keeping import Keeper, Options
from exporter.records.layout import Records
from exporter.records.marks import is_recomputed
from exporter.records.summary import week_of
from exporter.view import ReleaseView
from tests.example import EXAMPLE, RATES, files_alone
from tests.releases import LIMITS

DAY = timedelta(days=1)
FIRST = date(2026, 1, 13)
BETA = [FIRST + DAY * step for step in range(5)]
# In the example's own time, a day after its beta.
NOW = datetime(2026, 1, 18, 20, tzinfo=UTC)


def keeper_of(storage: Path, release: Path = EXAMPLE, options: Options | None = None) -> Keeper:
    """Return what keeps the records of the example, or of a copy of it."""
    ((_, sources),) = load_installation(release / "release.yaml").releases.values()
    return Keeper(storage, sources, options or Options())


def copied(tmp_path: Path) -> Path:
    """Return a copy of the example that was written before its beta began."""
    release = tmp_path / "release"
    shutil.copytree(EXAMPLE, release)
    files_alone(release / "release.yaml")
    written = datetime(2026, 1, 12, 20, tzinfo=UTC).timestamp()
    for file in release.rglob("*"):
        os.utime(file, (written, written))
    return release


def write_roster(release: Path, row: str, now: datetime) -> None:
    """Write a roster of one tester at that moment."""
    (release / "testers.csv").write_text(f"tester,installed,days,survey\n{row}\n")
    os.utime(release / "testers.csv", (now.timestamp(), now.timestamp()))


def looked_at(keeper: Keeper, now: datetime) -> Report:
    """Return the report of every source read at that moment."""
    release = keeper.release.as_of(now)
    states = {}
    for source in keeper.sources:
        state = keeper.storage / "state" / source.name
        context = Context(*release.id, release.folder, state, release.plan, now, keeper.storage)
        states[source.name] = SourceState(LIMITS, source.collect(context), now, now)
    return report_of(ReleaseView(release, states), now)


def snapshot(records: Records, day: date) -> dict[str, Any]:
    """Return the day's snapshot."""
    content: dict[str, Any] = json.loads(records.metrics(day).read_text())
    return content


def week(records: Records, first: date = FIRST) -> dict[str, Any]:
    """Return the summary of the week."""
    content: dict[str, Any] = json.loads(records.week(first).read_text())
    return content


@pytest.fixture(scope="module")
def caught_up(tmp_path_factory: pytest.TempPathFactory) -> Keeper:
    """Return the keeper of the example that was started a day after the beta."""
    keeper = keeper_of(tmp_path_factory.mktemp("storage"))
    assert keeper.catch_up(NOW)
    return keeper


def test_a_late_start_makes_every_day_of_the_beta(caught_up: Keeper) -> None:
    assert caught_up.records.days() == BETA
    rates = [snapshot(caught_up.records, day)["quality"]["success_rate"] for day in BETA]
    # Cumulative, so each is between the days' own, and rises with them.
    assert rates == sorted(rates)
    assert rates[0] == pytest.approx(100 * RATES[0], abs=0.1)
    assert rates[-1] == pytest.approx(78.92, abs=0.01)


def test_what_cannot_be_known_of_a_day_is_null(caught_up: Keeper) -> None:
    content = snapshot(caught_up.records, BETA[2])
    assert content["quality"]["test_pass_rate"] is None
    assert content["quality"]["installation_success"] is None
    assert content["engagement"]["satisfaction"] is None
    assert content["process"]["documentation_accuracy"] is None
    assert content["process"]["schedule_variance_days"] == 0
    assert content["phase"] == "beta_day_3"


def test_a_recomputed_day_says_so_and_never_decides_for_a_release(caught_up: Keeper) -> None:
    for report in caught_up.records.reports():
        assert is_recomputed(report)
        assert report.decision is Decision.UNKNOWN
        assert report.time.date() == report.day + DAY  # 23:59:59 in Los Angeles is the day after
    assert week(caught_up.records)["days"] == {
        "recorded": [],
        "recomputed": [str(day) for day in BETA],
        "missing": [],
    }


def test_each_day_of_the_beta_has_its_own_events(caught_up: Keeper) -> None:
    for day in BETA:
        content = json.loads(caught_up.records.raw(day).read_text())
        times = [one["timestamp"] for one in content["events"]]
        assert len(times) > 900
        assert all(f"{day}T08" <= time < f"{day + DAY}T08" for time in times)


def test_catching_up_again_changes_nothing(caught_up: Keeper) -> None:
    before = {one: one.stat().st_mtime_ns for one in caught_up.records.folder.rglob("*.json")}
    assert caught_up.catch_up(NOW)
    after = {one: one.stat().st_mtime_ns for one in caught_up.records.folder.rglob("*.json")}
    assert after == before


def test_three_days_down_are_missing_but_for_what_the_raw_data_tell(tmp_path: Path) -> None:
    release = copied(tmp_path)
    keeper = keeper_of(tmp_path / "data", release)
    started = datetime(2026, 1, 13, 20, tzinfo=UTC)
    write_roster(release, "t,yes,D1,", started)
    keeper.keep(looked_at(keeper, started))
    back = datetime(2026, 1, 17, 20, tzinfo=UTC)
    assert keeper.missing(back) == BETA[1:4]
    # Whatever the files say by now, they say nothing about those days.
    write_roster(release, "t,no,D1 D2,yes", back)
    assert keeper.catch_up(back)
    keeper.keep(looked_at(keeper, back))
    values = [snapshot(keeper.records, day)["quality"]["installation_success"] for day in BETA]
    assert values == [100.0, None, None, None, 0.0]
    assert week(keeper.records)["days"] == {
        "recorded": [str(BETA[0]), str(BETA[4])],
        "recomputed": [str(day) for day in BETA[1:4]],
        "missing": [],
    }


def test_without_telemetry_a_day_is_recorded_as_unknown(tmp_path: Path) -> None:
    release = copied(tmp_path)
    shutil.rmtree(release / "telemetry")
    keeper = keeper_of(tmp_path / "data", release)
    keeper.catch_up(NOW)
    content = snapshot(keeper.records, BETA[3])
    assert set(content["quality"].values()) == {None}
    assert content["process"]["schedule_variance_days"] == 0


def test_a_late_milestone_is_late_on_each_past_day_as_it_was_then(tmp_path: Path) -> None:
    release = copied(tmp_path)
    text = (release / "release.yaml").read_text()
    late = text.replace(
        "planned: 2026-01-13, actual: 2026-01-13", "planned: 2026-01-13, actual: 2026-01-15"
    )
    (release / "release.yaml").write_text(late)
    keeper = keeper_of(tmp_path / "data", release)
    keeper.recompute(BETA[:4], NOW)
    days = [snapshot(keeper.records, day) for day in BETA[:4]]
    assert [one["process"]["schedule_variance_days"] for one in days] == [0, 1, 2, 2]
    assert [one["phase"] for one in days] == [
        "beta_day_1",
        "beta_day_2",
        "beta_day_1",
        "beta_day_2",
    ]


def test_a_few_days_at_a_time_the_newest_first(tmp_path: Path) -> None:
    keeper = keeper_of(tmp_path)
    assert not keeper.catch_up(NOW, most=2)
    assert keeper.records.days() == BETA[3:]
    assert not keeper.catch_up(NOW, most=2)
    assert keeper.catch_up(NOW, most=2)
    assert keeper.records.days() == BETA


def test_weeks_run_from_the_betas_first_day(caught_up: Keeper) -> None:
    plan = caught_up.release.plan
    for step in range(-7, 21):
        days = week_of(plan, FIRST + DAY * step)
        assert (days.first - FIRST).days % 7 == 0
        assert FIRST + DAY * step in days
        assert days.last - days.first == 6 * DAY


def test_a_week_is_told_against_the_one_before(caught_up: Keeper, tmp_path: Path) -> None:
    shutil.copytree(caught_up.storage, tmp_path / "data")
    keeper = keeper_of(tmp_path / "data", copied(tmp_path))
    later = datetime(2026, 1, 23, 20, tzinfo=UTC)
    keeper.keep(looked_at(keeper, later))
    second = json.loads(keeper.records.week(date(2026, 1, 20)).read_text())
    assert second["compared_with"] == "2026-01-17"
    assert second["days"]["missing"] == ["2026-01-20", "2026-01-21", "2026-01-22"]
    success = second["metrics"]["QM-2"]
    assert success["delta"] == pytest.approx(success["value"] - success["previous"]) == 0
    assert second["metrics"]["QM-4"]["previous"] is None
    assert second["metrics"]["QM-4"]["delta"] is None
    first = json.loads(keeper.records.week(FIRST).read_text())
    assert first["complete"]
    assert first["days"]["missing"] == ["2026-01-18", "2026-01-19"]
    assert first["metrics"]["QM-2"]["days_in_target"] == 0
    assert first["metrics"]["QM-2"]["days_judged"] == 5


def test_retention_removes_whole_days_and_their_weeks(caught_up: Keeper, tmp_path: Path) -> None:
    shutil.copytree(caught_up.storage, tmp_path / "data")
    keeper = keeper_of(tmp_path / "data", options=Options(retention=3 * DAY))
    others = keeper.records.folder / "calculated/notes.json"
    others.write_text("{}")
    keeper.catch_up(NOW)
    assert keeper.records.days() == BETA[2:]
    assert {day for day, _ in keeper.records.dated_files()} == set(BETA[2:])
    assert others.exists()


def test_raw_telemetry_can_be_left_out(tmp_path: Path) -> None:
    keeper = keeper_of(tmp_path, options=Options(raw=False))
    keeper.catch_up(NOW)
    keeper.keep_raw(BETA, NOW)
    assert keeper.records.days() == BETA
    assert not (keeper.records.folder / "raw").exists()


def test_a_release_that_is_over_is_summed_up_and_recorded_no_more(tmp_path: Path) -> None:
    release = copied(tmp_path)
    with (release / "release.yaml").open("a") as file:
        file.write("\nclosed: 2026-01-16\n")
    keeper = keeper_of(tmp_path / "data", release)
    keeper.catch_up(NOW)
    assert keeper.records.days() == BETA[:3]
    final = json.loads(keeper.records.final.read_text())
    assert final["decisions"] == dict.fromkeys(map(str, BETA[:3]), "UNKNOWN")
    assert final["as_of"] == str(BETA[2])
    for day in BETA[:2]:
        keeper.records.verdicts(day).unlink()
    keeper.finish(NOW)
    assert json.loads(keeper.records.final.read_text()) == final
