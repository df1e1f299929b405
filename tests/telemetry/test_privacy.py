"""The privacy audit: what offends counts once, is never shown, and is never said to be absent."""

import json
from pathlib import Path
from typing import Any

import pytest

from exporter.model import Reason
from tests.telemetry.exports import Exports, event, text, values

MAIL = "jane.doe@canary-mail.org"
TOKEN = "ghp_Canary0123456789abcdefghij0123456789"
HOME = "/home/canaryjane/project"
CANARIES = (MAIL, TOKEN, HOME, "canary", "Canary")


def violations(exports: Exports) -> Any:
    return values(exports.read(), "release_privacy_violations")


def findings(exports: Exports) -> dict[str, float]:
    found = values(exports.read(), "release_privacy_findings", "rule")
    return {rule: count for rule, count in found.items() if count}


@pytest.mark.parametrize("name", ["command", "query"])
@pytest.mark.parametrize("value", ["ls -la", "", False, 0, [], {}, ["x"]])
def test_a_private_field_that_is_not_null_offends(
    exports: Exports, name: str, value: object
) -> None:
    exports.write("export.json", text(event(**{name: value}), event(id="b", **{name: None})))
    assert violations(exports) == 1
    assert findings(exports) == {"field": 1}


@pytest.mark.parametrize("value", ["ls", False, {}])
def test_a_private_field_in_the_payload_offends(exports: Exports, value: object) -> None:
    payload = {"type": "command_generation", "query": value}
    exports.write("export.json", text(event(event_type=payload)))
    assert findings(exports) == {"field": 1}


def test_the_private_fields_are_the_users(exports: Exports) -> None:
    exports.settle(privacy={"fields": ["prompt"]})
    exports.write("export.json", text(event(command="ls"), event(id="b", prompt="list files")))
    assert findings(exports) == {"field": 1}


def test_events_of_every_type_are_audited(exports: Exports) -> None:
    exports.write("export.json", text({"type": "error", "timestamp": 1768400000, "note": MAIL}))
    assert findings(exports) == {"email": 1}


def test_an_event_counts_once_whatever_it_offends_against(exports: Exports) -> None:
    exports.write("export.json", text(event(command=MAIL, note=[TOKEN, MAIL], path=HOME)))
    assert violations(exports) == 1
    assert findings(exports) == {"field": 1, "email": 1, "credential": 1, "home_path": 1}


def test_an_event_counts_once_whichever_copy_offends(exports: Exports) -> None:
    exports.write("1.json", text(event(), event(id="b")))
    exports.write("2.json", text(event(note=MAIL), event(id="b")))
    exports.write("3.json", text(event(note=HOME)))
    assert violations(exports) == 1
    assert findings(exports) == {"email": 1, "home_path": 1}


def test_events_without_an_id_count_each(exports: Exports) -> None:
    exports.write("1.json", text(event(id=None, note=MAIL), event(id=None, note=MAIL)))
    assert violations(exports) == 2


PLACES: dict[str, str] = {
    "a value": json.dumps(event(note=MAIL)),
    "a key": json.dumps(event(**{MAIL: 1})),
    "a list in a list": json.dumps(event(note=[[{"a": [MAIL]}]])),
    "an id": json.dumps(event(id=MAIL)),
    "a type": json.dumps(event(event_type=MAIL)),
    "a backend": json.dumps(event(backend_used=MAIL)),
    "a very long backend": json.dumps(event(backend_used="x" * 500 + " " + MAIL)),
    "an escaped value": json.dumps(event(note=MAIL)).replace("@", "\\u0040"),
    "an escaped key": json.dumps(event(**{MAIL: 1})).replace("@", "\\u0040"),
    "an escaped letter": json.dumps(event(note=MAIL)).replace("jane", "\\u006aane"),
    "a key that is there twice": json.dumps(event(note=MAIL))[:-1] + ', "note": "x"}',
    "an event with a bad field": json.dumps(event(success="yes", note=MAIL)),
    "an event with a bad id": json.dumps(event(id=1.5, note=MAIL)),
    "an event with a bad time": json.dumps(event(timestamp="never", note=MAIL)),
    "an event of next year": json.dumps(event(timestamp="2027-01-01T00:00:00Z", note=MAIL)),
    "an event with NaN": json.dumps(event(n=float("nan"), note=MAIL)),
    "an event with half a surrogate": json.dumps(event(n="\ud800", note=MAIL)),
    "an event with a control character": json.dumps(event(note=MAIL + "|")).replace("|", "\t"),
    "an event too deep": json.dumps(event(note=MAIL))[:-1]
    + ', "n": '
    + "[" * 9999
    + "]" * 9999
    + "}",
    "no event": json.dumps({"contact": MAIL}),
    "a text": json.dumps(MAIL),
}


@pytest.mark.parametrize("shape", ["list", "lines"])
@pytest.mark.parametrize("place", PLACES)
def test_personal_data_is_found_wherever_it_is(exports: Exports, place: str, shape: str) -> None:
    good = json.dumps(event(id="good"))
    if shape == "list":
        exports.write("export.json", f"[{good}, {PLACES[place]}]")
    else:
        exports.write("export.jsonl", f"{good}\n{PLACES[place]}\n")
    assert findings(exports) == {"email": 1}


