"""Connections: HTTP that must begin in time, over TLS as the file wants it at that moment."""

import asyncio
from asyncio.sslproto import SSLProtocol
from typing import Any

import structlog
from uvicorn.protocols.http.h11_impl import H11Protocol

from exporter.model import UserError
from exporter.server.tls import names
from exporter.server.web_file import WebFile

log = structlog.get_logger()

PATIENCE = 5


class Http(H11Protocol):
    """HTTP of which the first request must arrive in time: idle connections must not fill us.

    With `allowed`, the client's certificate must have one of these names.
    """

    allowed: frozenset[str] = frozenset()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's own
        """Begin to wait for the first request."""
        super().connection_made(transport)
        if self.allowed and self.allowed.isdisjoint(names(transport.get_extra_info("peercert"))):
            log.warning("client certificate without an allowed name")
            transport.abort()
            return
        self.loop.call_later(PATIENCE, self._close_unless_asked)

    def _close_unless_asked(self) -> None:
        if self.cycle is None and not self.transport.is_closing():
            self.transport.close()


class Refused(asyncio.Protocol):
    """No connection at all."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # a socket's
        """Close it."""
        transport.abort()


class Connections:
    """Makes each connection's protocol, as the server asks for it: with TLS and names of now.

    The loop's own TLS would keep one context for good, and wait a minute for each handshake.
    """

    def __init__(self, file: WebFile) -> None:
        """Ask the file at every connection."""
        self._file = file

    def __call__(self, **of_server: Any) -> asyncio.BaseProtocol:
        """Return the protocol of a new connection."""
        try:
            web = self._file.current()
        except UserError:
            return Refused()
        http = Http(**of_server)
        if web.context is None:
            return http
        http.allowed = web.allowed
        return SSLProtocol(
            asyncio.get_running_loop(),
            http,
            web.context,
            waiter=None,  # type: ignore[arg-type]  # as the loop's own servers do
            server_side=True,
            ssl_handshake_timeout=PATIENCE,
            ssl_shutdown_timeout=PATIENCE,
        )
