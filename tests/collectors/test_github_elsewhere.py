"""Another server than the recorded one, or a proxy before it: less said, never counted better."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from exporter.collectors.github import Settings, collect
from exporter.config.environment import PREFIX
from exporter.model import Context, ErrorClass, Reading, SourceError
from tests.releases import NOW
from tests.upstream.world import forget_everything

Answers = Mapping[str, Callable[[Request], Any]]
HOUR = timedelta(hours=1)
REPOSITORY = {"full_name": "wildcard/caro", "stargazers_count": 7}


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    forget_everything()
    yield
    forget_everything()


def issue(number: int, *labels: str) -> dict[str, Any]:
    at = (NOW - (1000 - number) * HOUR).isoformat()
    return {"number": number, "state": "open", "created_at": at, "labels": list(labels)}


def read(
    server: HTTPServer, context: Context, monkeypatch: pytest.MonkeyPatch, answers: Answers
) -> Reading:
    """Return what is read where every path but those is unknown."""

    def handle(request: Request) -> Response:
        for pattern, answer in answers.items():
            if re.fullmatch(pattern, request.path):
                return Response(json.dumps(answer(request)), content_type="application/json")
        return Response('{"message": "Not Found"}', 404, content_type="application/json")

    server.expect_request(re.compile(".*")).respond_with_handler(handle)
    monkeypatch.setenv(f"{PREFIX}GITHUB_URL", server.url_for("").rstrip("/"))
    return collect(Settings(), replace(context, now=NOW))


def listed(issues: list[dict[str, Any]]) -> Callable[[Request], Any]:
    """Serve pages that name no next one, as behind a proxy that removes what it does not know."""

    def page(request: Request) -> Any:
        ordered = issues if request.args.get("direction") == "asc" else issues[::-1]
        return ordered[:100]

    return page


def count(reading: Reading, gauge: str) -> list[float]:
    return [one.value for one in reading.samples if one.gauge == gauge]


def test_a_list_whose_ends_never_meet_is_not_counted(
    httpserver: HTTPServer, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    issues = [issue(number, "P0" if number == 125 else "P1") for number in range(1, 251)]
    answers = {"/repos/wildcard/caro": lambda _: REPOSITORY, ".*/issues": listed(issues)}
    with pytest.raises(SourceError, match="breaks off; does a proxy remove the header Link") as got:
        read(httpserver, context, monkeypatch, answers)
    assert got.value.kind is ErrorClass.MALFORMED


def test_a_list_whose_ends_meet_is_whole_without_any_link(
    httpserver: HTTPServer, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    issues = [issue(number, "P0", "P1") for number in range(1, 151)]
    answers = {"/repos/wildcard/caro": lambda _: REPOSITORY, ".*/issues": listed(issues)}
    assert count(read(httpserver, context, monkeypatch, answers), "release_open_bugs") == [150, 150]


def test_a_label_is_looked_for_in_the_list_where_it_cannot_be_asked_for(
    httpserver: HTTPServer, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = {
        "/repos/wildcard/caro": lambda _: REPOSITORY,
        ".*/issues": listed([issue(1)]),
        ".*/labels": lambda _: [{"name": "P0"}, {"name": "p1"}],
    }
    reading = read(httpserver, context, monkeypatch, answers)
    assert count(reading, "release_open_bugs") == [0]
    assert "P1: the label 'P1' has other capital letters" in reading.withheld["release_open_bugs"]


def test_where_no_label_can_be_looked_up_there_is_no_zero(
    httpserver: HTTPServer, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = {"/repos/wildcard/caro": lambda _: REPOSITORY, ".*/issues": listed([issue(1)])}
    reading = read(httpserver, context, monkeypatch, answers)
    assert count(reading, "release_open_bugs") == []
    assert "there is no label 'P0'" in reading.withheld["release_open_bugs"]


def test_what_no_count_needs_may_be_absent(
    httpserver: HTTPServer, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = {
        "/repos/wildcard/caro": lambda _: {"full_name": "wildcard/caro"},
        ".*/issues": listed([issue(1, "P0", "P1")]),
    }
    reading = read(httpserver, context, monkeypatch, answers)
    assert count(reading, "release_open_bugs") == [1, 1]
    assert count(reading, "release_repository_stars") == []


@pytest.mark.parametrize("stars", [10**400, -1], ids=["huge", "negative"])
def test_stars_that_cannot_be_are_a_malformed_answer(
    httpserver: HTTPServer, context: Context, monkeypatch: pytest.MonkeyPatch, stars: int
) -> None:
    answers = {
        "/repos/wildcard/caro": lambda _: REPOSITORY | {"stargazers_count": stars},
        ".*/issues": listed([issue(1, "P0", "P1")]),
    }
    with pytest.raises(SourceError, match="stargazers_count") as got:
        read(httpserver, context, monkeypatch, answers)
    assert got.value.kind is ErrorClass.MALFORMED
