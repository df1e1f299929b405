"""GitHub's interfaces, on github.com and on Enterprise Server, as our sources ask them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit

import msgspec

from exporter.config.environment import load_environment
from exporter.model import Context, ErrorClass, SourceError, UserError
from exporter.upstream.github_auth import TOKEN, Credential, credential_of
from exporter.upstream.session import Service, Session

T = TypeVar("T")

RESERVE = 0.1
HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}

_REST_OF_ENTERPRISE, _GRAPHQL_OF_ENTERPRISE = "/api/v3", "/api/graphql"
_PORTS = {"http": 80, "https": 443}
_NEEDS = "read access to metadata and issues, and to what else is read (discussions, actions)"
_FIXES = {
    ErrorClass.NOT_FOUND: (
        "is repository right, and are its issues enabled? GitHub hides what a token may not read"
    ),
    ErrorClass.MALFORMED: (
        "does the address name GitHub's REST API (https://api.github.com, https://HOST/api/v3)?"
    ),
}
_FIXES_WITH_TOKEN = _FIXES | {
    ErrorClass.AUTH: f"renew the token or give it {_NEEDS}",
    ErrorClass.RATE_LIMITED: "lengthen the interval, or leave more to it with a token of its own",
}
_FIXES_WITHOUT = _FIXES | {
    ErrorClass.AUTH: f"set {TOKEN} or {TOKEN}_FILE to a token with {_NEEDS}",
    ErrorClass.RATE_LIMITED: f"set {TOKEN} or {TOKEN}_FILE, or lengthen the interval",
}
_GRAPHQL_KINDS = {
    "RATE_LIMITED": ErrorClass.RATE_LIMITED,
    "NOT_FOUND": ErrorClass.NOT_FOUND,
    "FORBIDDEN": ErrorClass.AUTH,
    "INSUFFICIENT_SCOPES": ErrorClass.AUTH,
}


@contextmanager
def github_session(
    context: Context, deadline: timedelta, *, url: str | None = None, reserve: float = RESERVE
) -> Iterator[Session]:
    """Open a conversation with the environment's GitHub, or with the one at `url`.

    The secret goes to the environment's host alone: a release file may name another address, which
    is then asked without one. Raises SourceError.
    """
    began = monotonic()
    try:
        environment = load_environment()
    except UserError as error:
        raise SourceError(ErrorClass.AUTH, str(error)) from error
    own = str(environment.github_url).rstrip("/")
    base = (url or own).rstrip("/")
    trusted = same_place(base, own)
    credential = credential_of(environment, own, context, deadline) if trusted else Credential()
    left = deadline - timedelta(seconds=monotonic() - began)
    with Session(service_of(base, credential, reserve), context, left) as session:
        try:
            yield session
        except SourceError as error:
            if error.kind is ErrorClass.AUTH:
                credential.forget()
            raise


def service_of(base: str, credential: Credential, reserve: float = RESERVE) -> Service:
    """Return GitHub at that base address, asked in the credential's name."""
    return Service(
        base,
        authorization=credential.authorization,
        identity=credential.identity,
        headers=HEADERS,
        reserve=reserve,
        fixes=_FIXES_WITH_TOKEN if credential.authorization else _FIXES_WITHOUT,
    )


def graphql_url(base: str) -> str:
    """Return the address of GraphQL beside that of REST."""
    if base.endswith(_REST_OF_ENTERPRISE):
        return base.removesuffix(_REST_OF_ENTERPRISE) + _GRAPHQL_OF_ENTERPRISE
    return f"{base}/graphql"


class _Problem(msgspec.Struct):
    type: str = ""


class _Envelope(msgspec.Struct):
    data: msgspec.Raw = msgspec.Raw(b"null")
    errors: list[_Problem] | None = None


def graphql(session: Session, query: str, variables: Mapping[str, str], shape: type[T]) -> T:
    """Return the data that a GraphQL query answers, in that shape; raises SourceError.

    An error comes with status 200, and with null where a number would be.
    """
    url = graphql_url(session.service.base)
    body = {"query": query, "variables": variables}
    envelope = session.post(url, body, _Envelope, resource="graphql")
    where = f"{session.service.host}{urlsplit(url).path}"
    if envelope.errors:
        kind = _GRAPHQL_KINDS.get(envelope.errors[0].type, ErrorClass.MALFORMED)
        fix = session.service.fixes.get(kind, "does this GitHub know what the query names?")
        raise SourceError(kind, f"{where}: the query was refused; {fix}")
    try:
        return msgspec.json.decode(envelope.data, type=shape)
    except (ValueError, RecursionError):
        raise SourceError(ErrorClass.MALFORMED, f"{where}: the answer lacks its data") from None


def same_place(url: str, other: str) -> bool:
    """Tell whether a secret for the one may be told to the other."""
    return _place(url) == _place(other)


def _place(url: str) -> tuple[str, str | None, int | None]:
    """Return what a secret is bound to: another scheme or port is another place."""
    parts: SplitResult = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)
