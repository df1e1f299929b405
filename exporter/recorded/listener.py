"""HTTP/1.1 on a loopback port: requests in, answers out, and nothing left when it stops."""

from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR, socket
from threading import Event, Thread
from typing import Any
from wsgiref.handlers import format_date_time

from exporter.recorded.delivery import HEADLESS, deliver
from exporter.recorded.messages import Answer, Answering, Delivery, Request

IDLE = 120.0  # seconds until an unused connection is closed
LARGEST_BODY = 1 << 20
BODILESS = 304


class Listener(ThreadingHTTPServer):
    """A port with what makes requests and answers them; `mistakes` are its own."""

    daemon_threads = False  # they are waited for: no connection outlives the server
    request_queue_size = 128

    def __init__(self, answering: Answering, request: Callable[..., Request]) -> None:
        """Take a free port."""
        super().__init__(("127.0.0.1", 0), Handler)
        self.answering = answering
        self.request = request
        self.stopped = Event()
        self.mistakes: list[Exception] = []
        self._connections: set[socket] = set()
        self._thread = Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02})

    def start(self) -> None:
        """Begin to accept."""
        self._thread.start()

    def stop(self) -> None:
        """Cut every connection, and wait for its thread."""
        self.stopped.set()
        self.shutdown()
        self._thread.join()
        for connection in tuple(self._connections):
            with suppress(OSError):
                connection.shutdown(SHUT_RDWR)
        self.server_close()

    def get_request(self) -> tuple[socket, Any]:
        """Remember the connection."""
        connection, address = super().get_request()
        self._connections.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        """Forget the connection."""
        self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, *_: object) -> None:
        """Pass over whoever hangs up; mistakes are kept where they happen."""


class Handler(BaseHTTPRequestHandler):
    """One connection and its requests, one after another."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = IDLE
    server: Listener

    def do_GET(self) -> None:
        """Answer one request."""
        length = min(int(self.headers.get("content-length") or 0), LARGEST_BODY)
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(length)
        try:
            request = self.server.request(self.command, self.path, headers, body)
            answer = self.server.answering(request)
        except Exception as mistake:  # noqa: BLE001 - raised again when the server ends
            self.server.mistakes.append(mistake)
            self.send_error(500)
            return
        self._head(answer, request)
        kept = deliver(answer, self.connection, self.wfile.write, self.server.stopped)
        self.close_connection = self.close_connection or not kept

    do_POST = do_GET  # noqa: N815 - the base class looks for this name

    def _head(self, answer: Answer, request: Request) -> None:
        if answer.delivery in HEADLESS:
            return
        self.send_response_only(answer.status)
        self.send_header("date", format_date_time(request.now.timestamp()))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != BODILESS:
            self.send_header("content-length", str(len(answer.body)))
        if answer.delivery is not Delivery.WHOLE:
            self.send_header("connection", "close")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Print nothing: there is a log of its own."""
