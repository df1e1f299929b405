"""Answers to a scrape: bytes that are there already, chosen by two headers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus

from starlette.types import Receive, Scope, Send

from exporter.exposition.publisher import Page, Publisher
from exporter.server.negotiation import content_type, takes_gzip

Headers = Sequence[tuple[bytes, bytes]]

# What one connection may keep waiting in memory; a page of 100,000 series is far larger.
PIECE = 256 * 1024

# Old numbers must not look like news: the scrape fails, and `up` says so.
STOPPED = b"rendering has stopped; see the log\n"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to a scrape; itself an application that gives it, piece by piece."""

    status: HTTPStatus
    headers: Headers
    body: bytes

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send it, as fast as it is taken."""
        start = {"type": "http.response.start", "status": self.status.value}
        await send(start | {"headers": list(self.headers)})
        for piece in self._pieces():
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body"})

    def _pieces(self) -> Iterator[bytes]:
        return (self.body[at : at + PIECE] for at in range(0, len(self.body), PIECE))


class Scrapes:
    """The answers of a publisher."""

    def __init__(self, publisher: Publisher) -> None:
        """Answer with its pages."""
        self._publisher = publisher
        self._made: dict[tuple[str, bool], tuple[Page | None, Headers, bytes | None]] = {}

    def at_once(self, accept: str, encoding: str, headers: Headers) -> bytes | None:
        """Return the whole message, with these headers; None where it is better sent in pieces.

        It is made once for each page and list of headers.
        """
        kind = _choose(accept, encoding)
        page = self._publisher.page(kind[0])
        known = self._made.get(kind)
        if known is None or known[0] is not page or known[1] is not headers:
            answer = self.answer(accept, encoding)
            short = answer.status == HTTPStatus.OK and len(answer.body) <= PIECE
            lines = b"".join(b"%b: %b\r\n" % one for one in (*headers, *answer.headers))
            made = b"HTTP/1.1 200 OK\r\n%b\r\n%b" % (lines, answer.body) if short else None
            known = self._made[kind] = (page, headers, made)
        return known[2]

    def answer(self, accept: str, encoding: str) -> Answer:
        """Return the answer to a scrape with these `Accept` and `Accept-Encoding` headers."""
        form, gzip = _choose(accept, encoding)
        page = self._publisher.page(form)
        if page is None:
            return Answer(
                HTTPStatus.SERVICE_UNAVAILABLE,
                _headers("text/plain; charset=utf-8", len(STOPPED)),
                STOPPED,
            )
        body = page.compressed if gzip else page.plain
        headers = (*_headers(form, len(body)), *VARIES, *(GZIP if gzip else ()))
        return Answer(HTTPStatus.OK, headers, body)


VARIES = ((b"vary", b"Accept, Accept-Encoding"),)
GZIP = ((b"content-encoding", b"gzip"),)


def _headers(kind: str, length: int) -> tuple[tuple[bytes, bytes], ...]:
    return (b"content-type", kind.encode()), (b"content-length", b"%d" % length)


# Scrapers ask in a handful of ways.
@lru_cache(64)
def _choose(accept: str, encoding: str) -> tuple[str, bool]:
    return content_type(accept), takes_gzip(encoding)
