"""Malformed exports: what is wrong is rejected with its place, and everything else counts."""

import gzip
import json
import os
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from exporter.files import ItemError
from exporter.model import ErrorClass, Reason, SourceError
from exporter.telemetry.reading import read_whole
from exporter.telemetry.scan import scan
from exporter.telemetry.source import LARGEST_EVENT
from tests.telemetry.exports import Exports, event, judged, text, values

GOOD = json.dumps(event(id="good"))
LINE = json.dumps(event(id="line"))
LAST = json.dumps(event(id="last"))


def generation(**changes: str) -> str:
    """Return a failed command generation with raw JSON instead of some of its values."""
    failed = event(id="bad", success=False)
    fields = {name: json.dumps(value) for name, value in failed.items()} | changes
    return "{" + ", ".join(f'"{name}": {value}' for name, value in fields.items()) + "}"


def typed(raw: str) -> str:
    return generation(event_type=raw)


# One event each, with what is wrong with it.
ODD = {
    "success as text": (generation(success='"true"'), Reason.FIELD),
    "success as a number": (generation(success="1"), Reason.FIELD),
    "success as a list": (generation(success="[true]"), Reason.FIELD),
    "success as an object": (generation(success="{}"), Reason.FIELD),
    "duration as text": (generation(generation_time_ms='"12"'), Reason.FIELD),
    "duration true": (generation(generation_time_ms="true"), Reason.FIELD),
    "duration as a list": (generation(generation_time_ms="[12]"), Reason.FIELD),
    "duration as an object": (generation(generation_time_ms='{"ms": 12}'), Reason.FIELD),
    "duration below zero": (generation(generation_time_ms="-1"), Reason.FIELD),
    "duration just below zero": (generation(generation_time_ms="-1e-300"), Reason.FIELD),
    "duration beyond all numbers": (generation(generation_time_ms="1e400"), Reason.FIELD),
    "duration of 400 digits": (generation(generation_time_ms="9" * 400), Reason.FIELD),
    "duration of 5,000 digits": (generation(generation_time_ms="9" * 5000), Reason.FIELD),
    "duration NaN": (generation(generation_time_ms="NaN"), Reason.SYNTAX),
    "duration Infinity": (generation(generation_time_ms="Infinity"), Reason.SYNTAX),
    "duration -Infinity": (generation(generation_time_ms="-Infinity"), Reason.SYNTAX),
    "nested duration as text": (
        typed('{"type": "command_generation", "duration_ms": "7"}'),
        Reason.FIELD,
    ),
    "nested success as text": (
        typed('{"type": "command_generation", "success": "yes"}'),
        Reason.FIELD,
    ),
    "NaN where nobody reads": (generation(note="NaN"), Reason.SYNTAX),
    "id true": (generation(id="true"), Reason.FIELD),
    "id with a fraction": (generation(id="1.5"), Reason.FIELD),
    "id as a list": (generation(id='["a"]'), Reason.FIELD),
    "id as an object": (generation(id="{}"), Reason.FIELD),
    "time that is none": (generation(timestamp='"yesterday"'), Reason.TIME),
    "time that is no answer": (generation(timestamp='"n/a"'), Reason.TIME),
    "time empty": (generation(timestamp='""'), Reason.TIME),
    "time in month 13": (generation(timestamp='"2026-13-01T10:00:00Z"'), Reason.TIME),
    "time at hour 25": (generation(timestamp='"2026-01-13T25:00:00Z"'), Reason.TIME),
    "time in the week's notation": (generation(timestamp='"2026-W03-2"'), Reason.TIME),
    "time true": (generation(timestamp="true"), Reason.FIELD),
    "time as a list": (generation(timestamp="[2026]"), Reason.FIELD),
    "time below zero": (generation(timestamp="-5"), Reason.TIME),
    "time NaN": (generation(timestamp="NaN"), Reason.SYNTAX),
    "time in nanoseconds": (generation(timestamp="1768291200000000000"), Reason.TIME),
    "time beyond all numbers": (generation(timestamp="1e400"), Reason.TIME),
    "time next week": (generation(timestamp='"2026-01-25T00:00:00Z"'), Reason.TIME),
    "time in the year 9999": (generation(timestamp='"9999-12-31T23:59:59-14:00"'), Reason.TIME),
    "half a surrogate pair": (generation(note='"\\ud800"'), Reason.ENCODING),
    "the other half": (generation(note='"\\udc00x"'), Reason.ENCODING),
    "half a surrogate pair as a key": (generation(**{"\\ud83d": "1"}), Reason.ENCODING),
    "half a surrogate pair in the id": (generation(id='"\\ud800"'), Reason.ENCODING),
    "a byte that is not UTF-8": (generation(note='"\udcff"'), Reason.ENCODING),
    "a surrogate as bytes": (generation(note='"\udced\udca0\udc80"'), Reason.ENCODING),
    "a NUL character in a text": (generation(note='"a\0b"'), Reason.SYNTAX),
    "a tabulator in a text": (generation(note='"a\tb"'), Reason.SYNTAX),
}
NONE = {
    "type as a number": (typed("5"), Reason.FIELD),
    "type true": (typed("true"), Reason.FIELD),
    "type as a list": (typed('["command_generation"]'), Reason.FIELD),
    "type null": (typed("null"), Reason.SHAPE),
    "type empty": (typed('""'), Reason.SHAPE),
    "a payload without type": (typed('{"duration_ms": 5}'), Reason.SHAPE),
    "a payload whose type is a number": (typed('{"type": 5}'), Reason.FIELD),
    "no type": ('{"id": "bad", "success": true}', Reason.SHAPE),
    "an empty object": ("{}", Reason.SHAPE),
    "a number": ("5", Reason.SHAPE),
    "a text": ('"command_generation"', Reason.SHAPE),
    "null": ("null", Reason.SHAPE),
    "true": ("true", Reason.SHAPE),
    "nested 100,000 deep": (generation(note="[" * 100_000 + "]" * 100_000), Reason.DEPTH),
    "objects 50,000 deep": (generation(note='{"a":' * 50_000 + "1" + "}" * 50_000), Reason.DEPTH),
    "a list 100,000 deep instead of an event": ("[" * 100_000 + "]" * 100_000, Reason.DEPTH),
}


