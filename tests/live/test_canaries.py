"""Personal data and secrets that go in anywhere come out nowhere, at debug level."""

import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.live.conftest import Exporter

pytestmark = pytest.mark.live

EMAIL = "canary.person@example.org"
TOKEN = "ghp_" + "c4n4ry" * 6
HOME = "/home/canaryuser/secret"
SECRET = "environment-canary-5e1c"
CANARIES = (EMAIL, "canary.person", TOKEN, HOME, "canaryuser", SECRET)

BACKFILL = ["backfill", "--from=2026-01-14", "--to=2026-01-14"]

RELEASE = """
project: caro
release: v1.1.0
milestones:
  - {name: preflight, planned: 2026-01-12, opens: preflight}
  - {name: beta start, planned: 2026-01-13, opens: beta}
  - {name: beta end, planned: 2026-01-17, closes: beta}
sources:
  telemetry: {files: [telemetry]}
  tests: {files: ["results/*"]}
  testers: {file: testers.csv}
  survey: {file: survey.csv}
  benchmark: {with: with.json, without: without.json}
  documentation: {checklist: checklist.md}
metrics:
  - id: X-1
    title: Own
    name: own_number
    help: A number of our own.
    bands: [{at_least: 1, verdict: pass, text: good}, {otherwise: true, verdict: warn, text: bad}]
    source: {json: {file: own.json, path: number}}
"""


def fill(folder: Path) -> None:
    """Write canaries into every file that a source reads, and into file names."""
    (folder / "release.yaml").write_text(RELEASE)
    telemetry, results = folder / "telemetry", folder / "results"
    telemetry.mkdir()
    results.mkdir()
    event = {
        "id": EMAIL,
        "event_type": "command_generation",
        "success": True,
        "generation_time_ms": 5,
        "backend_used": TOKEN,
        "timestamp": "2026-01-14T00:00:00Z",
    }
    events = [
        event | {"command": f"scp {HOME} {EMAIL}"},
        event | {"id": 2, "note": {"deep": [{TOKEN: HOME}]}},
        event | {"id": 3, "event_type": EMAIL},
        event | {"id": 4, "success": HOME},
        event | {"id": [TOKEN]},
        event | {"id": 5, "generation_time_ms": EMAIL},
        event | {"id": 6, "timestamp": TOKEN},
    ]
    (telemetry / f"{EMAIL}.json").write_text(json.dumps({"events": events}))
    (telemetry / "b.json.gz").write_bytes(gzip.compress(json.dumps(events).encode()))
    (telemetry / "cut.json").write_text(json.dumps({"events": events})[:-40])
    (telemetry / "strange.json").write_text(json.dumps({EMAIL: TOKEN}))
    (telemetry / "lines.jsonl").write_text(f'{{"id": 9, "x": NaN, "y": "{EMAIL}"}}\n{TOKEN}\n')
    (results / f"{TOKEN}.xml").write_text(f"<testsuite name='{EMAIL}'><{TOKEN}")
    (results / "junit.xml").write_text(
        f"<testsuite name='{EMAIL}' tests='1'><testcase classname='{HOME}' name='{TOKEN}'>"
        f"<failure message='{EMAIL}'>{HOME}</failure></testcase></testsuite>"
    )
    (folder / "testers.csv").write_text(
        f"tester,installed,days,survey\n{EMAIL},{TOKEN},{HOME},{EMAIL}\n{EMAIL},yes,D1,yes\n"
    )
    (folder / "survey.csv").write_text(
        f"Email,Overall how satisfied are you,How likely are you to recommend\n"
        f"{EMAIL},{TOKEN},{HOME}\n{EMAIL},5,10\n"
    )
    (folder / "with.json").write_text(json.dumps({"results": [{"command": HOME, "mean": EMAIL}]}))
    (folder / "without.json").write_text(TOKEN)
    (folder / "checklist.md").write_text(f"- [x] asked {EMAIL}\n- [ ] {HOME}\n- [x] {TOKEN}\n")
    (folder / "own.json").write_text(json.dumps({"number": EMAIL}))


def test_no_canary_comes_out_anywhere(start: Callable[..., Exporter], tmp_path: Path) -> None:
    folder, data = tmp_path / "release", tmp_path / "data"
    folder.mkdir()
    fill(folder)
    exporter = start(
        folder / "release.yaml",
        data,
        "--log.level=debug",
        RELEASE_EXPORTER_PROMETHEUS_TOKEN=SECRET,
    ).ready()
    outputs = {
        "metrics": exporter.get("/metrics").text,
        "page": exporter.get("/").text,
    }
    assert exporter.end() == 0
    outputs["log"] = "\n".join(exporter.lines)
    outputs |= kept(data)
    assert "release_privacy_violations{" in outputs["metrics"]  # they were found all the same
    assert any(name.startswith("state last-good") for name in outputs)
    assert leaks(outputs) == []


def test_no_canary_is_in_the_records(tmp_path: Path) -> None:
    folder, data = tmp_path / "release", tmp_path / "data"
    folder.mkdir()
    fill(folder)
    files = (f"--config.file={folder / 'release.yaml'}", f"--storage.path={data}")
    outputs = {}
    for command in (["snapshot", "--final"], ["snapshot", "--date=2026-01-14"], BACKFILL):
        done = subprocess.run(
            [sys.executable, "-m", "exporter", *command, *files, "--log.level=debug"],
            capture_output=True,
            text=True,
            check=False,
        )
        outputs[" ".join(command)] = done.stdout + done.stderr
    outputs |= kept(data)
    raw = outputs["state 2026-01-14-telemetry.json"]
    assert '"command": "[' in raw  # they were found all the same
    assert "release_privacy_violations{" in outputs[" ".join(BACKFILL)]
    assert leaks(outputs) == []


def kept(data: Path) -> dict[str, str]:
    """Return every file below the storage with its path and content."""
    return {
        f"state {file.name}": file.read_bytes().decode("latin-1") + str(file)
        for file in data.rglob("*")
        if file.is_file()
    }


def leaks(outputs: dict[str, str]) -> list[tuple[str, str]]:
    """Return which canary is where."""
    return [
        (name, canary) for name, text in outputs.items() for canary in CANARIES if canary in text
    ]
