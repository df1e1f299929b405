"""A day's raw record: its events, each once, and not a word that one of them said."""

import json
import subprocess
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from exporter.model import Reading, Sample
from exporter.telemetry.folder import Folder
from exporter.telemetry.protocol import Request
from exporter.telemetry.raw import stamps
from tests.example import EXAMPLE

DAY = date(2026, 1, 14)
NOW = datetime(2026, 1, 17, 20, tzinfo=UTC).timestamp()

_GENERATIONS = '[.events[] | select(.event_type == "command_generation")]'

CANARIES = (
    "ann.canary@example.org",
    "/home/canary/secret",
    "canary-session",
    "203.0.113.77",
    "Canary Backend",
    "canary_type@example.org",
    "canary command",
    "canary-id@example.org",
    "canary_error_category",
    "AKIAIOSFODNN7CANARYX",
)


def event(number: int | str | None, day: date = DAY, **fields: Any) -> dict[str, Any]:
    """Return a command generation at noon of that day."""
    return {
        "id": number,
        "timestamp": f"{day}T20:00:00Z",
        "type": "command_generation",
        "backend": "static",
        "duration_ms": 12,
        "success": True,
    } | fields


def folder_of(tmp_path: Path, **files: list[Any]) -> Folder:
    """Return a folder with these exports."""
    exports = tmp_path / "release/telemetry"
    exports.mkdir(parents=True, exist_ok=True)
    for name, events in files.items():
        (exports / f"{name}.json").write_text(json.dumps(events))
    return opened(tmp_path, tmp_path / "release")


def opened(tmp_path: Path, release: Path) -> Folder:
    """Return the release's telemetry with a state of its own."""
    state = str(tmp_path / "state" / release.name)
    zone = "America/Los_Angeles"
    return Folder(Request(str(release), state, ("telemetry",), zone, NOW, 3600.0))


def raw_of(folder: Folder, file: Path, day: date = DAY) -> dict[str, Any]:
    """Return the raw record of the day."""
    folder.read(NOW, day, file)
    content: dict[str, Any] = json.loads(file.read_text())
    assert content["count"] == len(content["events"])
    return content


def values_of(reading: Reading) -> dict[tuple[str, Any], float]:
    """Return every value but those that are about copies, times and names of rules."""
    left_out = ("duplicate", "timestamp", "findings")
    return {
        (one.gauge, one.labels): one.value
        for one in reading.samples
        if not any(word in one.gauge for word in left_out)
    }


def test_each_event_of_the_day_is_there_once(tmp_path: Path) -> None:
    folder = folder_of(
        tmp_path,
        a=[event("a"), event("b", success=False), event("c", DAY + timedelta(days=1))],
        b=[event("a"), event("a"), event("z", DAY - timedelta(days=1))],
    )
    content = raw_of(folder, tmp_path / "raw.json")
    assert content["date"] == "2026-01-14"
    assert [one["success"] for one in content["events"]] == [True, False]
    assert len({one["id"] for one in content["events"]}) == 2


def test_events_without_an_id_are_all_there(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, a=[event(None), event(None)], b=[event("")])
    content = raw_of(folder, tmp_path / "raw.json")
    assert [one["id"] for one in content["events"]] == [None] * 3


def test_an_event_has_its_known_fields_in_the_users_shape(tmp_path: Path) -> None:
    folder = folder_of(
        tmp_path, a=[event("a", duration_ms=12.5), {"id": 1, "type": "session_start"}]
    )
    (tmp_path / "release/telemetry/a.json").rename(tmp_path / f"release/telemetry/{DAY}.json")
    without_time, generation = raw_of(folder, tmp_path / "raw.json")["events"]
    assert generation == {
        "id": generation["id"],
        "timestamp": "2026-01-14T20:00:00.000Z",
        "event_type": "command_generation",
        "backend_used": "static",
        "generation_time_ms": 12.5,
        "success": True,
    }
    assert len(generation["id"]) == 16
    assert without_time == {
        "id": without_time["id"],
        "timestamp": None,
        "event_type": "session_start",
    }


def test_nothing_personal_is_in_it_and_the_rules_are_named(tmp_path: Path) -> None:
    folder = folder_of(
        tmp_path,
        a=[
            event("a", command=CANARIES[6], note=f"mail {CANARIES[0]} from {CANARIES[1]}"),
            event(CANARIES[7], session_id=CANARIES[2], error_category=CANARIES[8]),
            event("c", backend=CANARIES[4], host=CANARIES[3], key=CANARIES[9]),
            event("d", type=CANARIES[5]),
            {"id": "e", "timestamp": f"{DAY}T20:00:00Z", CANARIES[0]: 1},
            {"id": "f", "timestamp": f"{DAY}T20:00:00Z", "type": "x", "query": {"a": CANARIES[6]}},
        ],
    )
    content = raw_of(folder, tmp_path / "raw.json")
    text = (tmp_path / "raw.json").read_text()
    assert not [one for one in CANARIES if one.lower() in text.lower()]
    marks = [one.get("command") for one in content["events"]]
    assert marks[0] is not None
    assert marks[0].startswith("[field] [")
    assert content["events"][4]["event_type"] == "rejected"
    assert len(content["events"]) == 6
    reading = folder.read(NOW).reading
    (violations,) = (x.value for x in reading.samples if x.gauge == "release_privacy_violations")
    assert sum(one is not None for one in marks) == violations


