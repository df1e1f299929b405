"""web.config.yml: TLS, basic auth and headers, in the format of Prometheus' own programs.

Where that format takes what would leave the door open, or what Python's TLS cannot do, the file is
refused, with the reason.
"""

import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    ValidationError,
    model_validator,
)

from exporter.config.loading import read_text
from exporter.config.mistakes import describe, unknown
from exporter.model import UserError
from exporter.yaml_text import YamlError, load_yaml

VERIFY, IF_GIVEN = "RequireAndVerifyClientCert", "VerifyClientCertIfGiven"
NOBODY = ("", "NoClientCert")
UNVERIFIED = ("RequestClientCert", "RequireClientCert", "RequireAnyClientCert")

# Go's names of the suites up to TLS 1.2, and OpenSSL's.
CIPHERS = {
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256": "ECDHE-ECDSA-AES128-GCM-SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384": "ECDHE-ECDSA-AES256-GCM-SHA384",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256": "ECDHE-ECDSA-CHACHA20-POLY1305",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256": "ECDHE-RSA-AES128-GCM-SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384": "ECDHE-RSA-AES256-GCM-SHA384",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256": "ECDHE-RSA-CHACHA20-POLY1305",
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA": "ECDHE-ECDSA-AES128-SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA": "ECDHE-ECDSA-AES256-SHA",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA": "ECDHE-RSA-AES128-SHA",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA": "ECDHE-RSA-AES256-SHA",
    "TLS_RSA_WITH_AES_128_GCM_SHA256": "AES128-GCM-SHA256",
    "TLS_RSA_WITH_AES_256_GCM_SHA384": "AES256-GCM-SHA384",
    "TLS_RSA_WITH_AES_128_CBC_SHA": "AES128-SHA",
    "TLS_RSA_WITH_AES_256_CBC_SHA": "AES256-SHA",
}
# Those of TLS 1.3 are always on, to Go as to OpenSSL.
ALWAYS = ("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256")

CURVES = {
    "CurveP256": "prime256v1",
    "CurveP384": "secp384r1",
    "CurveP521": "secp521r1",
    "X25519": "X25519",
}

# The headers that the format knows, and the values of those that have few.
HEADERS: dict[str, tuple[str, ...]] = {
    "Content-Security-Policy": (),
    "Strict-Transport-Security": (),
    "X-Content-Type-Options": ("nosniff",),
    "X-Frame-Options": ("deny", "sameorigin"),
    "X-XSS-Protection": (),
}

_BCRYPT = re.compile(r"\$2[abxy]\$(0[4-9]|[12][0-9]|3[01])\$[./A-Za-z0-9]{53}")


class _Section(BaseModel):
    """Strict about keys; a key without a value is a key that is not there."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)

    @model_validator(mode="before")
    @classmethod
    def _written(cls, values: Any) -> Any:
        if isinstance(values, dict):
            return {key: value for key, value in values.items() if value is not None}
        return values


def _cipher(name: str) -> str:
    known = [*CIPHERS, *ALWAYS]
    if name not in known:
        raise ValueError(unknown("cipher suite", name, known))
    return name


def _curve(name: str) -> str:
    if name not in CURVES:
        raise ValueError(unknown("curve", name, list(CURVES)))
    return name


class TlsSettings(_Section):
    """`tls_server_config`; files are relative to the one that it stands in."""

    cert_file: str = ""
    key_file: str = ""
    client_auth_type: str = ""
    client_ca_file: str = ""
    client_allowed_sans: Annotated[list[str], Field(min_length=1)] | None = None
    min_version: Literal["TLS12", "TLS13"] = "TLS12"
    max_version: Literal["TLS12", "TLS13"] = "TLS13"
    cipher_suites: list[Annotated[str, AfterValidator(_cipher)]] = []
    prefer_server_cipher_suites: StrictBool = True
    curve_preferences: list[Annotated[str, AfterValidator(_curve)]] = []

    @property
    def enabled(self) -> bool:
        """Whether TLS is wanted at all."""
        return any((self.cert_file, self.key_file, self.client_auth_type, self.client_ca_file))

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if not self.enabled:
            return self
        for key in ("cert_file", "key_file"):
            if not getattr(self, key):
                raise ValueError(f"{key} is missing; name the file in PEM format")
        self._check_clients()
        if self.min_version > self.max_version:
            raise ValueError("min_version is above max_version; nobody could connect")
        if len(self.curve_preferences) > 1:
            raise ValueError("curve_preferences: Python's TLS takes one; leave one, or none")
        return self

    def _check_clients(self) -> None:
        kind = self.client_auth_type
        if kind in UNVERIFIED:
            raise ValueError(f"client_auth_type: {kind} would let anybody in; write {VERIFY}")
        if kind not in (*NOBODY, IF_GIVEN, VERIFY):
            known = ["NoClientCert", IF_GIVEN, VERIFY]
            raise ValueError(f"client_auth_type: {unknown('type', kind, known)}")
        if self.client_ca_file and kind in NOBODY:
            raise ValueError(f"client_ca_file needs client_auth_type; write {VERIFY}")
        if self.client_allowed_sans and kind != VERIFY:
            raise ValueError(f"client_allowed_sans needs client_auth_type {VERIFY}; write it")


class HttpSettings(_Section):
    """`http_server_config`; HTTP/1.1 is spoken whatever `http2` says."""

    http2: StrictBool = True
    headers: dict[str, str] = {}

    @model_validator(mode="after")
    def _known_headers(self) -> Self:
        for name, value in self.headers.items():
            if name not in HEADERS:
                raise ValueError(f"headers: {unknown('header', name, list(HEADERS))}")
            if HEADERS[name] and value not in HEADERS[name]:
                raise ValueError(f"headers.{name}: write {' or '.join(HEADERS[name])}")
            if not (value.isascii() and value.isprintable()):
                raise ValueError(f"headers.{name}: write one line of plain characters")
        return self


class WebSettings(_Section):
    """The whole file."""

    tls_server_config: TlsSettings = TlsSettings()
    http_server_config: HttpSettings = HttpSettings()
    basic_auth_users: dict[str, str] = {}

    @model_validator(mode="before")
    @classmethod
    def _hashed(cls, values: Any) -> Any:
        """Refuse what is no hash, by its place: where names stand, passwords get written too."""
        users = values.get("basic_auth_users") if isinstance(values, dict) else None
        for place, password in enumerate(users.values() if isinstance(users, dict) else (), 1):
            if not _BCRYPT.fullmatch(str(password)):
                what = f"basic_auth_users: password {place} is no bcrypt hash"
                raise ValueError(f"{what}; write what `htpasswd -nBC 10 NAME` prints after NAME:")
        return values


def load_web_settings(file: Path) -> WebSettings:
    """Return what the file says; raises UserError with file, key and fix in every line."""
    try:
        written = load_yaml(read_text(file, str(file)))
        return WebSettings.model_validate({} if written is None else written)
    except YamlError as error:
        raise UserError(f"{file}: line {error.line}: {error}") from None
    except ValidationError as error:
        # What was written stays out of the message: it may be a password.
        lines = describe(WebSettings, error)
        raise UserError("\n".join(f"{file}: {line}" for line in lines)) from None
