"""What goes wrong upstream: the right class, no invented value, no leak, and back at once."""

import logging
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import stamina
import structlog
from prometheus_client import CollectorRegistry, generate_latest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from exporter.collectors.github import DISCUSSIONS
from exporter.collectors.github.bugs import OLDEST, OPEN, RESOLUTION
from exporter.config.environment import PREFIX
from exporter.exposition.publisher import ViewCollector
from exporter.freshness import SourceState
from exporter.model import Context, ErrorClass, Reading, SourceError, labels
from exporter.plan import Plan
from exporter.recorded.faults import KINDS
from exporter.runner import Runner
from exporter.sources import load_sources
from exporter.status_page import render
from exporter.upstream.account import standings
from tests.releases import NOW, release_of, view_of
from tests.upstream.world import NAME, SHAPES, TOKEN, World, forget_everything, served

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BUGS = {OPEN, OLDEST, RESOLUTION}

CLASSES = {
    "unauthorized": ErrorClass.AUTH,
    "forbidden": ErrorClass.AUTH,
    "primary_limit": ErrorClass.RATE_LIMITED,
    "secondary_limit": ErrorClass.RATE_LIMITED,
    "not_found": ErrorClass.NOT_FOUND,
    "gone": ErrorClass.NOT_FOUND,
    "unprocessable": ErrorClass.MALFORMED,
    "429_seconds": ErrorClass.RATE_LIMITED,
    "429_date": ErrorClass.RATE_LIMITED,
    "429_nonsense": ErrorClass.RATE_LIMITED,
    "429": ErrorClass.RATE_LIMITED,
    "500": ErrorClass.SERVER,
    "502": ErrorClass.SERVER,
    "503": ErrorClass.SERVER,
    "timeout": ErrorClass.TIMEOUT,
    "reset": ErrorClass.SERVER,
    "truncated": ErrorClass.SERVER,
    "dripping": ErrorClass.TIMEOUT,
    "wrong_type": ErrorClass.MALFORMED,
    "not_json": ErrorClass.MALFORMED,
    "html": ErrorClass.MALFORMED,
    "gzip_bomb": ErrorClass.MALFORMED,
    "redirect_loop": ErrorClass.MALFORMED,
    "cross_host": ErrorClass.MALFORMED,
    "empty": ErrorClass.MALFORMED,
}
SLOW = ("timeout", "dripping")
ENDPOINTS = {
    "repository": "/api/v3/repos/wildcard/caro",
    "issues": "/api/v3/repos/wildcard/caro/issues",
    "further pages": "/api/v3/repositories/",
    "label": "/api/v3/repos/wildcard/caro/labels",
    "milestones": "/api/v3/repos/wildcard/caro/milestones",
}
GOOD = [
    (OPEN, 0),
    (OPEN, 0),
    ("release_open_issues", 0),
    ("release_new_issues", 0),
    ("release_repository_stars", 1204),
    (DISCUSSIONS, 0),
]
WRITTEN = {"priorities": {"P0": "P0", "P1": "beta"}, "milestone": "v9"}


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3):
        yield


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Serve a repository whose reading asks every endpoint, and more than one page."""
    forget_everything()
    with served(monkeypatch) as one:
        one.label("beta")
        one.repository.milestones.append(SHAPES.milestone(1, "v9", NOW - DAY, creator="x"))
        for number in range(1, 103):
            one.issue(number, opened=(200 - number) * HOUR, took=MINUTE)
        yield one


def told(error: SourceError | Reading) -> str:
    return repr(error) + str(error)


def kept(context: Context) -> bytes:
    files = [*context.state.rglob("*"), *context.shared.rglob("*")]
    return b"".join(one.read_bytes() for one in files if one.is_file())


def attempt(world: World, context: Context, kind: str = "") -> SourceError | Reading:
    try:
        return world.read(context, **WRITTEN, deadline="500ms" if kind in SLOW else "20s")
    except SourceError as error:
        return error


def test_every_kind_of_fault_has_its_class() -> None:
    assert set(CLASSES) == set(KINDS)


def judge_fault(bad: SourceError | Reading, kind: str, endpoint: str) -> None:
    assert TOKEN not in told(bad)
    if endpoint == "label" and CLASSES[kind] is ErrorClass.NOT_FOUND:
        # That a label is not there is an answer: its bugs are not known.
        assert isinstance(bad, Reading)
        assert set(bad.withheld) == BUGS
        bugs = [one for one in bad.samples if one.gauge in BUGS]
        assert not [one for one in bugs if one.labels == labels(priority="P1")]
    else:
        assert isinstance(bad, SourceError)
        assert bad.kind is CLASSES[kind]
        assert "127.0.0.1" in str(bad)


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("kind", CLASSES)
def test_a_fault_invents_nothing_and_is_over_with_the_first_good_answer(
    world: World, context: Context, caplog: pytest.LogCaptureFixture, kind: str, endpoint: str
) -> None:
    caplog.set_level(logging.DEBUG)
    world.server.fault(ENDPOINTS[endpoint], kind)
    judge_fault(attempt(world, context, kind), kind, endpoint)
    if CLASSES[kind] is ErrorClass.RATE_LIMITED:
        asked = len(world.server.log)
        world.now += timedelta(seconds=29)
        judge_fault(attempt(world, context), kind, endpoint)
        assert len(world.server.log) == asked
    world.server.heal()
    world.now += 2 * MINUTE
    back = attempt(world, context)
    assert isinstance(back, Reading)
    assert back.withheld == {}
    assert [(one.gauge, one.value) for one in back.samples] == GOOD
    # Now that everything is known and could be taken for unchanged.
    world.server.fault(ENDPOINTS[endpoint], kind)
    judge_fault(attempt(world, context, kind), kind, endpoint)
    assert TOKEN not in caplog.text
    assert TOKEN.encode() not in kept(context)
    assert not any(one.authorized for one in world.server.log if one.host == "storage")


@pytest.mark.parametrize("kind", CLASSES)
def test_a_fault_of_graphql_withholds_the_discussions_alone(
    world: World, context: Context, kind: str
) -> None:
    world.server.fault("/api/graphql", kind)
    bad = attempt(world, context, kind)
    assert isinstance(bad, Reading)
    assert list(bad.withheld) == [DISCUSSIONS]
    assert DISCUSSIONS not in {one.gauge for one in bad.samples}
    assert BUGS & {one.gauge for one in bad.samples}
    assert TOKEN not in told(bad)
    world.server.heal()
    world.now += 2 * MINUTE
    back = attempt(world, context)
    assert isinstance(back, Reading)
    assert back.withheld == {}


def test_the_reserve_is_left_to_others(world: World, context: Context) -> None:
    attempt(world, context)
    window = world.server.service.quota.window("user ID 1001", "core", world.now)
    window.used = 4_499
    world.repository.facts["stargazers_count"] = 7
    world.issue(500, opened=HOUR)
    refused = attempt(world, context)
    assert isinstance(refused, SourceError)
    assert "500 of 5,000 requests left, which are the reserve; no request before" in str(refused)
    assert window.used == 4_500
    assert isinstance(world.read(context, reserve=0.05), Reading)


def test_enterprise_without_rate_headers_is_read_too(world: World, context: Context) -> None:
    world.server.service._rate_headers = False
    assert isinstance(attempt(world, context), Reading)
    assert [one.known.quotas for one in standings()] == [{}]


def test_never_more_than_one_request_is_in_flight(world: World, context: Context) -> None:
    world.server.delay = 0.01

    def read(at: int) -> Reading:
        return world.read(replace(context, state=context.state / str(at)), deadline="1m")

    with ThreadPoolExecutor(4) as pool:
        readings = list(pool.map(read, range(4)))
    assert len({one.samples for one in readings}) == 1
    assert world.server.log.highest_in_flight == 1


def echo(httpserver: HTTPServer, status: int, location: str, body: str) -> None:
    """Let a server answer everything with what it was sent, wherever an answer can say it."""

    def answer(request: Request) -> Response:
        secret = request.headers.get("Authorization", "").rpartition(" ")[2]
        base = httpserver.url_for("").rstrip("/")
        said = body.replace("TOKEN", secret).replace("BASE", base)
        response = Response(said, status, content_type="application/json")
        response.headers["ETag"] = f'"{secret}"'
        response.headers["X-RateLimit-Resource"] = secret
        response.headers |= {
            f"X-RateLimit-{name}": "9999" for name in ("Limit", "Remaining", "Reset")
        }
        response.headers["Link"] = f'<{base}/{secret}>; rel="next"'
        if location:
            response.headers["Location"] = location.replace("TOKEN", secret).replace("BASE", base)
        return response

    httpserver.expect_request(re.compile(".*")).respond_with_handler(answer)


REDIRECTS = [
    (status, target, "{}")
    for status in (301, 302, 303, 307, 308)
    for target in (
        "http://localhost:1/TOKEN",
        "https://127.0.0.1/TOKEN?x=TOKEN",
        "http://TOKEN@127.0.0.1:1/",
        "BASE/TOKEN",
        "/TOKEN?page=TOKEN",
        "http://[TOKEN/",
    )
]
ERRORS = [
    (status, "", body)
    for status in (200, 400, 401, 403, 404, 410, 422, 429, 500, 503)
    for body in (
        '{"message": "TOKEN is wrong"}',
        f'{{"message": "{"x" * 190}TOKEN"}}',
        "<html>TOKEN</html>",
        '{"full_name": "TOKEN"}',
    )
]


@pytest.mark.parametrize(("status", "location", "body"), REDIRECTS + ERRORS)
def test_a_server_that_repeats_the_token_gets_it_nowhere(
    httpserver: HTTPServer,
    context: Context,
    plan: Plan,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    status: int,
    location: str,
    body: str,
) -> None:
    forget_everything()
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.ERROR, "werkzeug")
    structlog.reset_defaults()
    monkeypatch.setenv(f"{PREFIX}GITHUB_TOKEN", TOKEN)
    monkeypatch.setenv(f"{PREFIX}GITHUB_URL", httpserver.url_for(""))
    echo(httpserver, status, location, body)
    release = release_of(plan, sources={"github": {}}, repository=NAME)
    (source,) = load_sources(release)
    runner = Runner(tmp_path / "storage", lambda: NOW)
    runner.replace([source])
    states: dict[str, SourceState] = {}
    runner.run_once(lambda source, state: states.update({source.name: state}))
    assert len(httpserver.log) > 0
    error = states["github"].error
    assert error is not None
    assert error[0] is not ErrorClass.INTERNAL
    view = replace(view_of(release, states), upstream=standings())
    registry = CollectorRegistry()
    registry.register(ViewCollector(lambda: view, lambda: NOW))
    shown = generate_latest(registry).decode() + render(view, NOW)
    files = b"".join(one.read_bytes() for one in tmp_path.rglob("*") if one.is_file())
    for place in (shown, files.decode(), caplog.text, "".join(capsys.readouterr())):
        assert TOKEN[:6] not in place


def test_a_source_is_down_within_a_cycle_and_back_within_one_and_the_others_are_untouched(
    world: World, plan: Plan, tmp_path: Path
) -> None:
    release = release_of(plan, sources={"github": {}, "plan": {}}, repository=NAME)

    def cycle() -> dict[str, SourceState]:
        runner = Runner(tmp_path, lambda: world.now)
        runner.replace(load_sources(release))
        found: dict[str, SourceState] = {}
        runner.run_once(lambda source, state: found.update({source.name: state}))
        return found

    first = cycle()
    world.server.fault("/api/v3", "502")
    world.now += 5 * MINUTE
    down = cycle()
    world.server.heal()
    back = cycle()
    assert [one["github"].up for one in (first, down, back)] == [True, False, True]
    assert all(one["plan"].up for one in (first, down, back))
    # What was read before stands until it is too old.
    assert down["github"].reading == first["github"].reading