def test_personal_data_in_a_broken_line_is_found(exports: Exports) -> None:
    exports.write("export.jsonl", f'{json.dumps(event())}\n{{"note": "{MAIL}", "n: 1\n')
    assert findings(exports) == {"email": 1}


def test_personal_data_around_the_events_is_found(exports: Exports) -> None:
    exports.write("1.json", json.dumps({"by": MAIL, "events": [event()]}))
    exports.write("2.json", json.dumps({"events": [event(id="b")], "at": {"path": HOME}}))
    assert findings(exports) == {"email": 1, "home_path": 1}


@pytest.mark.parametrize("place", [*PLACES, "around"])
def test_personal_data_is_nowhere_to_be_seen(
    exports: Exports, place: str, capfd: pytest.CaptureFixture[str]
) -> None:
    for number, canary in enumerate((MAIL, TOKEN, HOME)):
        one = PLACES.get(place, json.dumps(event())).replace(MAIL, canary)
        exports.write(f"{number}.json", json.dumps({"by": canary})[:-1] + f', "events": [{one}]}}')
        exports.write(f"{number}.jsonl", f"{json.dumps(event(id='line'))}\n{one}\n")
    reading = exports.read()
    assert values(reading, "release_privacy_violations") > 0
    said = repr(reading) + "".join(capfd.readouterr())
    kept = b"".join(path.read_bytes() for path in files(exports.context.state))
    for canary in CANARIES:
        assert canary not in said
        assert canary.encode() not in kept
        assert canary.encode("utf-16-le") not in kept


NAMED: dict[str, str] = {
    "a password": '"password": "hunter2"',
    "a key": '"api_key": "abcdef0123456789"',
    "a password by a wide colon": '"password" :\n "hunter2"',
    "a password in a list": '"password": ["hunter2"]',
    "an escaped name": '"p\\u0061ssword": "hunter2"',
    "a nested one": '"at": [{"in": {"client_secret": "hunter2"}}]',
    "a token": '"token": "abcdef0123456789"',
    "a folder that is none": '"pwd": "hunter2"',
}


@pytest.mark.parametrize("name", ["e.json", "e.jsonl"])
@pytest.mark.parametrize("case", NAMED)
def test_a_secret_is_told_by_its_name(exports: Exports, case: str, name: str) -> None:
    one = json.dumps(event())[:-1] + ", " + NAMED[case].replace("\n", " ") + "}"
    exports.write(name, f"{one}\n{json.dumps(event(id='b'))}\n")
    assert findings(exports) == {"credential": 1}


@pytest.mark.parametrize(
    "ordinary",
    [
        {"password": None},
        {"password": True},
        {"password": "***"},
        {"token": "identifier"},
        {"pwd": "/work"},
        {"keys": ["password", "hunter2"]},
        {"a": "password", "b": "hunter2"},
    ],
    ids=str,
)
def test_an_ordinary_value_is_no_secret(exports: Exports, ordinary: dict[str, Any]) -> None:
    exports.write("e.json", text(event(**ordinary)))
    assert findings(exports) == {}


def test_half_a_surrogate_pair_hides_nothing(exports: Exports) -> None:
    address = '"https://jane\\ud800:hunter2@server/"'
    exports.write("e.json", f'[{{"type": "x", "timestamp": 1768400000, "note": {address}}}]')
    assert "credential" in findings(exports)


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_names_from_outside_become_labels_only_if_they_are_plain(exports: Exports) -> None:
    names = [
        "static",
        "embedded",
        "Remote_1.0-b",
        "x" * 32,
        "x" * 33,
        "a b",
        "",
        "é",
        None,
        MAIL,
        TOKEN,
    ]
    exports.write(
        "e.json", text(*[event(id=str(n), backend_used=one) for n, one in enumerate(names)])
    )
    shares = values(exports.read(), "release_backend_usage_ratio", "backend")
    assert shares == pytest.approx(
        {
            "static": 1 / 11,
            "embedded": 1 / 11,
            "Remote_1.0-b": 1 / 11,
            "x" * 32: 1 / 11,
            "other": 7 / 11,
        }
    )


def test_many_names_become_ten_and_the_rest(exports: Exports) -> None:
    names = [f"b{n % 500}" for n in range(1000)] + ["top"] * 5 + ["static"]
    exports.write(
        "e.json", text(*[event(id=str(n), backend_used=one) for n, one in enumerate(names)])
    )
    shares = values(exports.read(), "release_backend_usage_ratio", "backend")
    assert len(shares) == 11
    assert shares["static"] == 1 / 1006
    assert sum(shares.values()) == pytest.approx(1)
    exports.write(
        "e.json", text(*[event(id=str(n), event_type=one) for n, one in enumerate(names)])
    )
    assert len(values(exports.read(), "release_telemetry_events", "type")) == 11


