"""Who is told of alerts: settings from the environment that Alertmanager's configuration follows.

Secrets are paths: Alertmanager reads them where it runs, this program never does.
"""

import re
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field
from pydantic_settings import NoDecode

from exporter.config.week_hours import WeekHours

_ADDRESS = re.compile(r"[^\s@,;:<>\"(){}\\]+@[^\s@,;:<>\"(){}\\]+")
# Alertmanager writes every recipient into one line, and mail servers refuse lines of 1,000.
_HEADER = 900
_CHANNEL = re.compile(r"#?[\w.-]{1,80}")
_HOST = re.compile(r"[\w.-]+|\[[0-9A-Fa-f:]+\]", re.ASCII)


def _addresses(written: object) -> tuple[str, ...]:
    parts = tuple(part.strip() for part in str(written).split(","))
    for place, part in enumerate(parts, 1):
        if not _ADDRESS.fullmatch(part):
            raise ValueError(f"number {place} is no address; write NAME@HOST, several with commas")
    if len(", ".join(parts)) > _HEADER:
        raise ValueError("more than one line of a mail can hold; write the address of a list")
    return parts


def _address(written: object) -> str:
    if not _ADDRESS.fullmatch(str(written)):
        raise ValueError("write one address: NAME@HOST")
    return str(written)


def _channel(written: object) -> str:
    if not _CHANNEL.fullmatch(str(written)):
        raise ValueError("write a channel's name or id: #release")
    return str(written)


def _host(written: object) -> str:
    if not _HOST.fullmatch(str(written)):
        raise ValueError("write the host alone; the port has a variable of its own")
    return str(written)


def _by_project(written: object) -> dict[str, str]:
    """Return `caro=…; other=…` as a mapping."""
    entries = [entry.partition("=") for entry in str(written).split(";") if entry.strip()]
    pairs = {project.strip(): value.strip() for project, _, value in entries}
    if len(pairs) != len(entries) or not all(project and value for project, value in pairs.items()):
        raise ValueError("write PROJECT=…; PROJECT=…, each project once")
    return pairs


def _addresses_by_project(written: object) -> dict[str, tuple[str, ...]]:
    return {project: _addresses(value) for project, value in _by_project(written).items()}


def _channels_by_project(written: object) -> dict[str, str]:
    return {project: _channel(value) for project, value in _by_project(written).items()}


def _url(written: object) -> str:
    """Return a web address that carries no secret and nothing that Alertmanager would expand."""
    url = str(written)
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or re.search(r"[\s{}]", url):
        raise ValueError("write http://… or https://…")
    if parts.username or parts.password or parts.query:
        raise ValueError("holds a user or a query, so a secret; write it into a file and name that")
    return url


def _urls(written: object) -> tuple[str, ...]:
    return tuple(_url(part.strip()) for part in str(written).split(","))


def _absolute(path: Path) -> Path:
    if not path.is_absolute():
        raise ValueError("write an absolute path: the one that Alertmanager will see")
    return path


# As text from the environment, without the JSON that pydantic would look for.
Address = Annotated[str, BeforeValidator(_address)]
Addresses = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_addresses)]
ProjectAddresses = Annotated[
    dict[str, tuple[str, ...]], NoDecode, BeforeValidator(_addresses_by_project)
]
ProjectChannels = Annotated[dict[str, str], NoDecode, BeforeValidator(_channels_by_project)]
Channel = Annotated[str, BeforeValidator(_channel)]
Host = Annotated[str, BeforeValidator(_host)]
Url = Annotated[str, BeforeValidator(_url)]
Urls = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_urls)]
SecretFile = Annotated[Path, AfterValidator(_absolute)]


class ReceiverSettings(BaseModel):
    """Where messages go; whatever is not configured has no receiver."""

    smtp_host: Host | None = None
    smtp_port: Annotated[int, Field(ge=1, le=65535)] = 587
    smtp_from: Address | None = None
    smtp_to: Addresses = ()
    smtp_project_to: ProjectAddresses = {}
    smtp_username: str | None = None
    smtp_password_file: SecretFile | None = None
    smtp_require_tls: bool = True
    slack_api_url_file: SecretFile | None = None
    slack_bot_token_file: SecretFile | None = None
    slack_channel: Channel | None = None
    slack_project_channel: ProjectChannels = {}
    webhook_url: Url | None = None
    webhook_url_file: SecretFile | None = None
    webhook_token_file: SecretFile | None = None
    deadman_url: Url | None = None
    deadman_url_file: SecretFile | None = None
    warning_hours: WeekHours | None = None
