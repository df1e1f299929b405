"""`gate` as a process: what it prints, where, and how it ends. No crash may end like a decision."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import structlog
from pytest_httpserver import HTTPServer

from exporter import cli
from exporter.gate.document import Bundle, dump, load_all
from exporter.gate.reporting import report_of
from exporter.view import ReleaseView
from tests.gate.cases import build
from tests.releases import NOW

# A release in which everything that is there passes, and the rest is of low tier and not due.
RELEASE = """
project: caro
release: v1.1.0
milestones:
  - {name: beta start, planned: 2026-01-13, actual: 2026-01-13, opens: beta}
  - {name: beta end, planned: 2026-01-17, actual: 2026-01-17, closes: beta}
closed: 2199-01-01
"""

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return a function that runs `release-exporter gate` in an empty folder."""

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "exporter", "gate", *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])} | environment,
            timeout=120,
        )

    return run


def keep(folder: Path, conditions: Mapping[str, str], name: str = "gate.json") -> str:
    release, states = build(conditions)
    (folder / name).write_text(dump(report_of(ReleaseView(release, states), NOW)))
    return str(folder / name)


@pytest.mark.parametrize(
    ("conditions", "flags", "code"),
    [
        ({}, (), 0),
        ({}, ("--strict",), 0),
        ({"QM-1": "fail"}, (), 1),
        ({"QM-1": "fail"}, ("--strict",), 1),
        ({"QM-1": "missing"}, (), 3),
        ({"EM-3": "warn"}, (), 0),
        ({"EM-3": "warn"}, ("--strict",), 4),
        ({"QM-2": "waived fail"}, ("--strict",), 4),
    ],
)
def test_the_exit_code_is_the_decisions(
    run: Run, tmp_path: Path, conditions: dict[str, str], flags: tuple[str, ...], code: int
) -> None:
    assert run("--from", keep(tmp_path, conditions), *flags).returncode == code


def test_conditional_without_strict_is_said_loudly(run: Run, tmp_path: Path) -> None:
    done = run("--from", keep(tmp_path, {"EM-3": "warn"}))
    assert (
        "WARNING: caro v1.1.0: CONDITIONAL, READY WITH CAVEATS: EM-3: Satisfaction" in done.stderr
    )
    assert "the exit code is 0 all the same; --strict makes it 4" in done.stderr
    assert run("--from", keep(tmp_path, {})).stderr == ""


