"""Who is told of alerts: settings from the environment, of which Alertmanager's configuration is made.

Secrets are paths: Alertmanager reads them where it runs, this program never does.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field
from pydantic_settings import NoDecode

_ADDRESS = re.compile(r"[^\s@,;:<>\"(){}\\]+@[^\s@,;:<>\"(){}\\]+")
_CHANNEL = re.compile(r"#?[\w.-]{1,80}")
_HOST = re.compile(r"[\w.-]+|\[[0-9A-Fa-f:]+\]", re.ASCII)
_HOURS = re.compile(
    r"(?P<first>[A-Z][a-z]{2})-(?P<last>[A-Z][a-z]{2})"
    r" (?P<start>\d\d:\d\d)-(?P<end>\d\d:\d\d) (?P<zone>\S+)"
)
_DAYS = {
    "Mon": "monday",
    "Tue": "tuesday",
    "Wed": "wednesday",
    "Thu": "thursday",
    "Fri": "friday",
    "Sat": "saturday",
    "Sun": "sunday",
}


@dataclass(frozen=True, slots=True)
class Hours:
    """A stretch of the week in a time zone: weekdays as Alertmanager has them, times as HH:MM."""

    weekdays: str
    start: str
    end: str
    zone: str


def _addresses(written: object) -> tuple[str, ...]:
    parts = tuple(part.strip() for part in str(written).split(","))
    bad = next((part for part in parts if not _ADDRESS.fullmatch(part)), None)
    if bad is not None:
        raise ValueError(f"{bad[:60]!r} is no address; write NAME@HOST, several with commas")
    return parts


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
        raise ValueError("has a user or a query in it, so a secret; write it into a file and name it")
    return url


def _absolute(path: Path) -> Path:
    if not path.is_absolute():
        raise ValueError("write an absolute path: the one that Alertmanager will see")
    return path


def _hours(written: object) -> Hours:
    match = _HOURS.fullmatch(str(written).strip())
    if match is None or not {match["first"], match["last"]} <= _DAYS.keys():
        raise ValueError("write 'Mon-Fri 09:00-17:00 America/Los_Angeles'")
    days = list(_DAYS)
    if days.index(match["first"]) > days.index(match["last"]) or match["start"] >= match["end"]:
        raise ValueError("begin before the end: 'Mon-Fri 09:00-17:00 America/Los_Angeles'")
    if match["start"] > "23:59" or match["end"] > "24:00" or match["end"][3:] > "59":
        raise ValueError("times are from 00:00 to 24:00")
    try:
        ZoneInfo(match["zone"])
    except (ValueError, OSError) as error:
        raise ValueError(f"no time zone {match['zone'][:60]!r}") from error
    weekdays = f"{_DAYS[match['first']]}:{_DAYS[match['last']]}"
    return Hours(weekdays, match["start"], match["end"], match["zone"])


# As text from the environment, without the JSON that pydantic would look for.
Addresses = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_addresses)]
ProjectAddresses = Annotated[
    dict[str, tuple[str, ...]], NoDecode, BeforeValidator(_addresses_by_project)
]
ProjectChannels = Annotated[dict[str, str], NoDecode, BeforeValidator(_channels_by_project)]
Channel = Annotated[str, BeforeValidator(_channel)]
Host = Annotated[str, BeforeValidator(_host)]
Url = Annotated[str, BeforeValidator(_url)]
SecretFile = Annotated[Path, AfterValidator(_absolute)]
WeekHours = Annotated[Hours, NoDecode, BeforeValidator(_hours)]


class ReceiverSettings(BaseModel):
    """Where messages go; whatever is not configured has no receiver."""

    smtp_host: Host | None = None
    smtp_port: Annotated[int, Field(ge=1, le=65535)] = 587
    smtp_from: Addresses = ()
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
