"""A mail server and a web service that keep what they are sent, for tests to read back."""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.live.conftest import until


@dataclass
class Mail:
    """One message: who it was handed over for, and what it says."""

    recipients: list[str]
    message: EmailMessage

    @property
    def subject(self) -> str:
        """The subject as people read it."""
        return str(self.message["Subject"])

    def body(self, kind: str) -> str:
        """Return the `plain` or the `html` part."""
        part = self.message.get_body((kind,))
        assert part is not None
        text: str = part.get_content()
        return text.replace("\r\n", "\n")


class Mailbox:
    """A mail server on a free port; with a password it wants to be given that one."""

    def __init__(self, user: str = "", password: str = "") -> None:
        self.mails: list[Mail] = []
        self.logins: list[LoginPassword] = []
        self._login = LoginPassword(user.encode(), password.encode())
        self._server = _Server(
            self,
            hostname="127.0.0.1",
            port=0,
            auth_required=bool(password),
            auth_require_tls=False,
            authenticator=self._authenticate if password else None,
            auth_exclude_mechanism=["LOGIN"],
        )

    def _authenticate(self, *arguments: Any) -> AuthResult:
        self.logins.append(arguments[-1])
        return AuthResult(success=arguments[-1] == self._login)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep the message."""
        assert isinstance(envelope.original_content, bytes)
        parsed = message_from_bytes(envelope.original_content, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        self.mails.append(Mail(envelope.rcpt_tos, parsed))
        return "250 kept"

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return self._server.listening_on()

    @property
    def subjects(self) -> list[str]:
        """The subjects in the order of arrival."""
        return [mail.subject for mail in self.mails]

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()


class _Server(Controller):
    """aiosmtpd's own asks port 0 whether it answers; here the real port answers."""

    def listening_on(self) -> int:
        assert isinstance(self.server, asyncio.Server)
        return int(self.server.sockets[0].getsockname()[1])

    def _trigger_server(self) -> None:
        self.port = self.listening_on()
        super()._trigger_server()  # type: ignore[no-untyped-call]  # aiosmtpd has no types there


@dataclass
class Posts:
    """What was posted to one path of a web service."""

    url: str
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def take(self, request: Request) -> Response:
        """Keep one."""
        self.bodies.append(json.loads(request.data))
        self.headers.append(dict(request.headers))
        return Response("ok")


def posts(server: HTTPServer, path: str) -> Posts:
    """Return what keeps everything that is posted there from now on."""
    kept = Posts(server.url_for(path))
    server.expect_request(path, method="POST").respond_with_handler(kept.take)
    return kept


def settle(count: Callable[[], int], least: int, quiet: float = 1.5) -> int:
    """Return the count once it has reached the least and has not risen for that many seconds."""
    until(lambda: count() >= least, seconds=90)
    seen, since = count(), time.monotonic()
    while time.monotonic() - since < quiet:
        time.sleep(0.05)
        if count() != seen:
            seen, since = count(), time.monotonic()
    return seen