@pytest.mark.parametrize(
    ("arguments", "fix"),
    [
        (("--from", "nothing.json"), "there is no such file or folder"),
        (("--config.file", "nothing.yaml"), "there is no such file"),
        (("--form", "table"), "No such option"),
        (("--format", "html"), "is not one of"),
        (("--from", "http://x", "--prometheus", "http://y"), "name one of them"),
        (("--at", "2026-01-17"), "--at: goes with --prometheus"),
        (("--from", ".", "--at", "yesterday"), "write a day such as 2026-01-17"),
        (("--from", "gate.json", "--release", "v9"), "there is no 'v9'; there are v1.1.0"),
        (("--from", "gate.json", "--explain", "QM-9"), "has no 'QM-9'; there are QM-1"),
        (("--from", "gate.json", "--output", "no/such/file"), "--output: no/such/file: no such"),
        (("--from", "gate.json", "--dry-run", "release.yaml"), "describes caro v2"),
    ],
)
def test_usage_and_configuration_end_with_2(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    arguments: tuple[str, ...],
    fix: str,
) -> None:
    keep(tmp_path, {})
    (tmp_path / "release.yaml").write_text(RELEASE.replace("v1.1.0", "v2"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["release-exporter", "gate", *arguments])
    with pytest.raises(SystemExit) as end:
        cli.main()
    structlog.reset_defaults()
    assert end.value.code == cli.USAGE
    assert fix in capsys.readouterr().err


def test_a_fresh_collection_decides(run: Run, tmp_path: Path) -> None:
    (tmp_path / "release.yaml").write_text(RELEASE)
    done = run("--format", "json")
    (report,) = load_all(done.stdout)
    assert (done.returncode, report.decision) == (3, "UNKNOWN")
    assert "[1/1] caro v1.1.0 plan" in done.stderr


def test_the_only_file_being_invalid_ends_with_2_and_says_unknown(run: Run, tmp_path: Path) -> None:
    (tmp_path / "release.yaml").write_text(RELEASE.replace("opens", "opns"))
    done = run("--format", "json", "--output", "gate.json")
    assert done.returncode == 2
    assert "did you mean 'opens'" in done.stderr
    (report,) = load_all((tmp_path / "gate.json").read_text())
    assert (report.name, report.decision) == ("release.yaml", "UNKNOWN")


def test_one_bad_file_among_several_is_unknown(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(RELEASE)
    (tmp_path / "b.yaml").write_text(RELEASE.replace("opens", "opns"))
    done = run("--config.file", ".", "--format", "json")
    assert done.returncode == 3
    assert {one.name for one in load_all(done.stdout)} == {"caro v1.1.0", "b.yaml"}


def test_a_release_that_is_over_does_not_hold_up_the_others(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(RELEASE)
    old = RELEASE.replace("2199-01-01", "2026-02-01").replace("v1.1.0", "v1.0.0")
    (tmp_path / "b.yaml").write_text(old)
    done = run("--config.file", ".", "--format", "json")
    assert [one.release for one in load_all(done.stdout)] == ["v1.1.0"]
    done = run("--config.file", ".", "--release", "v1.0.0")
    assert (done.returncode, "the release is over" in done.stdout) == (3, True)


def test_of_several_releases_the_worst_decides(run: Run, httpserver: HTTPServer) -> None:
    reports = []
    for name, conditions in (("v1", {}), ("v2", {"QM-1": "fail"}), ("v3", {"QM-4": "missing"})):
        release, states = build(conditions)
        reports.append(report_of(ReleaseView(replace(release, name=name), states), NOW))
    httpserver.expect_request("/api/v1/gate").respond_with_data(dump(Bundle.of(reports)))
    url = httpserver.url_for("")
    # They are of another day than today, so that none of them can be GO; the fail is still one.
    assert run("--from", url).returncode == 1
    assert run("--from", url, "--release", "v1").returncode == 3


def test_every_form_goes_to_the_file_too(run: Run, tmp_path: Path) -> None:
    file = keep(tmp_path, {"QM-2": "warn"})
    for form in ("json", "junit"):
        done = run("--from", file, "--format", form, "--output", "out")
        assert (tmp_path / "out").read_text() == done.stdout != ""
        assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []
    assert ET.fromstring(done.stdout)[0].get("tests") == "18"  # noqa: S314 - our own output


def test_explain_shows_inputs_counts_and_waivers(run: Run, tmp_path: Path) -> None:
    done = run("--from", keep(tmp_path, {"QM-2": "waived warn"}), "--explain", "QM-2")
    for text in (
        "QM-2 Success Rate: waived (warn)",
        "0.75 in base units",
        "n         100",
        "made for a test",
        "in force, expires 2026-01-17; release manager: known (https://example.com/1)",
    ):
        assert text in done.stdout


def test_explain_names_the_files_that_were_read_and_no_document_does(
    run: Run, tmp_path: Path
) -> None:
    for tester in ("dana", "jane.doe@example.org"):
        folder = tmp_path / "telemetry" / tester
        folder.mkdir(parents=True)
        event = {"id": tester, "timestamp": "2026-01-13T18:00:00Z", "event_type": "session_start"}
        (folder / "2026-01-13.json").write_text(json.dumps([event]))
    (tmp_path / "release.yaml").write_text(f"{RELEASE}sources: {{telemetry: {{}}}}\n")
    said = run("--explain", "QM-2").stdout
    assert "  file      telemetry/dana/2026-01-13.json\n" in said
    assert "  file      [email]/2026-01-13.json\n" in said
    assert "dana" not in run("--format", "json").stdout


def test_a_dry_run_over_snapshots_says_what_each_day_would_have_been(
    run: Run, tmp_path: Path
) -> None:
    keep(tmp_path, {"QM-2": "warn"}, "2026-01-17-verdicts.json")
    bands = """
bands:
  QM-2:
    - {at_least: 70 %, verdict: pass, text: good enough}
    - {otherwise: true, verdict: fail, text: stop, blocks: true}
"""
    (tmp_path / "proposal.yaml").write_text(RELEASE + bands)
    done = run("--from", ".", "--dry-run", "proposal.yaml")
    assert done.returncode == 0
    assert "QM-2: warn would be pass (good enough)" in done.stdout
    document = json.loads(run("--from", ".", "--dry-run", "proposal.yaml", "--format=json").stdout)
    verdicts = {one["key"]: one["verdict"] for one in document["reports"][0]["verdicts"]}
    assert verdicts["QM-2"] == "pass"


CRASH = """
import sys
sys.argv = ["release-exporter", "gate", "--from", "gate.json"]
from exporter import cli
from exporter.commands import gating
def crash(*arguments, **named): raise {error}
gating.{what} = crash
cli.main()
"""


@pytest.mark.parametrize(
    ("what", "error"),
    [
        ("gate", "RuntimeError('secret')"),
        ("_gather", "MemoryError()"),
        ("_text", "RecursionError()"),
        ("publish", "OSError(32, 'secret')"),
        ("worst", "KeyError('secret')"),
    ],
)
def test_a_crash_ends_with_70_and_quotes_nothing_that_was_read(
    tmp_path: Path, what: str, error: str
) -> None:
    keep(tmp_path, {"QM-1": "fail"})
    done = subprocess.run(
        [sys.executable, "-c", CRASH.format(what=what, error=error)],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
    )
    assert done.returncode == 70
    assert done.stderr.count("\n") == 1
    assert "secret" not in done.stderr.replace("cannot write what it says: secret", "")


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_an_output_that_nobody_takes_is_no_decision(tmp_path: Path, stream: str) -> None:
    file = keep(tmp_path, {"EM-3": "warn"})
    command = f"{shlex.join([sys.executable, '-m', 'exporter', 'gate', '--from', file])}"
    silenced = {"stdout": "2>/dev/null >/dev/full", "stderr": ">/dev/null 2>/dev/full"}[stream]
    done = subprocess.run(
        ["sh", "-c", f"{command} {silenced}"],
        check=False,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
    )
    assert done.returncode == 70


def test_a_pipe_that_was_closed_is_no_decision(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "exporter", "gate", "--from", keep(tmp_path, {})],
        stdout=writing,
        check=False,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
    )
    os.close(writing)
    assert done.returncode not in (0, 1)
