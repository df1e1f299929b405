"""Exports with everything that real ones have: generated from a fixed seed."""

import json
import os
import random
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.telemetry.exports import Exports, event

NOW = datetime(2026, 3, 10, 20, 0, tzinfo=UTC)
FIRST = datetime(2026, 2, 20, tzinfo=UTC)
KINDS = ["command_generation"] * 12 + ["session_start", "session_end"]
BACKENDS = ["static", "static", "llm", "cache", "me@example.com", None]
SPEEDS = [0, -0.0, 1, 12, 12.5, 850, 1e-3, 3.14159, None, None]


def events(count: int, seed: int, **fixed: Any) -> list[dict[str, Any]]:
    """Return events around the night in which Los Angeles changes its clocks."""
    lot = random.Random(seed)
    return [_event(lot, seed, number) | fixed for number in range(count)]


def _event(lot: random.Random, seed: int, number: int) -> dict[str, Any]:
    moment = FIRST + timedelta(seconds=lot.randrange(18 * 86_400))
    made = event(
        id=lot.choice([f"{seed}-{number}", f"{seed}-{number}", number, None]),
        timestamp=moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        event_type=lot.choice(KINDS),
        success=lot.choice([True, True, False, None]),
        generation_time_ms=lot.choice([*SPEEDS, lot.randrange(5000), lot.random() * 100]),
        backend_used=lot.choice(BACKENDS),
    )
    if lot.random() < 0.02:
        made["command"] = "ls"
    if lot.random() < 0.02:
        made["note"] = lot.choice(["jo@example.org", "/home/jo/x", "8.8.8.8", "fine"])
    if lot.random() < 0.02:
        made["timestamp"] = lot.choice(
            [None, "tomorrow", 1_772_000_000, 1_772_000_000_500, "2026-03-08"]
        )
    if lot.random() < 0.01:
        made["timestamp"] = "2026-04-01T00:00:00Z"
    if lot.random() < 0.02:
        made |= lot.choice(
            [{"success": "yes"}, {"generation_time_ms": -1}, {"event_type": 7}, {"id": [1]}]
        )
    return made


def fill(exports: Exports) -> None:
    """Write all shapes, packed and not, overlapping, broken, linked and large."""
    write = exports.write
    every = events(400, 1)
    write("a/2026-03-05.json", json.dumps({"events": every, "owner": "jo@example.org"}))
    write("b/array.json", json.dumps(events(300, 2), indent=1))
    nested = [_nested(one) for one in events(300, 3)]
    write("c/nested.json.gz", json.dumps(nested))
    write("d/lines.jsonl", "".join(json.dumps(one) + "\n" for one in events(300, 4)) + '{"id":')
    write("d/lines.ndjson.gz", "\n".join(json.dumps(one) for one in events(200, 5)))
    write("e/all.json", "\n".join(json.dumps({"events": events(60, 6 + n)}) for n in range(4)))
    # Testers export all earlier events again each day, and one changed some of them.
    for day in range(1, 6):
        write(f"f/2026-03-0{day}.json", json.dumps(events(100 * day, 20)))
    write("f/changed.json", json.dumps(events(250, 20, success=True, generation_time_ms=3)))
    write("g/names.json", json.dumps(_names()))
    write("h/undated.json", json.dumps(events(50, 30, timestamp=None)))
    write("h/2026-02-28-undated.json", json.dumps(events(50, 31, timestamp=None)))
    write("i/cut.json", json.dumps({"events": events(50, 40)})[:-300])
    write("i/empty.json", "")
    write("i/none.json", json.dumps({"answer": 42}))
    write("i/utf16.json", "[]".encode("utf-16"))
    write("i/nan.json", '[{"event_type":"command_generation","generation_time_ms":NaN,"id":"n"}]')
    write("i/notes.txt", "not an export")
    write("i/packed.json.gz", "x").write_bytes(b"\x1f\x8b damaged")
    os.link(exports.folder / "a" / "2026-03-05.json", exports.folder / "z.json")
    padding = "x" * 900  # large enough to be cut into stretches
    write("large/list.json", json.dumps({"events": events(10_000, 50, note=padding)}))
    write("large/lines.jsonl", "\n".join(map(json.dumps, events(10_000, 51, note=padding))))


def _nested(one: dict[str, Any]) -> dict[str, Any]:
    payload = {name: one[name] for name in ("success", "backend_used")}
    payload |= {"type": one["event_type"], "duration_ms": one["generation_time_ms"]}
    return {"id": one["id"], "timestamp": one["timestamp"], "event_type": payload}


def _names() -> list[dict[str, Any]]:
    """Return more names than get a code of their own."""
    return [
        one | {"backend_used": f"backend{number}", "id": f"names-{number}"}
        for number, one in enumerate(events(400, 60, event_type="command_generation"))
    ] + [
        one | {"event_type": f"kind{n}", "id": f"kinds-{n}"}
        for n, one in enumerate(events(300, 61))
    ]
