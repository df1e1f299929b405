"""In whose name GitHub is asked: a token's, a GitHub App's, or nobody's."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Annotated

import msgspec

from exporter.config.environment import SEEN, Environment
from exporter.model import Context, ErrorClass, SourceError
from exporter.upstream.session import Service, Session

TOKEN = "RELEASE_EXPORTER_GITHUB_TOKEN"  # noqa: S105 - the variable's name
APP = "RELEASE_EXPORTER_GITHUB_APP"

# GitHub's clock may be behind ours, and takes no proof that is longer than ten minutes valid.
_SKEW, _LIFE = timedelta(minutes=1), timedelta(minutes=8)
# A run begins with a token that outlives it.
_MARGIN = timedelta(minutes=10)

_FIXES = {
    ErrorClass.AUTH: f"check {APP}_ID, {APP}_PRIVATE_KEY and this machine's clock",
    ErrorClass.NOT_FOUND: f"check {APP}_INSTALLATION_ID; is the app still installed?",
}


@dataclass(frozen=True, slots=True)
class Credential:
    """A header's whole text, empty for nobody; `identity` stays where the text is renewed."""

    authorization: str = field(default="", repr=False)
    identity: str = ""
    forget: Callable[[], None] = lambda: None


class _Issued(msgspec.Struct, frozen=True):
    """What an installation is given: a token and its end."""

    token: str
    expires_at: Annotated[datetime, msgspec.Meta(tz=True)]


# By what it was given for; in memory only, an hour's secret is not worth a file.
_ISSUED: dict[str, _Issued] = {}


def credential_of(
    environment: Environment, base: str, context: Context, deadline: timedelta
) -> Credential:
    """Return in whose name to ask, renewing an App's token where it ends; raises SourceError."""
    if environment.github_token is not None:
        return Credential(f"Bearer {environment.github_token.get_secret_value()}")
    app, installation = environment.github_app_id, environment.github_app_installation_id
    if app is None or installation is None or environment.github_app_private_key is None:
        return Credential()
    key = environment.github_app_private_key.get_secret_value()
    identity = f"app {app} installation {installation}"
    name = sha256(f"{base}\0{identity}\0{key}".encode()).hexdigest()
    issued = _ISSUED.get(name)
    if issued is None or issued.expires_at - context.now < _MARGIN:
        proof = _proof(app, key, context.now)
        issued = _issue(base, installation, proof, context, deadline)
        _forget(name)
        _ISSUED[name] = issued
        SEEN.add(issued.token)
    return Credential(f"Bearer {issued.token}", identity, lambda: _forget(name))


def _issue(
    base: str, installation: str, proof: str, context: Context, deadline: timedelta
) -> _Issued:
    service = Service(base, f"Bearer {proof}", identity="app", fixes=_FIXES)
    # A folder of its own: what the source keeps is not this conversation's to sweep.
    apart = replace(context, state=context.state / "app")
    with Session(service, apart, deadline) as session:
        path = f"app/installations/{installation}/access_tokens"
        issued = session.post(path, {}, _Issued)
    SEEN.discard(proof)
    if not (issued.token.isascii() and issued.token.isprintable()):
        raise SourceError(ErrorClass.MALFORMED, f"{service.host}: the app's token is no token")
    return issued


def _proof(app: str, key: str, now: datetime) -> str:
    """Return a JSON web token that says who the app is; raises SourceError for a key it is not."""
    # Importing it takes longer than a command that asks nothing.
    import jwt  # noqa: PLC0415

    claims = {"iat": now - _SKEW, "exp": now + _LIFE, "iss": app}
    try:
        proof = jwt.encode(claims, key, algorithm="RS256")
    except (ValueError, TypeError, jwt.PyJWTError):
        # The library's own words are not needed, and must not repeat the key.
        message = f"{APP}_PRIVATE_KEY: is no RSA private key; download it from the app's settings"
        raise SourceError(ErrorClass.AUTH, message) from None
    SEEN.add(proof)
    return proof


def _forget(name: str) -> None:
    if (old := _ISSUED.pop(name, None)) is not None:
        SEEN.discard(old.token)
