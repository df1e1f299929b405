"""The document: back as it was, the same bytes anywhere, and believed only if it follows."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from exporter.gate.decision import Decision
from exporter.gate.document import LIMIT, Bundle, DocumentError, dump, load, load_all
from exporter.gate.report import Report
from exporter.gate.reporting import report_of
from exporter.view import ReleaseView
from tests.gate.cases import KEYS, build, possible
from tests.gate.hostile import TEXTS, say
from tests.releases import NOW

ROOT = Path(__file__).parents[2]

PROGRAM = """
import sys
from tests.gate.test_document import report
from exporter.gate.document import dump
from exporter.gate.output import FORMS
one = report({"QM-2": "waived warn", "EM-3": "fail", "PM-5/P0": "missing"})
sys.stdout.buffer.write(dump(one).encode())
for form in FORMS.values():
    sys.stdout.buffer.write(form([one]).encode())
"""


def report(conditions: dict[str, str], now: datetime = NOW) -> Report:
    release, states = build(conditions)
    return report_of(ReleaseView(release, states), now)


@pytest.mark.parametrize("condition", ["pass", "warn", "fail", "missing", "stale", "waived warn"])
def test_what_was_dumped_is_loaded_as_it_was(condition: str) -> None:
    for key in KEYS:
        if possible(key, condition):
            one = report({key: condition})
            assert load(dump(one)) == one
            assert load_all(dump(Bundle.of([one]))) == (one,)


@pytest.mark.parametrize("text", TEXTS, ids=str.__repr__)
def test_a_hostile_report_comes_back_with_the_same_bytes(text: str) -> None:
    written = dump(say(text))
    assert dump(load(written)) == written


@pytest.mark.parametrize(
    "environment",
    [
        {"LC_ALL": "C", "TZ": "UTC", "PYTHONHASHSEED": "0"},
        {"LC_ALL": "C.UTF-8", "TZ": "Pacific/Apia", "PYTHONHASHSEED": "1"},
        {"LC_ALL": "de_DE.UTF-8", "TZ": "Asia/Kathmandu", "PYTHONHASHSEED": "12345"},
        {"LC_ALL": "tr_TR.UTF-8", "TZ": "nonsense", "PYTHONUTF8": "0", "PYTHONHASHSEED": "7"},
    ],
    ids=lambda one: one["TZ"],
)
def test_locale_zone_and_hashes_change_no_byte(environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        check=True,
        cwd=ROOT,
        env=os.environ | dict(environment),
    )
    here = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, check=True, cwd=ROOT
    )
    assert done.stdout == here.stdout != b""


def test_the_same_moment_in_another_zone_is_the_same_document() -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=5, minutes=45)))
    assert dump(report({}, elsewhere)) == dump(report({}, NOW.astimezone(UTC)))


def test_the_published_schema_takes_it_and_refuses_a_mistake() -> None:
    schema = json.loads((ROOT / "docs/gate.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    one = json.loads(dump(report({"QM-2": "waived warn"})))
    assert list(validator.iter_errors(one)) == []
    assert list(validator.iter_errors(json.loads(dump(Bundle.of([say("x")]))))) == []
    assert list(validator.iter_errors(one | {"decision": "MAYBE"})) != []
    assert list(validator.iter_errors(one | {"more": 1})) != []


def change(**fields: object) -> str:
    return json.dumps(json.loads(dump(report({"QM-2": "fail"}))) | fields)


def change_line(key: str, **fields: object) -> str:
    document = json.loads(dump(report({"QM-2": "fail"})))
    for line in document["verdicts"]:
        if line["key"] == key:
            line.update(fields)
    return json.dumps(document)


@pytest.mark.parametrize(
    "text",
    [
        change(decision="GO"),
        change(reasons=[]),
        change(problems=["more"]),
        change_line("QM-2", verdict="pass"),
        change_line("QM-2", blocks=False),
        change_line("QM-2", verdict="waived", replaces="fail"),
        change_line("QM-2", due=False),
        change_line("QM-2", verdict="not_due"),
        change_line("QM-2", value=None),
        change_line("QM-2", value="0.5"),
        change_line("QM-1", verdict="waived", replaces="unknown"),
        change(version=2),
        change(time="2026-01-17T20:00:00"),
        change(verdicts={}),
        change(more=1),
        "",
        "{}",
        "[]",
        "null",
        "[" * 100_000,
        '{"version": 1}',
        change().replace("0.5", "NaN"),
        change().replace("0.5", "1e999"),
        change()[:-100],
    ],
)
def test_what_does_not_follow_or_is_no_document_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(DocumentError) as caught:
        load(text)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


def test_a_document_too_large_is_not_even_parsed() -> None:
    with pytest.raises(DocumentError, match="longer than 16 MiB"):
        load(" " * (LIMIT + 1))


def test_of_several_releases_the_worst_decides_and_none_is_unknown() -> None:
    good, bad = report({}), replace(report({"QM-1": "fail"}), release="v2")
    assert Bundle.of([good, bad]).decision is Decision.NO_GO
    assert Bundle.of([]).decision is Decision.UNKNOWN
    assert dump(Bundle.of([good, bad])) == dump(Bundle.of([bad, good]))
    with pytest.raises(DocumentError, match="several releases"):
        load(dump(Bundle.of([good, bad])))


def test_what_a_bundle_says_of_the_whole_is_not_believed() -> None:
    lying = json.loads(dump(Bundle.of([report({"QM-1": "fail"})]))) | {"decision": "GO"}
    (one,) = load_all(json.dumps(lying))
    assert one.decision is Decision.NO_GO
