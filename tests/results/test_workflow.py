"""CI results from the recorded GitHub, over real HTTP."""

import io
import json
import os
import struct
import zipfile
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from exporter.collectors.tests import Settings, collect
from exporter.model import Context, ErrorClass, Reading, Reason, SourceError
from exporter.recorded.loading import load_upstream
from exporter.recorded.model import Repository
from exporter.recorded.server import Recorded, serve
from exporter.results.records import Origin, Tally
from exporter.results.workflow import Workflow, parse
from exporter.upstream import account
from tests.example import EXAMPLE
from tests.releases import NOW

RATIO = "release_test_pass_ratio"
PASSES = '<testsuite name="s"><testcase name="a"/><testcase name="b"/></testsuite>'
FAILS = PASSES.replace('"b"/>', '"b"><failure/></testcase>')


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    account._ACCOUNTS.clear()
    monkeypatch.setenv("RELEASE_EXPORTER_GITHUB_TOKEN", "ghp_canary0123456789")
    with serve(load_upstream(EXAMPLE / "upstream"), lambda: NOW) as server:
        monkeypatch.setenv("RELEASE_EXPORTER_GITHUB_URL", f"{server.url}/api/v3")
        yield server


def repository(server: Recorded) -> Repository:
    return server.upstream.repositories[0]


def settings(**workflow: str) -> Settings:
    written = {"file": "ci.yml", "branch": "main", **workflow}
    return Settings.model_validate({"workflow": written})


def latest(server: Recorded, **changes: Any) -> dict[str, Any]:
    """Make a run the newest completed one on main, and return it."""
    runs = repository(server).runs
    run = deepcopy(next(one for one in runs if one["conclusion"] == "success"))
    moment = (NOW - timedelta(minutes=5)).isoformat().replace("+00:00", "Z")
    number = max(one["run_number"] for one in runs) + 1
    run |= {"id": 10**9 + number, "run_number": number, "created_at": moment}
    run |= {"updated_at": moment, "head_branch": "main"} | changes
    runs.append(run)
    return run


def attach(server: Recorded, run: dict[str, Any], *files: str, **changes: Any) -> None:
    """Give the run an artifact with these JUnit files."""
    known = repository(server)
    artifact = deepcopy(known.artifacts[0])
    artifact |= {"id": max(one["id"] for one in known.artifacts) + 1, "name": "junit"}
    artifact["workflow_run"] = artifact["workflow_run"] | {"id": run["id"]}
    known.artifacts.append(artifact | changes)
    known.files[artifact["id"]] = {f"{n}.xml": text for n, text in enumerate(files)}


def ratio(reading: Reading) -> float | None:
    return next((one.value for one in reading.samples if one.gauge == RATIO), None)


def test_conclusion_of_the_latest_completed_run_counts(github: Recorded, context: Context) -> None:
    latest(github, status="in_progress", conclusion=None)
    reading = collect(settings(), context)
    sample = next(one for one in reading.samples if one.gauge == RATIO)
    assert (sample.value, sample.n) == (1, 1)
    assert sample.evidence.endswith("ci.yml on main, run 4: success")
    assert sample.observed is not None
    assert sample.observed.isoformat() == "2026-01-17T19:07:00+00:00"


@pytest.mark.parametrize("conclusion", ["failure", "timed_out", "startup_failure"])
def test_failed_run_is_no_pass(github: Recorded, context: Context, conclusion: str) -> None:
    latest(github, conclusion=conclusion)
    assert ratio(collect(settings(), context)) == 0


def test_latest_run_is_the_one_with_the_highest_number_wherever_it_stands(
    github: Recorded, context: Context
) -> None:
    newest = latest(github, conclusion="failure")
    # An older commit's run was run again a moment ago.
    moment = (NOW - timedelta(minutes=1)).isoformat().replace("+00:00", "Z")
    again = {"run_number": newest["run_number"] - 1, "conclusion": "success"}
    again |= {"created_at": moment, "updated_at": moment}
    latest(github, **again)
    assert ratio(collect(settings(), context)) == 0


