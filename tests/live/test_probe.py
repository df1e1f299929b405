"""What the image's health check runs, at a real exporter: open, behind TLS, passwords, and dead."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.certificates import Authority
from tests.live.conftest import Exporter, until
from tests.live.test_web_file import ALICE, RELEASE, WEB, hashed

pytestmark = pytest.mark.live

TLS = "tls_server_config: {cert_file: server.crt, key_file: server.key"
CLIENTS = f"{TLS}, client_auth_type: RequireAndVerifyClientCert, client_ca_file: test-ca.pem"
USERS = f"basic_auth_users: {{alice: {hashed(ALICE[1])}}}\n"
WEB_FILES = {
    "headers": "http_server_config: {headers: {X-Frame-Options: deny}}",
    "passwords": USERS,
    "tls": f"{TLS}}}",
    "tls and passwords": f"{TLS}}}\n{USERS}",
    "client certificates": f"{CLIENTS}}}",
    "client certificates up to TLS 1.2": f"{CLIENTS}, max_version: TLS12}}",
    "everything": WEB.format(hashed=hashed(ALICE[1])),
}

Start = Callable[..., Exporter]


def probed(address: str, web: Path | str = "") -> tuple[int, str]:
    """Return exit code and words of the probe, as a container with that address runs it."""
    settings = {
        "RELEASE_EXPORTER_WEB_LISTEN_ADDRESS": address,
        "RELEASE_EXPORTER_WEB_CONFIG_FILE": str(web),
    }
    command = [sys.executable, "-m", "exporter.server.probe"]
    done = subprocess.run(
        command, check=False, env=os.environ | settings, capture_output=True, text=True
    )
    assert done.stderr == ""
    return done.returncode, done.stdout.strip()


def port_of(exporter: Exporter) -> str:
    return ":" + exporter.url.rpartition(":")[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Authority(tmp_path).issue("server")
    (tmp_path / "release.yaml").write_text(RELEASE)
    return tmp_path


@pytest.mark.parametrize("web", WEB_FILES.values(), ids=WEB_FILES)
def test_it_is_healthy_behind_every_web_file_and_not_when_that_went_wrong(
    folder: Path, start: Start, web: str
) -> None:
    file = folder / "web.yml"
    file.write_text(web)
    exporter = start(folder / "release.yaml", folder / "data", f"--web.config.file={file}")
    address = port_of(exporter)
    assert until(lambda: probed(address, file) == (0, ""))
    file.write_text(f"{web}\nbasic_auth_user: {{}}\n")
    code, said = probed(address, file)
    assert code == 1
    assert re.match(r"no answer: [\w ]+$|500 the web configuration is invalid", said)


def test_without_a_web_file_it_is_healthy_once_every_source_has_been_tried(
    folder: Path, start: Start
) -> None:
    text = f"{RELEASE}sources: {{testers: {{file: testers.csv}}}}\n"
    (folder / "release.yaml").write_text(text)
    exporter = start(folder / "release.yaml", folder / "data")
    assert until(lambda: probed(port_of(exporter)) == (0, ""))


def test_nobody_there_and_somebody_who_says_nothing_are_not_healthy() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        assert probed(address) == (1, "no answer: TimeoutError")
    assert probed(address) == (1, "no answer: ConnectionRefusedError")


def test_what_is_not_ready_yet_is_not_healthy_and_says_how_far_it_is() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        command = [sys.executable, "-m", "exporter.server.probe"]
        setting = {"RELEASE_EXPORTER_WEB_LISTEN_ADDRESS": f"[::ffff:127.0.0.1]:{port}"}
        with subprocess.Popen(
            command, env=os.environ | setting, stdout=subprocess.PIPE, text=True
        ) as probe:
            connection, _ = server.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(
                    b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 30\r\n\r\n"
                    b"not ready: 1 of 2 sources read"
                )
            said, _ = probe.communicate(timeout=10)
    assert (probe.returncode, said) == (1, "503 not ready: 1 of 2 sources read\n")
