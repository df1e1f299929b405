"""What is found in the release's folder."""

import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from exporter.doctor.files import FIXES, check_source
from exporter.doctor.finding import Status
from exporter.installation import load_installation
from exporter.model import Context, Reason
from exporter.telemetry.client import ENGINE, Client
from tests.doctor.patient import Patient

CARGO = """
running 1 test
test a ... ok

test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
"""
EVENT = (
    '{"id": 1, "type": "command_generation", "success": true, "backend": "static",'
    ' "duration_ms": 5, "timestamp": "2026-01-14T00:00:00Z"}'
)


@contextmanager
def nobody() -> Iterator[None]:
    """Be a user without rights, as far as this process is allowed to."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(before)


@contextmanager
def held(engine: Client) -> Iterator[None]:
    """Stop the engine's process: it takes longer than any deadline, however small the file is."""
    engine.start()
    assert engine._process is not None
    os.kill(engine._process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        engine.close()


def test_a_folder_that_is_not_there(patient: Patient) -> None:
    patient.write("data: raw\n")
    assert patient.lines("folder") == [
        (
            f"failed: data: {patient.folder}/raw: there is no such folder -> make it, or correct "
            "data in release.yaml"
        )
    ]


def test_a_folder_that_cannot_be_read(patient: Patient) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        closed = folder / "raw"
        closed.mkdir(mode=0o000)
        patient.folder = folder
        patient.write("data: raw\n")
        with nobody():
            lines = patient.lines("folder")
        closed.chmod(0o700)
    assert lines == [
        (
            f"failed: data: {closed}: permission denied -> give this user the right to read it and "
            "what is below"
        )
    ]


def test_files_that_parse(patient: Patient) -> None:
    patient.write("sources: {tests: {files: [cargo.txt]}}\n")
    patient.put("cargo.txt", CARGO)
    assert patient.lines("files.tests") == ["ok: 1 items read, 4 series"]


def test_a_file_that_does_not_parse_is_told_with_place_and_fix(patient: Patient) -> None:
    patient.write("sources: {tests: {files: [a.xml, b.xml]}}\n")
    patient.put("a.xml", "<testsuite")
    patient.put("b.xml", "<testsuite><testcase name='a'/></testsuite>")
    (line,) = patient.lines("files.tests")
    assert line.startswith("failed: 1 of 2 rejected, the first: a.xml: ")
    assert line.endswith(f" -> {FIXES[Reason.TRUNCATED]}")


def test_some_rejected_events_of_many_are_a_warning_or_worse(patient: Patient) -> None:
    patient.write("sources: {telemetry: {files: [telemetry]}}\n")
    patient.put("telemetry/a.json", f"[{EVENT}, 7]")
    (line,) = patient.lines("files.telemetry")
    assert " 1 of 2 rejected, the first: telemetry/a.json: " in line
    assert " -> " in line


def test_a_pattern_that_matches_nothing(patient: Patient) -> None:
    patient.write("sources: {tests: {files: [cargo.txt, 'junit/*.xml']}}\n")
    patient.put("cargo.txt", CARGO)
    assert patient.lines("files.tests")[0] == (
        "warning: sources.tests.files: 'junit/*.xml' matches no file -> correct or take out the "
        "pattern"
    )


def test_what_is_missing_fails_only_once_a_verdict_waits_for_it(patient: Patient) -> None:
    patient.write("sources: {survey: {file: survey.csv}, testers: {file: testers.csv}}\n")
    (survey,) = patient.lines("files.survey")
    assert survey.startswith("warning: ")
    assert survey.endswith(", which nothing waits for yet -> add it or name another")
    (testers,) = patient.lines("files.testers")
    assert testers.startswith("failed: ")


def test_a_source_that_takes_too_long_is_told_so(patient: Patient) -> None:
    patient.write("sources: {telemetry: {files: [telemetry]}}\n")
    patient.put("telemetry/a.json", f"[{EVENT}]")
    (release, sources) = load_installation(patient.folder / "release.yaml").releases["release.yaml"]
    (source,) = [one for one in sources if one.name == "telemetry"]
    state = patient.folder / "state"
    context = Context(*release.id, release.folder, state, release.plan, patient.now, state)
    with held(ENGINE):
        (found,) = check_source(source, context, 0.1)
    assert found.status is Status.WARNING
    assert found.what.startswith("telemetry: not read within 0.1 s")
    assert "release-exporter collect" in found.fix


def test_a_file_from_tomorrow_is_told_with_its_own_fix(patient: Patient) -> None:
    patient.write("sources: {tests: {files: [cargo.txt]}}\n")
    file = patient.put("cargo.txt", CARGO)
    os.utime(file, (2**31, 2**31))
    assert patient.lines("files.tests") == [
        (
            "failed: 1 of 1 rejected, the first: cargo.txt: written more than a day in the future"
            " (time) -> `touch` it, or set the clock right"
        )
    ]


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_of_a_rejection_has_its_fix(reason: Reason) -> None:
    assert FIXES[reason]


def test_nothing_of_the_real_state_is_touched(patient: Patient) -> None:
    patient.write("sources: {tests: {files: [cargo.txt]}}\n")
    patient.put("cargo.txt", CARGO)
    patient.findings()
    assert not (patient.folder / "data").exists()
