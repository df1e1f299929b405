"""One HTTP exchange, bounded in time and size; what its status means is for the caller to say.

Proxies and certificate files of the environment (`HTTPS_PROXY`, `NO_PROXY`, `SSL_CERT_FILE`, …)
are honoured, as companies need them. Redirects are not followed: a secret stays with its host.
"""

import asyncio
import logging
import os
import zlib
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Self

from exporter import __version__
from exporter.model import ErrorClass, SourceError

if TYPE_CHECKING:
    import ssl

    import httpx

_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")

UNFIT = "cannot ask; check the URL, the secret, and the environment's proxies and SSL_CERT_FILE"
USER_AGENT = f"release-exporter/{__version__}"

_KINDS = {
    401: ErrorClass.AUTH,
    403: ErrorClass.AUTH,
    404: ErrorClass.NOT_FOUND,
    408: ErrorClass.TIMEOUT,
    410: ErrorClass.NOT_FOUND,
    429: ErrorClass.RATE_LIMITED,
    504: ErrorClass.TIMEOUT,
}
_FIRST_SERVER_ERROR = 500

# They log whole URLs at INFO and every header received at DEBUG.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Answer:
    """The status, the whole decoded body and the headers of an answer, by lower-case name.

    `next` is the address of the page that follows, by the `link` header.
    """

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    next: str | None = None


class Wire:
    """Exchanges over connections that stay open between them; for one thread, as a context."""

    def __init__(self, trust: "ssl.SSLContext | None" = None) -> None:
        """Connect to nothing yet; raises SourceError where the environment does not allow it.

        With `trust`, servers are believed by that alone.
        """
        # Importing it takes 80 ms, which every command would pay.
        import httpx  # noqa: PLC0415

        try:
            trust = trust or _trust(tuple(os.environ.get(name) for name in _CERTIFICATES))
            # No time-out of httpx's own: the deadline is for the whole.
            self._client = httpx.AsyncClient(timeout=None, verify=trust)  # noqa: S113 - see above
        except (httpx.InvalidURL, ImportError, OSError, ValueError) as error:
            raise SourceError(ErrorClass.MALFORMED, UNFIT) from error
        self._loop = asyncio.Runner()

    def __enter__(self) -> Self:
        """Return the wire itself."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Close every connection."""
        try:
            self._loop.run(self._client.aclose())
        finally:
            self._loop.close()

    def exchange(
        self,
        url: str,
        *,
        seconds: float,
        limit: int,
        form: Mapping[str, str] | None = None,
        json: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Return what the URL answers to a GET, or to a POST of `form` or `json`.

        The whole exchange may take `seconds` and the decoded body `limit` bytes; only the system's
        resolver keeps to time-outs of its own. Raises SourceError, which names the host alone.
        """
        import httpx  # noqa: PLC0415 - see above

        method = "GET" if form is None and json is None else "POST"
        sent = {"Accept-Encoding": "gzip", "User-Agent": USER_AGENT, **(headers or {})}
        try:
            request = self._client.build_request(method, url, data=form, json=json, headers=sent)
        except (httpx.InvalidURL, ValueError) as error:
            raise SourceError(ErrorClass.MALFORMED, UNFIT) from error
        try:
            return self._loop.run(_exchange(self._client, request, seconds, limit))
        except TimeoutError as error:
            kind, message = ErrorClass.TIMEOUT, f"no whole answer within {seconds:.3g}s"
            raise SourceError(kind, f"{_host(request)}: {message}") from error
        except httpx.ConnectError as error:
            message = f"cannot connect ({one_line(str(error))}); is the URL right, is it up?"
            raise SourceError(ErrorClass.SERVER, f"{_host(request)}: {message}") from error
        except (httpx.LocalProtocolError, httpx.UnsupportedProtocol) as error:
            raise SourceError(ErrorClass.MALFORMED, f"{_host(request)}: {UNFIT}") from error
        except httpx.HTTPError as error:
            # The error's own words may quote what was received.
            message = f"the answer broke off or is not HTTP ({type(error).__name__})"
            raise SourceError(ErrorClass.SERVER, f"{_host(request)}: {message}") from error
        except zlib.error as error:
            message = f"the answer's content encoding is broken: {error}"
            raise SourceError(ErrorClass.SERVER, f"{_host(request)}: {message}") from error


@lru_cache(maxsize=1)
def _trust(_places: tuple[str | None, ...]) -> "ssl.SSLContext":
    """Return which certificates are trusted, read once: that takes 80 ms of the processor."""
    import httpx  # noqa: PLC0415 - see above

    return httpx.create_ssl_context()


def fetch(
    url: str,
    *,
    seconds: float,
    limit: int,
    form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    trust: "ssl.SSLContext | None" = None,
) -> Answer:
    """Return what one exchange over a wire of its own answers; see `Wire`."""
    with Wire(trust) as wire:
        return wire.exchange(url, seconds=seconds, limit=limit, form=form, headers=headers)


def classify(status: int) -> ErrorClass:
    """Return the class of an answer that is no success."""
    other = ErrorClass.SERVER if status >= _FIRST_SERVER_ERROR else ErrorClass.MALFORMED
    return _KINDS.get(status, other)


def one_line(text: str, length: int = 200) -> str:
    """Return foreign words fit for an error: shortened, without control characters."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text[: 2 * length])
    words = " ".join(printable.split())
    return words if len(words) <= length else f"{words[: length - 1]}…"


async def _exchange(
    client: "httpx.AsyncClient", request: "httpx.Request", seconds: float, limit: int
) -> Answer:
    # httpx's own time-outs are for each operation: a dripping body would outlive them all.
    async with asyncio.timeout(seconds), AsyncExitStack() as opened:

        async def remember(event: str, info: Mapping[str, Any]) -> None:
            # httpcore forgets a connection that is cancelled in its TLS handshake.
            if event == "connection.connect_tcp.complete":
                opened.push_async_callback(info["return_value"].aclose)

        request.extensions["trace"] = remember
        response = await client.send(request, stream=True)
        opened.push_async_callback(response.aclose)
        body = await _body(response, limit)
        # All went well: the connection stays open for the next exchange.
        opened.pop_all()
        await response.aclose()
        # One value a name; what is sent twice is joined, as HTTP says.
        headers = {name.lower(): value for name, value in response.headers.items()}
        following = response.links.get("next", {}).get("url")
        return Answer(response.status_code, body, headers, following)


async def _body(response: "httpx.Response", limit: int) -> bytes:
    """Return the decoded body, decoded here: httpx inflates 64 KiB to 64 MiB in one step."""
    encoding = response.headers.get("Content-Encoding", "identity").lower()
    if encoding not in ("gzip", "identity"):
        raise zlib.error("neither gzip nor identity")
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 16) if encoding == "gzip" else None
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += inflate.decompress(chunk, limit + 1 - len(body)) if inflate else chunk
        if len(body) > limit:
            message = f"{_host(response.request)}: the answer is larger than {limit:,} bytes"
            raise SourceError(ErrorClass.MALFORMED, message)
        # What follows the end is kept there, without bound.
        if inflate and inflate.unused_data:
            raise zlib.error("goes on behind its end")
    if inflate and response.num_bytes_downloaded and not inflate.eof:
        raise zlib.error("ends too early")
    return bytes(body)


def _host(request: "httpx.Request") -> str:
    return request.url.netloc.decode()
