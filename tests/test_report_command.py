"""`report` and `review` as a user types them: what they write, say, and how they end."""

import html
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from exporter import demo
from exporter.gate.document import Bundle, dump
from exporter.gate.reporting import report_of
from exporter.view import ReleaseView
from tests.example import VALUES, files_alone
from tests.final_report.days import day
from tests.final_report.reading import markdown_tables
from tests.gate.cases import build
from tests.recall.test_snapshots import keep
from tests.releases import NOW

DAY = timedelta(days=1)

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return a function that runs a command in that folder."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "exporter", *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
            timeout=120,
        )

    return run


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """Put the example there, its beta ending today, without what asks a service."""
    # The command looks at the clock too.
    file = demo.prepare(tmp_path, datetime.now(UTC))  # noqa: TID251 - see above
    files_alone(file)
    return file


@pytest.fixture
def records(tmp_path: Path) -> Path:
    """Keep records of three days, and of a release before."""
    for back in (2, 1, 0):
        keep(tmp_path / "data", day(back, {"QM-2": "warn"} if back else {}))
    for back in (40, 30):
        keep(tmp_path / "data", day(back, release="v1.0.0"), release="v1.0.0")
    return tmp_path / "data"


AT = ("--from", "data", "--at", "2026-01-17", "--release", "v1.1.0")


def test_a_report_is_made_from_what_the_sources_say_now(run: Run, example: Path) -> None:
    done = run("report", "--output", "report.md")
    assert done.returncode == 0, done.stderr
    assert (example.parent / "report.md").read_text() == done.stdout
    shown = {row[0]: row[2] for one in markdown_tables(done.stdout) for row in one if len(row) == 4}
    assert (shown["Success Rate"], shown["P95 Time"]) == (VALUES["QM-2"], VALUES["PM-1"])
    assert shown["P0 Bugs"] == "unknown"  # nobody asked GitHub
    assert "no source github" in html.unescape(done.stdout)
    assert "not published yet, planned for" in html.unescape(done.stdout)


def test_a_source_that_cannot_be_read_is_told_by_the_exit_code(run: Run, example: Path) -> None:
    (example.parent / "survey.csv").unlink()
    done = run("report", "--format", "json")
    assert done.returncode == 1
    rows = {x["key"]: x for section in json.loads(done.stdout)["sections"] for x in section["rows"]}
    assert (rows["EM-4"]["actual"], rows["EM-4"]["value"]) in (
        ("unknown", None),
        ("none yet", None),
    )


def test_a_report_of_the_records_has_history_and_the_release_before(
    run: Run, records: Path
) -> None:
    done = run("report", *AT, "--format", "json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert [one["decision"] for one in report["history"]["days"]] == [
        "CONDITIONAL",
        "CONDITIONAL",
        "GO",
    ]
    assert report["comparison"]["release"] == "v1.0.0"
    assert report["release_date"].startswith("unknown: only the release file tells it")
    assert report["score"]["shown"] == "100/100"


@pytest.mark.parametrize("form", ["markdown", "html", "json"])
def test_every_form_goes_to_the_file_too(run: Run, records: Path, form: str) -> None:
    done = run("report", *AT, "--format", form, "--output", "out")
    assert (records.parent / "out").read_text() == done.stdout != ""


@pytest.mark.parametrize("name", ["status", "risks", "checklist", "retrospective"])
def test_every_fragment_is_markdown_with_a_heading(run: Run, records: Path, name: str) -> None:
    done = run("report", *AT, "--fragment", name)
    assert (done.returncode, done.stdout[:3]) == (0, "## ")


def test_an_old_record_cannot_be_told_to_be_ready(run: Run, records: Path) -> None:
    done = run("report", "--from", "data/caro/v1.1.0", "--format", "json")
    report = json.loads(done.stdout)
    assert report["decision"] == "UNKNOWN"
    assert report["success"].startswith("cannot be told: the newest snapshot is of 2026-01-17")
    assert "not to be relied on" in report["score"]["shown"]


