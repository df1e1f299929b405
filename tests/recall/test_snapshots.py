"""Decisions from the verdicts files of the records, and from nothing that looks like one."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from exporter.gate.decision import Decision
from exporter.gate.document import dump
from exporter.gate.report import Report
from exporter.gate.reporting import report_of
from exporter.model import UserError
from exporter.recall.snapshots import read_days, read_file, read_latest
from exporter.view import ReleaseView
from tests.gate.cases import build
from tests.releases import NOW

DAY = timedelta(days=1)


def report(days: int = 0, conditions: dict[str, str] | None = None) -> Report:
    release, states = build(conditions or {})
    now = NOW + days * DAY
    states = {name: replace(state, succeeded=now, attempted=now) for name, state in states.items()}
    return report_of(ReleaseView(release, states), now)


def keep(folder: Path, one: Report, day: date | None = None, release: str = "v1.1.0") -> Path:
    where = folder / "caro" / release / "calculated"
    where.mkdir(parents=True, exist_ok=True)
    file = where / f"{day or one.day}-verdicts.json"
    file.write_text(dump(replace(one, release=release)))
    return file


@pytest.mark.parametrize("below", ["", "caro", "caro/v1.1.0", "caro/v1.1.0/calculated"])
def test_the_newest_day_is_found_below_any_folder_of_the_records(
    tmp_path: Path, below: str
) -> None:
    for days in (-2, -1, 0):
        keep(tmp_path, report(days, {"QM-1": "fail"} if days else {}))
    (found,) = read_latest(tmp_path / below, None, NOW)
    assert (found.day, found.decision) == (date(2026, 1, 17), "GO")


def test_a_day_is_decided_as_it_was(tmp_path: Path) -> None:
    keep(tmp_path, report(-2, {"QM-1": "fail"}))
    keep(tmp_path, report())
    (found,) = read_latest(tmp_path, date(2026, 1, 15), NOW + 100 * DAY)
    assert (found.day, found.decision) == (date(2026, 1, 15), "NO_GO")
    (absent,) = read_latest(tmp_path, date(2026, 1, 16), NOW)
    assert absent.decision == "UNKNOWN"


def test_the_newest_of_long_ago_says_nothing_about_now(tmp_path: Path) -> None:
    keep(tmp_path, report())
    assert read_latest(tmp_path, None, NOW + DAY)[0].decision == "GO"
    (found,) = read_latest(tmp_path, None, NOW + 2 * DAY)
    assert found.decision == "UNKNOWN"
    assert "--at 2026-01-17" in found.reasons[0].text


def test_every_release_has_its_own_newest_day(tmp_path: Path) -> None:
    keep(tmp_path, report())
    keep(tmp_path, report(0, {"EM-3": "fail"}), release="v2")
    found = {one.release: one.decision for one in read_latest(tmp_path, None, NOW)}
    assert found == {"v1.1.0": "GO", "v2": "CONDITIONAL"}


@pytest.mark.parametrize("content", ["", "{}", "half", '{"version": 1'])
def test_a_broken_newest_day_does_not_fall_back_to_an_older_one(
    tmp_path: Path, content: str
) -> None:
    keep(tmp_path, report(-1))
    keep(tmp_path, report()).write_text(content)
    (found,) = read_latest(tmp_path, None, NOW)
    assert (found.name, found.decision) == ("2026-01-17-verdicts.json", "UNKNOWN")


def test_a_file_under_another_days_name_is_not_that_day(tmp_path: Path) -> None:
    keep(tmp_path, report(-9), day=date(2026, 1, 17))
    (found,) = read_latest(tmp_path, None, NOW)
    assert found.decision == "UNKNOWN"
    assert "does not hold the snapshot of 2026-01-17" in found.reasons[0].text


def test_a_snapshot_of_another_release_does_not_decide_for_this_one(tmp_path: Path) -> None:
    keep(tmp_path, report(-1))
    other = replace(report(), release="v1.0.0")
    (tmp_path / f"caro/v1.1.0/calculated/{other.day}-verdicts.json").write_text(dump(other))
    (told,) = read_latest(tmp_path, None, NOW)
    assert told.decision is Decision.UNKNOWN
    assert "are of two releases, in one folder" in told.problems[0]


def test_a_folder_without_snapshots_cannot_be_told(tmp_path: Path) -> None:
    (tmp_path / "2026-99-99-verdicts.json").touch()
    assert [one.decision for one in read_latest(tmp_path, None, NOW)] == ["UNKNOWN"]


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "outside").write_text(dump(report()))
    folder = tmp_path / "records"
    folder.mkdir()
    (folder / "2026-01-17-verdicts.json").symlink_to(tmp_path / "outside")
    with pytest.raises(UserError, match="--from: "):
        read_latest(folder, None, NOW)


def test_one_file_is_decided_whatever_its_name(tmp_path: Path) -> None:
    file = tmp_path / "gate.json"
    file.write_text(dump(report(0, {"PM-6": "fail"})))
    assert [one.decision for one in read_file(file, NOW)] == ["NO_GO"]
    file.write_bytes(b"\xff\xfe")
    assert [one.decision for one in read_file(file, NOW)] == ["UNKNOWN"]


def test_all_days_come_in_their_order(tmp_path: Path) -> None:
    for days in (0, -2, -1):
        keep(tmp_path, report(days))
    assert [one.day.day for one in read_days(tmp_path, NOW)] == [15, 16, 17]
