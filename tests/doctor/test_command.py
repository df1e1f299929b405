"""`doctor` as a user types it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from exporter import cli, demo
from exporter.config.environment import PREFIX, SEEN
from exporter.doctor.finding import Finding, Status
from exporter.doctor.rendering import render_json, render_table
from exporter.recorded.faults import KINDS
from tests.doctor.patient import Patient
from tests.example import connected
from tests.releases import NOW
from tests.upstream.world import TOKEN, World

Run = Callable[..., tuple[int, str, str]]
SOME = [
    Finding("storage", Status.OK, "data: can be written", "", "installation"),
    Finding("github.labels", Status.FAILED, "no\nlabel \u202e", "make it", "caro v1.1.0"),
]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs the command: exit code, output, errors."""

    def run(*arguments: str) -> tuple[int, str, str]:
        address = "--web.listen-address=127.0.0.1:0"
        monkeypatch.setattr("sys.argv", ["release-exporter", "doctor", address, *arguments])
        monkeypatch.setattr("exporter.commands.diagnosing.left_behind", lambda: False)
        try:
            cli.main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        finally:
            structlog.reset_defaults()
        return (code, *capsys.readouterr())

    return run


@pytest.fixture
def example(patient: Patient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give the demo's copy of the example, with its recorded services running."""

    file = demo.prepare(tmp_path / "demo", cli.clock())
    with connected(file, cli.clock) as environment:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        yield file


def test_the_examples_copy_is_all_well(run: Run, example: Path, tmp_path: Path) -> None:
    code, out, err = run(f"--config.file={example}", f"--storage.path={tmp_path}", "--json")
    document = json.loads(out)
    assert code == 0
    assert [one for one in document["findings"] if one["status"] not in ("ok", "skipped")] == []
    assert document["counts"]["ok"] > 20
    assert (document["version"], document["failed"]) == (1, False)
    assert "caro v1.1.0 files.telemetry" in err


def test_a_table_is_the_default_and_something_failed_is_1(
    run: Run, world: World, patient: Patient
) -> None:
    world.repository.facts["has_issues"] = False
    file = patient.folder / "release.yaml"
    code, out, err = run(f"--config.file={file}", f"--storage.path={patient.folder}")
    assert code == 1
    assert "❌ failed   github.issues" in out
    assert " fix: turn them on in the repository's settings, or take github out\n" in out
    assert out.endswith(" skipped\n")
    assert "[1/" in err
    assert "[1/" not in out


def test_a_mistake_in_a_release_file_is_2(run: Run, patient: Patient) -> None:
    patient.write("time_zone: Mars\n")
    code, out, _ = run(f"--config.file={patient.folder}/release.yaml")
    assert code == 2
    assert "write one such as America/Los_Angeles or UTC" in out
    assert run("--nonsense")[0] == 2


def test_a_table_has_the_fix_below_and_is_inert() -> None:
    assert render_table(SOME) == (
        "installation\n"
        "  ✅ ok       storage        data: can be written\n"
        "\n"
        "caro v1.1.0\n"
        "  ❌ failed   github.labels  no label \N{REPLACEMENT CHARACTER}\n"
        "                             fix: make it\n"
        "\n"
        "1 ok, 0 warning, 1 failed, 0 skipped\n"
    )


def test_json_holds_what_the_help_says(run: Run) -> None:
    document = json.loads(render_json(SOME, NOW))
    assert document == {
        "version": 1,
        "at": "2026-01-17T20:00:00+00:00",
        "failed": True,
        "counts": {"ok": 1, "warning": 0, "failed": 1, "skipped": 0},
        "findings": [
            {
                "about": "installation",
                "name": "storage",
                "status": "ok",
                "what": "data: can be written",
                "fix": "",
            },
            {
                "about": "caro v1.1.0",
                "name": "github.labels",
                "status": "failed",
                "what": "no label \N{REPLACEMENT CHARACTER}",
                "fix": "make it",
            },
        ],
    }
    _, help_text, _ = run("--help")
    for key in (*document, *document["findings"][0]):
        assert f" {key} " in help_text


def test_a_secret_is_hidden_whoever_says_it(monkeypatch: pytest.MonkeyPatch) -> None:
    SEEN.add("canary-secret")
    found = [
        Finding("x", Status.FAILED, "said canary-secret", "say canary-secret", "canary-secret")
    ]
    assert "canary" not in render_table(found) + render_json(found, NOW)
    SEEN.clear()


@pytest.mark.parametrize("kind", ["unauthorized", "cross_host", "redirect_loop", "html", "500"])
@pytest.mark.parametrize("level", ["debug", "error"])
def test_no_secret_comes_out_through_faults(
    run: Run, world: World, patient: Patient, kind: str, level: str
) -> None:
    assert kind in KINDS
    world.server.fault("/api/v3", kind)
    arguments = (f"--config.file={patient.folder}/release.yaml", f"--log.level={level}")
    code, out, err = run(*arguments, f"--storage.path={patient.folder}/data")
    world.server.log.clear()
    assert code == 1
    assert TOKEN not in out + err


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 429, 500])
@pytest.mark.parametrize("padding", [1, 90])
def test_no_secret_comes_out_through_a_server_that_repeats_it(
    run: Run,
    patient: Patient,
    httpserver: HTTPServer,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    padding: int,
) -> None:
    def echo(request: Request) -> Response:
        # At the end of what is shown of it, the secret would be cut, and not be found any more.
        said = (
            f"{'no' * padding} {request.headers.get('Authorization', '')} {dict(request.headers)}"
        )
        headers = {"Location": f"/{TOKEN}", "X-OAuth-Scopes": TOKEN, "Date": TOKEN}
        return Response(json.dumps({"message": said}), status, headers)

    httpserver.expect_request("").respond_with_handler(echo)
    monkeypatch.setenv(f"{PREFIX}GITHUB_URL", f"http://127.0.0.1:{httpserver.port}")
    monkeypatch.setenv(f"{PREFIX}GITHUB_TOKEN", TOKEN)
    patient.write("repository: wildcard/caro\nsources: {github: {}}\n")
    file = f"--config.file={patient.folder}/release.yaml"
    code, out, err = run(file, "--log.level=debug", "--log.format=json")
    assert code == 1
    assert TOKEN[:8] not in out + err
    assert TOKEN in SEEN  # it was held


def test_without_any_network_it_ends_with_findings(patient: Patient, tmp_path: Path) -> None:
    patient.write("repository: wildcard/caro\nsources: {github: {}}\n")
    environment: dict[str, Any] = {
        "PATH": os.environ["PATH"],
        f"{PREFIX}GITHUB_URL": "http://127.0.0.1:9",
        f"{PREFIX}GITHUB_TOKEN": TOKEN,
    }
    ended = subprocess.run(
        [sys.executable, "-m", "exporter", "doctor", "--json"],
        cwd=patient.folder,
        env=environment | {"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    failed = [one for one in json.loads(ended.stdout)["findings"] if one["status"] == "failed"]
    assert ended.returncode == 1
    assert {one["name"] for one in failed} >= {"github.address"}
    assert TOKEN not in ended.stdout + ended.stderr
