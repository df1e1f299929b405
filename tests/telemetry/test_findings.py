"""Where the violations are: enough to find each, and nothing of what it says."""

import json

import pytest

from exporter.model import LISTED_REJECTIONS, Finding
from exporter.telemetry import ingest, split
from tests.telemetry.exports import Exports, event, text, values

MAIL = "jane.doe@canary-mail.org"
HOME = "/home/canaryjane/project"


def found(exports: Exports) -> list[str]:
    return [str(one).removeprefix("telemetry/") for one in exports.read().findings]


def test_a_finding_names_file_event_byte_and_rule(exports: Exports) -> None:
    content = text(event(), event(id="b"), event(id="c", command="ls", note=MAIL))
    exports.write("a.json", content)
    byte = content.index('{"id": "c"')
    assert exports.read().findings == (
        Finding("telemetry/a.json", f"event 3, byte {byte}", "field"),
        Finding("telemetry/a.json", f"event 3, byte {byte}", "email"),
    )


def test_on_a_line_a_finding_names_it(exports: Exports) -> None:
    lines = [json.dumps(event(id=str(n), command="ls" if n == 6 else None)) for n in range(9)]
    exports.write("a.jsonl", "\n\n" + "\n".join(lines))
    assert found(exports) == ["a.jsonl: line 9: field"]


def test_a_finding_around_the_events_says_so(exports: Exports) -> None:
    exports.write("a.json", json.dumps({"by": MAIL, "events": [event()]}))
    assert found(exports) == ["a.json: around the events: email"]


def test_what_is_no_event_or_broken_is_found_too(exports: Exports) -> None:
    exports.write(
        "a.jsonl", f'{json.dumps(event())}\n{{"x": "{MAIL}"}}\n{{"note": "{HOME}", "n: 1\n'
    )
    assert found(exports) == ["a.jsonl: line 2: email", "a.jsonl: line 3: home_path"]


def test_findings_are_in_the_order_of_files_and_places(exports: Exports) -> None:
    exports.write("b.json", text(event(id="1", command="ls")))
    exports.write("c.json", text(event(id="2", command="ls"), event(id="3", note=MAIL)))
    whole = found(exports)
    assert [one.partition(",")[0] for one in whole] == [
        "b.json: event 1",
        "c.json: event 1",
        "c.json: event 2",
    ]
    exports.write("a.json", text(event(id="4", note=HOME)))
    assert found(exports) == ["a.json: event 1, byte 12: home_path", *whole]
    exports.restart()
    assert found(exports) == ["a.json: event 1, byte 12: home_path", *whole]


def test_an_event_is_found_once_for_each_rule_where_it_offends_first(exports: Exports) -> None:
    exports.write("a.json", text(event()))
    exports.write("b.json", text(event(note=MAIL)))
    exports.write("c.json", text(event(note=MAIL), event(note=HOME)))
    (first, second) = found(exports)
    assert first == "b.json: event 1, byte 12: email"
    assert second.startswith("c.json: event 2")
    assert second.endswith("home_path")


def test_events_without_an_id_are_found_each(exports: Exports) -> None:
    exports.write("a.json", text(event(id=None, note=MAIL), event(id=None, note=MAIL)))
    assert len(found(exports)) == 2


def test_what_does_not_count_is_not_found(exports: Exports) -> None:
    early = event(timestamp="2026-01-12T20:00:00Z", command="ls")
    exports.write("a.json", text(early, event(id="b", command="ls")))
    (only,) = found(exports)
    assert only.startswith("a.json: event 2")


def test_findings_outlive_a_restart_and_go_with_their_file(exports: Exports) -> None:
    exports.write("a.json", text(event(note=MAIL)))
    gone = exports.write("b.json", text(event(id="b", note=HOME)))
    before = found(exports)
    assert len(before) == 2
    exports.restart()
    assert (found(exports), exports.reply().decoded) == (before, 0)
    gone.unlink()
    assert found(exports) == before[:1]


def test_as_many_findings_as_rejections_are_listed(exports: Exports) -> None:
    events = [event(id=f"{n}", note=MAIL, command="ls") for n in range(500)]
    exports.write("a.json", text(*events))
    reading = exports.read()
    assert len(reading.findings) == LISTED_REJECTIONS
    assert reading.findings[-1].position.startswith("event 50,")
    assert values(reading, "release_privacy_violations") == 500


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_in_a_stretch_a_finding_has_its_place_in_the_file(
    exports: Exports, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(ingest, "WORTH_HELP", 1000)
    monkeypatch.setattr(split, "STRETCH", 10_000)
    events = [json.dumps(event(id=str(n), command="ls" if n == 700 else None)) for n in range(1000)]
    if name == "a.jsonl":
        exports.write(name, "\n".join(events))
        assert found(exports) == ["a.jsonl: line 701: field"]
    else:
        content = '{"by": "' + MAIL + '", "events": [' + ",\n".join(events) + "]}"
        exports.write(name, content)
        byte = content.index(events[700])
        assert found(exports) == [
            f"a.json: event 701, byte {byte}: field",
            "a.json: around the events: email",
        ]
