"""Settings and secrets from the environment: `RELEASE_EXPORTER_…`, each secret also as a file."""

import os
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import HttpUrl, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from exporter.alerting.links import DASHBOARDS, EXPORTER, RUNBOOKS
from exporter.config.addresses import Address
from exporter.config.duration import Duration
from exporter.config.mistakes import describe, unknown
from exporter.config.patterns import Pattern
from exporter.config.receivers import ReceiverSettings, Urls
from exporter.model import UserError

PREFIX = "RELEASE_EXPORTER_"
SECRETS = (
    "prometheus_token",
    "github_token",
    "github_app_private_key",
    "from_token",
    "from_password",
)
_KEYS = ("github_app_private_key",)  # several lines each, and in no header
_APP = ("github_app_id", "github_app_installation_id", "github_app_private_key")
_LONGEST = 64 * 1024

_APP_ID = Pattern(r"^[A-Za-z0-9.]{1,64}$", "write the app's ID or client ID, as GitHub shows it")
_NUMBER = Pattern(r"^[0-9]{1,18}$", "write the number at the end of the installation's address")
_USER = Pattern(r"^[^:\x00-\x1f\x7f]{1,200}$", "write the user's name alone, without a colon")

# What Kubernetes writes for a Service of our name: no typing mistakes.
_INJECTED = ("RELEASE_EXPORTER_SERVICE_", "RELEASE_EXPORTER_PORT")

# Every secret that this process ever held, for the log to hide: a file may hold another by now.
SEEN: set[str] = set()


class Environment(ReceiverSettings, BaseSettings):
    """What the environment may say; a flag of the command line wins over it."""

    model_config = SettingsConfigDict(
        # Compose hands over an empty text for every variable that is not set.
        env_prefix=PREFIX,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        # Defaults are no text from an environment, which is what the validators read.
        validate_default=False,
    )

    config_file: Path = Path("release.yaml")
    storage_path: Path = Path("data")
    web_listen_address: str = "127.0.0.1:10150"
    web_enable_lifecycle: bool = False
    web_config_file: Path | None = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["logfmt", "json"] = "logfmt"
    runbook_url: str = RUNBOOKS
    dashboard_url: str = DASHBOARDS
    exporter_url: str = EXPORTER
    records_raw: bool = True
    records_retention: Duration | None = None
    digest: bool = True
    alertmanager_url: Urls = ()
    prometheus_token: SecretStr | None = None
    prometheus_token_file: Path | None = None
    github_url: Address = HttpUrl("https://api.github.com")
    github_token: SecretStr | None = None
    github_token_file: Path | None = None
    github_app_id: Annotated[str, _APP_ID] | None = None
    github_app_installation_id: Annotated[str, _NUMBER] | None = None
    github_app_private_key: SecretStr | None = None
    github_app_private_key_file: Path | None = None
    from_token: SecretStr | None = None
    from_token_file: Path | None = None
    from_user: Annotated[str, _USER] | None = None
    from_password: SecretStr | None = None
    from_password_file: Path | None = None
    from_ca_file: Path | None = None

    @model_validator(mode="before")
    @classmethod
    def _secrets_from_files(cls, values: dict[str, Any]) -> dict[str, Any]:
        for secret in SECRETS:
            name, file = _name(secret), values.get(f"{secret}_file")
            if file is not None:
                if values.get(secret):
                    raise ValueError(f"set {name} or {name}_FILE, not both")
                text, where = _read(Path(file), f"{name}_FILE: {file}"), f"{name}_FILE: {file}"
            elif values.get(secret):
                text, where = values[secret], name
            else:
                continue
            values[secret] = (_checked_key if secret in _KEYS else _checked)(text, where)
        return values

    @model_validator(mode="after")
    def _one_way_into_github(self) -> Self:
        missing = [_name(field) for field in _APP if not getattr(self, field)]
        if self.github_token and len(missing) < len(_APP):
            token, app = _name("github_token"), _name(_APP[0])
            raise ValueError(f"set either {token}, or {app} and what belongs to it, not both")
        if 0 < len(missing) < len(_APP):
            set_too = " and ".join(missing)
            raise ValueError(f"a GitHub App needs {', '.join(map(_name, _APP))}; set {set_too} too")
        return self

    @model_validator(mode="after")
    def _one_way_into_an_exporter(self) -> Self:
        token, user, password = map(_name, ("from_token", "from_user", "from_password"))
        if self.from_token and (self.from_user or self.from_password):
            raise ValueError(f"set either {token}, or {user} and {password}, not both")
        if bool(self.from_user) is not bool(self.from_password):
            missing = password if self.from_user else user
            raise ValueError(f"{user} and {password} belong together; set {missing} too")
        return self


def load_environment() -> Environment:
    """Return the settings as they are now; raises UserError that names variable and fix.

    A source that needs a secret asks for it at every use, so that a rotated file needs no restart.
    """
    _refuse_unknown()
    try:
        return Environment()
    except ValidationError as error:
        # The values stay out of the message: one of them may be a secret.
        lines = describe(Environment, error)
        raise UserError("\n".join(f"environment: {_upper(line)}" for line in lines)) from None


def _refuse_unknown() -> None:
    """Raise UserError on variables that mean nothing: a typing mistake sets nothing, silently."""
    known = [_name(field) for field in Environment.model_fields]
    ours = (name for name in sorted(os.environ) if name.upper().startswith(PREFIX))
    written = (name for name in ours if not name.startswith(_INJECTED))
    lines = [unknown("variable", name, known) for name in written if name.upper() not in known]
    if lines:
        raise UserError("\n".join(f"environment: {line}" for line in lines))


def _name(field: str) -> str:
    return (PREFIX + field).upper()


def _upper(line: str) -> str:
    field, colon, message = line.partition(": ")
    return f"{_name(field)}: {message}" if colon and field in Environment.model_fields else line


def _read(file: Path, where: str) -> str:
    try:
        with file.open("rb") as opened:
            content = opened.read(_LONGEST + 1)
    except OSError as error:
        why = error.strerror or "cannot be read"
        raise ValueError(f"{where}: {why.lower()}") from error
    if len(content) > _LONGEST:
        raise ValueError(f"{where}: longer than {_LONGEST // 1024} KiB")
    return content.decode("utf-8", "replace").strip()


def _checked(secret: str, where: str) -> str:
    """Return the secret if a request's header can carry it."""
    if not secret:
        raise ValueError(f"{where}: is empty; write the secret into it")
    if not (secret.isascii() and secret.isprintable()):
        raise ValueError(f"{where}: write the secret alone, one line of plain characters")
    SEEN.add(secret)
    return secret


def _checked_key(written: str, where: str) -> str:
    """Return the private key; for an environment of one line, its line ends may be written."""
    key = written.replace("\\n", "\n").replace("\r\n", "\n").strip()
    plain = key.isascii() and key.replace("\n", "").isprintable()
    if not (plain and key.startswith("-----BEGIN ") and key.endswith(" PRIVATE KEY-----")):
        raise ValueError(f"{where}: write the whole private key, from -----BEGIN to the last -----")
    SEEN.add(key)
    return key + "\n"
