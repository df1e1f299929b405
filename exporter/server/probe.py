"""Whether the exporter of this machine serves: `python -m exporter.server.probe`.

For a container's health check, which knows no password and has no certificate. Where everybody may
ask, healthy is ready; where the web file lets only some ask, that they are asked who they are.
"""

import os
import socket
import sys
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ssl import SSLContext

PATIENCE = 4
_PREFIX = "RELEASE_EXPORTER_WEB_"
_GOOD = (HTTPStatus.OK, HTTPStatus.UNAUTHORIZED)
_HANDSHAKE = b"\x16"


def main() -> int:
    """Return 0 when it serves, else 1 with the reason on standard output."""
    address = os.environ.get(f"{_PREFIX}LISTEN_ADDRESS") or "127.0.0.1:10150"
    host, _, port = address.rpartition(":")
    trouble = probe(_reachable(host), int(port), os.environ.get(f"{_PREFIX}CONFIG_FILE", ""))
    if trouble:
        sys.stdout.write(f"{trouble}\n")
    return 1 if trouble else 0


def probe(host: str, port: int, web_file: str = "") -> str:
    """Return what is wrong with the exporter there; nothing when it serves."""
    try:
        tls = _tls_of(web_file) if web_file else {}
        if tls.get("client_auth_type") == "RequireAndVerifyClientCert":
            return _greet(host, port)
        return _ask(
            HTTPSConnection(host, port, timeout=PATIENCE, context=_trusting())
            if tls
            else HTTPConnection(host, port, timeout=PATIENCE)
        )
    except (OSError, HTTPException) as error:
        return f"no answer: {type(error).__name__}"


def _ask(connection: HTTPConnection) -> str:
    connection.request("GET", "/-/ready")
    answer = connection.getresponse()
    told = answer.read(200).decode("ascii", "replace").strip()
    return "" if answer.status in _GOOD else f"{answer.status} {told}"


def _greet(host: str, port: int) -> str:
    """Begin a handshake: without a certificate it ends without an answer, so a beginning counts."""
    import ssl  # noqa: PLC0415 - see `_trusting`

    outgoing = ssl.MemoryBIO()
    handshake = _trusting().wrap_bio(ssl.MemoryBIO(), outgoing)
    try:
        handshake.do_handshake()
    except ssl.SSLWantReadError:
        with socket.create_connection((host, port), timeout=PATIENCE) as connection:
            connection.sendall(outgoing.read())
            return "" if connection.recv(1) == _HANDSHAKE else "no answer: no TLS"
    return "no answer: no handshake"


def _reachable(host: str) -> str:
    """Return the address to ask for the one that is listened on."""
    host = host.removeprefix("[").removesuffix("]")
    return {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - not listened on


def _trusting() -> "SSLContext":
    """Return TLS without a look at the certificate: it asks itself, and tells nothing."""
    # What only some need is imported for them: this runs every few seconds.
    import ssl  # noqa: PLC0415

    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _tls_of(web_file: str) -> dict[str, Any]:
    """Return the file's part on TLS; what is no such part is the exporter's to refuse."""
    import yaml  # noqa: PLC0415 - as above

    with open(web_file, encoding="utf-8") as opened:  # noqa: PTH123 - pathlib takes a third of the time
        try:
            written = yaml.safe_load(opened)
        except yaml.YAMLError:
            return {}
    tls = written.get("tls_server_config") if isinstance(written, dict) else None
    return tls if isinstance(tls, dict) else {}


if __name__ == "__main__":
    sys.exit(main())
