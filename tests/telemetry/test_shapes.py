"""The shapes of exports: the same events, however they are written down."""

import json
from collections.abc import Callable, Iterable
from itertools import cycle, islice
from typing import Any

import pytest

from exporter.model import LISTED_REJECTIONS, Reading
from exporter.telemetry import ingest, split
from tests.telemetry.exports import Exports, event, values

Events = list[dict[str, Any]]


def many(count: int) -> Events:
    """Return events that differ in all that is read of them, each with an id."""
    return [
        event(
            id=f"{number:08x}-0000-4000-8000-000000000000",
            timestamp=f"2026-01-{13 + number % 5}T{number % 24:02}:00:07.{number % 1000:03}Z",
            event_type="session_start" if number % 17 == 0 else "command_generation",
            success=number % 7 != 0,
            generation_time_ms=number * 37 % 1999 + 0.25,
            backend_used="embedded" if number % 9 == 0 else "static",
        )
        for number in range(count)
    ]


def application(one: dict[str, Any]) -> dict[str, Any]:
    """Return the event as the application exports it itself."""
    return {
        "id": one["id"],
        "session_id": "5e55",
        "timestamp": one["timestamp"],
        "type": one["event_type"],
        "backend": one["backend_used"],
        "duration_ms": one["generation_time_ms"],
        "success": one["success"],
        "error_category": None,
    }


def nested(one: dict[str, Any]) -> dict[str, Any]:
    """Return the event with its facts in a payload."""
    payload = {
        "type": one["event_type"],
        "backend": one["backend_used"],
        "duration_ms": one["generation_time_ms"],
        "success": one["success"],
    }
    return {"id": one["id"], "timestamp": one["timestamp"], "event_type": payload}


def compact(document: object) -> str:
    return json.dumps(document, separators=(",", ":"))


