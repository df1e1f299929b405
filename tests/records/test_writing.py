"""Records on disk: whole or not at all, whatever ends the program."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from exporter.gate.document import dump, load
from exporter.records import dashboard, snapshot
from exporter.records.layout import Records
from exporter.records.writing import DERIVED, record, repair
from tests.records.reports import LATER, report
from tests.releases import best_states

KILLS = 50

# Kills a writer of its own again and again; each says what it has kept, one day after another.
KILLER = """
import os, random, signal, sys, time
from datetime import timedelta
from pathlib import Path
from exporter.records.layout import Records
from exporter.records.writing import record
from tests.records.reports import LATER, report

def write(records, step):
    while True:
        made = report(now=LATER + timedelta(days=step % 20, seconds=step))
        record(records, made)
        os.write(1, f"{made.day} {made.time.timestamp()}\\n".encode())
        step += 1

record(Records(Path(sys.argv[1]) / "warm"), report())  # so that the first of each takes no longer
for round in range(int(sys.argv[2])):
    child = os.fork()
    if not child:
        write(Records(Path(sys.argv[1])), round * 1000 + round)
    time.sleep(random.uniform(0.05, 0.4))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
"""


def files_of(folder: Path) -> dict[str, bytes]:
    """Return every file below the folder with its content."""
    return {
        one.relative_to(folder).as_posix(): one.read_bytes()
        for one in sorted(folder.rglob("*"))
        if one.is_file() and "state" not in one.parts
    }


def test_a_record_is_three_files_of_the_days_name(tmp_path: Path) -> None:
    made = report()
    changed = record(Records(tmp_path), made)
    assert files_of(tmp_path) == {
        "calculated/2026-02-02-verdicts.json": dump(made).encode(),
        "calculated/2026-02-02-metrics.json": snapshot.render(made).encode(),
        "dashboards/2026-02-02-dashboard.txt": dashboard.render(made).encode(),
    }
    assert len(changed) == 3


def test_writing_the_same_again_touches_no_file(tmp_path: Path) -> None:
    record(Records(tmp_path), report())
    before = {one: one.stat().st_mtime_ns for one in tmp_path.rglob("*")}
    assert record(Records(tmp_path), report()) == ()
    assert {one: one.stat().st_mtime_ns for one in tmp_path.rglob("*")} == before


def test_a_worse_record_changes_nothing(tmp_path: Path) -> None:
    record(Records(tmp_path), report())
    before = files_of(tmp_path)
    worse = {name: state for name, state in best_states().items() if name != "tests"}
    assert record(Records(tmp_path), report(now=LATER + timedelta(hours=1), states=worse)) == ()
    assert files_of(tmp_path) == before


def test_what_a_killed_program_left_out_is_written_later(tmp_path: Path) -> None:
    records = Records(tmp_path)
    record(records, report())
    whole = files_of(tmp_path)
    records.dashboard(LATER.date()).unlink()
    old = records.metrics(LATER.date())
    old.write_bytes(b"{}")
    os.utime(old, (0, 0))
    assert len(repair(records)) == 2
    assert files_of(tmp_path) == whole


def test_a_record_that_cannot_be_read_is_put_aside(tmp_path: Path) -> None:
    records = Records(tmp_path)
    file = records.verdicts(LATER.date())
    file.parent.mkdir()
    file.write_text('{"version": 2}')
    record(records, report())
    assert records.report(LATER.date()) == report()
    assert file.with_name(f"{file.name}.unreadable").read_text() == '{"version": 2}'


def test_a_record_under_another_days_name_is_not_believed(tmp_path: Path) -> None:
    records = Records(tmp_path)
    record(records, report())
    day = LATER.date()
    records.verdicts(day).rename(records.verdicts(day - timedelta(days=1)))
    assert list(records.reports()) == []


def test_nothing_is_lost_or_torn_by_fifty_kills(tmp_path: Path) -> None:
    killer = subprocess.run(
        [sys.executable, "-c", KILLER, str(tmp_path), str(KILLS)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    kept = dict(line.split() for line in killer.stdout.splitlines())
    assert len(kept) > 5
    records = Records(tmp_path)
    found = {str(one.day): one.time.timestamp() for one in records.reports()}
    assert found.keys() >= kept.keys()
    assert all(found[day] >= float(kept[day]) for day in kept)
    repair(records)
    for day in records.days():
        made = load(records.verdicts(day).read_bytes())
        for place, render in DERIVED:
            assert place(records, day).read_text() == render(made)
