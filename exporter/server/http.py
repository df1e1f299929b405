"""HTTP whose requests must come, and whose answers must be taken, in time; and scrapes first."""

import asyncio
import heapq
from collections.abc import Collection
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from exporter.logs import log
from exporter.server.scrapes import Scrapes
from exporter.server.tls import names

# Seconds until a request that began must be there, an answer must be taken, the next one begin.
PATIENCE = 5
TAKING = 30
IDLE = 10
EVERY = 1

# More between two answers is no request of ours: none has a body.
LONGEST = 64 * 1024


class Http(HttpToolsProtocol):
    """One connection.

    With `allowed`, the client's certificate must have one of these names.
    """

    allowed: frozenset[str] = frozenset()

    def __init__(self, most: int, scrapes: Scrapes | None, **of_server: Any) -> None:
        """Be one of so many; with `scrapes`, answer those without asking the application."""
        super().__init__(**of_server)
        self._most = most
        self._scrapes = scrapes
        self._received = 0
        # Whether the application was asked anything on this connection.
        self._asked = False
        self.deadline = self.loop.time() + PATIENCE

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's own
        """Begin to wait for the first request; where it is full, who waits longest makes room."""
        super().connection_made(transport)
        if self.allowed and self.allowed.isdisjoint(names(transport.get_extra_info("peercert"))):
            log.warning("client certificate without an allowed name")
            transport.abort()
            return
        self._allow(PATIENCE)
        if len(self.connections) > self._most:
            _make_room(self.connections)  # type: ignore[arg-type]  # all are ours

    def data_received(self, data: bytes) -> None:
        """Take a part of a request."""
        self._received += len(data)
        if self._received > LONGEST:
            self.transport.abort()
            return
        super().data_received(data)

    def on_message_begin(self) -> None:
        """Wait for the rest of a request."""
        super().on_message_begin()
        self._allow(PATIENCE)

    def on_headers_complete(self) -> None:
        """Answer a request: a scrape at once, any other by the application."""
        self._allow(TAKING)
        answer = self._at_once()
        if answer is None:
            self._asked = True
            super().on_headers_complete()
            return
        # In one piece: the system sends it in one go.
        self.transport.write(answer)
        self._answered()

    def on_body(self, body: bytes) -> None:
        """Take a body for the application; a scrape's is dropped."""
        if self._asked:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Tell the application, if it was asked."""
        if self._asked:
            super().on_message_complete()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        self._answered()

    @property
    def answering(self) -> bool:
        """Whether an answer is under way."""
        under_way = self._asked and not self.cycle.response_complete
        return under_way or self.transport.get_write_buffer_size() > 0

    def _at_once(self) -> bytes | None:
        """Return the answer to a plain scrape, if nothing is in its way."""
        if self._scrapes is None or self.url != b"/metrics" or self.parser.get_method() != b"GET":
            return None
        parser = self.parser
        lasting = parser.get_http_version() == "1.1" and parser.should_keep_alive()
        special = parser.should_upgrade() or self.expect_100_continue
        if not lasting or special or self.answering or self.transport.is_closing():
            return None
        headers = dict(self.headers)
        accept, encoding = headers.get(b"accept", b""), headers.get(b"accept-encoding", b"")
        # What one goes on holding while it waits is bounded: the application sends in pieces.
        return self._scrapes.at_once(
            accept.decode("latin-1"), encoding.decode("latin-1"), self.server_state.default_headers
        )

    def _answered(self) -> None:
        self._received = 0
        self._allow(IDLE)

    def _allow(self, seconds: float) -> None:
        self.deadline = self.loop.time() + seconds


async def close_late(connections: Collection[Http]) -> None:
    """Close, every second, the connections that are too late; for good."""
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(EVERY)
        now = loop.time()
        for one in [one for one in connections if now > one.deadline]:
            one.transport.abort()


def _make_room(connections: Collection[Http]) -> None:
    """Close a tenth, those first that wait for a request, and the longest."""
    late = heapq.nsmallest(
        1 + len(connections) // 10, connections, key=lambda one: (one.answering, one.deadline)
    )
    for one in late:
        one.transport.abort()
