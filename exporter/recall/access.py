"""How a protected exporter is asked: a token or a user's password, and who vouches for it."""

import ssl
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from exporter.config.environment import PREFIX, Environment
from exporter.model import UserError

TOKEN, USER, PASSWORD, CA_FILE = (
    f"{PREFIX}FROM_{name}" for name in ("TOKEN", "USER", "PASSWORD", "CA_FILE")
)


@dataclass(frozen=True, slots=True)
class Access:
    """The headers of a request, which hold the secret, and what its server is believed by."""

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    trust: ssl.SSLContext | None = None


OPEN = Access()


def access_of(settings: Environment) -> Access:
    """Return what the environment says of it; raises UserError where the file cannot be taken."""
    authorization = _authorization(settings)
    headers = {"Authorization": authorization} if authorization else {}
    return Access(headers, _trust(settings.from_ca_file) if settings.from_ca_file else None)


def _authorization(settings: Environment) -> str:
    if settings.from_token:
        return f"Bearer {settings.from_token.get_secret_value()}"
    if settings.from_user and settings.from_password:
        pair = f"{settings.from_user}:{settings.from_password.get_secret_value()}"
        return f"Basic {b64encode(pair.encode()).decode()}"
    return ""


def _trust(file: Path) -> ssl.SSLContext:
    try:
        # It alone: who names an authority means no other.
        return ssl.create_default_context(cafile=file)
    except ssl.SSLError as error:
        raise UserError(f"{CA_FILE}: {file}: holds no certificate in PEM format") from error
    except (OSError, ValueError) as error:
        why = (getattr(error, "strerror", None) or "cannot be read").lower()
        raise UserError(f"{CA_FILE}: {file}: {why}") from error
