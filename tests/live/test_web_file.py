"""The exporter behind web.config.yml: TLS, client certificates, passwords, and their rotation."""

import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import bcrypt
import httpx
import pytest

from tests.certificates import Authority, Pair
from tests.live.conftest import Exporter, Program, until

pytestmark = pytest.mark.live

RELEASE = """
project: caro
release: v1.1.0
milestones:
  - {name: beta start, planned: 2026-01-13, actual: 2026-01-13, opens: beta}
"""

ALICE = ("alice", "s3cret")
# A cost that would be felt if every scrape paid it: about half a second.
COST = 12

WEB = """
tls_server_config:
  cert_file: server.crt
  key_file: server.key
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: test-ca.pem
  client_allowed_sans: [prometheus, "::1"]
http_server_config:
  http2: false
  headers:
    Strict-Transport-Security: max-age=31536000
    X-Frame-Options: sameorigin
basic_auth_users:
  alice: {hashed}
"""

PROMETHEUS = """
global: {{scrape_interval: 1s}}
scrape_configs:
  - job_name: {job}
    scheme: https
    static_configs: [{{targets: ["{target}"]}}]
    basic_auth: {{username: alice, password_file: {folder}/password}}
    tls_config:
      ca_file: {folder}/test-ca.pem
      cert_file: {folder}/{client}.crt
      key_file: {folder}/{client}.key
"""


class Secured(Exporter):
    """An exporter that is spoken to over TLS."""

    @property
    def address(self) -> tuple[str, int]:
        host, _, port = self.url.removeprefix("http://").partition(":")
        return host, int(port)


@dataclass
class Home:
    """A folder with an authority and a web file, and the exporter that serves by it."""

    folder: Path
    authority: Authority
    exporter: Secured

    @property
    def url(self) -> str:
        return self.exporter.url.replace("http://", "https://")

    def context(self, client: Pair | None = None) -> ssl.SSLContext:
        made = ssl.create_default_context(cafile=self.authority.file)
        if client:
            made.load_cert_chain(*client.files)
        return made

    def get(
        self,
        path: str = "/metrics",
        auth: tuple[str, str] | None = ALICE,
        client: Pair | None = None,
    ) -> httpx.Response:
        context = self.context(client or pair(self.folder, "prometheus"))
        return httpx.get(self.url + path, auth=auth, verify=context, timeout=20)


def pair(folder: Path, name: str) -> Pair:
    return Pair(folder / f"{name}.crt", folder / f"{name}.key")


def hashed(password: str, cost: int = 4) -> str:
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(cost)).decode()


def open_home(folder: Path, web: str) -> Home:
    authority = Authority(folder)
    for name, *sans in (("server",), ("prometheus", "prometheus"), ("six", "::1"), ("eve", "eve")):
        authority.issue(name, *sans)
    (folder / "release.yaml").write_text(RELEASE)
    (folder / "web.yml").write_text(web)
    exporter = Secured(
        folder / "release.yaml", folder / "data", f"--web.config.file={folder / 'web.yml'}"
    )
    exporter.wait_for("Listening on")
    return Home(folder, authority, exporter)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """Return a home for tests that only look at it."""
    folder = tmp_path_factory.mktemp("secured")
    opened = open_home(folder, WEB.format(hashed=hashed(ALICE[1], COST)))
    yield opened
    opened.exporter.kill()


@pytest.fixture
def own_home(tmp_path: Path) -> Iterator[Home]:
    """Return a home to change."""
    opened = open_home(tmp_path, WEB.format(hashed=hashed(ALICE[1])))
    yield opened
    opened.exporter.kill()


def test_who_has_certificate_and_password_gets_the_page_with_the_headers(home: Home) -> None:
    for path in ("/metrics", "/", "/-/healthy"):
        answer = home.get(path)
        assert answer.status_code == 200
        assert answer.headers["strict-transport-security"] == "max-age=31536000"
        assert answer.headers.get_list("x-frame-options") == ["sameorigin"]
    assert home.get(client=pair(home.folder, "six")).status_code == 200


@pytest.mark.parametrize("auth", [None, ("alice", "wrong"), ("eve", "s3cret")])
@pytest.mark.parametrize("path", ["/metrics", "/", "/-/healthy", "/-/reload", "/nothing"])
def test_without_the_password_every_path_answers_401(
    home: Home, path: str, auth: tuple[str, str] | None
) -> None:
    answer = home.get(path, auth)
    assert (answer.status_code, answer.text) == (401, "Unauthorized\n")
    assert answer.headers["www-authenticate"].startswith("Basic ")


def refused(home: Home, context: ssl.SSLContext) -> bool:
    """Tell whether nothing at all is answered."""
    with socket.create_connection(home.exporter.address, timeout=10) as plain:
        try:
            with context.wrap_socket(plain, server_hostname="127.0.0.1") as wrapped:
                wrapped.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
                return wrapped.recv(100) == b""
        except OSError:
            return True


