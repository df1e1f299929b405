"""The serving process: its socket, its signals and its end."""

import asyncio
import contextlib
import os
import resource
import signal
import socket
from collections.abc import Callable, Iterator
from typing import cast

import uvicorn
import uvloop
from starlette.types import ASGIApp

from exporter.logs import log
from exporter.model import UserError
from exporter.server.connections import Connections
from exporter.server.guard import Guard
from exporter.server.http import IDLE, Http, close_late
from exporter.server.scrapes import Scrapes
from exporter.server.web_file import WebFile

# Scrapes under way may finish this long after SIGTERM; the whole end takes less than 5 s.
GRACE = 3
CONNECTIONS = 2000
# Descriptors for everything else: files, web services, the telemetry engine.
RESERVED = 200


class _Server(uvicorn.Server):
    """uvicorn, without its re-raising of SIGTERM: an ordered end is no failure."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to `serve`."""
        yield


def listen(address: str) -> socket.socket:
    """Return a socket bound to `HOST:PORT`, `:PORT` or `[::1]:PORT`; raises UserError."""
    host, colon, port = address.rpartition(":")
    if not colon or not port.isascii() or not port.isdigit() or int(port) > 0xFFFF:  # noqa: PLR2004 - the last port
        raise UserError(f"--web.listen-address: {address!r}: write HOST:PORT, such as :10150")
    host = host.removeprefix("[").removesuffix("]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        bound = socket.create_server((host, int(port)), family=family, backlog=1024)
    except OSError as error:
        why = os.strerror(error.errno).lower() if error.errno else "no such address"
        raise UserError(f"--web.listen-address: {address}: {why}; choose another port") from error
    # Or the end of an answer waits for the scraper's word on its beginning, 40 ms at a time.
    bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    bound.setblocking(False)
    return bound


def serve(
    app: ASGIApp,
    bound: socket.socket,
    reload: Callable[[], object],
    scrapes: Scrapes,
    web: WebFile | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT, as the web file says; SIGHUP reloads in the background."""
    tls = web is not None and web.current().context is not None
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(make_server(app, scrapes, web), bound, reload, tls=tls))


def make_server(app: ASGIApp, scrapes: Scrapes, web: WebFile | None) -> uvicorn.Server:
    """Return the server, not yet running."""
    return _Server(
        uvicorn.Config(
            Guard(app, web) if web else app,
            log_config=None,
            access_log=False,
            lifespan="off",
            # Nothing of ours speaks it, and the guard knows requests only.
            ws="none",
            server_header=False,
            timeout_keep_alive=IDLE,
            timeout_graceful_shutdown=GRACE,
            http=Connections(_room(), scrapes, web),  # type: ignore[arg-type]  # asked for a protocol, as a class is
        )
    )


async def run(server: uvicorn.Server, bound: socket.socket) -> None:
    """Serve until the server should exit."""
    connections = cast("set[Http]", server.server_state.connections)
    closing = asyncio.get_running_loop().create_task(close_late(connections))
    await server.serve(sockets=[bound])
    closing.cancel()


def _room() -> int:
    """Return for how many connections there are descriptors; takes as many as the system gives."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + RESERVED
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return CONNECTIONS
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    return max(1, allowed - RESERVED)


async def _serve(
    server: uvicorn.Server, bound: socket.socket, reload: Callable[[], object], *, tls: bool
) -> None:
    loop = asyncio.get_running_loop()

    def end() -> None:
        log.info("ending")
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)
    loop.add_signal_handler(signal.SIGHUP, lambda: loop.run_in_executor(None, reload))
    host, port = bound.getsockname()[:2]
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    log.info("Listening on", address=address, tls=tls)
    await run(server, bound)
