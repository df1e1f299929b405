"""The records of a release and of those before it, from whatever folders hold them."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from exporter.final_report.comparing import previous
from exporter.gate.decision import Decision
from exporter.model import UserError
from exporter.recall.kept import read_kept
from tests.recall.test_snapshots import keep, report
from tests.releases import NOW

DAY = timedelta(days=1)
TODAY = date(2026, 1, 17)
MINE = ("caro", "v1.1.0")


@pytest.mark.parametrize("below", ["", "caro", "caro/v1.1.0", "caro/v1.1.0/calculated"])
def test_records_are_found_below_any_folder_above_them(tmp_path: Path, below: str) -> None:
    for back in (2, 1, 0):
        keep(tmp_path, report(-back))
    kept = read_kept([tmp_path / below], MINE, NOW)[MINE]
    assert [one.day for one in kept.reports] == [TODAY - 2 * DAY, TODAY - DAY, TODAY]
    assert kept.unreadable == ()


def test_a_record_that_cannot_be_believed_is_named_and_not_used(tmp_path: Path) -> None:
    for back in (3, 2, 1, 0):
        keep(tmp_path, report(-back))
    file = tmp_path / "caro/v1.1.0/calculated/2026-01-16-verdicts.json"
    file.write_text(file.read_text().replace('"decision": "GO"', '"decision": "NO_GO"'))
    (tmp_path / "caro/v1.1.0/calculated/2026-01-15-verdicts.json").write_text("{")
    keep(tmp_path, report(-3), TODAY)  # another day's content under today's name
    kept = read_kept([tmp_path], MINE, NOW)[MINE]
    assert [one.day for one in kept.reports] == [TODAY - 3 * DAY]
    assert kept.unreadable == (TODAY - 2 * DAY, TODAY - DAY, TODAY)


def test_where_none_can_be_read_the_place_says_whose_they_are(tmp_path: Path) -> None:
    keep(tmp_path, report()).write_text("{")
    for folder in (tmp_path, tmp_path / "caro" / "v1.1.0"):
        kept = read_kept([folder], MINE, NOW)[MINE]
        assert (kept.reports, kept.unreadable) == ((), (TODAY,))


def test_of_other_releases_the_first_and_the_last_record_are_read(tmp_path: Path) -> None:
    keep(tmp_path, report())
    for back in (30, 20, 10):
        keep(tmp_path, report(-back), release="v1.0.0")
    keep(tmp_path, report(-9), release="v1.0.0").write_text("{")
    kept = read_kept([tmp_path], MINE, NOW)
    assert [one.day for one in kept["caro", "v1.0.0"].reports] == [
        TODAY - 30 * DAY,
        TODAY - 10 * DAY,
    ]
    before = previous(report(), kept)
    assert before is not None
    assert (before.release, before.day) == ("v1.0.0", TODAY - 10 * DAY)


def test_other_projects_are_passed_over(tmp_path: Path) -> None:
    keep(tmp_path, replace(report(), project="other"))
    assert read_kept([tmp_path], MINE, NOW) == {}


def test_of_two_folders_the_better_record_of_a_day_counts(tmp_path: Path) -> None:
    keep(tmp_path / "a", report(-1, {"QM-1": "missing"}))
    keep(tmp_path / "b", report(-1, {"QM-1": "fail"}))
    keep(tmp_path / "b", report(0))
    keep(tmp_path / "a", report(0)).write_text("{")
    for order in (("a", "b"), ("b", "a")):
        kept = read_kept([tmp_path / name for name in order], MINE, NOW)[MINE]
        assert [one.decision for one in kept.reports] == [Decision.NO_GO, Decision.GO]
        assert kept.unreadable == ()


def test_a_folder_that_is_not_there_is_the_users_to_fix(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="--records: nothing: there is no such folder"):
        read_kept([tmp_path / "nothing"], MINE, NOW)