def test_no_certificate_a_strangers_and_one_without_the_name_are_refused(
    home: Home, tmp_path: Path
) -> None:
    stranger = Authority(tmp_path, "other").issue("prometheus", "prometheus")
    assert not refused(home, home.context(pair(home.folder, "prometheus")))
    assert refused(home, home.context())
    assert refused(home, home.context(stranger))
    assert refused(home, home.context(pair(home.folder, "eve")))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_tls_before_1_2_and_plain_http_are_refused(home: Home) -> None:
    for version, taken in (("TLSv1_2", True), ("TLSv1_1", False), ("TLSv1", False)):
        context = home.context(pair(home.folder, "prometheus"))
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
        assert refused(home, context) is not taken
    with pytest.raises(httpx.HTTPError):
        home.exporter.get("/metrics")


def test_half_open_connections_are_closed_and_hold_nobody_up(home: Home) -> None:
    silent = [socket.create_connection(home.exporter.address, timeout=20) for _ in range(100)]
    for one in silent[::2]:
        one.sendall(b"\x16\x03\x01\x02\x00\x01")  # as a handshake begins
    context = home.context(pair(home.folder, "prometheus"))
    with socket.create_connection(home.exporter.address, timeout=20) as plain:
        idle = context.wrap_socket(plain, server_hostname="127.0.0.1")
        begun = time.monotonic()
        assert home.get().status_code == 200
        assert time.monotonic() - begun < 4
        assert idle.recv(1) == b""
        idle.close()
    for one in silent:
        try:
            assert one.recv(1) == b""
        except ConnectionResetError:
            pass
        finally:
            one.close()
    assert time.monotonic() - begun < 15


def test_a_new_certificate_is_served_without_a_restart(own_home: Home) -> None:
    def serial() -> object:
        context = own_home.context(pair(own_home.folder, "prometheus"))
        with (
            socket.create_connection(own_home.exporter.address, timeout=10) as plain,
            context.wrap_socket(plain, server_hostname="127.0.0.1") as wrapped,
        ):
            return (wrapped.getpeercert() or {})["serialNumber"]

    first = serial()
    assert serial() == first
    own_home.authority.issue("server")
    assert serial() != first


def test_a_new_password_ends_the_old_one_even_on_an_open_connection(own_home: Home) -> None:
    context = own_home.context(pair(own_home.folder, "prometheus"))
    with httpx.Client(verify=context, base_url=own_home.url) as client:
        assert client.get("/metrics", auth=ALICE).status_code == 200
        (own_home.folder / "web.yml").write_text(WEB.format(hashed=hashed("new")))
        assert client.get("/metrics", auth=ALICE).status_code == 401
        assert client.get("/metrics", auth=("alice", "new")).status_code == 200


def test_a_file_gone_wrong_serves_nobody_and_says_so_once(own_home: Home) -> None:
    context = own_home.context(pair(own_home.folder, "prometheus"))
    with httpx.Client(verify=context, base_url=own_home.url) as client:
        assert client.get("/metrics", auth=ALICE).status_code == 200
        (own_home.folder / "web.yml").write_text("basic_auth_user: {}")
        assert client.get("/metrics", auth=ALICE).status_code == 500
    for _ in range(3):
        with pytest.raises(httpx.HTTPError):
            own_home.get()
    said = [line for line in own_home.exporter.lines if "nobody is served" in line]
    assert len(said) == 1
    assert "did you mean 'basic_auth_users'" in said[0]
    (own_home.folder / "web.yml").write_text(WEB.format(hashed=hashed(ALICE[1])))
    assert own_home.get().status_code == 200
    assert own_home.exporter.end() == 0


def test_a_mistake_in_the_file_is_told_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "release.yaml").write_text(RELEASE)
    (tmp_path / "web.yml").write_text("tls_server_config: {cert_file: none.crt, key_file: x}")
    exporter = Exporter(
        tmp_path / "release.yaml", tmp_path / "data", f"--web.config.file={tmp_path / 'web.yml'}"
    )
    exporter.wait_for(r"web\.yml: tls_server_config: cert_file: .*none\.crt: no such file")
    assert exporter.process.wait(10) == 2
    exporter.kill()


def test_prometheus_scrapes_with_its_certificate_and_password_and_not_with_anothers(
    home: Home, tmp_path: Path
) -> None:
    (home.folder / "password").write_text(ALICE[1])
    target = home.url.removeprefix("https://")
    jobs = [
        PROMETHEUS.format(job=client, target=target, folder=home.folder, client=client)
        for client in ("prometheus", "eve")
    ]
    config = tmp_path / "prometheus.yml"
    config.write_text(jobs[0] + jobs[1].split("scrape_configs:")[1])
    prometheus = Program(
        [
            "prometheus",
            f"--config.file={config}",
            f"--storage.tsdb.path={tmp_path / 'tsdb'}",
            "--web.listen-address=127.0.0.1:0",
        ]
    )
    url = "http://" + prometheus.wait_for(r"Listening on.*address=([0-9.]+:\d+)")[1]

    def up() -> dict[str, str]:
        answer = httpx.get(f"{url}/api/v1/query", params={"query": "up"}).json()
        return {one["metric"]["job"]: one["value"][1] for one in answer["data"]["result"]}

    until(lambda: up().get("prometheus") == "1" and "eve" in up())
    assert up() == {"prometheus": "1", "eve": "0"}
    prometheus.kill()
