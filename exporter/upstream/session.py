"""One run's conversation with a service: polite, conditional, and bounded in time and size."""

import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, Self, TypeVar
from urllib.parse import urlencode, urljoin, urlsplit

import msgspec
import stamina
from stamina.instrumentation import RetryDetails, set_on_retry_hooks

from exporter.files import MEBIBYTE
from exporter.logs import log
from exporter.model import Context, ErrorClass, SourceError
from exporter.upstream.account import Standing, account_of, is_limited
from exporter.upstream.exchange import Answer, Wire, classify, one_line
from exporter.upstream.store import Kept, Store

T = TypeVar("T")

# A hundred issues with the longest texts are smaller; a bomb costs three times as much memory.
LIMIT = 10 * MEBIBYTE
PATIENCE = 30.0
ATTEMPTS = 3
MOST_HOPS = 5
MOST_PAGES = 2000
# The runner's own deadline could not say what was waited for.
SHARE_OF_DEADLINE = 0.9

_OK, _NOT_MODIFIED = 200, 304
_REDIRECTS = (301, 302, 303, 307, 308)
_FIRST_SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class Service:
    """A web service as we ask it.

    `base` is the address that paths are below; `authorization` is the header's whole text, which
    goes to that host alone; `identity` says whose it is where its text changes by itself; `pause`
    is in seconds between requests; `reserve` is the share of the quota that is left to others;
    `fixes` says what a user can do about an error's class.
    """

    base: str
    authorization: str = field(default="", repr=False)
    identity: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    pause: float = 0.0
    reserve: float = 0.0
    fixes: Mapping[ErrorClass, str] = field(default_factory=dict)

    @property
    def host(self) -> str:
        """The host and, where it is unusual, the port."""
        return urlsplit(self.base).netloc.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A value and the address of the page that follows it; `status` is the answer's."""

    value: T
    next: str | None
    status: int


class RefusedError(SourceError):
    """An answer that is no success; `said` is what the service itself says about it."""

    def __init__(self, kind: ErrorClass, message: str, said: str) -> None:
        """Keep its words apart: what is missing is told by them alone."""
        super().__init__(kind, message)
        self.said = said


