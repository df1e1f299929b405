"""What web.config.yml asks before a request reaches the application, and adds to every answer."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from exporter.model import UserError
from exporter.server.credentials import BusyError, Credentials
from exporter.server.web_file import Web, WebFile

INVALID = PlainTextResponse("the web configuration is invalid; see the log\n", 500)
BUSY = PlainTextResponse("too many passwords to try\n", 429, {"Retry-After": "5"})
WHO = PlainTextResponse(
    "Unauthorized\n", 401, {"WWW-Authenticate": 'Basic realm="release-exporter", charset="UTF-8"'}
)


class Guard:
    """An application that lets nobody by who is not in the file; without users in it, everybody."""

    def __init__(self, app: ASGIApp, file: WebFile) -> None:
        """Stand before the application."""
        self._app = app
        self._file = file
        self._credentials = Credentials()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or let the application answer."""
        try:
            web = self._file.current()
        except UserError:
            await INVALID(scope, receive, send)
            return
        answer = await self._refusal(web, Headers(scope=scope)) or self._app
        await answer(scope, receive, _adding(web, send))

    async def _refusal(self, web: Web, headers: Headers) -> PlainTextResponse | None:
        if not web.users:
            return None
        header = headers.get("authorization", "").encode("latin-1")
        try:
            return None if header and await self._credentials.verify(web.users, header) else WHO
        except BusyError:
            return BUSY


def _adding(web: Web, send: Send) -> Send:
    """Return a `send` that adds the file's headers; they replace ours of the same name."""

    async def adding(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in web.headers:
                headers[name.decode()] = value.decode()
        await send(message)

    return adding