EVENTS = ODD | NONE


@pytest.mark.parametrize("case", EVENTS)
def test_what_is_wrong_with_an_event_in_a_list_is_said_with_its_place(
    exports: Exports, case: str
) -> None:
    bad, reason = EVENTS[case]
    exports.write("export.json", f'{{"events": [{GOOD},\n{bad}, {LAST}]}}')
    exports.write("neighbour.json", text(event(id="neighbour")))
    reading = exports.read()
    (rejection,) = reading.rejections
    assert (rejection.reason, rejection.file) == (reason, "telemetry/export.json")
    assert rejection.position.startswith("event 2")
    assert reading.rejected == {reason: 1}
    assert reading.read == 3 + (case in ODD)
    # A command that failed is one, whatever else it says.
    assert values(reading, "release_command_success_ratio") == (0.75 if case in ODD else 1)


@pytest.mark.parametrize("case", [case for case in EVENTS if "list 100,000" not in case])
def test_what_is_wrong_with_an_event_on_a_line_is_said_with_its_place(
    exports: Exports, case: str
) -> None:
    bad, reason = EVENTS[case]
    exports.write("export.jsonl.gz", f"{LINE}\n\n{bad}\n{LAST}\n")
    reading = exports.read()
    (rejection,) = reading.rejections
    assert (rejection.reason, rejection.file) == (reason, "telemetry/export.jsonl.gz")
    # Whether a time is still to come is no question of the line.
    assert rejection.position == ("event 2" if "imestamp: more" in rejection.message else "line 3")
    assert reading.read == 2 + (case in ODD)


@pytest.mark.parametrize("case", EVENTS)
def test_a_bad_event_says_nothing_of_itself(exports: Exports, case: str) -> None:
    bad, _ = EVENTS[case]
    exports.write("export.json", f"[{bad}, {GOOD}]")
    (rejection,) = exports.read().rejections
    for said in ("yesterday", "n/a", "2026-13", "9999", "\\ud8", "W03"):
        assert said not in str(rejection)


def test_a_duration_that_is_none_is_no_part_of_the_percentile(exports: Exports) -> None:
    bad = [event(id=str(n), generation_time_ms=one) for n, one in enumerate([-1, "9", [], True])]
    exports.write("export.json", text(event(), *bad, event(id="b", generation_time_ms=5)))
    (sample,) = [s for s in exports.read().samples if s.gauge == "release_generation_p95_seconds"]
    assert (sample.value, sample.n) == (0.1, 2)
    assert "4 command generations say none" in sample.evidence


