"""The command line as a user types it: what it prints, and the exit code."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import structlog
from jsonschema import Draft202012Validator
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from exporter import cli
from exporter.artifacts import ARTIFACTS
from exporter.yaml_text import load_yaml

RELEASE = """
project: caro
release: v1.1.0
milestones:
  - {name: beta start, planned: 2026-01-13, actual: 2026-01-13, opens: beta}
  - {name: beta end, planned: 2026-01-17, actual: 2026-01-18, closes: beta}
"""
TESTS = """
sources:
  tests: {files: [cargo.txt]}
"""
CARGO = """
running 2 tests
test a ... ok
test b ... ok

test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
"""

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Return a function that runs a command in an empty folder: exit code, output, errors."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["release-exporter", *arguments])
        try:
            cli.main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        finally:
            structlog.reset_defaults()
        return (code, *capsys.readouterr())

    return run


def test_init_writes_a_file_that_check_accepts(run: Run) -> None:
    code, out, _ = run("init")
    assert (code, "config check" in out) == (0, True)
    code, out, err = run("config", "check")
    assert (code, err) == (0, "")
    assert out.startswith("release.yaml: valid: ")


def test_init_does_not_overwrite_unless_forced(run: Run) -> None:
    Path("release.yaml").write_text("mine")
    code, _, err = run("init")
    assert (code, Path("release.yaml").read_text()) == (2, "mine")
    assert err == "release.yaml: is there already; name another file or use --force\n"
    assert run("init", "--force")[0] == 0


def test_check_names_file_key_and_fix_in_one_line(run: Run) -> None:
    Path("release.yaml").write_text(RELEASE.replace("opens", "opns"))
    code, _, err = run("config", "check")
    assert code == 2
    assert err.count("\n") == 1
    assert err.startswith("release.yaml: milestones[1].opns: unknown key 'opns'; did you mean")


def test_an_unknown_source_is_named_with_the_known_ones(run: Run) -> None:
    Path("release.yaml").write_text(RELEASE + "sources: {tets: {}}\n")
    code, _, err = run("config", "check")
    assert code == 2
    assert err.startswith(
        "release.yaml: sources: unknown source 'tets'; did you mean 'tests'? known are benchmark,"
    )


def test_an_unknown_setting_of_a_source_is_named_with_a_suggestion(run: Run) -> None:
    Path("release.yaml").write_text(RELEASE + "sources: {tests: {fils: [a]}}\n")
    code, _, err = run("config", "check")
    assert code == 2
    assert err.startswith("release.yaml: sources.tests.fils: unknown key 'fils'; did you mean")


def test_check_tells_what_will_be_unknown(run: Run) -> None:
    Path("release.yaml").write_text(RELEASE)
    code, out, _ = run("config", "check")
    assert code == 0
    assert "without a source, so unknown once due: QM-1 (github)" in out


def test_check_names_waivers_that_do_nothing(run: Run) -> None:
    waivers = """
waivers:
  - {metric: QM-2, reason: a, link: "https://x.example", owner: b, expires: 2026-01-20}
  - {metric: PM-4, reason: a, link: "https://x.example", owner: b, expires: 2199-01-01}
  - {metric: EM-5, reason: a, link: "https://x.example", owner: b, expires: 2199-01-01}
"""
    Path("release.yaml").write_text(RELEASE + waivers)
    code, out, _ = run("config", "check")
    assert code == 0
    assert "waiver of QM-2: expired on 2026-01-20, counts for nothing" in out
    assert "waiver of EM-5: useless: the plan lacks the phase from which it is due" in out
    assert "waiver of PM-4" not in out


def test_collect_says_the_overall_status_and_the_waivers(run: Run) -> None:
    waivers = """
waivers:
  - {metric: PM-4, reason: a, link: "https://x.example", owner: b, expires: 2199-01-01}
