"""What is found in release files and in the environment."""

import tempfile
from datetime import date
from pathlib import Path

import pytest

from exporter.config.environment import PREFIX
from tests.doctor.patient import RELEASE, Patient


def test_every_mistake_is_a_line_with_its_fix(patient: Patient) -> None:
    patient.write(text=RELEASE.replace("opens: beta", "opns: beta") + "time_zone: Mars\n")
    zone, key = patient.lines("configuration")
    assert key.startswith("failed: release.yaml: milestones[2].opns: unknown key 'opns'")
    assert key.endswith("known are actual, closes, github, name, opens, planned")
    assert zone == (
        "failed: release.yaml: time_zone: no such time zone -> write one such as "
        "America/Los_Angeles or UTC"
    )


def test_a_missing_file_is_told_how_to_begin(patient: Patient) -> None:
    (patient.folder / "release.yaml").unlink()
    (line,) = patient.lines("configuration")
    assert line.startswith("failed: ")
    assert line.endswith(
        "there is no such file -> `release-exporter init` writes one to start from"
    )


def test_a_bad_file_leaves_the_others_to_be_looked_at(patient: Patient) -> None:
    (patient.folder / "other.yaml").write_text("project: [")
    bad, good, *_ = patient.lines("configuration", config_file=patient.folder)
    assert bad.startswith("failed: other.yaml: line 1: ")
    assert good == "ok: release.yaml is valid, phase beta"


def test_a_date_still_to_come(patient: Patient) -> None:
    text = RELEASE.replace("planned: 2026-01-23,", "planned: 2026-01-23, actual: 2026-02-01,")
    patient.write(text=text)
    assert (
        "failed: release.yaml: milestones: go/no-go: actual 2026-02-01 is still to come -> write "
        "it when it is finished"
    ) in patient.lines("configuration")


def test_metrics_without_a_source_and_phases_that_never_come(patient: Patient) -> None:
    patient.write()
    lines = patient.lines("configuration")
    (missing,) = [line for line in lines if "without a source" in line]
    assert "QM-1 (github), " in missing
    assert missing.endswith("-> write the sources in brackets below `sources`")
    text = "project: caro\nrelease: v1\nmilestones: [{name: a, planned: 2026-01-12}]\n"
    patient.write(text=text)
    (never,) = [line for line in patient.lines("configuration") if "never due" in line]
    assert never.startswith("warning: never due, the plan lacks their phase: QM-3, QM-4, QM-2")


def test_a_release_that_is_over(patient: Patient) -> None:
    patient.write("closed: 2026-01-16\n")
    assert (
        "warning: v1.1.0 is over: its series have ended -> take the file out, or write a later "
        "date into `closed`"
    ) in patient.lines("configuration")


WAIVER = "  - {{metric: {}, reason: r, link: 'https://example.com/1', owner: o, expires: {}}}\n"


def test_waivers_that_count_for_nothing(patient: Patient) -> None:
    waivers = (("PM-1", date(2026, 1, 16)), ("QM-2", date(2026, 2, 1)), ("QM-2", date(2026, 3, 1)))
    patient.write("waivers:\n" + "".join(WAIVER.format(*one) for one in waivers))
    assert patient.lines("configuration.waivers") == [
        (
            "warning: waivers: PM-1: expired on 2026-01-16, counts for nothing -> take it out, or "
            "sign a new one"
        ),
        (
            "warning: waivers: QM-2: several are in force, the last to expire counts -> take the "
            "others out"
        ),
    ]


def test_a_waiver_of_no_verdict(patient: Patient) -> None:
    patient.write("waivers:\n" + WAIVER.format("PM-5", date(2026, 2, 1)))
    (line,) = patient.lines("configuration")
    assert line.startswith("failed: release.yaml: waivers: unknown metric 'PM-5' -> did you mean")


def test_an_unknown_variable_is_named_and_the_rest_is_looked_at(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"{PREFIX}GITHUB_TOKN", "canary")
    patient.write("repository: wildcard/caro\nsources: {github: {}}\n")
    (line,) = patient.lines("environment")
    assert line.startswith(
        "failed: environment: unknown variable 'RELEASE_EXPORTER_GITHUB_TOKN' -> did you mean "
        "'RELEASE_EXPORTER_GITHUB_TOKEN'?"
    )
    assert patient.lines("github.address") == ["skipped: the environment must be right first"]
    assert "ok: release.yaml is valid, phase beta" in patient.lines("configuration")


def test_a_secret_file_that_is_not_there(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{PREFIX}GITHUB_TOKEN_FILE", "/nowhere")
    (line,) = patient.lines("environment")
    assert line.startswith(
        "failed: environment: RELEASE_EXPORTER_GITHUB_TOKEN_FILE: /nowhere: no such file or "
        "directory -> "
    )


@pytest.mark.parametrize(("mode", "open_to_all"), [(0o644, True), (0o600, False)])
def test_a_secret_file_that_everybody_can_read(
    patient: Patient, monkeypatch: pytest.MonkeyPatch, mode: int, open_to_all: bool
) -> None:
    file = patient.put("secret", "a-token")
    file.chmod(mode)
    _open_the_way(patient.folder)
    monkeypatch.setenv(f"{PREFIX}GITHUB_TOKEN_FILE", str(file))
    variable = "RELEASE_EXPORTER_GITHUB_TOKEN_FILE"
    expected = (
        f"warning: {variable}: every user of this machine can read {file} -> chmod o= {file}"
        if open_to_all
        else f"ok: {variable}: {file} can be read, and not by everybody"
    )
    assert patient.lines("environment.secrets") == [expected]


def test_a_secret_file_behind_a_closed_folder_is_closed(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = patient.put("secret", "a-token")
    file.chmod(0o644)
    _open_the_way(patient.folder)
    patient.folder.chmod(0o700)
    monkeypatch.setenv(f"{PREFIX}GITHUB_TOKEN_FILE", str(file))
    (line,) = patient.lines("environment.secrets")
    assert line.startswith("ok: ")


def _open_the_way(folder: Path) -> None:
    """Let everybody go through the folders of this test, which pytest makes for one user."""
    for one in (folder, *folder.parents):
        if Path(tempfile.gettempdir()).resolve() in one.resolve().parents:
            one.chmod(0o755)
