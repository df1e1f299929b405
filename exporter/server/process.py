"""The serving process: its socket, its signals and its end."""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Callable, Iterator

import structlog
import uvicorn
from starlette.types import ASGIApp

from exporter.model import UserError
from exporter.server.connections import Connections, Http
from exporter.server.guard import Guard
from exporter.server.web_file import WebFile

log = structlog.get_logger()

# Scrapes under way may finish this long after SIGTERM; the whole end takes less than 5 s.
GRACE = 3
CONNECTIONS = 1000
IDLE = 10


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
    bound.setblocking(False)
    return bound


def serve(
    app: ASGIApp, bound: socket.socket, reload: Callable[[], object], web: WebFile | None = None
) -> None:
    """Serve until SIGTERM or SIGINT, as the web file says; SIGHUP reloads in the background."""
    config = uvicorn.Config(
        Guard(app, web) if web else app,
        log_config=None,
        access_log=False,
        lifespan="off",
        # Nothing of ours speaks it, and the guard knows requests only.
        ws="none",
        server_header=False,
        timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=GRACE,
        limit_concurrency=CONNECTIONS,
        http=Connections(web) if web else Http,  # type: ignore[arg-type]  # asked for a protocol, as a class is
    )
    tls = web is not None and web.current().context is not None
    asyncio.run(_serve(_Server(config), bound, reload, tls=tls))


async def _serve(
    server: _Server, bound: socket.socket, reload: Callable[[], object], *, tls: bool
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
    await server.serve(sockets=[bound])
