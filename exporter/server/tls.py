"""TLS as web.config.yml wants it."""

import ipaddress
import ssl
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from exporter.config.web import CIPHERS, CURVES, IF_GIVEN, VERIFY, TlsSettings
from exporter.model import UserError

_VERSIONS = {"TLS12": ssl.TLSVersion.TLSv1_2, "TLS13": ssl.TLSVersion.TLSv1_3}
_CLIENTS = {IF_GIVEN: ssl.CERT_OPTIONAL, VERIFY: ssl.CERT_REQUIRED}
_NAMES = ("DNS", "email", "URI")

# More than every certificate of a system's store.
_LARGEST = 4 * 1024 * 1024


def files(settings: TlsSettings, folder: Path) -> dict[str, Path]:
    """Return the files that the settings name, by key; relative ones are below `folder`."""
    keys = ("cert_file", "key_file", "client_ca_file")
    return {key: folder / getattr(settings, key) for key in keys if getattr(settings, key)}


def build_context(settings: TlsSettings, folder: Path) -> ssl.SSLContext:
    """Return the context of enabled settings; raises UserError on files that are not as named."""
    named = files(settings, folder)
    for key, file in named.items():
        _check(file, key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = _VERSIONS[settings.min_version]
    context.maximum_version = _VERSIONS[settings.max_version]
    context.set_alpn_protocols(["http/1.1"])
    _load_certificate(context, named["cert_file"], named["key_file"])
    _load_clients(context, settings.client_auth_type, named.get("client_ca_file"))
    _choose_ciphers(context, settings)
    return context


def names(certificate: dict[str, Any]) -> Iterator[str]:
    """Yield the alternative names of a client's verified certificate."""
    for kind, name in certificate.get("subjectAltName", ()):
        if kind in _NAMES:
            yield name
        elif kind == "IP Address":
            yield str(ipaddress.ip_address(name.strip()))


def _check(file: Path, key: str) -> None:
    try:
        found = file.stat()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "no such file"
        raise UserError(f"{key}: {file}: {why.lower()}") from None
    if not stat.S_ISREG(found.st_mode):
        raise UserError(f"{key}: {file}: not a regular file")
    if found.st_size > _LARGEST:
        raise UserError(f"{key}: {file}: longer than {_LARGEST // 1024} KiB")


def _load_certificate(context: ssl.SSLContext, certificate: Path, key: Path) -> None:
    def ask() -> str:
        raise UserError(f"key_file: {key}: is encrypted; write it without a password")

    try:
        context.load_cert_chain(certificate, key, password=ask)
    except OSError as error:
        why = _why(error, "no certificate and key in PEM format that belong together")
        raise UserError(f"cert_file, key_file: {certificate}, {key}: {why}") from None


def _load_clients(context: ssl.SSLContext, kind: str, authorities: Path | None) -> None:
    context.verify_mode = _CLIENTS.get(kind, ssl.CERT_NONE)
    if authorities is None:
        if context.verify_mode is not ssl.CERT_NONE:
            context.load_default_certs(ssl.Purpose.CLIENT_AUTH)
        return
    try:
        context.load_verify_locations(authorities)
    except OSError as error:
        why = _why(error, "no certificate in PEM format")
        raise UserError(f"client_ca_file: {authorities}: {why}") from None


def _choose_ciphers(context: ssl.SSLContext, settings: TlsSettings) -> None:
    chosen = [CIPHERS[name] for name in settings.cipher_suites if name in CIPHERS]
    if chosen:
        context.set_ciphers(":".join(chosen))
    if not settings.prefer_server_cipher_suites:
        context.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE
    for curve in settings.curve_preferences:
        context.set_ecdh_curve(CURVES[curve])


def _why(error: OSError, otherwise: str) -> str:
    """Return the system's reason; OpenSSL's own words help nobody."""
    unreadable = not isinstance(error, ssl.SSLError) and error.strerror
    return str(unreadable).lower() if unreadable else otherwise
