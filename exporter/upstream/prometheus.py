"""One instant query over Prometheus' HTTP API, which VictoriaMetrics and others speak too."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import msgspec

from exporter.files import MEBIBYTE
from exporter.model import ErrorClass, SourceError
from exporter.upstream.exchange import Answer, classify, fetch, one_line

# One sample is a few hundred bytes; with room, a query that forgot to aggregate is told so.
LIMIT = 4 * MEBIBYTE
TOKEN = "RELEASE_EXPORTER_PROMETHEUS_TOKEN"  # noqa: S105 - the variable's name

_OK = 200
_ERROR_TYPES = {
    "timeout": ErrorClass.TIMEOUT,
    "bad_data": ErrorClass.MALFORMED,
    "execution": ErrorClass.MALFORMED,
    "internal": ErrorClass.SERVER,
    "unavailable": ErrorClass.SERVER,
}
_FIXES = {
    ErrorClass.AUTH: f"; set {TOKEN} or {TOKEN}_FILE to a token that may query",
    ErrorClass.NOT_FOUND: "; write in url what stands before /api/v1/query",
    ErrorClass.MALFORMED: "; correct url or query",
    ErrorClass.RATE_LIMITED: "; lengthen the interval",
    ErrorClass.TIMEOUT: "; simplify the query or lengthen the deadline",
}

Shape = TypeVar("Shape")


class Point(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A value in Prometheus' own writing, and its time in seconds since 1970."""

    seconds: float
    text: str


class Series(msgspec.Struct, frozen=True):
    """One series of a vector; a native histogram has no value."""

    value: Point | None = None
    metric: dict[str, str] = {}


class Data(msgspec.Struct, frozen=True, rename="camel"):
    """A result as it stands, with its type."""

    result_type: str
    result: msgspec.Raw


class Envelope(msgspec.Struct, frozen=True, rename="camel"):
    """What every answer of the API looks like; a cluster of VictoriaMetrics says `isPartial`."""

    status: str
    data: Data | None = None
    error_type: str = ""
    error: str = ""
    warnings: list[str] = []
    is_partial: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """The point of each series that answered, and whether the server had warnings about them.

    `labels` are the series' own, in the points' order; a scalar has none.
    """

    points: Sequence[Point | None]
    warned: bool = False
    labels: Sequence[Mapping[str, str]] = ()


def query(
    url: str, promql: str, *, seconds: float, secret: str = "", at: datetime | None = None
) -> Result:
    """Return what the server at `url` answers to the query, as of now or of `at`.

    Raises SourceError, less the secret.
    """
    form = {"query": promql} | ({"time": f"{at.timestamp():.3f}"} if at else {})
    answer = fetch(
        f"{url.rstrip('/')}/api/v1/query",
        form=form,
        headers={"Authorization": f"Bearer {secret}"} if secret else {},
        seconds=seconds,
        limit=LIMIT,
    )
    try:
        return parse(answer, secret)
    except SourceError as error:
        raise SourceError(error.kind, f"{url}: {error}") from error


def parse(answer: Answer, secret: str = "") -> Result:
    """Return what the server found; raises SourceError with its words, less the secret."""
    try:
        envelope = _decode(answer.body, Envelope)
    except SourceError:
        if answer.status == _OK:
            raise
        # A proxy's page, or another server's: the status says more.
        raise _refusal(answer.status) from None
    if answer.status != _OK or envelope.status != "success" or envelope.data is None:
        # A server may repeat what it was sent.
        said = envelope.error.replace(secret, "…") if secret else envelope.error
        raise _refusal(answer.status, envelope.error_type, said)
    if envelope.is_partial:
        message = "a partial answer: not all of the server's storage could be asked"
        raise SourceError(ErrorClass.SERVER, message)
    points, labels = _series(envelope.data)
    return Result(points, bool(envelope.warnings), labels)


def _series(data: Data) -> tuple[Sequence[Point | None], Sequence[Mapping[str, str]]]:
    if data.result_type == "vector":
        series = _decode(data.result, list[Series])
        return [one.value for one in series], [one.metric for one in series]
    if data.result_type == "scalar":
        return [_decode(data.result, Point)], [{}]
    message = "neither a vector nor a scalar answers; take one sample, e.g. last_over_time(...)"
    raise SourceError(ErrorClass.MALFORMED, message)


def _decode(text: bytes | msgspec.Raw, shape: type[Shape]) -> Shape:
    try:
        return msgspec.json.decode(text, type=shape)
    except (ValueError, RecursionError) as error:
        message = "the answer is not Prometheus'; does url name a Prometheus server?"
        raise SourceError(ErrorClass.MALFORMED, message) from error


def _refusal(status: int, error_type: str = "", said: str = "") -> SourceError:
    kind = classify(status)
    if kind in (ErrorClass.MALFORMED, ErrorClass.SERVER):
        kind = _ERROR_TYPES.get(error_type, kind)
    words = f": {one_line(said)}" if said else ""
    return SourceError(kind, f"status {status}{words}{_FIXES.get(kind, '')}")