def test_several_wrong_parts_of_an_event_are_said_each(exports: Exports) -> None:
    exports.write("export.json", text(event(success="no", timestamp="n/a", generation_time_ms=-1)))
    reading = exports.read()
    assert reading.rejected == {Reason.FIELD: 2, Reason.TIME: 1}
    assert {one.position for one in reading.rejections} == {"event 1, byte 12"}
    assert reading.read == 1


def test_a_file_full_of_odd_events_is_not_given_up_on(exports: Exports) -> None:
    exports.write(
        "export.json", text(*[{"type": "command_generation", "duration_ms": ""}] * 60_000)
    )
    reading = exports.read()
    assert (reading.read, reading.rejected) == (60_000, {Reason.FIELD: 60_000})


# Whole files, with what they are rejected for.
FILES: dict[str, tuple[str | bytes, Reason]] = {
    "empty": ("", Reason.TRUNCATED),
    "blank": (" \r\n\t\n", Reason.TRUNCATED),
    "only a byte order mark": ("\ufeff", Reason.TRUNCATED),
    "an open list": ("[", Reason.TRUNCATED),
    "a list open behind an event": (f"[{GOOD}", Reason.TRUNCATED),
    "a list open behind a comma": (f"[{GOOD},", Reason.TRUNCATED),
    "cut in an event": (text(event())[:80], Reason.TRUNCATED),
    "cut in a text": (text(event())[:25], Reason.TRUNCATED),
    "cut in a word": (f'[{GOOD}, {{"type": "x", "success": tru', Reason.TRUNCATED),
    "cut in an escape": (f'[{GOOD}, {{"type": "x\\u00', Reason.TRUNCATED),
    "cut before the last bracket": (text(event())[:-1], Reason.TRUNCATED),
    "cut behind 2,000 events": (
        text(*[event(id=str(n)) for n in range(2000)])[:-90],
        Reason.TRUNCATED,
    ),
    "an open object": ('{"events": ', Reason.TRUNCATED),
    "a comma too many": (f"[{GOOD},]", Reason.SYNTAX),
    "a comma too many below events": (f'{{"events": [{GOOD},]}}', Reason.SYNTAX),
    "a comma too many in front": (f"[,{GOOD}]", Reason.SYNTAX),
    "no comma": (f"[{GOOD} {LAST}]", Reason.SYNTAX),
    "single quotes": ("[{'type': 'x'}]", Reason.SYNTAX),
    "keys without quotes": ("[{type: 1}]", Reason.SYNTAX),
    "a comment": (f"[{GOOD}] // done", Reason.SYNTAX),
    "text behind the list": (f"[{GOOD}] x", Reason.SYNTAX),
    "a bracket too many": (f"[{GOOD}]]", Reason.SYNTAX),
    "a number with a leading zero": (f'[{GOOD}, {{"type": "x", "n": 01}}]', Reason.SYNTAX),
    "True": (f'[{GOOD}, {{"type": "x", "success": True}}]', Reason.SYNTAX),
    "HTML": ("<!doctype html><title>Sign in</title>", Reason.SYNTAX),
    "CSV": ("id,type\n1,command_generation\n", Reason.SYNTAX),
    "YAML": ("events:\n- type: x\n", Reason.SYNTAX),
    "an error message": ("Error: exports are disabled\n", Reason.SYNTAX),
    "NUL bytes behind the list": (f"[{GOOD}]\0\0\0\0", Reason.SYNTAX),
    "only NUL bytes": (b"\0" * 512, Reason.ENCODING),
    "UTF-16, little end first": (text(event()).encode("utf-16-le"), Reason.ENCODING),
    "UTF-16, big end first": (text(event()).encode("utf-16-be"), Reason.ENCODING),
    "UTF-16 with its mark": (text(event()).encode("utf-16"), Reason.ENCODING),
    "UTF-32": (text(event()).encode("utf-32"), Reason.ENCODING),
    "another document": ('{"name": "caro", "version": "1.1.0"}', Reason.SHAPE),
    "another list": ('[{"name": "caro"}, {"name": "other"}]', Reason.SHAPE),
    "events that are no list": ('{"events": {"type": "x"}}', Reason.SHAPE),
    "events null": ('{"events": null}', Reason.SHAPE),
    "events twice": (f'{{"events": [{GOOD}], "events": []}}', Reason.SHAPE),
    "a list of lists": (f"[[{GOOD}]]", Reason.SHAPE),
    "a list of numbers": ("[1, 2, 3]", Reason.SHAPE),
    "a number alone": ("42", Reason.SHAPE),
    "a text alone": ('"events"', Reason.SHAPE),
    "null alone": ("null", Reason.SHAPE),
    "nothing but a depth": ("[" * 100_000, Reason.TRUNCATED),
    "an event larger than allowed": (
        f'[{GOOD}, {{"type": "x", "note": "{"x" * LARGEST_EVENT}"}}]',
        Reason.SIZE,
    ),
}