def test_a_running_exporter_is_reported_on(run: Run, httpserver: HTTPServer) -> None:
    release, states = build({})
    reports = [report_of(ReleaseView(release, states), NOW)]
    reports.append(replace(reports[0], release="v2"))
    httpserver.expect_request("/api/v1/gate").respond_with_data(dump(Bundle.of(reports)))
    url = httpserver.url_for("")
    several = run("report", "--from", url)
    assert (several.returncode, several.stdout) == (2, "")
    assert "--release: a report is of one release; name one of v1.1.0, v2" in several.stderr
    done = run("report", "--from", url, "--release", "v2")
    assert done.returncode == 0
    assert html.unescape(done.stdout).startswith("# v2 Final Metrics Report")


def test_an_exporter_that_does_not_answer_makes_a_report_that_says_so(run: Run) -> None:
    done = run("report", "--from", "http://127.0.0.1:9", "--format", "json")
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert report["decision"] == "UNKNOWN"
    assert {row["actual"] for one in report["sections"] for row in one["rows"]} == {"unknown"}


@pytest.mark.parametrize(
    ("arguments", "fix"),
    [
        (("report",), "there is no such file"),
        (("report", "--format", "pdf"), "is not one of"),
        (("report", "--at", "2026-01-17"), "--at: goes with --from and a folder"),
        (("report", "--from", "nothing.json"), "there is no such file or folder"),
        (("report", "--from", "data"), "name one of v1.0.0, v1.1.0"),
        (("report", *AT, "--fragment", "risks", "--format", "json"), "a fragment is Markdown"),
        (("report", *AT, "--output", "no/such/file"), "--output: no/such/file: no such"),
        (("report", *AT, "--records", "nothing"), "does not exist"),
        (("report", *AT, "--previous", "v9"), "no records of 'v9'; there are v1.0.0"),
        (("review", "go/no-go", *AT), "the release file is needed"),
        (("review", "go/no-go", "--sign-off", "--until", "soon"), "does not match the format"),
    ],
)
def test_usage_and_configuration_end_with_2(
    run: Run, records: Path, arguments: tuple[str, ...], fix: str
) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert fix in done.stderr


def test_a_review_is_written_once_signed_and_shows_in_the_report(run: Run, example: Path) -> None:
    reviews = example.parent / "data/caro/v1.1.0/reviews"
    draft = run("review", "go/no-go")
    assert draft.returncode == 0, draft.stderr
    assert "wrote data/caro/v1.1.0/reviews/go-no-go.md" in draft.stdout
    assert "go/no-go: not decided yet; the gate says UNKNOWN" in draft.stdout
    refused = run("review", "go/no-go", "--sign-off", "--by", "Ada Lovelace, Release Manager")
    assert (refused.returncode, "the gate says UNKNOWN" in refused.stderr) == (2, True)
    signed = ("--delay", "--reason", "P0 is unknown", "--by", "Ada Lovelace, Release Manager")
    assert run("review", "go/no-go", *signed).returncode == 0
    before = (reviews / "go-no-go.md").read_bytes()
    again = run("review", "go/no-go", *signed)
    assert (again.returncode, "is signed already" in again.stderr) == (2, True)
    assert (reviews / "go-no-go.md").read_bytes() == before
    assert run("review", "go/no-go", *signed, "--again").returncode == 0
    assert (reviews / "go-no-go.1.md").read_bytes() == before
    report = json.loads(run("report", "--format", "json").stdout)
    (line,) = report["signed"]
    assert (line["milestone"], line["outcome"]) == ("go/no-go", "delayed")
    assert line["by"] == ["Ada Lovelace, Release Manager"]


def test_a_name_typed_for_a_record_stands_nowhere_else(run: Run, example: Path) -> None:
    done = run("review", "release", "--delay", "--reason", "x", "--by", "Ada Lovelace")
    assert "Lovelace" not in done.stdout + done.stderr
    holding = {
        file.name
        for file in example.parent.rglob("*")
        if file.is_file() and b"Lovelace" in file.read_bytes()
    }
    assert holding == {"release.json", "release.md"}


def test_a_milestone_that_is_not_there_is_the_users_to_fix(run: Run, example: Path) -> None:
    done = run("review", "launch")
    assert done.returncode == 2
    assert "there is no milestone 'launch'; there are planning" in done.stderr
