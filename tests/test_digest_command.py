"""`digest` as a user types it: what it prints or posts, and how it ends."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from exporter import demo
from exporter.cli import clock
from tests.example import connected

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Return a function that runs `digest` over the example, whose beta ends today."""
    folder = tmp_path_factory.mktemp("digest")
    file = demo.prepare(folder / "release", clock())
    with connected(file, clock) as environment:

        def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
            where = (f"--config.file={file}", f"--storage.path={folder / 'data'}")
            return subprocess.run(
                [sys.executable, "-m", "exporter", "digest", *where, *arguments],
                env=os.environ | environment | variables,
                capture_output=True,
                text=True,
                check=False,
            )

        yield run


@pytest.mark.parametrize(
    ("arguments", "title", "row"),
    [
        ((), "Daily Review ", "  ✅ Privacy Violations: 0 (pass, target 0)\n"),
        (("--review=weekly",), "Weekly Review ", "  Stars: "),
    ],
)
def test_it_is_printed_from_what_the_sources_say_now(
    run: Run, arguments: tuple[str, ...], title: str, row: str
) -> None:
    done = run("--print", *arguments)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(title)
    assert row in done.stdout
    assert "N/A" not in done.stdout.replace("Downloads (Week 1): N/A", "")


def test_it_is_posted_to_every_alertmanager_even_where_the_scheduled_ones_are_off(
    run: Run, httpserver: HTTPServer
) -> None:
    taken: list[dict[str, Any]] = []

    def take(request: Request) -> Response:
        taken.extend(json.loads(request.data))
        return Response("{}")

    for path in ("/a", "/b"):
        httpserver.expect_request(f"{path}/api/v2/alerts").respond_with_handler(take)
    both = f"{httpserver.url_for('/a')},{httpserver.url_for('/b/')}"
    done = run(RELEASE_EXPORTER_ALERTMANAGER_URL=both, RELEASE_EXPORTER_DIGEST="false")
    assert (done.returncode, done.stdout) == (0, "caro v1.1.0: posted\n")
    first, second = taken
    assert first == second
    assert first["labels"]["alertname"] == "ReleaseDailyReview"


def test_what_nobody_takes_ends_with_1(run: Run, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api/v2/alerts").respond_with_data("no", 503)
    done = run(RELEASE_EXPORTER_ALERTMANAGER_URL=httpserver.url_for(""))
    assert done.returncode == 1
    assert done.stdout == ""
    assert "caro v1.1.0: not posted: Alertmanager answers with status 503" in done.stderr


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({}, "digest: nobody to post to; set RELEASE_EXPORTER_ALERTMANAGER_URL, or use --print"),
        (
            {"RELEASE_EXPORTER_ALERTMANAGER_URL": "alertmanager:9093"},
            "RELEASE_EXPORTER_ALERTMANAGER_URL: write http://… or https://…",
        ),
        (
            {"RELEASE_EXPORTER_ALERTMANAGER_URL": "http://u:secret@a:9093"},
            "RELEASE_EXPORTER_ALERTMANAGER_URL: holds a user or a query, so a secret",
        ),
    ],
)
def test_a_mistake_is_named_and_ends_with_2(run: Run, variables: dict[str, str], said: str) -> None:
    done = run(**variables)
    assert done.returncode == 2
    assert said in done.stderr
    assert "secret@" not in done.stderr
