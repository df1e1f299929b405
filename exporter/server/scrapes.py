"""Answers to a scrape: bytes that are there already, chosen by two headers."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus

from starlette.types import Receive, Scope, Send

from exporter.exposition.page import PIECE, Page, in_pieces
from exporter.exposition.publisher import Publisher
from exporter.server.negotiation import content_type, takes_gzip

Headers = Sequence[tuple[bytes, bytes]]

# Old numbers must not look like news: the scrape fails, and `up` says so.
STOPPED = b"rendering has stopped; see the log\n"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to a scrape; itself an application that gives it, piece by piece."""

    status: HTTPStatus
    headers: Headers
    length: int
    parts: Sequence[bytes]

    def whole(self, headers: Headers) -> bytes:
        """Return it as one message, with these headers first."""
        lines = [b"%b: %b\r\n" % one for one in (*headers, *self.headers)]
        status = b"HTTP/1.1 %d %b\r\n" % (self.status, self.status.phrase.encode())
        return b"".join([status, *lines, b"\r\n", *self.parts])

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send it, as fast as it is taken."""
        start = {"type": "http.response.start", "status": self.status.value}
        await send(start | {"headers": list(self.headers)})
        # What one connection keeps waiting in memory is a piece.
        for piece in in_pieces(self.parts):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body"})


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
            short = answer.status == HTTPStatus.OK and answer.length <= PIECE
            known = self._made[kind] = (page, headers, answer.whole(headers) if short else None)
        return known[2]

    def answer(self, accept: str, encoding: str) -> Answer:
        """Return the answer to a scrape with these `Accept` and `Accept-Encoding` headers."""
        form, gzip = _choose(accept, encoding)
        page = self._publisher.page(form)
        if page is None:
            return Answer(
                HTTPStatus.SERVICE_UNAVAILABLE,
                _headers("text/plain; charset=utf-8", len(STOPPED)),
                len(STOPPED),
                (STOPPED,),
            )
        length = len(page.compressed) if gzip else page.length
        headers = (*_headers(form, length), *VARIES, *(GZIP if gzip else ()))
        return Answer(HTTPStatus.OK, headers, length, (page.compressed,) if gzip else page.parts)


VARIES = ((b"vary", b"Accept, Accept-Encoding"),)
GZIP = ((b"content-encoding", b"gzip"),)


def _headers(kind: str, length: int) -> tuple[tuple[bytes, bytes], ...]:
    return (b"content-type", kind.encode()), (b"content-length", b"%d" % length)


# Scrapers ask in a handful of ways.
@lru_cache(64)
def _choose(accept: str, encoding: str) -> tuple[str, bool]:
    return content_type(accept), takes_gzip(encoding)