@pytest.mark.parametrize("name", ["export.json", "export.json.gz"])
@pytest.mark.parametrize("case", FILES)
def test_a_broken_file_is_rejected_whole(exports: Exports, case: str, name: str) -> None:
    content, reason = FILES[case]
    exports.write(name, content)
    exports.write("neighbour.json", text(event()))
    reading = exports.read()
    (rejection,) = reading.rejections
    assert (rejection.reason, rejection.file) == (reason, f"telemetry/{name}")
    assert reading.rejected == {reason: 1}
    assert reading.read == 1
    assert values(reading, "release_command_success_ratio") == 1


def test_a_file_cut_anywhere_is_rejected_whole_and_never_counted_in_part(exports: Exports) -> None:
    whole = text(*[event(id=str(number)) for number in range(3)])
    for length in range(len(whole)):
        exports.write(f"{length}.json", whole[:length])
    exports.write("neighbour.json", text(event(id="neighbour")))
    reading = exports.read()
    assert reading.read == 1
    assert reading.rejected == {Reason.TRUNCATED: len(whole)}


def test_lines_cut_anywhere_lose_at_most_the_last(exports: Exports) -> None:
    lines = f"{GOOD}\n{LAST}\n"
    for length in range(len(GOOD) + 2, len(lines) - 1):
        path = exports.write("export.jsonl", lines[:length])
        reading = exports.read()
        cut = length < len(lines) - 1
        assert reading.read == 2 - cut, length
        assert reading.rejected == ({Reason.TRUNCATED: 1} if cut else {})
        assert [one.position for one in reading.rejections] == ["line 2"] * cut
        path.unlink()


def packed(content: str) -> bytes:
    return gzip.compress(content.encode())


GZIPS = {
    "cut": (packed(text(event()))[:-9], Reason.TRUNCATED),
    "cut in its checksum": (packed(text(event()))[:-2], Reason.TRUNCATED),
    "cut in its header": (packed(text(event()))[:5], Reason.TRUNCATED),
    "wrong checksum": (packed(text(event()))[:-8] + b"\1" * 8, Reason.SYNTAX),
    "damaged": (packed(text(event()))[:30] + b"\xff" * 40, Reason.SYNTAX),
    "text behind it": (packed(text(event())) + b"more", Reason.SYNTAX),
    "of gzip": (gzip.compress(packed(text(event()))), Reason.ENCODING),
    "only its first bytes": (b"\x1f\x8b\x08\x00damaged as it can be", Reason.SYNTAX),
    "empty inside": (packed(""), Reason.TRUNCATED),
}


@pytest.mark.parametrize("case", GZIPS)
def test_a_broken_gzip_file_is_rejected_whole(exports: Exports, case: str) -> None:
    content, reason = GZIPS[case]
    (exports.folder / "export.json.gz").write_bytes(content)
    exports.write("neighbour.json", text(event()))
    reading = exports.read()
    assert [(one.reason, one.file) for one in reading.rejections] == [
        (reason, "telemetry/export.json.gz")
    ]
    assert reading.read == 1


