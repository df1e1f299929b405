"""Files that are added one after another say what they say together."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from exporter.model import Reading
from exporter.telemetry import folder
from exporter.telemetry.index import Index
from tests.telemetry.exports import Exports, event, text

events = some.lists(
    some.builds(
        event,
        id=some.sampled_from([None, "a", "b", "c", 1]),
        timestamp=some.sampled_from([None, "2026-01-13T20:00:00Z", "2026-01-14T20:00:00Z"]),
        event_type=some.sampled_from(["command_generation", "command_generation", None]),
        success=some.sampled_from([True, False]),
        generation_time_ms=some.sampled_from([1, 2, None]),
        command=some.sampled_from([None, None, None, "ls"]),
    ),
    max_size=5,
)
names = some.permutations(["2026-01-13.json", "2026-01-15.json", "b.json", "c.json", "d.json"])


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Index]:
    """Count the indexes that are made: what is added makes none."""
    indexes: list[Index] = []

    def make(*arguments: Any, **others: Any) -> Index:
        indexes.append(Index(*arguments, **others))
        return indexes[-1]

    monkeypatch.setattr(folder, "Index", make)
    return indexes


@given(files=some.lists(events, min_size=5, max_size=5), order=names)
@settings(
    max_examples=150,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_files_added_in_any_order_say_what_they_say_at_once(
    exports: Exports, files: list[list[dict[str, Any]]], order: list[str]
) -> None:
    exports.restart()
    for path in exports.folder.iterdir():
        path.unlink()
    for name, some_events in zip(order, files, strict=True):
        exports.write(name, text(*some_events))
        grown = exports.read()
    exports.restart()
    assert said(grown) == said(exports.read())


def said(reading: Reading) -> tuple[object, ...]:
    # In which order rejections are listed is the order in which they were met.
    return reading.samples, reading.read, reading.rejected, sorted(map(str, reading.rejections))


def test_what_is_new_or_a_plain_copy_is_added(exports: Exports, made: list[Index]) -> None:
    for number in range(5):
        exports.write(f"{number}.json", text(event(), event(id=str(number)), event(id=None)))
        exports.read()
    assert exports.read().read == 1 + 5 + 5
    assert len(made) == 1


def test_an_earlier_copy_counts_instead(exports: Exports, made: list[Index]) -> None:
    exports.write("1.json", text(event(generation_time_ms=1)))
    exports.read()
    earlier = event(generation_time_ms=2, timestamp="2026-01-13T18:00:00Z")
    exports.write("2.json", text(earlier))
    reading = exports.read()
    assert len(made) == 2
    assert {one.value for one in reading.samples if "p95" in one.gauge} == {0.002}


def test_a_good_copy_counts_instead_of_a_rejected_one(exports: Exports) -> None:
    rejected = event(event_type=None, timestamp="2026-01-13T18:00:00Z")
    exports.write("1.json", text(rejected, event(id="b")))
    exports.read()
    exports.write("2.json", text(event()))
    grown = exports.read()
    exports.restart()
    assert grown == exports.read()
    assert grown.read == 2
