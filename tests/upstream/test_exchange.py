import gc
import gzip
import logging
import socket
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from exporter import __version__
from exporter.model import ErrorClass, SourceError
from exporter.upstream.exchange import classify, fetch, one_line

Script = Callable[[socket.socket], None]
Serve = Callable[[Script], str]

MEBIBYTE = 1024 * 1024
OK = b"HTTP/1.1 200 OK\r\n"
GZIP = OK + b"Content-Encoding: gzip\r\nConnection: close\r\n\r\n"


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "http_proxy",
        "https_proxy",
        "all_proxy",
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Return a function that starts a server of raw bytes: it reads a request, then follows."""
    listeners: list[socket.socket] = []

    def start(script: Script) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)
        threading.Thread(target=_follow, args=(listener, script), daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}/"

    yield start
    for listener in listeners:
        listener.close()


def _follow(listener: socket.socket, script: Script) -> None:
    try:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            script(connection)
    except OSError:
        return  # the other side has gone: that is what is tested


def _say(*pieces: bytes, pause: float = 0.0) -> Script:
    def script(connection: socket.socket) -> None:
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(pause)

    return script


def _drip(first: bytes, piece: bytes) -> Script:
    def script(connection: socket.socket) -> None:
        connection.sendall(first)
        while True:
            time.sleep(0.5)
            connection.sendall(piece)

    return script


def _flood(first: bytes, piece: bytes) -> Script:
    def script(connection: socket.socket) -> None:
        connection.sendall(first)
        while True:
            connection.sendall(piece)

    return script


def _reset(connection: socket.socket) -> None:
    connection.sendall(OK + b"Content-Length: 100\r\n\r\nhalf")
    # Linger for no time: the connection is reset, not closed.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def _refused(url: str, *, seconds: float = 10.0, limit: int = MEBIBYTE) -> SourceError:
    with pytest.raises(SourceError) as caught:
        fetch(url, seconds=seconds, limit=limit)
    return caught.value


def test_get_returns_status_and_body(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/x", method="GET").respond_with_data("odd", status=418)
    answer = fetch(httpserver.url_for("/x"), seconds=10, limit=100)
    assert (answer.status, answer.body) == (418, b"odd")


def test_form_is_posted_with_the_caller_s_headers_and_an_identifying_agent(
    httpserver: HTTPServer,
) -> None:
    seen: list[Request] = []

    def handler(request: Request) -> Response:
        _ = request.form
        seen.append(request)
        return Response("ok")

    httpserver.expect_request("/x", method="POST").respond_with_handler(handler)
    fetch(
        httpserver.url_for("/x"), seconds=10, limit=9, form={"query": "a & b"}, headers={"X-A": "1"}
    )
    assert seen[0].form.to_dict() == {"query": "a & b"}
    assert seen[0].headers["X-A"] == "1"
    assert seen[0].headers["User-Agent"] == f"release-exporter/{__version__}"


def test_gzip_is_decoded(serve: Serve) -> None:
    url = serve(_say(GZIP + gzip.compress(b"plain words")))
    assert fetch(url, seconds=10, limit=100).body == b"plain words"


def test_empty_body_under_gzip_is_empty(serve: Serve) -> None:
    assert fetch(serve(_say(GZIP)), seconds=10, limit=100).body == b""


@pytest.mark.parametrize("head", [OK + b"Connection: close\r\n\r\n", GZIP], ids=["plain", "gzip"])
def test_body_of_exactly_the_limit_is_taken_and_one_byte_more_is_not(
    serve: Serve, head: bytes
) -> None:
    def body(size: int) -> bytes:
        return gzip.compress(b"x" * size) if head == GZIP else b"x" * size

    assert len(fetch(serve(_say(head + body(5000))), seconds=10, limit=5000).body) == 5000
    error = _refused(serve(_say(head + body(5001))), limit=5000)
    assert error.kind is ErrorClass.MALFORMED
    assert "larger than 5,000 bytes" in str(error)


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(_drip(OK + b"Content-Length: 999\r\n\r\n", b"x"), id="body"),
        pytest.param(_drip(b"HTTP/1.1 ", b"2"), id="status line"),
        pytest.param(_drip(OK, b"X-A: b\r\n"), id="headers"),
        pytest.param(_drip(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"), id="chunks"),
        pytest.param(_drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), id="informational answers"),
        pytest.param(lambda _: time.sleep(5), id="silence"),
    ],
)
def test_dripping_answer_is_cut_at_the_deadline(serve: Serve, script: Script) -> None:
    url = serve(script)
    fetch(serve(_say(OK + b"Content-Length: 0\r\n\r\n")), seconds=10, limit=9)  # imports httpx
    started = time.monotonic()
    error = _refused(url, seconds=1.2)
    assert error.kind is ErrorClass.TIMEOUT
    assert 1.2 <= time.monotonic() - started <= 1.7
    assert "no whole answer within 1.2s" in str(error)


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(_flood(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), id="informational answers"),
        pytest.param(
            _flood(GZIP + b"\x1f\x8b\x08\0\0\0\0\0\0\3", b"\0\0\0\xff\xff"), id="empty gzip blocks"
        ),
    ],
)
def test_flood_that_comes_to_nothing_is_cut_at_the_deadline(serve: Serve, script: Script) -> None:
    started = time.monotonic()
    assert _refused(serve(script), seconds=1).kind is ErrorClass.TIMEOUT
    # What has arrived at once is worked off first, on a busy machine slowly.
    assert time.monotonic() - started < 3


def test_silent_handshake_is_cut_at_the_deadline(serve: Serve) -> None:
    url = serve(lambda _: time.sleep(5)).replace("http:", "https:")
    started = time.monotonic()
    assert _refused(url, seconds=1).kind is ErrorClass.TIMEOUT
    assert time.monotonic() - started < 4
    gc.collect()  # an open connection left behind would be a warning, which is an error here


@pytest.mark.parametrize(
    ("script", "words"),
    [
        pytest.param(_reset, "broke off", id="reset"),
        pytest.param(_say(), "broke off", id="closed at once"),
        pytest.param(_say(OK + b"Content-Length: 9\r\n\r\nhalf"), "broke off", id="short body"),
        pytest.param(_say(OK + b"Content-Le"), "broke off", id="half a header"),
        pytest.param(
            _say(OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab"), "broke off", id="half a chunk"
        ),
        pytest.param(
            _say(OK + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n"), "not HTTP", id="no chunk size"
        ),
        pytest.param(_say(b"SSH-2.0-secret\r\n"), "not HTTP", id="another protocol"),
        pytest.param(_say(b"\0" * 99), "not HTTP", id="zeros"),
        pytest.param(_say(b"HTTP/1.1 999999 No\r\n\r\n"), "not HTTP", id="status out of range"),
        pytest.param(_say(OK + b"Content-Length: -1\r\n\r\n"), "not HTTP", id="negative length"),
        pytest.param(_say(OK + b"a b: c\r\n\r\n"), "not HTTP", id="header name with a space"),
        pytest.param(_say(OK + b"X: " + b"x" * 300_000), "not HTTP", id="endless header"),
        pytest.param(_say(GZIP + b"plain"), "content encoding", id="gzip that is none"),
        pytest.param(
            _say(GZIP + gzip.compress(b"x" * 99)[:-9]), "content encoding", id="half a gzip"
        ),
        pytest.param(_say(GZIP + b"\x1f\x8b"), "content encoding", id="two bytes of gzip"),
        pytest.param(
            _say(GZIP + gzip.compress(b"x") + b"more"), "content encoding", id="text behind gzip"
        ),
        pytest.param(
            _say(OK + b"Content-Encoding: br\r\n\r\nx"), "content encoding", id="other encoding"
        ),
        pytest.param(
            _say(OK + b"Content-Encoding: gzip, gzip\r\n\r\nx"),
            "content encoding",
            id="two of them",
        ),
    ],
)
def test_broken_answer_is_a_server_error_that_quotes_nothing(
    serve: Serve, script: Script, words: str
) -> None:
    error = _refused(serve(script))
    assert error.kind is ErrorClass.SERVER
    assert words in str(error)
    assert str(error).startswith("127.0.0.1:")
    assert "secret" not in str(error)
    assert "\n" not in str(error)


def test_endless_bytes_behind_gzip_are_cut_at_once(serve: Serve) -> None:
    started = time.monotonic()
    error = _refused(serve(_flood(GZIP + gzip.compress(b"x"), b"y" * 65536)), seconds=5)
    assert error.kind is ErrorClass.SERVER
    assert time.monotonic() - started < 4


def test_nobody_listening_is_a_server_error_with_the_fix() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    error = _refused(f"http://127.0.0.1:{port}/")
    assert error.kind is ErrorClass.SERVER
    assert "is the URL right, is it up?" in str(error)


def test_server_without_tls_is_a_server_error(httpserver: HTTPServer) -> None:
    error = _refused(httpserver.url_for("/").replace("http:", "https:"))
    assert error.kind is ErrorClass.SERVER


@pytest.mark.parametrize("url", ["nowhere", "ftp://127.0.0.1/", "http://a:b/", "http:"])
def test_url_that_is_none_is_malformed(url: str) -> None:
    error = _refused(url)
    assert error.kind is ErrorClass.MALFORMED
    assert "check the URL" in str(error)


@pytest.mark.parametrize("secret", ["two\nlines", "naïve", "\ud800", "tab\0"])
def test_header_that_cannot_be_sent_is_malformed_and_not_shown(
    httpserver: HTTPServer, secret: str
) -> None:
    with pytest.raises(SourceError) as caught:
        fetch(httpserver.url_for("/"), seconds=9, limit=9, headers={"Authorization": secret})
    assert caught.value.kind is ErrorClass.MALFORMED
    assert secret not in str(caught.value)
    assert httpserver.log == []


def test_redirect_is_an_answer_and_not_followed(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/a").respond_with_data(
        "", 302, headers={"Location": httpserver.url_for("/b")}
    )
    assert fetch(httpserver.url_for("/a"), seconds=10, limit=9).status == 302
    assert [request.path for request, _ in httpserver.log] == ["/a"]


def test_proxy_of_the_environment_is_used(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    httpserver.expect_request("/x").respond_with_data("through the proxy")
    monkeypatch.setenv("http_proxy", httpserver.url_for(""))
    assert fetch("http://nowhere.invalid/x", seconds=10, limit=99).body == b"through the proxy"


@pytest.mark.parametrize("proxy", ["gopher://user:secret@h", "socks5://user:secret@h"])
def test_unusable_proxy_is_malformed_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("http_proxy", proxy)
    error = _refused("http://127.0.0.1:1/")
    assert error.kind is ErrorClass.MALFORMED
    assert "secret" not in str(error).replace("the secret", "")


def test_url_is_not_logged(httpserver: HTTPServer, caplog: pytest.LogCaptureFixture) -> None:
    httpserver.expect_request("/x").respond_with_data("")
    caplog.set_level(logging.DEBUG)
    fetch(
        httpserver.url_for("/x") + "?key=canary", seconds=10, limit=9, headers={"X-Key": "canary"}
    )
    records = [one for one in caplog.records if one.name.startswith("http")]
    assert "canary" not in "".join(one.getMessage() for one in records)


def test_client_is_imported_on_the_first_request_only() -> None:
    code = "import sys, exporter.upstream.exchange; sys.exit('httpx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_gzip_bomb_is_cut_at_the_limit_within_32_mebibytes(serve: Serve) -> None:
    squeeze = zlib.compressobj(9, wbits=31)
    bomb = b"".join(squeeze.compress(b"\0" * MEBIBYTE) for _ in range(256)) + squeeze.flush()
    # In a process of its own, whose highest memory is nobody else's.
    code = """
