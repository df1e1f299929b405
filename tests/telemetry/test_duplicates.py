"""The same event exported again and again counts once."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from exporter.model import Reading, Reason
from tests.telemetry.exports import Exports, event, text, values


def test_five_testers_export_everything_again_each_day(exports: Exports) -> None:
    for tester in range(5):
        history: list[dict[str, Any]] = []
        for day in range(13, 18):
            history += [
                event(
                    id=f"{tester}-{day}-{n}", timestamp=f"2026-01-{day}T20:00:0{n}Z", success=n < 3
                )
                for n in range(4)
            ]
            exports.write(f"tester-{tester}/2026-01-{day}.json", text(*history))
            reading = exports.read()
    assert reading.read == 5 * 5 * 4
    assert values(reading, "release_command_success_ratio") == 0.75
    assert values(reading, "release_command_success_ratio_daily", "day") == {
        f"2026-01-{day}": 0.75 for day in range(13, 18)
    }
    assert values(reading, "release_telemetry_duplicate_events") == 5 * 4 * (1 + 2 + 3 + 4)
    assert reading.rejected == {}


def test_copies_in_one_file_count_once(exports: Exports) -> None:
    exports.write("export.json", text(event(), event(), event(id="b")))
    reading = exports.read()
    assert reading.read == 2
    assert values(reading, "release_telemetry_duplicate_events") == 1


def test_events_without_an_id_are_never_merged(exports: Exports) -> None:
    exports.write("export.json", text(event(id=None), event(id=None), event(id=""), event(id="")))
    reading = exports.read()
    assert reading.read == 4
    assert values(reading, "release_telemetry_duplicate_events") == 0


def test_a_number_is_another_id_than_its_digits(exports: Exports) -> None:
    exports.write("export.json", text(event(id=1), event(id="1"), event(id=1), event(id=-1)))
    assert exports.read().read == 3


def test_an_id_is_the_same_however_it_is_escaped(exports: Exports) -> None:
    exports.write("export.json", text(event(id="é/a")))
    exports.write("escaped.json", text(event(id="é/a")).replace("/", "\\/"))
    exports.write("raw.json", json.dumps([event(id="é/a")], ensure_ascii=False))
    assert exports.read().read == 1


def test_of_a_conflict_the_earliest_counts_then_the_first_file(exports: Exports) -> None:
    late = event(timestamp="2026-01-14T19:00:00Z", generation_time_ms=1)
    exports.write("a.json", text(late))
    exports.write("b.json", text(event(generation_time_ms=2)))
    exports.write("c.json", text(event(generation_time_ms=3)))
    reading = exports.read()
    assert values(reading, "release_generation_p95_seconds") == 0.002
    assert reading.rejected == {Reason.CONFLICT: 2}
    assert [(one.file, one.position) for one in reading.rejections] == [
        ("telemetry/a.json", "event 1"),
        ("telemetry/c.json", "event 1"),
    ]


def next_of(change: dict[str, Any]) -> str:
    return next(iter(change))


@pytest.mark.parametrize(
    "change",
    [
        {"success": False},
        {"generation_time_ms": 101},
        {"generation_time_ms": None},
        {"backend_used": "embedded"},
        {"event_type": "session_start"},
        {"timestamp": "2026-01-14T18:00:00.001Z"},
    ],
    ids=next_of,
)
def test_what_is_read_of_an_event_makes_a_conflict(
    exports: Exports, change: dict[str, Any]
) -> None:
    exports.write("a.json", text(event()))
    exports.write("b.json", text(event(**change)))
    assert exports.read().rejected == {Reason.CONFLICT: 1}


def test_what_nobody_reads_makes_no_conflict(exports: Exports) -> None:
    exports.write("a.json", text(event()))
    exports.write("b.json", text(event(note="another")))
    assert exports.read().rejected == {}


def test_files_own_dates_make_no_conflict_and_the_earliest_counts(exports: Exports) -> None:
    exports.write("2026-01-15.json", text(event(timestamp=None)))
    exports.write("2026-01-14.json", text(event(timestamp=None)))
    reading = exports.read()
    assert reading.rejected == {}
    assert values(reading, "release_command_success_ratio_daily", "day") == {"2026-01-14": 1}


def test_a_time_that_cannot_be_makes_no_conflict(exports: Exports) -> None:
    exports.write("a.json", text(event(timestamp="2027-01-01T00:00:00Z")))
    exports.write("b.json", text(event(timestamp="n/a")))
    exports.write("c.json", text(event()))
    assert exports.read().rejected == {Reason.TIME: 2}


def test_a_rejected_copy_never_counts_instead_of_a_good_one(exports: Exports) -> None:
    exports.write("a.json", text(event(event_type=None, timestamp="2026-01-13T18:00:00Z"), event()))
    exports.write("b.json", text(event()))
    reading = exports.read()
    assert reading.read == 1
    assert values(reading, "release_command_success_ratio_daily", "day") == {"2026-01-14": 1}
    assert values(reading, "release_telemetry_duplicate_events") == 1
    assert reading.rejected == {Reason.SHAPE: 1}


def test_an_odd_copy_is_a_copy(exports: Exports) -> None:
    exports.write("a.json", text(event(success="yes")))
    exports.write("b.json", text(event()))
    reading = exports.read()
    assert (reading.read, values(reading, "release_command_success_ratio")) == (1, 0)
    assert reading.rejected == {Reason.FIELD: 1, Reason.CONFLICT: 1}


def test_one_file_under_two_names_is_one_export(exports: Exports) -> None:
    exports.write("2026-01-14.json", text(event(id=None)))
    (exports.folder / "latest.json").symlink_to("2026-01-14.json")
    (exports.folder / "hard.json").hardlink_to(exports.folder / "2026-01-14.json")
    assert exports.read().read == 1


def test_deleting_a_file_withdraws_what_only_it_said(exports: Exports) -> None:
    path = exports.write("a.json", text(event(), event(id="b", success=False)))
    exports.write("b.json", text(event()))
    assert exports.read().read == 2
    path.unlink()
    reading = exports.read()
    assert (reading.read, values(reading, "release_command_success_ratio")) == (1, 1)


ids = some.sampled_from([None, "a", "b", "c", 1, 2])
moments = some.sampled_from(
    [None, "2026-01-13T20:00:00Z", "2026-01-14T20:00:00Z", 1768500000, "n/a", "2027-01-01"]
)
small = some.builds(
    event,
    id=ids,
    timestamp=moments,
    success=some.sampled_from([True, False, None, "yes"]),
    event_type=some.sampled_from(["command_generation"] * 4 + ["x", None]),
    generation_time_ms=some.sampled_from([1, 2, None, -1]),
    command=some.sampled_from([None, None, None, "ls"]),
    note=some.sampled_from(["", "", "", "jane@example.org"]),
)
folders = some.dictionaries(
    some.sampled_from(["2026-01-13.json", "b.json", "2026-01-15.json", "d.json"]),
    some.lists(small, max_size=5),
    max_size=4,
)


@given(steps=some.lists(folders, min_size=2, max_size=4))
@settings(
    max_examples=60,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_however_the_folder_came_to_be_it_says_the_same(
    exports: Exports, steps: list[dict[str, list[dict[str, Any]]]]
) -> None:
    """What was added to the index, file by file, equals what is made of the folder at once."""
    exports.restart()
    for step in steps:
        for path in exports.folder.iterdir():
            if path.name not in step:
                path.unlink()
        for name, events in step.items():
            exports.write(name, text(*events))
            grown = exports.read()
        if step:
            exports.restart()
            assert sort(grown) == sort(exports.read())


def sort(reading: Reading) -> tuple[object, ...]:
    rejections = sorted(map(str, reading.rejections))
    return reading.samples, reading.read, reading.rejected, rejections, reading.findings
