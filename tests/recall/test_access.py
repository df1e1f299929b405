"""Asking a protected exporter: what is sent, to whom, and what nobody ever sees."""

import os
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import bcrypt
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from exporter.config.environment import load_environment
from exporter.gate.document import Bundle, dump
from exporter.gate.reporting import report_of
from exporter.model import UserError
from exporter.recall.access import access_of
from exporter.recall.running import read_exporter
from exporter.server.credentials import parse
from exporter.view import ReleaseView
from tests.certificates import Authority
from tests.gate.cases import build
from tests.releases import NOW

RELEASE, STATES = build({})
DOCUMENT = dump(Bundle.of([report_of(ReleaseView(RELEASE, STATES), NOW)]))
SECRET = "canary-of-the-exporter"
USER = {"FROM_USER": "zoë", "FROM_PASSWORD": SECRET}


def read(monkeypatch: pytest.MonkeyPatch, url: str, **environment: str) -> str:
    """Return the decision, or why there is none."""
    for name, value in environment.items():
        monkeypatch.setenv(f"RELEASE_EXPORTER_{name}", value)
    (found,) = read_exporter(url, NOW, access_of(load_environment()))
    return found.decision if found.verdicts else found.reasons[0].text


def test_a_user_s_password_opens_what_bcrypt_guards(
    monkeypatch: pytest.MonkeyPatch, httpserver: HTTPServer
) -> None:
    hashed = bcrypt.hashpw(SECRET.encode(), bcrypt.gensalt(4))

    def answer(request: Request) -> Response:
        name, password = parse(request.headers.get("Authorization", "").encode("latin-1"))
        good = name.decode() == "zoë" and bcrypt.checkpw(password, hashed)
        return Response(DOCUMENT if good else "Unauthorized", 200 if good else 401)

    httpserver.expect_request("/api/v1/gate").respond_with_handler(answer)
    url = httpserver.url_for("")
    assert "status 401; set RELEASE_EXPORTER_FROM_TOKEN, or" in read(monkeypatch, url)
    assert read(monkeypatch, url, **USER) == "GO"
    wrong = read(monkeypatch, url, FROM_PASSWORD=f"{SECRET}x")
    assert wrong.startswith("status 401")
    assert SECRET not in wrong


def test_a_token_comes_from_a_file_and_goes_as_bearer(
    monkeypatch: pytest.MonkeyPatch, httpserver: HTTPServer, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text(f"{SECRET}\n")
    sent = {"Authorization": f"Bearer {SECRET}"}
    httpserver.expect_request("/api/v1/gate", headers=sent).respond_with_data(DOCUMENT)
    url = httpserver.url_for("")
    assert read(monkeypatch, url, FROM_TOKEN_FILE=str(tmp_path / "token")) == "GO"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_takes_the_secret_to_another_host(
    monkeypatch: pytest.MonkeyPatch, httpserver: HTTPServer, status: int
) -> None:
    with HTTPServer(host="localhost") as other:
        away = {"Location": other.url_for("/api/v1/gate")}
        httpserver.expect_request("/api/v1/gate").respond_with_data("", status, away)
        other.expect_request("/api/v1/gate").respond_with_data(DOCUMENT)
        said = read(monkeypatch, httpserver.url_for(""), **USER)
        assert said.startswith(f"status {status}")
        assert len(httpserver.log) == 1
        assert other.log == []


@pytest.fixture
def secured(tmp_path: Path) -> Iterator[HTTPServer]:
    """Return a server with a certificate of an authority that nobody knows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*Authority(tmp_path).issue("server").files)
    with HTTPServer(host="127.0.0.1", ssl_context=context) as server:
        server.expect_request("/api/v1/gate").respond_with_data(DOCUMENT)
        yield server


def test_an_authority_of_one_s_own_is_believed_and_no_other(
    monkeypatch: pytest.MonkeyPatch, secured: HTTPServer, tmp_path: Path
) -> None:
    url = secured.url_for("")
    assert "cannot connect" in read(monkeypatch, url, **USER)
    Authority(tmp_path, "other")
    assert "cannot connect" in read(monkeypatch, url, FROM_CA_FILE=str(tmp_path / "other-ca.pem"))
    # Whoever could not prove who they are was sent nothing.
    assert secured.log == []
    assert read(monkeypatch, url, FROM_CA_FILE=str(tmp_path / "test-ca.pem")) == "GO"


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "no such file"), ("no certificate", "holds no certificate"), ("", "no certificate")],
)
def test_an_authority_that_cannot_be_read_is_a_mistake_with_its_variable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str | None, said: str
) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    monkeypatch.setenv("RELEASE_EXPORTER_FROM_CA_FILE", str(file))
    with pytest.raises(UserError) as caught:
        access_of(load_environment())
    assert str(caught.value).startswith(f"RELEASE_EXPORTER_FROM_CA_FILE: {file}: ")
    assert said in str(caught.value)


def test_what_holds_a_secret_does_not_show_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELEASE_EXPORTER_FROM_TOKEN", SECRET)
    access = access_of(load_environment())
    assert access.headers == {"Authorization": f"Bearer {SECRET}"}
    assert SECRET not in repr(access)


def test_the_command_asks_so_and_prints_no_secret(httpserver: HTTPServer) -> None:
    echo = lambda request: Response(request.headers["Authorization"], 403)  # noqa: E731 - one line
    httpserver.expect_request("/api/v1/gate").respond_with_handler(echo)
    done = gate(httpserver.url_for(""), **USER, LOG_LEVEL="debug")
    assert done.returncode == 3
    assert "status 403; set RELEASE_EXPORTER_FROM_TOKEN" in done.stdout
    assert httpserver.log[0][0].authorization is not None
    assert SECRET not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("url", "fix"),
    [
        (f"http://alice:{SECRET}@127.0.0.1:9", "set RELEASE_EXPORTER_FROM_USER and"),
        (f"http://{SECRET}@127.0.0.1:9/", "set RELEASE_EXPORTER_FROM_USER and"),
        ("http://[::1", "--from: this is no address"),
    ],
)
def test_an_address_with_a_secret_or_of_nothing_is_refused(url: str, fix: str) -> None:
    done = gate(url)
    assert done.returncode == 2
    assert fix in done.stderr
    assert SECRET not in done.stderr


def gate(url: str, **environment: str) -> subprocess.CompletedProcess[str]:
    named = {f"RELEASE_EXPORTER_{name}": value for name, value in environment.items()}
    return subprocess.run(
        [sys.executable, "-m", "exporter", "gate", "--from", url],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | named,
        timeout=60,
    )