import resource, sys
from exporter.upstream.exchange import fetch
from exporter.model import SourceError
fetch(sys.argv[1], seconds=10, limit=100)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    fetch(sys.argv[2], seconds=30, limit=8 * 1024 * 1024)
except SourceError as error:
    print(error.kind, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    small, large = serve(_say(GZIP + gzip.compress(b"x"))), serve(_say(GZIP + bomb))
    done = subprocess.run(
        [sys.executable, "-c", code, small, large], capture_output=True, text=True, check=True
    )
    kind, kibibytes = done.stdout.split()
    assert kind == "malformed"
    assert int(kibibytes) <= 32 * 1024


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, ErrorClass.MALFORMED),
        (400, ErrorClass.MALFORMED),
        (401, ErrorClass.AUTH),
        (403, ErrorClass.AUTH),
        (404, ErrorClass.NOT_FOUND),
        (408, ErrorClass.TIMEOUT),
        (410, ErrorClass.NOT_FOUND),
        (429, ErrorClass.RATE_LIMITED),
        (500, ErrorClass.SERVER),
        (503, ErrorClass.SERVER),
        (504, ErrorClass.TIMEOUT),
    ],
)
def test_status_has_its_class(status: int, kind: ErrorClass) -> None:
    assert classify(status) is kind


def test_foreign_words_are_one_short_printable_line() -> None:
    assert one_line("a\r\n\x1b[31mb\u202e  c") == "a [31mb c"
    assert one_line("x" * 10**6) == "x" * 199 + "…"