class Session:
    """Asks one service for one source; a context that keeps its store tidy when all went well."""

    def __init__(self, service: Service, context: Context, deadline: timedelta) -> None:
        """Begin; the whole session may take the deadline, less what the runner needs to say so."""
        self.service = service
        identity = service.identity or service.authorization
        self._account = account_of(service.host, identity, context.shared)
        self._store = Store(context.state / "http")
        self._wire = Wire()
        self._told: Mapping[str, str] = {}
        self._began, self._now = time.monotonic(), context.now
        self._ends = self._began + deadline.total_seconds() * SHARE_OF_DEADLINE

    def __enter__(self) -> Self:
        """Return the session itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Close the connections; after a whole conversation, forget what it did not need."""
        self._wire.__exit__()
        self._account.save()
        if kind is None:
            with suppress(OSError):
                self._store.sweep()

    @property
    def now(self) -> datetime:
        """The time, as it has gone on since the run began."""
        return self._now + timedelta(seconds=time.monotonic() - self._began)

    @property
    def told(self) -> Mapping[str, str]:
        """The headers of the newest answer, by lower-case name; empty before the first."""
        return self._told

    @property
    def standing(self) -> Standing:
        """How the service stands to us now."""
        return self._account.standing

    def get(
        self, path: str, shape: type[T], query: Mapping[str, str | int] | None = None
    ) -> Page[T]:
        """Return what is at that path below the base, or at that whole address, in that shape.

        Asks only whether it changed when it is known already. Raises SourceError.
        """
        url = self._url(path, query)
        kept = self._store.load(url, shape)
        answer = self._ask(url, {"If-None-Match": kept.etag} if kept else {})
        if answer.status == _NOT_MODIFIED and kept is not None:
            return Page(kept.value, kept.next, answer.status)
        if answer.status != _OK:
            raise self._refusal(url, answer)
        following = self._join(url, answer.next) if answer.next else None
        page = Page(self._decode(url, answer, shape), following, answer.status)
        if etag := answer.headers.get("etag"):
            # Without it the next run only costs more.
            with suppress(OSError):
                self._store.save(url, shape, Kept(etag, page.next, page.value))
        return page

    def pages(
        self, path: str, shape: type[T], query: Mapping[str, str | int] | None = None
    ) -> Iterator[T]:
        """Yield the value of every page, following the service's own links.

        Ask for the newest first: what comes in behind a full last page changes no page but that
        link, which a service's tag does not cover.
        """
        page, seen = self.get(path, shape, query), set[str]()
        yield page.value
        while page.next is not None:
            if page.next in seen or len(seen) >= MOST_PAGES:
                raise self._error(ErrorClass.MALFORMED, path, "its pages have no end")
            seen.add(page.next)
            page = self.get(page.next, shape)
            yield page.value

    def post(self, path: str, body: object, shape: type[T], resource: str = "core") -> T:
        """Return the answer to a POST of JSON in that shape; raises SourceError."""
        url = self._url(path, None)
        answer = self._ask(url, {}, body=body, resource=resource)
        if answer.status not in (_OK, 201):
            raise self._refusal(url, answer)
        return self._decode(url, answer, shape)

    def download(self, path: str, limit: int) -> bytes:
        """Return a file's bytes; it may lie on another host, which is told no secret."""
        url = self._url(path, None)
        answer = self._try(url, {}, follow=False)
        if answer.status in _REDIRECTS:
            elsewhere = self._join(url, answer.headers.get("location", ""))
            if urlsplit(elsewhere).scheme not in ("https", urlsplit(url).scheme):
                raise self._error(ErrorClass.MALFORMED, url, "the file lies at no https address")
            answer = self._wire.exchange(elsewhere, seconds=self._seconds(), limit=limit)
        if answer.status != _OK:
            raise self._refusal(url, answer)
        return answer.body

    def _url(self, path: str, query: Mapping[str, str | int] | None) -> str:
        url = path if "://" in path else f"{self.service.base.rstrip('/')}/{path.lstrip('/')}"
        return f"{url}?{urlencode(query)}" if query else url

    def _join(self, url: str, target: str) -> str:
        """Return the address that a service names at that one; raises SourceError."""
        try:
            return urljoin(url, target)
        except ValueError:
            raise self._error(ErrorClass.MALFORMED, url, "leads to no address") from None

    def _ask(
        self, url: str, headers: Mapping[str, str], body: object = None, resource: str = "core"
    ) -> Answer:
        """Return an answer that is no fault of the moment, after a few tries."""
        for attempt in stamina.retry_context(
            on=_passing, attempts=ATTEMPTS, timeout=self._seconds(), wait_initial=0.2, wait_max=5
        ):
            with attempt:
                answer = self._try(url, headers, body, resource)
                if answer.status >= _FIRST_SERVER_ERROR:
                    raise self._refusal(url, answer)
        return answer

    def _try(
        self,
        url: str,
        headers: Mapping[str, str],
        body: object = None,
        resource: str = "core",
        *,
        follow: bool = True,
    ) -> Answer:
        """Return the answer behind every redirect to the same host."""
        place = url
        for _ in range(MOST_HOPS):
            answer = self._send(place, headers, body, resource)
            location = answer.headers.get("location")
            if not follow or answer.status not in _REDIRECTS or not location:
                return answer
            place = self._join(place, location)
        raise self._error(ErrorClass.MALFORMED, url, "redirects without end")

    def _send(self, url: str, headers: Mapping[str, str], body: object, resource: str) -> Answer:
        if urlsplit(url)[:2] != urlsplit(self.service.base)[:2]:
            # A secret stays with its host, and another host's numbers are not this one's.
            place = one_line(urlsplit(url).netloc.rpartition("@")[2], 100)
            why = (
                f"leads to another host, {place}, which is told no token and not asked; ask that"
                " one itself, or let the proxy rewrite the headers Link and Location"
            )
            raise self._error(ErrorClass.MALFORMED, self.service.base, why)
        secret = self.service.authorization
        sent = {**self.service.headers, **headers, **({"Authorization": secret} if secret else {})}
        with self._account.turn(pause=self.service.pause, seconds=self._seconds()):
            self._check(resource)
            seconds = min(self._seconds(), PATIENCE)
            answer = self._wire.exchange(url, seconds=seconds, limit=LIMIT, json=body, headers=sent)
            self._told = answer.headers
            self._account.heed(answer, self.now, resource)
        return answer

    def _check(self, resource: str) -> None:
        """Raise SourceError, with its fix, while the service is not to be asked."""
        try:
            self._account.check(self.now, resource, self.service.reserve)
        except SourceError as error:
            raise SourceError(error.kind, self._fixed(error.kind, str(error))) from None

    def _seconds(self) -> float:
        """Return the seconds that are left; raises SourceError when none are."""
        left = self._ends - time.monotonic()
        if left <= 0:
            message = "the deadline is over; lengthen deadline or ask for less"
            raise SourceError(ErrorClass.TIMEOUT, f"{self.service.host}: {message}")
        return left

    def _decode(self, url: str, answer: Answer, shape: type[T]) -> T:
        try:
            return msgspec.json.decode(answer.body, type=shape)
        except msgspec.ValidationError as error:
            # Its words name a place and types, never a value.
            raise self._error(ErrorClass.MALFORMED, url, f"unexpected: {error}") from None
        except (ValueError, RecursionError):
            raise self._error(ErrorClass.MALFORMED, url, "the answer is no JSON") from None

    def _refusal(self, url: str, answer: Answer) -> RefusedError:
        kind = ErrorClass.RATE_LIMITED if is_limited(answer) else classify(answer.status)
        said = one_line(self._hide(_said(answer)))
        error = self._error(kind, url, f"status {answer.status}{f': {said}' if said else ''}")
        return RefusedError(kind, str(error), said)

    def _error(self, kind: ErrorClass, url: str, why: str) -> SourceError:
        message = f"{self.service.host}{_path(self._hide(url))}: {why}"
        return SourceError(kind, self._fixed(kind, message))

    def _hide(self, text: str) -> str:
        """Return the text less the secret: a server may repeat what it was sent."""
        secret = self.service.authorization.rpartition(" ")[2]
        return text.replace(secret, "…") if secret else text

    def _fixed(self, kind: ErrorClass, message: str) -> str:
        fix = self.service.fixes.get(kind)
        return f"{message}; {fix}" if fix else message


class _Message(msgspec.Struct):
    message: str


class _Error(msgspec.Struct):
    error: str


class _Detail(msgspec.Struct):
    detail: str


class _Errors(msgspec.Struct):
    errors: list[_Detail]


def _said(answer: Answer) -> str:
    """Return the service's own words about an error; empty when it has none."""
    for shape in (_Message, _Error, _Errors):  # GitHub's, npm's, crates.io's
        with suppress(ValueError, RecursionError):
            match msgspec.json.decode(answer.body, type=shape):
                case _Message(message=words) | _Error(error=words):
                    return words
                case _Errors(errors=[_Detail(detail=words), *_]):
                    return words
    return ""


def _path(url: str) -> str:
    """Return the address's path, which says what was asked for; a query may hold more."""
    return one_line(urlsplit(url).path, 120) if "://" in url else f"/{url.lstrip('/')}"


def _passing(error: Exception) -> bool:
    return isinstance(error, SourceError) and error.kind is ErrorClass.SERVER


def _tell(details: RetryDetails) -> None:
    log.warning("asked again", error=str(details.caused_by), wait=round(details.wait_for, 3))


# Its own hook logs before we have said how, and in words that are about its calls.
set_on_retry_hooks([_tell])
