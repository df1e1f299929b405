"""The telemetry source: its settings, and what it hands on from the engine."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from exporter.collectors.telemetry import Settings, collect, request_for
from exporter.model import Context, ErrorClass, SourceError
from exporter.plan import Phase, Plan
from exporter.telemetry.client import ENGINE

SINCE = {
    "date": "2026-01-14",
    "reason": "the first build logged commands",
    "owner": "jo",
    "link": "https://example.org/decisions/7",
}


@pytest.fixture(autouse=True)
def _close_engine() -> Iterator[None]:
    yield
    ENGINE.close()


def write(folder: Path, *events: dict[str, Any]) -> None:
    path = folder / "telemetry" / "export.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"events": events}))


def test_the_engine_reads_the_release(context: Context) -> None:
    event = {
        "id": "a",
        "timestamp": "2026-01-14T18:00:00Z",
        "event_type": "command_generation",
        "success": True,
        "generation_time_ms": 850,
        "backend_used": "static",
    }
    write(context.folder, event, event)
    reading = collect(Settings(), context)
    assert {
        sample.gauge: sample.value
        for sample in reading.samples
        if not dict(sample.labels).get("day")
    } == {
        "release_command_success_ratio": 1,
        "release_command_results": 0,
        "release_generation_p95_seconds": 0.85,
        "release_backend_usage_ratio": 1,
        "release_privacy_violations": 0,
        "release_privacy_findings": 0,
        "release_privacy_since_timestamp_seconds": datetime(2026, 1, 13, 8, tzinfo=UTC).timestamp(),
        "release_telemetry_events": 1,
        "release_telemetry_duplicate_events": 1,
    }
    assert reading.read == 1
    assert reading.facts_from == datetime(2026, 1, 14, 18, tzinfo=UTC)
    assert all(sample.n is not None and sample.evidence for sample in reading.samples)


def test_a_release_without_exports_is_an_error_that_names_the_fix(context: Context) -> None:
    with pytest.raises(SourceError, match=r"files: nothing matches telemetry; put exports there"):
        collect(Settings(), context)


def test_a_release_without_a_folder_is_an_error(context: Context) -> None:
    context.folder.rmdir()
    with pytest.raises(SourceError, match="no such folder") as error:
        collect(Settings(), context)
    assert error.value.kind is ErrorClass.MISSING


def test_events_count_from_the_betas_opening() -> None:
    assert Settings.PRODUCED_IN == (Phase.BETA,)


def test_by_default_both_first_days_are_the_betas(context: Context) -> None:
    request = request_for(Settings(), context)
    opening = datetime(2026, 1, 13, 8, tzinfo=UTC).timestamp()
    assert (request.since, request.privacy_since) == (opening, opening)


def test_the_privacy_audits_first_day_is_its_own(context: Context) -> None:
    settings = Settings.model_validate({"since": date(2026, 1, 15), "privacy": {"since": SINCE}})
    request = request_for(settings, context)
    assert request.since == datetime(2026, 1, 15, 8, tzinfo=UTC).timestamp()
    assert request.privacy_since == datetime(2026, 1, 14, 8, tzinfo=UTC).timestamp()


def test_a_moved_first_day_is_said_with_its_reason(context: Context) -> None:
    write(context.folder, {"type": "x", "timestamp": "2026-01-15T00:00:00Z"})
    settings = Settings.model_validate({"privacy": {"since": SINCE}})
    samples = {one.gauge: one for one in collect(settings, context).samples}
    moved = (
        "counted since 2026-01-14, moved from 2026-01-13 by jo: "
        "the first build logged commands (https://example.org/decisions/7)"
    )
    assert samples["release_privacy_violations"].evidence.endswith(f", {moved}")
    since = samples["release_privacy_since_timestamp_seconds"]
    assert since.value == datetime(2026, 1, 14, 8, tzinfo=UTC).timestamp()
    assert dict(since.labels) == {"moved": "true"}


def test_the_betas_first_day_is_no_move(context: Context) -> None:
    write(context.folder, {"type": "x", "timestamp": "2026-01-15T00:00:00Z"})
    settings = Settings.model_validate({"privacy": {"since": SINCE | {"date": "2026-01-13"}}})
    samples = {one.gauge: one for one in collect(settings, context).samples}
    assert samples["release_privacy_violations"].evidence.endswith(", counted since 2026-01-13")
    since = samples["release_privacy_since_timestamp_seconds"]
    assert dict(since.labels) == {"moved": "false"}


def test_a_move_is_said_even_if_nothing_counts_since(context: Context) -> None:
    write(context.folder, {"type": "x", "timestamp": "2026-01-13T20:00:00Z"})
    settings = Settings.model_validate({"privacy": {"since": SINCE}})
    samples = {one.gauge: one for one in collect(settings, context).samples}
    assert "release_privacy_violations" not in samples
    assert "by jo" in samples["release_privacy_since_timestamp_seconds"].evidence


def test_one_folder_needs_no_list() -> None:
    settings = Settings.model_validate({"files": "exports"})
    assert settings == Settings.model_validate({"files": ["exports"]})


def test_without_a_plan_there_is_no_first_day(context: Context, tmp_path: Path) -> None:
    empty = replace(context, folder=tmp_path, plan=Plan((), ZoneInfo("UTC")))
    request = request_for(Settings(), empty)
    assert (request.since, request.privacy_since) == (None, None)


@pytest.mark.parametrize("key", ["date", "reason", "owner", "link"])
def test_moving_the_privacy_audits_first_day_takes_a_reason(key: str) -> None:
    since = {name: value for name, value in SINCE.items() if name != key}
    with pytest.raises(ValidationError, match=key):
        Settings.model_validate({"privacy": {"since": since}})


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({"privacy": {"since": SINCE | {"link": "see minutes"}}}, "valid URL"),
        ({"privacy": {"since": SINCE | {"reason": ""}}}, "at least 1 character"),
        ({"privacy": {"rules": [{"name": "x", "pattern": "("}]}}, "RE2 syntax"),
        ({"privacy": {"rules": [{"name": "x", "pattern": "a*"}]}}, "empty text"),
        ({"privacy": {"rules": [{"name": "a b", "pattern": "a"}]}}, "pattern"),
        ({"privacy": {"rules": [{"name": "field", "pattern": "a"}]}}, "null check"),
        ({"privacy": {"allow": ["["]}}, "RE2 syntax"),
        ({"privacy": {"fields": ["a b"]}}, "pattern"),
        ({"privacy": {"field": ["a"]}}, "Extra inputs"),
        ({"files": []}, "at least 1 item"),
        ({"files": ["../secret"]}, "without '..'"),
        ({"files": ["/etc"]}, "inside the release's folder"),
        ({"since": "soon"}, "write a date"),
    ],
)
def test_what_cannot_be_meant_is_a_mistake(written: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Settings.model_validate(written)


def test_no_setting_goes_without_a_description() -> None:
    def walk(node: Any) -> Iterator[str]:
        for name, one in node.get("properties", {}).items():
            if "description" not in one:
                yield name

    schema = Settings.model_json_schema()
    for node in (schema, *schema["$defs"].values()):
        assert list(walk(node)) == []