def halves(events: Events, render: Callable[[Events], str], between: str) -> str:
    return between.join((render(events[: len(events) // 2]), render(events[len(events) // 2 :])))


SHAPES: dict[str, Callable[[Events], str]] = {
    "a: below events": lambda events: json.dumps({"events": events}),
    "a, compact": lambda events: compact({"events": events}),
    "a, pretty": lambda events: json.dumps({"events": events}, indent=2),
    "a, between other keys": lambda events: compact(
        {"v": {"events": 1}, "events": events, "n": []}
    ),
    "b: a list": lambda events: json.dumps([application(one) for one in events]),
    "b, pretty": lambda events: json.dumps([application(one) for one in events], indent=4),
    "b, wide": lambda events: " [\r\n" + " ,\n\n ".join(map(json.dumps, events)) + " \t]\r\n",
    "c: nested": lambda events: compact([nested(one) for one in events]),
    "c, pretty": lambda events: json.dumps([nested(one) for one in events], indent=2),
    "c below events": lambda events: json.dumps({"events": [nested(one) for one in events]}),
    "d: one a line": lambda events: "\n".join(map(compact, events)),
    "d, nested": lambda events: "\n".join(compact(nested(one)) for one in events) + "\n",
    "d, Windows and blank lines": lambda events: "\r\n\r\n".join(map(compact, events)) + "\r\n",
    "d, all on one line": lambda events: "".join(map(compact, events)),
    "d, pretty": lambda events: "\n".join(json.dumps(one, indent=1) for one in events),
    "e: lists": lambda events: halves(events, compact, "\n"),
    "e, glued": lambda events: halves(events, compact, ""),
    "e, below events": lambda events: halves(events, lambda some: compact({"events": some}), "\n"),
    "e, pretty": lambda events: halves(events, lambda some: json.dumps(some, indent=2), "\n\n"),
    "e, of all kinds": lambda events: "\n".join(
        (
            compact([application(one) for one in events[:10]]),
            *map(compact, events[10:20]),
            json.dumps({"events": [nested(one) for one in events[20:30]]}, indent=2),
            *map(compact, events[30:]),
        )
    ),
    "mixed": lambda events: compact(
        [render(one) for one, render in zip(events, turns(len(events)), strict=True)]
    ),
    "with a byte order mark": lambda events: "\ufeff" + json.dumps({"events": events}),
    "byte order marks between": lambda events: halves(events, compact, "\ufeff"),
}


def turns(count: int) -> Iterable[Callable[[dict[str, Any]], dict[str, Any]]]:
    return islice(cycle((dict[str, Any], application, nested)), count)


@pytest.fixture
def expected(exports: Exports) -> Reading:
    for number, one in enumerate(many(200)):
        exports.write(f"{number}.json", json.dumps([one]))
    reading = exports.read()
    for path in exports.folder.iterdir():
        path.unlink()
    assert reading.read == 200
    return reading


@pytest.mark.parametrize("suffix", ["json", "json.gz", "jsonl", "ndjson.gz"])
@pytest.mark.parametrize("shape", SHAPES)
def test_the_same_events_say_the_same_in_every_shape(
    exports: Exports, expected: Reading, shape: str, suffix: str
) -> None:
    exports.write(f"export.{suffix}", SHAPES[shape](many(200)))
    assert exports.read() == expected


def test_a_reading_names_the_files_it_is_from_as_far_as_a_list_is_of_use(exports: Exports) -> None:
    for number in range(LISTED_REJECTIONS + 1):
        exports.write(f"{number:03}.json", compact({"events": many(1)}))
    named = exports.reply().reading.files
    assert named == tuple(f"telemetry/{number:03}.json" for number in range(LISTED_REJECTIONS))


@pytest.mark.parametrize("shape", SHAPES)
def test_a_file_of_many_blocks_says_the_same_as_many_files(exports: Exports, shape: str) -> None:
    events = many(6000)
    exports.write("export.json", SHAPES[shape](events))
    whole = exports.read()
    for start in range(0, len(events), 50):
        exports.write(f"{start}.json", compact({"events": events[start : start + 50]}))
    (exports.folder / "export.json").unlink()
    assert exports.read() == whole
    assert whole.read == 6000


@pytest.mark.parametrize("shape", SHAPES)
def test_a_file_that_is_cut_into_stretches_says_the_same(
    exports: Exports, shape: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    exports.write("export.json", SHAPES[shape](many(3000)))
    whole = exports.read()
    monkeypatch.setattr(ingest, "WORTH_HELP", 1000)
    monkeypatch.setattr(split, "STRETCH", 100_000)
    exports.at(state=exports.context.state / "other")
    exports.restart()
    assert exports.read() == whole
    assert whole.read == 3000


def test_a_folder_of_a_thousand_files_says_the_same_as_one(exports: Exports) -> None:
    events = many(2000)
    exports.write("all.json", compact({"events": events}))
    whole = exports.read()
    exports.write("all.json", "[]")
    for number in range(1000):
        name = f"{number % 30}/{number}.json{'.gz' if number % 3 == 0 else ''}"
        exports.write(name, list(SHAPES.values())[number % 8](events[2 * number : 2 * number + 2]))
    assert exports.read() == whole
    assert whole.read == 2000


def test_commas_and_brackets_in_texts_are_no_boundaries(exports: Exports) -> None:
    events = [one | {"note": '"},{"]}[{,'} for one in many(3000)]
    exports.write("export.json", compact({"events": events}))
    reading = exports.read()
    assert (reading.read, reading.rejected) == (3000, {})


@pytest.mark.parametrize("behind", ["}", ', "tags": ["a"]}', ', "of": [[], {"list": [{}]}]}\n'])
@pytest.mark.parametrize("within", [{}, {"steps": []}, {"steps": [{"n": [1]}]}])
def test_a_short_list_ends_where_it_ends(
    exports: Exports, within: dict[str, Any], behind: str
) -> None:
    for count in (1, 2, 20):
        events = [one | within for one in many(count)]
        exports.write("export.json", '{"events": ' + compact(events) + behind)
        reading = exports.read()
        assert (reading.read, reading.rejected) == (count, {})


def test_objects_in_an_event_are_no_events(exports: Exports) -> None:
    events = [one | {"steps": [{"type": "x"}, {"type": "y"}]} for one in many(3000)]
    exports.write("export.json", compact(events))
    assert exports.read().read == 3000


def test_the_names_of_the_users_own_document_come_first(exports: Exports) -> None:
    both = event() | {"type": "session_start", "backend": "embedded", "duration_ms": 9}
    exports.write("export.json", json.dumps([both]))
    reading = exports.read()
    assert values(reading, "release_generation_p95_seconds") == 0.1
    assert values(reading, "release_backend_usage_ratio", "backend") == {"static": 1}


def test_a_payload_may_leave_facts_to_its_event(exports: Exports) -> None:
    one = event(event_type={"type": "command_generation", "duration_ms": 7})
    del one["generation_time_ms"]
    exports.write("export.json", json.dumps([one]))
    reading = exports.read()
    assert values(reading, "release_generation_p95_seconds") == 0.007
    assert values(reading, "release_command_success_ratio") == 1