def test_run_from_the_future_is_no_evidence_that_never_ages(
    github: Recorded, context: Context
) -> None:
    later = (NOW + timedelta(days=30)).isoformat().replace("+00:00", "Z")
    latest(github, updated_at=later)
    reading = collect(settings(), context)
    assert reading.samples == ()
    assert [one.reason for one in reading.rejections] == [Reason.TIME]


@pytest.mark.parametrize(
    "conclusion", ["cancelled", "skipped", "neutral", "stale", "action_required", None, "new word"]
)
def test_run_that_proves_nothing_withholds_the_rate(
    github: Recorded, context: Context, conclusion: str | None
) -> None:
    latest(github, conclusion=conclusion)
    reading = collect(settings(), context)
    assert ratio(reading) is None
    assert "which proves nothing" in reading.withheld[RATIO]


def test_branch_of_a_fork_that_is_called_the_same_is_not_ours(
    github: Recorded, context: Context
) -> None:
    ours = latest(github, conclusion="failure")
    fork = dict(ours["head_repository"], full_name="mallory/caro", fork=True)
    latest(github, conclusion="success", head_repository=fork, event="pull_request")
    latest(github, conclusion="success", head_repository=None)
    assert ratio(collect(settings(), context)) == 0


def test_tag_has_runs_of_its_own(github: Recorded, context: Context) -> None:
    latest(github, conclusion="failure")
    written = {"file": "ci.yml", "tag": "v1.1.0-beta.1"}
    reading = collect(Settings.model_validate({"workflow": written}), context)
    assert ratio(reading) == 1


def test_branch_without_a_completed_run_has_no_rate(github: Recorded, context: Context) -> None:
    reading = collect(settings(branch="nowhere"), context)
    assert ratio(reading) is None
    assert "ci.yml has no completed run on nowhere" in reading.withheld[RATIO]


def test_workflow_that_is_not_there_is_an_error(github: Recorded, context: Context) -> None:
    with pytest.raises(SourceError) as caught:
        collect(settings(file="cii.yml"), context)
    assert caught.value.kind is ErrorClass.NOT_FOUND


def test_tests_of_the_artifact_are_counted_and_fetched_once(
    github: Recorded, context: Context
) -> None:
    run = latest(github, conclusion="failure")
    attach(github, run, PASSES, FAILS.replace('"s"', '"t"'))
    for _ in range(2):
        reading = collect(settings(artifact="junit"), context)
        assert ratio(reading) == 3 / 4
    archives = [one for one in github.log if one.path.endswith(".zip")]
    assert len(archives) == 1
    assert not any(one.authorized for one in archives)


def test_recorded_artifact_passes(github: Recorded, context: Context) -> None:
    reading = collect(settings(artifact="junit"), context)
    sample = next(one for one in reading.samples if one.gauge == RATIO)
    assert sample.value == 1
    assert (sample.n or 0) > 1


def test_failed_run_whose_tests_all_passed_is_no_pass(github: Recorded, context: Context) -> None:
    attach(github, latest(github, conclusion="failure"), PASSES)
    assert ratio(collect(settings(artifact="junit"), context)) == 2 / 3


def test_failed_tests_of_a_run_that_succeeded_count(github: Recorded, context: Context) -> None:
    attach(github, latest(github), FAILS)
    assert ratio(collect(settings(artifact="junit"), context)) == 1 / 2


@pytest.mark.parametrize("what", ["missing", "expired", "unreadable", "empty", "no tests"])
def test_without_readable_results_nothing_passes(
    github: Recorded, context: Context, what: str
) -> None:
    run = latest(github)
    if what == "expired":
        attach(github, run, PASSES, expired=True)
    elif what == "unreadable":
        attach(github, run, PASSES, "<testsuite>")
    elif what == "empty":
        attach(github, run)
    elif what == "no tests":
        attach(github, run, '<testsuite name="s"/>')
    reading = collect(settings(artifact="junit"), context)
    assert ratio(reading) is None
    assert RATIO in reading.withheld