@pytest.mark.parametrize(
    "unit",
    [b" ", b"\0", b'{"type":"x"}\n', b'[{"type":"x"}]'],
    ids=["spaces", "zeros", "events", "lists"],
)
def test_a_gzip_bomb_is_rejected_before_it_fills_the_memory(exports: Exports, unit: bytes) -> None:
    packer = zlib.compressobj(9, wbits=31)
    block = unit * (1024 * 1024 // len(unit))
    bomb = b"".join(packer.compress(block) for _ in range(100)) + packer.flush()
    (exports.folder / "bomb.json.gz").write_bytes(bomb)
    exports.write("neighbour.json", text(event()))
    reading = exports.read()
    (rejection,) = reading.rejections
    assert rejection.file == "telemetry/bomb.json.gz"
    assert rejection.reason in {Reason.SIZE, Reason.ENCODING, Reason.TRUNCATED}
    assert reading.read == 1


def test_gzip_is_known_by_its_bytes_and_several_files_packed_together_are_one(
    exports: Exports,
) -> None:
    both = packed(GOOD + "\n") + packed(LAST + "\n") + b"\0" * 100
    (exports.folder / "export.json").write_bytes(both)
    exports.write("plain.json.gz", "[]")
    (exports.folder / "plain.json.gz").write_text(text(event(id="plain")))
    assert exports.read().read == 3


def fifo(path: Path) -> None:
    os.mkfifo(path)


def link_out(path: Path) -> None:
    outside = path.parent.parent.parent / "outside.json"
    outside.write_text(text(event(id="outside")))
    path.symlink_to(outside)


def loop(path: Path) -> None:
    path.symlink_to(path.name)


def dangling(path: Path) -> None:
    path.symlink_to("gone.json")


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (fifo, Reason.SECURITY),
        (link_out, Reason.SECURITY),
        (loop, Reason.UNREADABLE),
        (dangling, Reason.UNREADABLE),
    ],
)
def test_what_is_no_regular_file_inside_the_folder_is_not_read(
    exports: Exports, make: object, reason: Reason
) -> None:
    assert callable(make)
    make(exports.folder / "export.json")
    exports.write("neighbour.json", text(event()))
    reading = exports.read()
    assert [one.file for one in reading.rejections] == ["telemetry/export.json"]
    assert reading.rejections[0].reason in {reason, Reason.SECURITY}
    assert reading.read == 1


def test_a_folder_named_like_an_export_is_a_folder(exports: Exports) -> None:
    exports.write("day.json/export.json", text(event()))
    assert (exports.read().read, exports.read().rejected) == (1, {})


def test_a_file_that_cannot_be_read_now_is_read_as_soon_as_it_can(exports: Exports) -> None:
    link = exports.folder / "export.json"
    link.symlink_to("later/export.json")
    exports.write("neighbour.json", text(event()))
    assert exports.read().rejected == {Reason.UNREADABLE: 1}
    exports.write("later/export.json", text(event(id="b")))
    reading = exports.read()
    assert (reading.read, reading.rejected) == (2, {})


@pytest.mark.parametrize("instead", [Path.mkdir, Path.touch, os.mkfifo, None])
def test_a_file_that_changes_between_a_look_and_a_read_is_rejected(
    exports: Exports, instead: Callable[[Path], object] | None
) -> None:
    path = exports.write("export.json", text(event()))
    options = exports.options
    (found,) = scan(exports.context.folder, ("telemetry",)).files
    path.unlink()
    if instead is not None:
        instead(path)
    with pytest.raises(ItemError) as error:
        read_whole(found, options)
    assert error.value.rejection.file == "telemetry/export.json"


def test_what_is_lenient_stays_so(exports: Exports) -> None:
    """Valid JSON with odd values that nobody reads, or that mean nothing, is no defect."""
    odd = [
        generation(id="1", note="1e400"),
        generation(id="2", note="9" * 5000),
        generation(id="3", note="[" * 300 + "]" * 300),
        generation(id="4", generation_time_ms="null"),
        generation(id="5", success="null"),
        generation(id="6", generation_time_ms="-0.0"),
        generation(id="7", generation_time_ms="12345678901234567890"),
        generation(id="8", backend_used="5"),
        generation(id="9", backend_used="null"),
        generation(id='"\\u0061\\n"', note='"\\ud83d\\ude00 \\/ \\b"'),
        generation(id="123456789012345678901234567890"),
        '{"type": "session_end", "success": "partly", "duration_ms": -5, "backend": []}',
        '{"type": "x", "type": "command_generation", "success": 1, "success": true}',
    ]
    exports.write("export.json", "[" + ",".join(odd) + "]")
    reading = exports.read()
    assert (reading.read, reading.rejected) == (len(odd), {})


def test_hardly_any_event_is_given_up_on(exports: Exports) -> None:
    exports.write("export.json", "[" + "1," * 200_000 + "1]")
    reading = exports.read()
    assert [one.reason for one in reading.rejections] == [Reason.SHAPE]
    assert reading.rejected == {Reason.SHAPE: 1}


def test_no_folder_is_an_error_that_names_the_fix(exports: Exports) -> None:
    exports.settle(files=["elsewhere"])
    with pytest.raises(SourceError, match=r"nothing matches elsewhere; put exports there") as error:
        exports.read()
    assert error.value.kind is ErrorClass.MISSING


def test_no_events_at_all_say_nothing(exports: Exports) -> None:
    exports.write("export.json", text())
    reading = exports.read()
    assert (judged(reading), reading.read, reading.rejected) == (set(), 0, {})
    assert reading.facts_from is None
