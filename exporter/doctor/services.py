"""Whether services can be reached that alerts pass through, where they are configured.

Nothing is sent to anybody, and no secret: an address that is one is not asked.
"""

import smtplib
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from exporter.config.environment import PREFIX, Environment
from exporter.doctor.finding import INSTALLATION, Check, Finding, failed, from_error, ok, skipped
from exporter.inert import inert
from exporter.model import SourceError
from exporter.upstream.exchange import classify, fetch

SECONDS, LIMIT = 10.0, 1024 * 1024
SLACK = "https://slack.com/api/api.test"  # asks for no secret

_FIRST_REFUSAL = 400


@dataclass(frozen=True, slots=True)
class Service:
    """A service, the settings that configure it, and how it is looked at.

    Settings of other versions of this program may be missing.
    """

    name: str
    settings: tuple[str, ...]
    find: Callable[[Environment], Iterator[Finding]]


def checks(environment: Environment) -> list[Check]:
    """Return a check for each service."""
    return [Check(INSTALLATION, one.name, partial(_find, one, environment)) for one in SERVICES]


def _find(service: Service, environment: Environment) -> Iterator[Finding]:
    if any(_setting(environment, name) for name in service.settings):
        yield from service.find(environment)
    else:
        yield skipped(service.name, "not configured")


def _alertmanager(environment: Environment) -> Iterator[Finding]:
    for url in environment.alertmanager_url:
        address = f"{url.rstrip('/')}/-/healthy"
        yield _answers("alertmanager", address, "alertmanager_url", refusals=False)


def _slack(_environment: Environment) -> Iterator[Finding]:
    yield _answers("slack", SLACK, "slack_api_url_file", refusals=False)


def _webhook(environment: Environment) -> Iterator[Finding]:
    yield _elsewhere(environment, "webhook", "webhook_url")


def _deadman(environment: Environment) -> Iterator[Finding]:
    yield _elsewhere(environment, "deadman", "deadman_url")


def _elsewhere(environment: Environment, name: str, setting: str) -> Finding:
    """Return whether the host answers at all: asking for the address itself would be a message."""
    url = _setting(environment, setting)
    if not url:
        return skipped(name, "its address is a secret, which Alertmanager alone reads")
    parts = urlsplit(str(url))
    return _answers(name, f"{parts.scheme}://{parts.netloc}/", setting, refusals=True)


def _answers(name: str, url: str, setting: str, *, refusals: bool) -> Finding:
    variable = f"{PREFIX}{setting}".upper()
    fix = f"correct {variable}, start the service, or let this machine reach it"
    host = urlsplit(url).netloc.rpartition("@")[2]
    try:
        answer = fetch(url, seconds=SECONDS, limit=LIMIT)
    except SourceError as error:
        return from_error(name, error, fix)
    if answer.status >= _FIRST_REFUSAL and not refusals:
        what = f"{host}: status {answer.status} ({classify(answer.status)})"
        return failed(name, what, fix)
    return ok(name, f"{host} answers")


def _smtp(environment: Environment) -> Iterator[Finding]:
    host, port = str(_setting(environment, "smtp_host")), _setting(environment, "smtp_port") or 587
    encrypted = _setting(environment, "smtp_require_tls") is not False
    fix = f"correct {PREFIX}SMTP_HOST and _PORT, or let this machine reach it"
    try:
        with smtplib.SMTP(host, int(str(port)), timeout=SECONDS) as server:
            server.ehlo()
            offered = server.has_extn("starttls")
            if encrypted and offered:
                server.starttls(context=ssl.create_default_context())
    except ssl.SSLError as error:
        why = inert(error.reason or "TLS", 100)
        what = f"{host}:{port}: no trusted connection ({why})"
        yield failed("smtp", what, "give the server a certificate that this machine trusts")
        return
    except (OSError, smtplib.SMTPException) as error:
        why = (getattr(error, "strerror", None) or type(error).__name__).lower()
        yield failed("smtp", f"{host}:{port}: {why}", fix)
        return
    if encrypted and not offered:
        what = f"{host}:{port}: offers no STARTTLS, so Alertmanager will send nothing"
        yield failed("smtp", what, f"use another port, or set {PREFIX}SMTP_REQUIRE_TLS=false")
        return
    yield ok("smtp", f"{host}:{port} takes mail{' over TLS' if encrypted else ''}")


def _setting(environment: Environment, name: str) -> object:
    return getattr(environment, name)


SERVICES = (
    Service("alertmanager", ("alertmanager_url",), _alertmanager),
    Service("slack", ("slack_api_url_file", "slack_bot_token_file"), _slack),
    Service("webhook", ("webhook_url", "webhook_url_file"), _webhook),
    Service("deadman", ("deadman_url", "deadman_url_file"), _deadman),
    Service("smtp", ("smtp_host",), _smtp),
)
