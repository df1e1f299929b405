"""The routes: metrics, status page, API, and the management endpoints in Prometheus' manner."""

from collections.abc import Callable
from datetime import datetime

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from exporter import status_page
from exporter.server.api import api_routes, refuse
from exporter.server.scrapes import Answer, Scrapes
from exporter.service import Service

PAGE_HEADERS = {
    "Content-Security-Policy": status_page.CSP,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}


def page_headers(*, refresh: bool) -> dict[str, str]:
    """Return what the status page is sent with; `refresh` has the browser ask again every 30 s.

    The header does without a script, and without an element in the page that a checker of
    accessibility takes for a fault, whether or not the reader can pause it (WCAG 2.2.1).
    """
    return PAGE_HEADERS | ({"Refresh": str(status_page.REFRESH_SECONDS)} if refresh else {})


def build_app(service: Service, now: Callable[[], datetime], *, lifecycle: bool) -> Starlette:
    """Return the web application of a service; `lifecycle` allows reloading over HTTP."""
    pages = _Pages(service, now, lifecycle=lifecycle)
    app = Starlette(
        routes=[
            Route("/", pages.index),
            Route("/metrics", pages.metrics),
            *api_routes(service, now),
            Route("/-/healthy", pages.healthy),
            Route("/-/ready", pages.ready),
            Route("/-/reload", pages.reload, methods=["POST", "PUT"]),
        ],
        exception_handlers={HTTPException: refuse},
    )
    # An address that is none is 404; a redirect would quote what the client sent as Host.
    app.router.redirect_slashes = False
    return app


class _Pages:
    def __init__(self, service: Service, now: Callable[[], datetime], *, lifecycle: bool) -> None:
        self._service = service
        self._scrapes = Scrapes(service.publisher)
        self._now = now
        self._lifecycle = lifecycle

    async def metrics(self, request: Request) -> Answer:
        headers = request.headers
        return self._scrapes.answer(headers.get("accept", ""), headers.get("accept-encoding", ""))

    def index(self, request: Request) -> Response:
        refresh = request.query_params.get("refresh") != "off"
        page = status_page.render(self._service.view(), self._now(), refreshes=refresh)
        return HTMLResponse(page, headers=page_headers(refresh=refresh))

    async def healthy(self, _request: Request) -> Response:
        return PlainTextResponse("release-exporter is healthy.\n")

    async def ready(self, _request: Request) -> Response:
        if self._service.publisher.ready:
            return PlainTextResponse("release-exporter is ready.\n")
        states = self._service.runner.states().values()
        done = sum(state.tried for state in states)
        return PlainTextResponse(f"not ready: {done} of {len(states)} sources read\n", 503)

    async def reload(self, _request: Request) -> Response:
        if not self._lifecycle:
            return PlainTextResponse("start with --web.enable-lifecycle to allow this\n", 403)
        if await run_in_threadpool(self._service.reload):
            return PlainTextResponse("reloaded\n")
        return PlainTextResponse(
            "a release file is invalid; see the log and the status page\n", 500
        )