def test_static_has_a_share_even_if_nobody_used_it(exports: Exports) -> None:
    exports.write("export.json", text(event(backend_used="embedded")))
    shares = values(exports.read(), "release_backend_usage_ratio", "backend")
    assert shares == {"static": 0, "embedded": 1}


def test_no_violation_is_said_where_all_was_audited(exports: Exports) -> None:
    exports.write("export.json", text(event(), event(id="b", success="yes")))
    reading = exports.read()
    assert values(reading, "release_privacy_violations") == 0
    assert values(reading, "release_privacy_violations_daily", "day") == {"2026-01-14": 0}
    (sample,) = [one for one in reading.samples if one.gauge == "release_privacy_violations"]
    assert sample.n == 2


UNREAD: dict[str, tuple[str, str | bytes]] = {
    "a broken file": ("broken.json", "[{"),
    "an unknown shape": ("package.json", '{"name": "caro"}'),
    "UTF-16": ("wide.json", text(event()).encode("utf-16")),
    "a broken line": ("lines.jsonl", f'{json.dumps(event(id="c"))}\n{{"type\n'),
    "an event too deep": ("deep.json", '[{"type":"x","n":' + "[" * 9999 + "]" * 9999 + "}]"),
    "a damaged gzip file": ("cut.json", b"\x1f\x8b\x08\x00\x00"),
    "another suffix": ("day.log", text(event())),
    "a packed file of another kind": ("day.json.zip", b"PK\x03\x04"),
}


@pytest.mark.parametrize("case", UNREAD)
def test_no_violation_is_never_said_where_something_was_not_audited(
    exports: Exports, case: str
) -> None:
    exports.write("export.json", text(event()))
    exports.write(*UNREAD[case])
    reading = exports.read()
    assert values(reading, "release_privacy_violations") is None
    assert values(reading, "release_privacy_violations_daily", "day") == {}
    assert values(reading, "release_privacy_findings", "rule") == {}
    assert values(reading, "release_command_success_ratio") == 1
    # So that what was said before stands until its limit.
    assert reading.withheld == dict.fromkeys(
        (
            "release_privacy_violations",
            "release_privacy_violations_daily",
            "release_privacy_findings",
        ),
        "1 of 2 files could not be audited",
    )


@pytest.mark.parametrize("case", UNREAD)
def test_a_violation_is_said_even_where_something_was_not_audited(
    exports: Exports, case: str
) -> None:
    exports.write("export.json", text(event(command="ls"), event(id="b", note=MAIL)))
    exports.write(*UNREAD[case])
    assert violations(exports) == 2
    assert exports.read().withheld == {}
    assert findings(exports) == {"field": 1, "email": 1}


def test_what_only_looks_like_an_export_keeps_no_violation_from_being_said(
    exports: Exports,
) -> None:
    exports.write("export.json", text(event()))
    (exports.folder / "gone.json").symlink_to("nowhere.json")
    assert violations(exports) is None


def test_the_users_rules_and_exceptions_hold(exports: Exports) -> None:
    exports.write("1.json", text(event(note="see ACME-42"), event(id="b", note="help@example.com")))
    exports.write("2.json", text(event(id="c", note=f"help@example.com, {MAIL}")))
    exports.settle(
        privacy={
            "rules": [{"name": "ticket", "pattern": "ACME-[0-9]+"}],
            "allow": [r"help@example\.com"],
        }
    )
    assert findings(exports) == {"ticket": 1, "email": 1}
    assert violations(exports) == 2


def test_other_rules_audit_everything_again(exports: Exports) -> None:
    exports.write("export.json", text(event(note="see ACME-42")))
    assert violations(exports) == 0
    exports.settle(privacy={"rules": [{"name": "ticket", "pattern": "ACME-[0-9]+"}]})
    assert violations(exports) == 1


def test_violations_count_from_their_own_day(exports: Exports) -> None:
    early = event(timestamp="2026-01-13T20:00:00Z", command="ls")
    late = event(id="b", timestamp="2026-01-14T20:00:00Z", command="ls")
    exports.write("export.json", text(early, late))
    assert violations(exports) == 2
    moved = {"date": "2026-01-14", "reason": "r", "owner": "o", "link": "https://x.org"}
    exports.settle(privacy={"since": moved})
    reading = exports.read()
    assert values(reading, "release_privacy_violations") == 1
    assert values(reading, "release_privacy_violations_daily", "day") == {"2026-01-14": 1}
    assert values(reading, "release_command_results", "result") == {"success": 2, "failure": 0}


def test_rejected_copies_are_audited_once_too(exports: Exports) -> None:
    for name in ("1.json", "2.json"):
        exports.write(name, text(event(success="yes", command="ls")))
    reading = exports.read()
    assert values(reading, "release_privacy_violations") == 1
    assert reading.rejected == {Reason.FIELD: 2}


@pytest.mark.parametrize("value", ['"ls -la", "command": null', 'null, "command": "ls -la"'])
def test_a_private_field_that_stands_there_twice_offends(exports: Exports, value: str) -> None:
    exports.write("export.json", text(event(command="?")).replace('"?"', value))
    assert findings(exports) == {"field": 1}
