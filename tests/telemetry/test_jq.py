"""The user's own commands on the same files: what `jq` and `awk` say is what we say."""

import json
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from tests.telemetry.exports import Exports, judged, values

pytestmark = pytest.mark.live

SUCCESS = """\
jq '[.events[] | select(.event_type == "command_generation")] |
    (map(select(.success == true)) | length) / length * 100' \\
    all-beta-telemetry.json
"""
PRIVACY = """\
for export in beta-exports/*.json; do
  jq '[.events[] | select(.command != null or .query != null)] | length' "$export"
done | awk '{sum+=$1} END {print sum}'
"""
SPEED = """\
jq '[.events[] | select(.event_type == "command_generation")] |
    map(.generation_time_ms) | sort |
    .[length * 0.95 | floor]' \\
    all-beta-telemetry.json
"""
BACKENDS = """\
jq '[.events[] | select(.event_type == "command_generation")] |
    group_by(.backend_used)[] |
    {backend: .[0].backend_used, count: length}' \\
    all-beta-telemetry.json
"""

LINE = "echo ---\n"

numbers = some.one_of(
    some.integers(0, 10_000),
    some.floats(0, 1e7, allow_subnormal=False),
    some.sampled_from([0, 0.1, 1999.9999999999998, 2000, 12345678901234567890, 1e300]),
)
odd: some.SearchStrategy[object] = some.sampled_from(
    [None, "", "n/a", "true", "9", -1, -0.5, 1.5, 10**30, True, False, [], [1], {}, {"a": None}]
)
milliseconds = some.one_of(numbers, numbers, odd)
# Events without a time, or with one that cannot be, have that of the file.
moments: some.SearchStrategy[object] = some.sampled_from(
    [None, "", "n/a", "2026-99-01", "2026-01-15T10:00:00Z", "2199-01-01", -1, 1e18, True, [], {}]
)
private: some.SearchStrategy[object] = some.sampled_from(
    [None, None, None, None, "", "ls", False, 0, [], {}]
)


def generations(count: int | None) -> some.SearchStrategy[list[dict[str, Any]]]:
    clean = some.fixed_dictionaries(
        {
            "event_type": some.just("command_generation"),
            "success": some.sampled_from([True, True, True, False, None]),
            "generation_time_ms": numbers,
            "backend_used": some.sampled_from(["static", "embedded", "remote-1.0"]),
        },
        optional={"command": private, "query": private},
    )
    wild = some.fixed_dictionaries(
        {"event_type": some.just("command_generation")},
        optional={
            "success": some.sampled_from([True, True, False]) | odd,
            "generation_time_ms": milliseconds,
            "backend_used": some.sampled_from(["static", "embedded", "remote-1.0"]) | odd,
            "timestamp": moments,
            "id": some.sampled_from([None, "", 1.5, True, False, [], {}]),
            "command": private,
            "query": private,
        },
    )
    one = some.one_of(clean, wild) if count is None else clean
    return some.lists(one, min_size=count or 1, max_size=count or 60)


others = some.lists(
    some.fixed_dictionaries(
        {"success": some.just(True)},
        optional={
            "event_type": some.sampled_from(["session_start", "error", "", None, 5, [], True]),
            "generation_time_ms": milliseconds,
        }
        | {"command": private, "query": private},
    ),
    max_size=5,
)


def run(command: str, folder: Path) -> str:
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, capture_output=True, text=True, check=False
    )
    return done.stdout if done.returncode == 0 else ""


def compare(events: list[dict[str, Any]], exports: Exports, folder: Path) -> None:
    """Ask both about the same events, ours in one of the user's two places."""
    document = json.dumps({"events": events})
    (folder / "all-beta-telemetry.json").write_text(document)
    beta = folder / "beta-exports"
    shutil.rmtree(beta, ignore_errors=True)
    beta.mkdir()
    half = len(events) // 2
    (beta / "1.json").write_text(json.dumps({"events": events[:half]}))
    (beta / "2.json").write_text(json.dumps({"events": events[half:]}))
    exports.write("all-beta-telemetry.json", document)
    reading = exports.read()

    command = f"{SUCCESS}{LINE}{PRIVACY}{LINE}{SPEED}{LINE}{BACKENDS}"
    success, privacy, speed, backends = run(command, folder).split("---\n")
    assert values(reading, "release_command_success_ratio") * 100 == pytest.approx(
        float(success), rel=1e-12, abs=0
    )
    spans = [one.get("generation_time_ms") for one in events if is_generation(one)]
    if all(isinstance(span, int | float) and span is not True and span >= 0 for span in spans):
        # Where some are none, theirs takes them for the shortest or the longest.
        assert values(reading, "release_generation_p95_seconds") * 1000 == pytest.approx(
            float(speed), rel=1e-12, abs=0
        )
    assert values(reading, "release_privacy_findings", "rule")["field"] == int(privacy)
    counts: Counter[str] = Counter()
    groups = re.sub("^}", "},", backends, flags=re.MULTILINE)
    for one in json.loads(f"[{groups}0]")[:-1]:
        counts[label(one["backend"])] += one["count"]
    ratios = values(reading, "release_backend_usage_ratio", "backend")
    # Theirs lacks a backend that nobody used; of `static` we say that it is none.
    assert {name: ratio for name, ratio in ratios.items() if ratio} == pytest.approx(
        {name: count / counts.total() for name, count in counts.items()}, rel=1e-12, abs=0
    )


def is_generation(event: dict[str, Any]) -> bool:
    return event.get("event_type") == "command_generation"


def label(backend: object) -> str:
    plain = isinstance(backend, str) and re.fullmatch("[A-Za-z0-9_.-]{1,32}", backend)
    return str(backend) if plain else "other"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "user"
    path.mkdir()
    return path


def data_sets(examples: int) -> settings:
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )


@given(events=generations(None), more=others)
@data_sets(180)
def test_any_number_of_events(
    exports: Exports, folder: Path, events: list[dict[str, Any]], more: list[dict[str, Any]]
) -> None:
    compare([*more, *events], exports, folder)


@pytest.mark.parametrize("count", [1, 20, 21, 40, 100])
@given(data=some.data())
@data_sets(6)
def test_the_numbers_where_the_index_of_the_percentile_turns(
    exports: Exports, folder: Path, data: some.DataObject, count: int
) -> None:
    compare(data.draw(generations(count)), exports, folder)


def test_without_events_jq_fails_and_we_say_nothing(exports: Exports, folder: Path) -> None:
    (folder / "all-beta-telemetry.json").write_text('{"events": []}')
    assert run(SUCCESS, folder) == ""
    exports.write("all-beta-telemetry.json", '{"events": []}')
    assert judged(exports.read()) == set()
