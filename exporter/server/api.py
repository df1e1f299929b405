"""The routes of the API: each answer of its moment, with a tag that tells whether it changed."""

from collections.abc import Callable
from datetime import datetime
from functools import cached_property, partial
from hashlib import sha256

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from exporter.api import openapi
from exporter.api.documents import Asked
from exporter.api.operations import (
    DESCRIPTION,
    JSON,
    OF_NOW,
    OPERATIONS,
    PROBLEM,
    REVALIDATED,
    ROOT,
    SVG,
    Operation,
    problem,
)
from exporter.moment import Moment
from exporter.service import Service

_HEADERS = {"X-Content-Type-Options": "nosniff"}
# A picture that is opened by itself is a document, which may run and load nothing.
_OF_PICTURE = {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"}

_TITLES = {404: "Not Found", 405: "Method Not Allowed", 503: "Service Unavailable"}
_DETAILS = {
    404: f"there is nothing at this address; {DESCRIPTION} describes all that is",
    405: "nothing can be changed here: ask with GET or HEAD",
}


def api_routes(service: Service, now: Callable[[], datetime]) -> list[Route]:
    """Return a route for every address of the API."""
    api = _Api(service, now)
    answers = [Route(one.path, partial(api.answer, one)) for one in OPERATIONS]
    return [*answers, Route(DESCRIPTION, api.describe)]


async def refuse(request: Request, error: Exception) -> Response:
    """Answer a request that no route takes: in the API's manner below its root, else in words."""
    if not isinstance(error, HTTPException):
        raise error
    allowed = (error.headers or {}).get("Allow", "")
    # A set has no order of its own.
    headers = {"Allow": ", ".join(sorted(allowed.split(", ")))} if allowed else None
    if not f"{request.url.path}/".startswith(f"{ROOT}/"):
        return PlainTextResponse(error.detail, error.status_code, headers)
    return _problem(error.status_code, _DETAILS.get(error.status_code, error.detail), headers)


class _Api:
    def __init__(self, service: Service, now: Callable[[], datetime]) -> None:
        self._service = service
        self._now = now

    def answer(self, operation: Operation, request: Request) -> Response:
        moment = self._moment(operation)
        if moment is None:
            # Old decisions must not look like news.
            return _without(request, operation, 503, "rendering has stopped; see the log")
        text = _kept(operation, Asked(moment, self._service.records, **request.path_params))
        if text is None:
            return _without(request, operation, 404, operation.missing)
        return _tagged(request, text, operation.media, operation.caching)

    def describe(self, request: Request) -> Response:
        return _tagged(request, self._description, JSON, REVALIDATED)

    def _moment(self, operation: Operation) -> Moment | None:
        if operation.caching == OF_NOW:
            return Moment(self._service.view(), self._now())
        return self._service.publisher.moment

    @cached_property
    def _description(self) -> str:
        return openapi.render()


def _kept(operation: Operation, asked: Asked) -> str | None:
    """Return the text, made once for each moment; records are too many to be held."""
    if operation.of_files:
        return operation.answer(asked)
    key = (operation.name, asked.project, asked.release, asked.day)
    texts = asked.moment.texts
    text = texts.get(key)
    if text is None:
        text = operation.answer(asked)
        if text is not None:
            texts[key] = text
    return text


def _without(request: Request, operation: Operation, status: int, why: str) -> Response:
    if operation.absent:
        return _tagged(request, operation.absent(), operation.media, operation.caching, status)
    return _problem(status, why)


def _tagged(request: Request, text: str, media: str, caching: str, status: int = 200) -> Response:
    headers = _HEADERS | {"Cache-Control": caching} | (_OF_PICTURE if media == SVG else {})
    body = text.encode()
    if caching != OF_NOW:
        headers["ETag"] = f'"{sha256(body).hexdigest()[:32]}"'
        if status == 200 and _has(request, headers["ETag"]):  # noqa: PLR2004 - OK
            return Response(status_code=304, headers=headers)
    return Response(body, status, headers, media)


def _has(request: Request, tag: str) -> bool:
    """Tell whether the client has that already; a proxy may have weakened the tag."""
    known = ",".join(request.headers.getlist("if-none-match")).split(",")
    return any(one.strip().removeprefix("W/") in (tag, "*") for one in known)


def _problem(status: int, detail: str, headers: dict[str, str] | None = None) -> Response:
    said = _HEADERS | {"Cache-Control": OF_NOW} | (headers or {})
    return Response(problem(status, _TITLES.get(status, "Error"), detail), status, said, PROBLEM)