def test_a_clean_copy_does_not_hide_the_finding_of_another(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, a=[event("a")], b=[event("a", command="canary")])
    (only,) = raw_of(folder, tmp_path / "raw.json")["events"]
    assert only["command"] == "[field]"


def test_a_day_is_written_again_only_with_more_events(tmp_path: Path) -> None:
    file = tmp_path / "raw.json"
    raw_of(folder_of(tmp_path, a=[event("a"), event("b")]), file)
    whole = file.read_bytes()
    (tmp_path / "release/telemetry/a.json").write_text(json.dumps([event("a")]))
    folder_of(tmp_path).read(NOW, DAY, file)
    assert file.read_bytes() == whole
    assert len(raw_of(folder_of(tmp_path, b=[event("c"), event("d")]), file)["events"]) == 3


def test_files_that_come_later_add_their_events(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, a=[event("a"), event(None)])
    folder.read(NOW)
    folder_of(tmp_path, b=[event("a"), event("b"), event(None), event(None, command="canary")])
    content = raw_of(folder, tmp_path / "raw.json")
    assert [one["id"] is None for one in content["events"]].count(True) == 3
    assert content["count"] == 5
    assert [one["command"] for one in content["events"] if "command" in one] == ["[field]"]


def test_a_day_without_events_has_no_file(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, a=[event("a")])
    folder.read(NOW, DAY - timedelta(days=3), tmp_path / "raw.json")
    assert not (tmp_path / "raw.json").exists()


def test_the_examples_raw_days_say_what_its_exports_say(tmp_path: Path) -> None:
    folder = opened(tmp_path, EXAMPLE)
    raw = tmp_path / "again/telemetry"
    raw.mkdir(parents=True)
    for step in range(5):
        day = date(2026, 1, 13) + timedelta(days=step)
        folder.read(NOW, day, raw / f"{day}-telemetry.json")
    again = opened(tmp_path, tmp_path / "again")
    assert values_of(again.read(NOW).reading) == values_of(folder.read(NOW).reading)


@pytest.mark.parametrize(
    ("gauge", "formula"),
    [
        (
            "release_command_success_ratio",
            f"{_GENERATIONS} | (map(select(.success == true)) | length) / length",
        ),
        (
            "release_generation_p95_seconds",
            f"{_GENERATIONS} | map(.generation_time_ms) | sort | .[length * 0.95 | floor] / 1000",
        ),
        (
            "release_privacy_violations",
            "[.events[] | select(.command != null or .query != null)] | length",
        ),
    ],
)
def test_the_users_own_formulas_take_the_raw_day(tmp_path: Path, gauge: str, formula: str) -> None:
    folder = folder_of(
        tmp_path,
        a=[event(str(n), success=n % 3 > 0, duration_ms=n * 7 % 101) for n in range(97)],
        b=[event("x", command="canary"), event("y", query="canary", text="a@example.org")],
    )
    raw_of(folder, tmp_path / "raw.json")
    said = subprocess.run(
        ["jq", formula, str(tmp_path / "raw.json")], capture_output=True, check=True, text=True
    )
    (ours,) = (one.value for one in folder.read(NOW).reading.samples if one.gauge == gauge)
    assert float(said.stdout) == pytest.approx(ours)


def as_of(folder: Folder, day: date) -> dict[tuple[str, Any], float]:
    """Return what the folder says without anything later."""
    return values_of(folder.read(NOW, day).reading)


def test_as_of_a_day_nothing_later_counts(tmp_path: Path) -> None:
    everything = [
        event(str(n), date(2026, 1, 13) + timedelta(days=n % 5), success=n % 4 > 0, duration_ms=n)
        for n in range(200)
    ]
    everything[7]["command"] = everything[9]["command"] = "canary"
    for step in range(5):
        day = date(2026, 1, 13) + timedelta(days=step)
        until = f"{day}T99"
        only = folder_of(tmp_path / f"{day}", a=[x for x in everything if x["timestamp"] < until])
        whole = folder_of(tmp_path / "whole", a=everything)
        assert as_of(whole, day) == values_of(only.read(NOW).reading)


def test_looking_back_changes_nothing_for_the_next_look(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, a=[event("a"), event("b", DAY + timedelta(days=1))])
    before = folder.read(NOW).reading
    folder.read(NOW, DAY)
    assert folder.read(NOW).reading == before
    assert isinstance(before.samples[0], Sample)


def test_what_is_told_of_a_day_is_from_that_day_however_late_it_is_told(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, a=[event("a"), event("b", DAY + timedelta(days=1))])
    reading = folder.read(NOW, DAY).reading
    end = datetime(2026, 1, 15, 8, tzinfo=UTC)
    assert all(one.observed is not None and one.observed < end for one in reading.samples)
    assert folder.read(NOW + 3600, DAY).reading == reading


@given(some.lists(some.floats(-6e10, 2.5e11) | some.integers(0, 2 * 10**12).map(lambda n: n / 1e3)))
@settings(max_examples=200, deadline=None, database=None, derandomize=True)
def test_a_time_is_written_to_the_millisecond(seconds: list[float]) -> None:
    moments = [datetime.fromtimestamp(one, UTC).replace(tzinfo=None) for one in seconds]
    expected = [one.isoformat(timespec="milliseconds") + "Z" for one in moments]
    assert stamps(np.array(seconds, np.float64)) == expected
