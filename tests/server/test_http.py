"""The server's connections over real sockets: late ones are closed, scrapes always heard."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from exporter.exposition.page import PIECE, Page
from exporter.exposition.publisher import OPENMETRICS, TEXT
from exporter.server import http, process
from exporter.server.scrapes import Scrapes

PLAIN = b"release_info 1\n"


def page_of(plain: bytes, compressed: bytes = b"") -> Page:
    return Page((plain,), len(plain), compressed)


PAGES = {TEXT: page_of(PLAIN, b"packed"), OPENMETRICS: page_of(PLAIN + b"# EOF\n", b"packed too")}
SCRAPE = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"


@dataclass
class Pages:
    """What the server asks of a publisher."""

    pages: dict[str, Page]

    def page(self, form: str) -> Page | None:
        return self.pages.get(form)


@dataclass
class Served:
    """A served application: where it is, and what it was asked."""

    address: tuple[str, int]
    pages: Pages
    asked: list[str]

    def connect(self) -> socket.socket:
        return socket.create_connection(self.address, timeout=10)

    def ask(self, request: bytes) -> bytes:
        """Return all that comes until nothing does for a moment."""
        with self.connect() as connection:
            connection.sendall(request)
            return taken(connection)


def taken(connection: socket.socket, pause: float = 0.3) -> bytes:
    pieces = [connection.recv(1 << 20)]
    connection.settimeout(pause)
    with contextlib.suppress(TimeoutError):
        while pieces[-1]:
            pieces.append(connection.recv(1 << 20))
    return b"".join(pieces)


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Served]]:
    """Return a function that serves by the real server, in a thread, until the test is over."""
    stack = ExitStack()
    yield lambda: stack.enter_context(_serving())
    stack.close()


@contextmanager
def _serving() -> Iterator[Served]:
    pages = Pages(dict(PAGES))
    scrapes = Scrapes(pages)  # type: ignore[arg-type]  # all that is asked of a publisher
    bound = process.listen("127.0.0.1:0")
    served = Served(bound.getsockname(), pages, [])
    ends: list[Callable[[], object]] = []
    started = threading.Event()

    async def run() -> None:
        server = process.make_server(_app(served, scrapes), scrapes, None)
        loop = asyncio.get_running_loop()
        ends.append(lambda: loop.call_soon_threadsafe(setattr, server, "should_exit", True))
        started.set()
        await process.run(server, bound)

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    assert started.wait(10)
    yield served
    ends[0]()
    thread.join(10)
    assert not thread.is_alive()


def _app(served: Served, scrapes: Scrapes) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        served.asked.append(scope["path"])
        await scrapes.answer("", "")(scope, receive, send)

    return app


Serve = Callable[[], Served]


def test_a_scrape_is_answered_at_once_without_the_application(serve: Serve) -> None:
    served = serve()
    answer = served.ask(SCRAPE)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert body == PLAIN
    assert head.startswith(b"HTTP/1.1 200 OK\r\ndate: ")
    assert b"content-type: text/plain; version=0.0.4; charset=utf-8" in head
    assert b"content-length: %d" % len(PLAIN) in head
    assert b"vary: Accept, Accept-Encoding" in head
    assert served.asked == []


@pytest.mark.parametrize(
    "other",
    [
        SCRAPE.replace(b"GET", b"HEAD"),
        SCRAPE.replace(b"1.1", b"1.0"),
        SCRAPE.replace(b"Host: x", b"Host: x\r\nConnection: close"),
        SCRAPE.replace(b"Host: x", b"Host: x\r\nConnection: Upgrade\r\nUpgrade: h2c"),
        SCRAPE.replace(b"/metrics", b"/metrics?x=1"),
        SCRAPE.replace(b"/metrics", b"/"),
    ],
)
def test_whatever_is_no_plain_scrape_goes_to_the_application(serve: Serve, other: bytes) -> None:
    served = serve()
    assert served.ask(other).startswith(b"HTTP/1.1 200 OK\r\n")
    assert len(served.asked) == 1


def test_the_form_is_chosen_by_the_headers(serve: Serve) -> None:
    served = serve()
    asked = SCRAPE.replace(
        b"Host: x", b"Host: x\r\nAccept: application/openmetrics-text\r\nAccept-Encoding: gzip"
    )
    answer = served.ask(asked)
    assert answer.endswith(b"\r\n\r\npacked too")
    assert b"content-encoding: gzip" in answer


def test_a_new_page_is_served_from_the_next_scrape_on(serve: Serve) -> None:
    served = serve()
    with served.connect() as connection:
        connection.sendall(SCRAPE)
        assert taken(connection).endswith(PLAIN)
        served.pages.pages[TEXT] = page_of(b"release_info 2\n")
        connection.sendall(SCRAPE)
        assert taken(connection).endswith(b"release_info 2\n")


def test_a_page_that_is_too_old_fails_the_scrape(serve: Serve) -> None:
    served = serve()
    assert b"200 OK" in served.ask(SCRAPE)
    served.pages.pages.clear()
    assert served.ask(SCRAPE).startswith(b"HTTP/1.1 503 ")


def test_scrapes_and_others_in_one_go_are_answered_in_order(serve: Serve) -> None:
    served = serve()
    other = SCRAPE.replace(b"/metrics", b"/")
    with_body = SCRAPE.replace(b"Host: x", b"Host: x\r\nContent-Length: 3") + b"abc"
    answer = served.ask(with_body + SCRAPE + other + SCRAPE)
    assert answer.count(b"HTTP/1.1 200 OK") == 4
    assert answer.count(PLAIN) == 4


def test_a_large_page_comes_whole(serve: Serve) -> None:
    served = serve()
    large = b"x" * (5 * PIECE + 17)
    served.pages.pages[TEXT] = page_of(large)
    answer = served.ask(SCRAPE)
    assert answer.partition(b"\r\n\r\n")[2] == large
    assert served.asked == ["/metrics"]


@pytest.mark.parametrize(
    "request_",
    [b"\0\1\2\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\r\n" * 9 + b"x\r\n\r\n"],
)
def test_what_is_no_http_is_refused(serve: Serve, request_: bytes) -> None:
    served = serve()
    assert served.ask(request_).startswith(b"HTTP/1.1 400 ")
    assert served.ask(SCRAPE).endswith(PLAIN)


def test_a_request_without_end_is_cut(serve: Serve) -> None:
    served = serve()
    with served.connect() as connection, pytest.raises(ConnectionError):
        connection.sendall(SCRAPE[:-2] + (b"X-More: " + b"x" * 1000 + b"\r\n") * 10_000)


def closed_after(connection: socket.socket, drip: bytes = b"") -> float:
    """Return the seconds until the server closes, while one byte after the other is sent."""
    began = time.monotonic()
    connection.settimeout(0.1)
    while time.monotonic() - began < 10:
        with contextlib.suppress(TimeoutError):
            try:
                if drip:
                    connection.sendall(drip)
                if not connection.recv(1 << 16):
                    return time.monotonic() - began
            except ConnectionError:
                return time.monotonic() - began
    raise AssertionError("it is still open")


@pytest.fixture
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in (("PATIENCE", 0.6), ("TAKING", 1.2), ("IDLE", 0.6), ("EVERY", 0.1)):
        monkeypatch.setattr(http, name, seconds)


@pytest.mark.usefixtures("_hurried")
@pytest.mark.parametrize(
    ("begins", "drip"),
    [
        (b"", b""),
        (SCRAPE[:20], b""),
        (SCRAPE[:-2] + b"X: ", b"x"),
        (SCRAPE, b""),
        (SCRAPE + SCRAPE[:20], b""),
        (SCRAPE + SCRAPE[:-2] + b"X: ", b"x"),
        (SCRAPE.replace(b"Host: x", b"Host: x\r\nContent-Length: 9999"), b"x"),
    ],
    ids=["silent", "half", "dripping", "idle", "half the second", "dripping second", "a body"],
)
def test_what_does_not_go_on_in_time_is_closed(serve: Serve, begins: bytes, drip: bytes) -> None:
    with serve().connect() as connection:
        connection.sendall(begins)
        assert 0.5 < closed_after(connection, drip) < 5


@pytest.mark.usefixtures("_hurried")
def test_an_answer_that_is_not_taken_is_cut(serve: Serve) -> None:
    served = serve()
    served.pages.pages[TEXT] = page_of(b"x" * (64 << 20))
    with served.connect() as connection:
        connection.sendall(SCRAPE)
        time.sleep(3)
        assert len(taken(connection)) < 32 << 20
    served.pages.pages[TEXT] = PAGES[TEXT]
    assert served.ask(SCRAPE).endswith(PLAIN)


def test_where_it_is_full_who_waits_longest_makes_room(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "CONNECTIONS", 30)
    served = serve()
    with ExitStack() as stack:
        silent = [stack.enter_context(served.connect()) for _ in range(40)]
        assert served.ask(SCRAPE).endswith(PLAIN)
        time.sleep(0.2)
        assert closed_after(silent[0]) < 2
        silent[-1].sendall(SCRAPE)
        assert taken(silent[-1]).endswith(PLAIN)
