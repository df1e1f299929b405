"""A conversation with a service over real HTTP: conditional, polite, and bounded."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest
from pytest_httpserver import HTTPServer
from structlog.testing import capture_logs
from werkzeug import Request, Response

from exporter.model import Context, ErrorClass, SourceError
from exporter.upstream import account
from exporter.upstream.session import Service, Session
from tests.releases import NOW

TOKEN = "ghp_canary0123456789"
DEADLINE = timedelta(seconds=20)


class Item(msgspec.Struct, frozen=True):
    id: int


Handler = Callable[[Request], Response]
Converse = Callable[..., Session]


@pytest.fixture(scope="module")
def threaded() -> Iterator[HTTPServer]:
    # A server that takes one request at a time would prove nothing about us.
    with HTTPServer(threaded=True) as started:
        yield started


@pytest.fixture
def server(threaded: HTTPServer) -> HTTPServer:
    threaded.clear()
    return threaded


@pytest.fixture
def service(server: HTTPServer) -> Service:
    return Service(server.url_for("/api"), f"Bearer {TOKEN}")


@pytest.fixture
def converse(service: Service, context: Context) -> Converse:
    """Return a function that opens a session, as a program does that was just started."""

    def opened(later: float = 0, deadline: timedelta = DEADLINE, **changes: object) -> Session:
        account._ACCOUNTS.clear()
        now = context.now + timedelta(seconds=later)
        changed = replace(service, **changes)  # type: ignore[arg-type]  # fields by name
        return Session(changed, replace(context, now=now), deadline)

    return opened


def tagged(document: object, tag: str = 'W/"1"', **headers: str) -> Handler:
    """Return a handler that answers 304 to whom the tag is known."""

    def handle(request: Request) -> Response:
        if request.headers.get("If-None-Match") == tag:
            return Response(status=304, headers={"ETag": tag, **headers})
        body = json.dumps(document)
        return Response(body, headers={"ETag": tag, "Content-Type": "application/json", **headers})

    return handle


def limited(status: int, body: str = "", **headers: str) -> Handler:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: Response(body, status, headers=named)


def refused(session: Session, path: str = "x") -> SourceError:
    with session, pytest.raises(SourceError) as caught:
        session.get(path, list[Item])
    return caught.value


def _broken_off(session: Session) -> None:
    with session:
        session.get("b", list[Item])
        session._ends = 0
        session.get("a", list[Item])


def asked(server: HTTPServer) -> list[tuple[str, int]]:
    return [(request.path, response.status_code) for request, response in server.log]


def test_unchanged_answer_is_asked_for_by_its_tag_also_after_a_restart(
    server: HTTPServer, converse: Converse
) -> None:
    server.expect_request("/api/x").respond_with_handler(tagged([{"id": 7}]))
    for _ in range(3):
        with converse() as session:
            assert session.get("x", list[Item]).value == [Item(7)]
    assert [status for _, status in asked(server)] == [200, 304, 304]


def test_only_what_the_shape_names_is_kept_on_disk(
    server: HTTPServer, converse: Converse, context: Context
) -> None:
    server.expect_request("/api/x").respond_with_handler(
        tagged([{"id": 7, "title": "canary", "user": {"login": "canary"}}])
    )
    with converse() as session:
        session.get("x", list[Item])
    kept = [file for file in context.state.parent.rglob("*") if file.is_file()]
    assert kept
    assert not any(b"canary" in file.read_bytes() for file in kept)


def test_damaged_or_other_shaped_memory_is_asked_for_whole(
    server: HTTPServer, converse: Converse, context: Context
) -> None:
    server.expect_request("/api/x").respond_with_handler(tagged([{"id": 7, "n": 1}]))

    class Other(msgspec.Struct, frozen=True):
        n: int

    with converse() as session:
        session.get("x", list[Item])
    with converse() as session:
        assert session.get("x", list[Other]).value == [Other(1)]
    (file,) = (context.state / "http").iterdir()
    file.write_bytes(file.read_bytes().replace(b'"n":1', b'"n":0'))
    with converse() as session:
        assert session.get("x", list[Other]).value == [Other(1)]
    assert [status for _, status in asked(server)] == [200, 200, 200]


def test_what_a_whole_conversation_did_not_need_is_forgotten(
    server: HTTPServer, converse: Converse, context: Context
) -> None:
    for path in ("/api/a", "/api/b"):
        server.expect_request(path).respond_with_handler(tagged([]))
    with converse() as session:
        session.get("a", list[Item])
        session.get("b", list[Item])
    with pytest.raises(SourceError, match="deadline"):
        _broken_off(converse())
    assert len(list((context.state / "http").iterdir())) == 2
    with converse() as session:
        session.get("b", list[Item])
    assert len(list((context.state / "http").iterdir())) == 1


def test_pages_follow_the_services_own_links(server: HTTPServer, converse: Converse) -> None:
    link = f'<{server.url_for("/api/x")}?after=abc%3D&page=2>; rel="next"'
    server.expect_request("/api/x", query_string="per_page=1").respond_with_handler(
        tagged([{"id": 1}], Link=link)
    )
    server.expect_request("/api/x", query_string="after=abc%3D&page=2").respond_with_handler(
        tagged([{"id": 2}], Link='<https://nowhere.invalid/>; rel="first"')
    )
    for _ in range(2):
        with converse() as session:
            pages = list(session.pages("x", list[Item], {"per_page": 1}))
        assert pages == [[Item(1)], [Item(2)]]
    assert [status for _, status in asked(server)] == [200, 200, 304, 304]


def test_pages_in_a_circle_end_in_an_error(server: HTTPServer, converse: Converse) -> None:
    link = f'<{server.url_for("/api/x")}>; rel="next"'
    server.expect_request("/api/x").respond_with_handler(tagged([], Link=link))
    with converse() as session, pytest.raises(SourceError, match="no end") as caught:
        list(session.pages("x", list[Item]))
    assert caught.value.kind is ErrorClass.MALFORMED
    assert len(server.log) == 2


def test_redirect_on_the_same_host_is_followed_with_the_token(
    server: HTTPServer, converse: Converse
) -> None:
    server.expect_request("/api/old").respond_with_data(status=301, headers={"Location": "/new"})
    server.expect_request("/new").respond_with_handler(tagged([{"id": 7}]))
    for _ in range(2):
        with converse() as session:
            assert session.get("old", list[Item]).value == [Item(7)]
    assert asked(server)[1:] == [("/new", 200), ("/api/old", 301), ("/new", 304)]
    assert server.log[1][0].headers["Authorization"] == f"Bearer {TOKEN}"


def test_endless_redirects_are_an_error(server: HTTPServer, converse: Converse) -> None:
    server.expect_request("/api/x").respond_with_data(status=302, headers={"Location": "/api/x"})
    error = refused(converse())
    assert error.kind is ErrorClass.MALFORMED
    assert "redirects without end" in str(error)
    assert len(server.log) == 5


@pytest.mark.parametrize("how", ["redirect", "link", "another port", "another scheme"])
def test_no_other_host_is_asked_or_believed(
    server: HTTPServer, converse: Converse, how: str
) -> None:
    with HTTPServer() as other:
        other.expect_request("/api/x").respond_with_handler(tagged([{"id": 666}]))
        place = other.url_for("/api/x").replace("localhost", "127.0.0.1")
        if how == "another scheme":
            place = server.url_for("/api/x").replace("http:", "https:")
        if how == "link":
            server.expect_request("/api/x").respond_with_handler(
                tagged([], Link=f'<{place}>; rel="next"')
            )
        else:
            server.expect_request("/api/x").respond_with_data(
                status=302, headers={"Location": place}
            )
        with converse() as session, pytest.raises(SourceError) as caught:
            list(session.pages("x", list[Item]))
        assert other.log == []
        host = urlsplit(place).netloc
        assert f"leads to another host, {host}, which is told no token" in str(caught.value)
        assert "let the proxy rewrite the headers Link and Location" in str(caught.value)


def test_file_on_another_host_is_fetched_without_the_token(
    server: HTTPServer, converse: Converse
) -> None:
    with HTTPServer() as blobs:
        blobs.expect_request("/file").respond_with_data(b"bytes")
        server.expect_request("/api/zip").respond_with_data(
            status=302, headers={"Location": blobs.url_for("/file?sig=1")}
        )
        with converse() as session:
            assert session.download("zip", 100) == b"bytes"
        assert server.log[0][0].headers["Authorization"] == f"Bearer {TOKEN}"
        assert "Authorization" not in blobs.log[0][0].headers


def test_passing_fault_is_tried_again_and_a_lasting_one_is_an_error(
    server: HTTPServer, converse: Converse
) -> None:
    server.expect_ordered_request("/api/x").respond_with_data(status=502)
    server.expect_ordered_request("/api/x").respond_with_handler(tagged([{"id": 7}]))
    with converse() as session:
        assert session.get("x", list[Item]).value == [Item(7)]
    server.clear()
    server.expect_request("/api/x").respond_with_data(status=500)
    assert refused(converse()).kind is ErrorClass.SERVER
    assert len(server.log) == 3


def test_what_is_tried_again_is_logged_without_what_the_server_repeats(
    server: HTTPServer, converse: Converse
) -> None:
    repeated = json.dumps({"message": f"no {TOKEN}"})
    server.expect_request("/api/x").respond_with_data(repeated, status=500)
    with capture_logs() as lines:
        assert refused(converse()).kind is ErrorClass.SERVER
    said = [one["error"] for one in lines if one["event"] == "asked again"]
    assert len(said) == 2
    assert "status 500: no …" in said[0]
    assert TOKEN not in str(lines)


@pytest.mark.parametrize(
    ("handler", "wait"),
    [
        (limited(429, Retry_After="90"), 90),
        (limited(429, Retry_After=format_datetime(NOW + timedelta(seconds=300))), 300),
        (limited(429, Retry_After="soon"), 60),
        (limited(429, Retry_After="-5"), 60),
        (limited(429, Retry_After="\xb2"), 60),
        (limited(429), 60),
        (limited(429, Retry_After="9" * 12), 86_400),
        (limited(403, Retry_After="90"), 90),
        (limited(403, '{"message": "You have exceeded a secondary rate limit."}'), 60),
        (
            limited(
                403,
                X_RateLimit_Limit="60",
                X_RateLimit_Remaining="0",
                X_RateLimit_Reset=str(int(NOW.timestamp()) + 1200),
            ),
            1200,
        ),
        (limited(503, Retry_After="45"), 45),
    ],
)
def test_no_request_before_the_time_told_and_one_after_it(
    server: HTTPServer, converse: Converse, handler: Handler, wait: int
) -> None:
    server.expect_request("/api/x").respond_with_handler(handler)
    error = refused(converse())
    assert error.kind is ErrorClass.RATE_LIMITED
    server.clear()
    server.expect_request("/api/x").respond_with_handler(tagged([{"id": 7}]))
    # A restart does not forget it; the run itself takes a part of a second.
    assert "no request before" in str(refused(converse(wait - 0.5)))
    assert server.log == []
    with converse(wait + 5) as session:
        assert session.get("x", list[Item]).value == [Item(7)]


def test_waiting_doubles_while_no_time_is_told(server: HTTPServer, converse: Converse) -> None:
    server.expect_request("/api/x").respond_with_handler(limited(429))
    later, waits = 0.0, []
    for _ in range(8):
        refused(converse(later))
        known = next(iter(account._ACCOUNTS.values())).standing.known
        waits.append(round((known.not_before - NOW.timestamp() - later) / 60))
        later = known.not_before - NOW.timestamp() + 1
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    assert len(server.log) == 8


def test_plain_403_is_a_matter_of_permission(server: HTTPServer, converse: Converse) -> None:
    server.expect_request("/api/x").respond_with_data('{"message": "Must have admin rights"}', 403)
    error = refused(converse(fixes={ErrorClass.AUTH: "give the token issues:read"}))
    assert error.kind is ErrorClass.AUTH
    assert "Must have admin rights; give the token issues:read" in str(error)
    with pytest.raises(SourceError, match="Must have admin rights"), converse(1) as session:
        session.get("x", list[Item])


def test_reserve_is_left_to_others_until_the_window_is_over(
    server: HTTPServer, converse: Converse
) -> None:
    reset = int(NOW.timestamp()) + 600
    quota = {"X-RateLimit-Limit": "60", "X-RateLimit-Reset": str(reset)}
    server.expect_request("/api/x").respond_with_handler(
        tagged([], **quota, **{"X-RateLimit-Remaining": "6"})
    )
    with converse(reserve=0.1) as session:
        session.get("x", list[Item])
        with pytest.raises(SourceError, match="6 of 60 requests left") as caught:
            session.get("x", list[Item])
    assert caught.value.kind is ErrorClass.RATE_LIMITED
    assert len(server.log) == 1
    with converse(601, reserve=0.1) as session:
        session.get("x", list[Item])
    assert len(server.log) == 2


def test_service_without_rate_headers_is_asked_freely(
    server: HTTPServer, converse: Converse
) -> None:
    server.expect_request("/api/x").respond_with_handler(tagged([]))
    with converse(reserve=0.5) as session:
        for _ in range(5):
            session.get("x", list[Item])
    assert len(server.log) == 5


def test_one_request_at_a_time_whoever_asks(
    server: HTTPServer, service: Service, context: Context, tmp_path: Path
) -> None:
    busy, most, lock = 0, 0, threading.Lock()

    def handle(_: Request) -> Response:
        nonlocal busy, most
        with lock:
            busy += 1
            most = max(most, busy)
        time.sleep(0.02)
        with lock:
            busy -= 1
        return Response("[]")

    server.expect_request("/api/x").respond_with_handler(handle)

    def ask(number: int) -> None:
        mine = replace(context, state=tmp_path / str(number))
        with Session(service, mine, DEADLINE) as session:
            for _ in range(3):
                session.get("x", list[Item])

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(ask, range(4)))
    assert (most, len(server.log)) == (1, 12)


def test_pause_between_requests_is_kept(server: HTTPServer, converse: Converse) -> None:
    moments: list[float] = []

    def handle(_: Request) -> Response:
        moments.append(time.monotonic())
        return Response("[]")

    server.expect_request("/api/x").respond_with_handler(handle)
    with converse(pause=0.2) as session:
        for _ in range(3):
            session.get("x", list[Item])
    assert all(b - a >= 0.2 for a, b in pairwise(moments))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "no JSON"),
        ("<html>", "no JSON"),
        ('[{"id": 1}', "no JSON"),
        ('[{"id": NaN}]', "no JSON"),
        ("[" * 100_000, "Expected `object`"),
        ('{"message": "canary"}', "Expected `array`"),
        ('[{"id": "canary"}]', "Expected `int`"),
        ('[{"number": 1}]', "missing required field"),
        ("null", "Expected `array`"),
    ],
)
def test_answer_of_another_shape_is_an_error_that_quotes_nothing(
    server: HTTPServer, converse: Converse, body: str, words: str
) -> None:
    server.expect_request("/api/x").respond_with_data(body)
    error = refused(converse())
    assert error.kind is ErrorClass.MALFORMED
    assert words in str(error)
    assert "canary" not in str(error)


def test_secret_that_a_server_repeats_is_not_shown(server: HTTPServer, converse: Converse) -> None:
    server.expect_request("/api/x").respond_with_data(
        json.dumps({"message": f"Bad credentials: Bearer {TOKEN}"}), 401
    )
    error = refused(converse())
    assert error.kind is ErrorClass.AUTH
    assert "Bad credentials: Bearer …" in str(error)
    assert TOKEN not in repr(converse().service)


def test_whole_conversation_keeps_to_its_deadline(server: HTTPServer, converse: Converse) -> None:
    def drip(_: Request) -> Response:
        def body() -> Iterator[bytes]:
            for _ in range(100):
                time.sleep(0.1)
                yield b"["

        return Response(body())

    server.expect_request("/api/x").respond_with_handler(drip)
    session = converse(deadline=timedelta(seconds=1))
    started = time.monotonic()
    error = refused(session)
    assert error.kind is ErrorClass.TIMEOUT
    assert 0.8 <= time.monotonic() - started <= 1.4


@pytest.mark.parametrize(
    "text", ["2026-02-01 12:00:00 UTC", "2026-02-01 12:00:00 +0000", "2026-02-01 13:00:00 +0100"]
)
def test_end_of_the_token_is_known(server: HTTPServer, converse: Converse, text: str) -> None:
    headers = {"GitHub-Authentication-Token-Expiration": text}
    server.expect_request("/api/x").respond_with_handler(tagged([], **headers))
    with converse() as session:
        session.get("x", list[Item])
    (standing,) = account.standings()
    assert standing.known.expires == datetime.fromisoformat("2026-02-01T12:00:00Z").timestamp()
    assert standing.asked == {"ok": 1}


def test_post_returns_the_answer_in_its_shape(server: HTTPServer, converse: Converse) -> None:
    server.expect_request("/api/x", method="POST", json={"query": "q"}).respond_with_json({"id": 7})
    with converse() as session:
        assert session.post("x", {"query": "q"}, Item) == Item(7)


def test_host_that_is_asked_in_two_names_is_shown_once(
    server: HTTPServer, service: Service, context: Context
) -> None:
    account._ACCOUNTS.clear()
    quota = {"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "59"}
    reset = str(int(NOW.timestamp()) + 600)
    server.expect_request("/api/x").respond_with_handler(
        tagged([], **quota, **{"X-RateLimit-Reset": reset})
    )
    server.expect_request("/api/y").respond_with_handler(limited(429, Retry_After="90"))
    with Session(replace(service, authorization=""), context, DEADLINE) as session:
        session.get("x", list[Item])
    refused(Session(service, context, DEADLINE), "y")
    (standing,) = account.standings()
    assert standing.asked == {"ok": 1, "refused": 1}
    assert standing.known.quotas["core"].remaining == 59
    assert standing.known.not_before == pytest.approx(NOW.timestamp() + 90, abs=5)
