import json
import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from exporter.gate.decision import Decision
from exporter.model import Reading, Verdict
from exporter.privacy import Audit
from exporter.records.layout import Records
from exporter.release import Release
from tests.example import (
    AFTER_BETA,
    EXAMPLE,
    KEYS,
    RATES,
    ROOT,
    VALUES,
    daily_success,
    files_of,
    judge_example,
    read_example,
    text_of,
)

LAST_MINUTE = datetime(2026, 1, 18, 7, 59, tzinfo=UTC)  # 23:59 in Los Angeles
NEXT_DAY = datetime(2026, 1, 18, 20, 0, tzinfo=UTC)
BY_HAND = {"README.md", "checklist.md", "release.yaml"}

Read = tuple[Release, dict[str, Reading]]


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Read:
    # A clone's files are as old as the clone: from there, written in the future.
    folder = shutil.copytree(EXAMPLE, tmp_path_factory.mktemp("clone") / "example")
    for file in files_of(folder).values():
        os.utime(file, (LAST_MINUTE.timestamp(), LAST_MINUTE.timestamp()))
    return read_example(folder / "release.yaml", LAST_MINUTE, tmp_path_factory.mktemp("state"))


@pytest.mark.parametrize("key", KEYS)
def test_every_metric_has_the_value_of_the_users_example(read: Read, key: str) -> None:
    assert judge_example(*read, LAST_MINUTE)[key].value == VALUES[key]


@pytest.mark.parametrize("key", KEYS)
def test_all_pass_once_due_but_the_success_rate_warns(read: Read, key: str) -> None:
    expected = Verdict.WARN if key == "QM-2" else Verdict.PASS
    assert judge_example(*read, NEXT_DAY)[key].verdict is expected


def test_on_the_betas_last_day_its_final_metrics_are_not_due_yet(read: Read) -> None:
    verdicts = judge_example(*read, LAST_MINUTE)
    not_due = {key for key in KEYS if verdicts[key].verdict is Verdict.NOT_DUE}
    assert not_due == set(AFTER_BETA)


def test_nothing_in_it_is_rejected(read: Read) -> None:
    rejected = {name: reading.rejections for name, reading in read[1].items()}
    assert rejected == dict.fromkeys(read[1], ())


def test_every_value_says_what_it_was_computed_from(read: Read) -> None:
    verdicts = judge_example(*read, LAST_MINUTE)
    evidence = {key: verdicts[key].sample for key in KEYS}
    assert [key for key, sample in evidence.items() if not (sample and sample.evidence)] == []


def commands() -> dict[str, dict[str, object]]:
    """Return the command generations by id, read without any of the program's code."""
    found = {}
    for file in files_of(EXAMPLE / "telemetry").values():
        document = json.loads(text_of(file))
        for event in document["events"] if isinstance(document, dict) else document:
            if event.get("event_type", event.get("type")) == "command_generation":
                found[event["id"]] = event
    return found


def test_the_raw_events_themselves_say_what_the_collector_says() -> None:
    events = list(commands().values())
    times = sorted(int(str(e.get("duration_ms", e.get("generation_time_ms")))) for e in events)
    static = [e for e in events if e.get("backend", e.get("backend_used")) == "static"]
    assert len(events) == 5560
    assert sum(bool(e["success"]) for e in events) == 4388
    assert len(static) / len(events) == 0.95
    assert times[95 * len(times) // 100] == 850


def test_the_success_rate_rises_from_day_to_day(read: Read) -> None:
    days = [f"2026-01-{day}" for day in range(13, 18)]
    assert daily_success(read[1]) == pytest.approx(dict(zip(days, RATES, strict=True)))


def test_its_exports_are_of_two_shapes_overlap_and_one_is_compressed() -> None:
    texts = [text_of(file) for file in files_of(EXAMPLE / "telemetry").values()]
    ids = [one for text in texts for one in re.findall(r'"id": ?"([^"]+)"', text)]
    assert {text[:1] for text in texts} == {"[", "{"}
    assert len(ids) > len(set(ids))
    assert [file.suffix for file in files_of(EXAMPLE).values()].count(".gz") == 1


def test_there_is_no_personal_data_in_it() -> None:
    audit = Audit()
    found = {
        (name, number): rules
        for name, file in files_of(EXAMPLE).items()
        for number, line in enumerate([name, *text_of(file).splitlines()])
        if (rules := audit.findings(line))
    }
    assert found == {}


def test_it_is_small() -> None:
    assert sum(file.stat().st_size for file in files_of(EXAMPLE).values()) < 5_000_000


def test_the_script_writes_exactly_the_committed_files(tmp_path: Path) -> None:
    script = ROOT / "scripts" / "make_example.py"
    subprocess.run([sys.executable, "-Es", script, tmp_path], check=True)
    committed = {name: text_of(file) for name, file in files_of(EXAMPLE).items()}
    # Compressed bytes depend on the library's version, what is in them does not.
    made = {name: text_of(file) for name, file in files_of(tmp_path).items()}
    assert made == {name: text for name, text in committed.items() if name in made}
    others = {name for name in committed.keys() - made.keys() if not name.startswith("records/")}
    assert others == BY_HAND


def test_the_records_are_what_the_program_says_of_each_days_files(tmp_path: Path) -> None:
    script = ROOT / "scripts" / "make_records.py"
    done = subprocess.run([sys.executable, script, tmp_path], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    committed = {one.name: one.read_text() for one in (EXAMPLE / "records").rglob("*.json")}
    assert len(committed) == len(RATES)
    assert {one.name: one.read_text() for one in tmp_path.iterdir()} == committed


def test_the_records_tell_a_beta_that_began_blocked_and_has_every_metric() -> None:
    reports = list(Records(EXAMPLE / "records").reports())
    assert [one.decision for one in reports] == [Decision.NO_GO, *[Decision.CONDITIONAL] * 4]
    assert {line.key for line in reports[-1].verdicts if line.value is not None} >= set(KEYS)
