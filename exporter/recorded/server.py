"""The recorded services on two loopback ports: the interfaces, and the storage they redirect to."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from threading import Lock
from urllib.parse import parse_qsl, urlsplit

from exporter.recorded import crates, faults, graphql, npm, pypistats, storage
from exporter.recorded.delivery import HEADLESS
from exporter.recorded.github import GRAPHQL, REST, GitHub
from exporter.recorded.listener import Listener
from exporter.recorded.messages import Answer, Answering, Request, json_answer
from exporter.recorded.model import Upstream
from exporter.recorded.requests_log import Logged, RequestsLog

Clock = Callable[[], datetime]


@contextmanager
def serve(
    upstream: Upstream, now: Clock, *, rate_headers: bool = True, delay: float = 0.0
) -> Iterator["Recorded"]:
    """Serve the upstream until the block ends; raises the first mistake of the server's own.

    `now` is the services' clock, `delay` the seconds that every answer takes. What is changed in
    `upstream` meanwhile is served from the next request on.
    """
    server = Recorded(upstream, now, rate_headers=rate_headers, delay=delay)
    server.start()
    try:
        yield server
    finally:
        server.stop()
    if server.mistakes:
        raise server.mistakes[0]


class Recorded:
    """The running services, their log, and what goes wrong on demand."""

    def __init__(
        self, upstream: Upstream, now: Clock, *, rate_headers: bool = True, delay: float = 0.0
    ) -> None:
        """Take two free ports; `serve` says what the arguments are."""
        self.upstream = upstream
        self.now = now
        self.delay = delay
        self.log = RequestsLog()
        self.mistakes: list[Exception] = []
        self.service = GitHub(upstream, rate_headers=rate_headers)
        self._faults = faults.Faults()
        self._lock = Lock()
        self._api = Listener(lambda request: self._exchange("api", request), self._request)
        self._storage = Listener(lambda one: self._exchange("storage", one), self._request)

    @property
    def url(self) -> str:
        """Where the registries are: crates.io, pypistats and npm's downloads."""
        return f"http://127.0.0.1:{self._api.server_port}"

    @property
    def storage(self) -> str:
        """Where the blob storage is: another host by name and by port."""
        return f"http://localhost:{self._storage.server_port}"

    @property
    def github(self) -> str:
        """The base address of GitHub's REST API."""
        return self.url + REST

    @property
    def graphql(self) -> str:
        """The address of GitHub's GraphQL API."""
        return self.url + GRAPHQL

    def fault(self, prefix: str, kind: str, times: int | None = None) -> None:
        """Let every path that begins so fail (`faults.KINDS`), so many times or until `heal`."""
        self._faults.plan(prefix, kind, times)

    def heal(self) -> None:
        """Let everything work again."""
        self._faults.clear()

    def start(self) -> None:
        """Begin to answer."""
        for listener in (self._api, self._storage):
            listener.start()

    def stop(self) -> None:
        """Cut every connection and end."""
        for listener in (self._api, self._storage):
            listener.stop()
            self.mistakes += listener.mistakes

    def _request(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> Request:
        split = urlsplit(target)
        query = dict(parse_qsl(split.query, keep_blank_values=True))
        return Request(method, split.path, query, headers, body, self.now(), self.url, self.storage)

    def _exchange(self, host: str, request: Request) -> Answer:
        with self.log.in_flight():
            at = time.monotonic()
            time.sleep(self.delay)
            with self._lock:
                fault = self._faults.take(request.path)
                answer = self._answer(host, request, fault)
            self.log.add(_entry(at, host, request, answer, fault))
            return answer

    def _answer(self, host: str, request: Request, fault: str | None) -> Answer:
        respond = self._storage_answer if host == "storage" else self._route(request.path)
        if fault is None:
            return respond(request)
        # What becomes worse must be there first: whole, and unpacked.
        plain = ("if-none-match", "accept-encoding")
        headers = {key: text for key, text in request.headers.items() if key not in plain}
        return faults.KINDS[fault](request, respond(replace(request, headers=headers)))

    def _storage_answer(self, request: Request) -> Answer:
        return storage.answer(self.upstream, request)

    def _route(self, path: str) -> Answering:
        services: dict[str, Answering] = {
            REST: self.service.answer,
            GRAPHQL: self.service.answer,
            crates.PREFIX: lambda request: crates.answer(self.upstream, request),
            "/api/packages/": lambda request: pypistats.answer(self.upstream, request),
            "/downloads/": lambda request: npm.answer(self.upstream, request),
            "/versions/": lambda request: npm.answer(self.upstream, request),
        }
        found = [answering for prefix, answering in services.items() if path.startswith(prefix)]
        return found[0] if found else lambda _: json_answer({"message": "no such service"}, 501)


def _entry(at: float, host: str, request: Request, answer: Answer, fault: str | None) -> Logged:
    asked = graphql.document(request.body) if request.path == GRAPHQL else None
    return Logged(
        at=at,
        now=request.now,
        host=host,
        method=request.method,
        path=request.path,
        query=request.query,
        agent=request.headers.get("user-agent", ""),
        authorized=request.authorized,
        conditional="if-none-match" in request.headers,
        status=0 if answer.delivery in HEADLESS else answer.status,
        cost=answer.cost,
        fault=fault,
        document=asked[0] if asked else None,
    )