"""
    late = RELEASE.replace("actual: 2026-01-18", "actual: 2026-01-20")
    Path("release.yaml").write_text(late + waivers)
    out = run("collect")[1]
    assert "OVERALL STATUS: ❔ CANNOT TELL (UNKNOWN)" in out
    assert "waived (warn)" in out
    assert "PM-4  in force  expires 2199-01-01" in out
    (release,) = json.loads(run("collect", "--format", "json")[1])["releases"]
    found = {one["id"]: (one["verdict"], one["replaces"]) for one in release["metrics"]}
    assert found["PM-4"] == ("waived", "warn")
    assert (release["decision"], release["waivers"][0]["state"]) == ("UNKNOWN", "applied")


def test_a_part_of_the_sources_is_no_decision(run: Run) -> None:
    Path("release.yaml").write_text(RELEASE + TESTS)
    Path("cargo.txt").write_text(CARGO)
    out = run("collect", "--source", "plan")[1]
    assert "CANNOT TELL" in out
    assert "not every source was asked: tests left out" in out


def test_the_schema_accepts_the_example_and_refuses_a_typing_mistake(run: Run) -> None:
    code, out, _ = run("config", "schema")
    assert code == 0
    validator = Draft202012Validator(json.loads(out))
    file = Path(__file__).parent.parent / "examples/caro-v1.1.0/release.yaml"
    example = json.loads(json.dumps(load_yaml(file.read_text()), default=str))
    assert list(validator.iter_errors(example)) == []
    example["sources"]["telemetry"]["fils"] = []
    assert list(validator.iter_errors(example)) != []


def test_collect_prints_the_table_and_progress_apart(run: Run) -> None:
    Path("release.yaml").write_text(RELEASE + TESTS)
    Path("cargo.txt").write_text(CARGO)
    code, out, err = run("collect")
    assert code == 0
    assert "Test Pass Rate" in out
    assert "2 of 2 tests passed" in out
    assert "[2/2] caro v1.1.0" in err
    assert "[2/2]" not in out


def test_collect_ends_with_1_when_a_source_cannot_be_read(run: Run) -> None:
    Path("release.yaml").write_text(RELEASE + TESTS)
    code, out, _ = run("collect")
    assert code == 1
    assert "unknown" in out


def test_collect_as_json_holds_values_verdicts_and_sources(run: Run) -> None:
    Path("release.yaml").write_text(RELEASE + TESTS)
    Path("cargo.txt").write_text(CARGO)
    code, out, _ = run("collect", "--format", "json")
    (release,) = json.loads(out)["releases"]
    metrics = {(one["id"], one["labels"].get("priority")): one for one in release["metrics"]}
    assert code == 0
    assert metrics["QM-4", None]["value"] == 1
    assert metrics["QM-4", None]["n"] == 2
    assert metrics["QM-1", "P0"]["value"] is None
    assert metrics["QM-1", "P0"]["verdict"] == "unknown"
    assert release["sources"]["tests"]["up"] is True


def test_collect_as_openmetrics_parses(run: Run) -> None:
    Path("release.yaml").write_text(RELEASE)
    code, out, _ = run("collect", "--format", "openmetrics")
    families = text_string_to_metric_families(out)  # type: ignore[no-untyped-call]  # no types there
    assert code == 0
    assert "release_schedule_variance_seconds" in {family.name for family in families}


def test_append_keeps_a_dated_log(run: Run) -> None:
    Path("release.yaml").write_text(RELEASE)
    for _ in range(2):
        assert run("collect", "--append", "metrics-log.txt")[0] == 0
    log = Path("metrics-log.txt").read_text()
    assert log.count("=== 20") == 2
    assert log.count("Schedule") == 2


def test_append_to_a_folder_is_said_in_one_line(run: Run) -> None:
    Path("release.yaml").write_text(RELEASE)
    code, _, err = run("collect", "--append", "no/such/log.txt")
    assert code == 2
    assert err.endswith("--append: no/such/log.txt: no such file or directory\n")


def test_collect_only_what_is_named(run: Run) -> None:
    Path("release.yaml").write_text(RELEASE + TESTS)
    code, _, err = run("collect", "--source", "plan")
    assert code == 0
    assert "[1/1] caro v1.1.0 plan" in err
    code, _, err = run("collect", "--source", "nothing")
    assert code == 2
    assert "there are v1.1.0: plan, v1.1.0: tests" in err


def test_a_typing_mistake_in_an_option_is_usage(run: Run) -> None:
    code, _, err = run("serve", "--web.listen-adress=:1")
    assert code == 2
    assert "--web.listen-address" in err


@pytest.mark.parametrize("address", ["", "9999", "host:", "host:99999", "[::1", "host:port"])
def test_an_address_that_is_none_is_said_with_the_fix(run: Run, address: str) -> None:
    Path("release.yaml").write_text(RELEASE)
    code, _, err = run("serve", f"--web.listen-address={address}")
    assert code == 2
    assert "--web.listen-address" in err
    assert err.count("\n") == 1


def test_generated_files_follow_from_the_catalog() -> None:
    root = Path(__file__).parent.parent
    assert {name: (root / name).read_text() for name in ARTIFACTS} == {
        name: render() for name, render in ARTIFACTS.items()
    }


def test_generate_tells_what_does_not_follow_and_writes_it(run: Run) -> None:
    assert run("generate", "--check")[0] == 2  # not in a clone
    Path("exporter").mkdir()
    Path("exporter/catalog.py").touch()
    code, _, err = run("generate", "--check")
    assert (code, err.count("does not follow")) == (1, len(ARTIFACTS))
    assert run("generate")[0] == 0
    assert run("generate", "--check")[0] == 0


BUSY = """
import threading, time
from exporter.cli import ending_at_once
from exporter.privacy import Audit

def search():
    audit = Audit()
    while True:
        audit.redact("x" * 1000 + " jane@example.org")

with ending_at_once():
    threading.Thread(target=search, daemon=True).start()
    time.sleep(0.5)
"""


def test_a_source_that_is_busy_does_not_abort_the_end() -> None:
    ended = subprocess.run([sys.executable, "-c", BUSY], capture_output=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, b"")
