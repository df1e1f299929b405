"""Connections: over TLS as the file wants it at that moment."""

import asyncio
from asyncio.sslproto import SSLProtocol
from typing import Any

from exporter.model import UserError
from exporter.server.http import PATIENCE, Http
from exporter.server.scrapes import Scrapes
from exporter.server.web_file import WebFile


class Refused(asyncio.Protocol):
    """No connection at all."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # a socket's
        """Close it."""
        transport.abort()


class Connections:
    """Makes each connection's protocol, as the server asks for it: with TLS and names of now.

    The loop's own TLS would keep one context for good, and wait a minute for each handshake.
    """

    def __init__(self, most: int, scrapes: Scrapes, file: WebFile | None) -> None:
        """Hold so many connections; ask the file, if there is one, at every connection."""
        self._most = most
        self._scrapes = scrapes
        self._file = file

    def __call__(self, **of_server: Any) -> asyncio.BaseProtocol:
        """Return the protocol of a new connection."""
        if self._file is None:
            return Http(self._most, self._scrapes, **of_server)
        try:
            web = self._file.current()
        except UserError:
            return Refused()
        # The file may ask who scrapes: each request goes the long way, by the guard.
        http = Http(self._most, None, **of_server)
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