def test_artifact_of_the_last_attempt_counts(github: Recorded, context: Context) -> None:
    run = latest(github)
    attach(github, run, FAILS)
    attach(github, run, PASSES)
    assert ratio(collect(settings(artifact="junit"), context)) == 1


def test_files_count_beside_it_only_where_they_are_written(
    github: Recorded, context: Context
) -> None:
    file = context.folder / "test-results" / "local.xml"
    file.parent.mkdir()
    file.write_text(FAILS)
    os.utime(file, (NOW.timestamp(), NOW.timestamp()))
    assert ratio(collect(settings(), context)) == 1
    both = {"workflow": {"file": "ci.yml", "branch": "main"}, "files": "test-results/*.xml"}
    assert ratio(collect(Settings.model_validate(both), context)) == 2 / 3
    latest(github, conclusion="cancelled")
    file.write_text(PASSES)
    os.utime(file, (NOW.timestamp(), NOW.timestamp()))
    assert ratio(collect(Settings.model_validate(both), context)) is None


def test_release_without_a_repository_is_told_so(context: Context) -> None:
    with pytest.raises(SourceError, match="write the repository"):
        collect(settings(), replace(context, repository=None))


@pytest.mark.parametrize(
    "written",
    [
        {"file": "ci.yml"},
        {"file": "ci.yml", "branch": "main", "tag": "v1"},
        {"file": "../ci.yml", "branch": "main"},
    ],
)
def test_odd_settings_are_refused(written: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Workflow.model_validate(written)


def packed(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", method) as target:
        for name, content in files.items():
            target.writestr(name, content)
    return archive.getvalue()


ORIGIN = Origin("junit", NOW, NOW)


@pytest.mark.parametrize(
    ("archive", "reason"),
    [
        (b"", Reason.SYNTAX),
        (b"<html>", Reason.SYNTAX),
        (packed({"a.xml": PASSES.encode()})[:-30], Reason.SYNTAX),
        (packed({"a.txt": b"x"}), Reason.SHAPE),
        (packed({f"{n}.xml": b"" for n in range(1001)}), Reason.SIZE),
        (packed({"a.xml": b"<testsuite>"}), Reason.TRUNCATED),
        (packed({"a.xml": b"<!DOCTYPE x [<!ENTITY a 'b'>]><testsuite/>"}), Reason.SECURITY),
    ],
)
def test_malformed_archive_is_rejected_with_its_reason(archive: bytes, reason: Reason) -> None:
    content = parse(archive, ORIGIN)
    assert [one.reason for one in content.rejections] == [reason]
    assert content.tally == Tally()


def test_damaged_file_in_an_archive_is_rejected_and_its_neighbour_counted() -> None:
    archive = bytearray(packed({"a.xml": PASSES.encode(), "b.xml": FAILS.encode()}, 0))
    place = archive.index(b'<testcase name="b"/>')
    archive[place + 16] ^= 1
    content = parse(bytes(archive), ORIGIN)
    assert content.rejections
    assert content.tally.failed in (0, 1)


def test_encrypted_archive_is_rejected() -> None:
    archive = bytearray(packed({"a.xml": PASSES.encode()}))
    for place in (6, archive.index(b"PK\1\2") + 8):
        struct.pack_into("<H", archive, place, 1)
    assert [one.reason for one in parse(bytes(archive), ORIGIN).rejections] == [Reason.SYNTAX]


def test_nothing_of_a_test_s_name_is_kept(github: Recorded, context: Context) -> None:
    attach(github, latest(github), PASSES.replace('"a"', '"canary"'))
    collect(settings(artifact="junit"), context)
    kept = [file for file in context.state.rglob("*") if file.is_file()]
    assert json.loads((context.state / "artifact.json").read_text())["tally"] == [2, 0, 0]
    assert not any(b"canary" in file.read_bytes() for file in kept)
