"""Who asks GitHub: nobody in particular, a token, or an app that wants one."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from exporter.recorded import words
from exporter.recorded.messages import Answer, Request, iso, json_answer
from exporter.recorded.model import Token, Upstream

INSTALLATION_LIFE = timedelta(hours=1)
LONGEST_JWT = 600
SKEW = 60
JWT_PARTS = 3
PERMISSIONS = {"actions": "read", "discussions": "read", "issues": "read", "metadata": "read"}


@dataclass(frozen=True)
class Caller:
    """One caller; `name` is None for whoever sends no token, and never shows the token."""

    name: str | None = None
    token: Token | None = None

    def headers(self) -> dict[str, str]:
        """Return what GitHub tells a caller of its token."""
        if self.token is None:
            return {}
        told = {}
        if self.token.scopes is not None:
            told = {"x-oauth-scopes": self.token.scopes, "x-accepted-oauth-scopes": "repo"}
        if self.token.expires is not None:
            moment = self.token.expires.astimezone(UTC)
            told["github-authentication-token-expiration"] = f"{moment:%Y-%m-%d %H:%M:%S} UTC"
        return told


class Callers:
    """The tokens that GitHub takes, and those that it has given to apps."""

    def __init__(self, upstream: Upstream) -> None:
        """Take the tokens of the upstream."""
        self._upstream = upstream
        self._issued: dict[str, Token] = {}
        self._numbers: dict[str, int] = {}

    def identify(self, request: Request) -> Caller | None:
        """Return who asks; None for a token that is wrong or has expired."""
        if not request.authorized:
            return Caller()
        secret = _secret(request)
        token = self._find(secret)
        if token is None or (token.expires is not None and token.expires <= request.now):
            return None
        number = self._numbers.setdefault(secret, len(self._numbers) + 1)
        return Caller(f"user ID {1000 + number}", token)

    def issue(self, request: Request) -> Answer:
        """Return a token to an app that proves itself with a JSON web token.

        Its shape and times are checked, its signature is not: nobody has a key to check it with.
        """
        mistake = _mistake_in_jwt(_secret(request), request.now)
        if mistake:
            return words.refusal(401, mistake)
        expires = request.now + INSTALLATION_LIFE
        secret = f"ghs_recorded{len(self._issued) + 1:028d}"
        self._issued[secret] = Token(expires)
        body = {
            "token": secret,
            "expires_at": iso(expires),
            "permissions": PERMISSIONS,
            "repository_selection": "selected",
        }
        return json_answer(body, 201)

    def _find(self, secret: str) -> Token | None:
        if secret in self._issued:
            return self._issued[secret]
        if self._upstream.tokens:
            return self._upstream.tokens.get(secret)
        return Token() if secret else None


def _secret(request: Request) -> str:
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    return secret.strip() if scheme.lower() in ("bearer", "token") else ""


def _mistake_in_jwt(text: str, now: datetime) -> str | None:
    claims = _claims(text)
    if claims is None:
        return "A JSON web token could not be decoded"
    issued, expires = claims.get("iat"), claims.get("exp")
    if not claims.get("iss"):
        return "'Issuer' claim ('iss') must be an Integer"
    if not isinstance(expires, int) or expires <= now.timestamp():
        return (
            "'Expiration time' claim ('exp') must be a numeric value representing"
            " the future time at which the assertion expires"
        )
    if not isinstance(issued, int) or issued > now.timestamp() + SKEW:
        return (
            "'Issued at' claim ('iat') must be an Integer representing the time"
            " that the assertion was issued"
        )
    if expires > now.timestamp() + LONGEST_JWT:
        return "'Expiration time' claim ('exp') is too far in the future"
    return None


def _claims(text: str) -> dict[str, object] | None:
    parts = text.split(".")
    if len(parts) != JWT_PARTS or not all(parts):
        return None
    try:
        header, claims = (
            json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
            for part in parts[:2]
        )
    except (binascii.Error, ValueError):
        return None
    good = isinstance(claims, dict) and isinstance(header, dict) and header.get("alg") == "RS256"
    return claims if good else None
