"""`snapshot` and `backfill` as a user types them: what they write, say, and how they end."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from exporter import demo
from exporter.gate.decision import Decision
from exporter.gate.document import load
from tests.example import EXAMPLE, files_alone

DAY = timedelta(days=1)
CODES = {Decision.GO: 0, Decision.NO_GO: 1, Decision.UNKNOWN: 3, Decision.CONDITIONAL: 0}

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return a function that runs a command in a folder with the example, its beta ending today."""
    # The command looks at the clock too.
    files_alone(demo.prepare(tmp_path, datetime.now(UTC)))  # noqa: TID251 - see above

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "exporter", *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
            timeout=120,
        )

    return run


def today_of(tmp_path: Path) -> str:
    """Return the only day that has a record."""
    (file,) = (tmp_path / "data/caro/v1.1.0/calculated").glob("*-verdicts.json")
    return file.name[:10]


def test_a_snapshot_is_five_files_and_the_gate_decides_the_same_on_them(
    run: Run, tmp_path: Path
) -> None:
    done = run("snapshot")
    assert (done.returncode, done.stdout.count(": wrote data/caro/v1.1.0/")) == (0, 4)
    day, folder = today_of(tmp_path), tmp_path / "data/caro/v1.1.0"
    content = json.loads((folder / f"calculated/{day}-metrics.json").read_text())
    assert content["phase"] == "beta_day_5"
    assert content["quality"]["test_pass_rate"] == 100.0
    assert (folder / f"raw/{day}-telemetry.json").is_file()
    report = load((folder / f"calculated/{day}-verdicts.json").read_bytes())
    for origin in ("data", "data/caro/v1.1.0"):
        gate = run("gate", "--from", origin, "--format", "json")
        assert gate.returncode == CODES[report.decision]
        (again,) = json.loads(gate.stdout)["reports"]
        assert again["decision"] == report.decision
        assert len(again["verdicts"]) == len(report.verdicts)


def test_an_earlier_day_is_recomputed_and_then_there_is_nothing_to_change(
    run: Run, tmp_path: Path
) -> None:
    first = next(one for one in (tmp_path / "telemetry/tester-1").iterdir()).name[:10]
    done = run("snapshot", "--date", first, "--no-records.raw")
    assert done.returncode == 0
    assert today_of(tmp_path) == first
    assert not (tmp_path / "data/caro/v1.1.0/raw").exists()
    again = run("snapshot", "--date", first, "--no-records.raw")
    assert (again.returncode, "nothing to change" in again.stdout) == (0, True)


def test_a_day_that_is_not_over_is_refused(run: Run) -> None:
    done = run("snapshot", "--date", "2199-01-01")
    assert done.returncode == 2
    assert "--date: 2199-01-01: is not over; leave it out to record today" in done.stderr


def test_a_source_that_cannot_be_read_is_told_by_the_exit_code(run: Run, tmp_path: Path) -> None:
    (tmp_path / "survey.csv").unlink()
    done = run("snapshot", "--final")
    assert done.returncode == 1
    content = json.loads(
        (tmp_path / f"data/caro/v1.1.0/calculated/{today_of(tmp_path)}-metrics.json").read_text()
    )
    assert content["engagement"]["nps"] is None
    assert (tmp_path / "data/caro/v1.1.0/summary/final-summary.json").is_file()


def test_a_storage_that_cannot_be_written_is_the_users_to_fix(run: Run, tmp_path: Path) -> None:
    (tmp_path / "data/caro/v1.1.0").mkdir(parents=True)
    (tmp_path / "data/caro/v1.1.0/calculated").write_text("in the way")
    done = run("snapshot")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("--storage.path: data: ")


def test_a_retention_is_a_time(run: Run) -> None:
    done = run("serve", "--records.retention", "soon")
    assert done.returncode == 2
    assert "--records.retention: 'soon': write a number with its unit" in done.stderr


def test_a_backfill_makes_what_is_missing_and_ends_well(run: Run, tmp_path: Path) -> None:
    done = run("backfill", "--output", "history.om", "--job", "j", "--instance", "i:1")
    assert (done.returncode, done.stdout) == (0, "")
    assert "4 days of 1 releases" in done.stderr
    with (tmp_path / "history.om").open() as file:
        lines = [line for line in file if line.startswith("release_command_success_ratio{")]
        file.seek(0)
        *_, last = file
    assert last == "# EOF\n"
    assert all(
        line.startswith('release_command_success_ratio{instance="i:1",job="j",') for line in lines
    )
    hours = 3 * 24 + 20  # of the last day perhaps not all
    assert len(lines) >= hours * 60


def test_a_backfill_of_days_without_a_record_is_refused(run: Run) -> None:
    done = run("backfill", "--to", "2001-01-01")
    assert done.returncode == 2
    assert "there is no record of a day that is over" in done.stderr


def test_a_release_that_never_began_has_nothing_to_backfill(run: Run, tmp_path: Path) -> None:
    shutil.copy(EXAMPLE / "release.yaml", tmp_path / "release.yaml")
    text = (tmp_path / "release.yaml").read_text()
    (tmp_path / "release.yaml").write_text(text.replace("2026-", "2199-"))
    assert run("backfill").returncode == 2
