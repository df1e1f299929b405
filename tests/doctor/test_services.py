"""Services that alerts pass through."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from exporter.config.environment import PREFIX, Environment
from exporter.doctor import services
from tests.doctor.patient import Patient, lines


class Mail(StreamRequestHandler):
    """A mail server that says what it is, and no more; `server.extensions` is what it offers."""

    def handle(self) -> None:
        self.wfile.write(b"220 mail\r\n")
        for line in self.rfile:
            command = line[:4].upper()
            if command == b"EHLO":
                self.wfile.write(b"250-mail\r\n250 " + self.server.extensions + b"\r\n")  # type: ignore[attr-defined]  # set below
            elif command == b"STAR":
                self.wfile.write(b"220 go\r\n")
                self.rfile.read1()
                self.wfile.write(b"this is no TLS\r\n")
                return
            else:
                self.wfile.write(b"221 bye\r\n")
                return


@contextmanager
def mail(extensions: bytes) -> Iterator[int]:
    """Serve mail; give the port."""
    with ThreadingTCPServer(("127.0.0.1", 0), Mail) as server:
        server.extensions = extensions  # type: ignore[attr-defined]  # for the handler
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def found(name: str, **settings: Any) -> list[str]:
    every = [
        finding
        for check in services.checks(Environment.model_construct(**settings))
        for finding in check.find()
        if check.name == name
    ]
    return lines(every, name)


def test_what_is_not_configured_is_skipped(patient: Patient) -> None:
    for name in ("alertmanager", "slack", "webhook", "deadman", "smtp"):
        assert patient.lines(name) == ["skipped: not configured"]
        assert found(name) == ["skipped: not configured"]


def test_an_alertmanager_that_answers_or_not(patient: Patient, httpserver: HTTPServer) -> None:
    url = httpserver.url_for("").rstrip("/")
    host = url.removeprefix("http://")
    httpserver.expect_request("/-/healthy").respond_with_data("OK")
    assert found("alertmanager", alertmanager_url=(url,)) == [f"ok: {host} answers"]
    httpserver.clear()
    httpserver.expect_request("/-/healthy").respond_with_data("", status=503)
    fix = f"correct {PREFIX}ALERTMANAGER_URL, start the service, or let this machine reach it"
    assert found("alertmanager", alertmanager_url=(url,)) == [
        f"failed: {host}: status 503 (server) -> {fix}"
    ]


def test_a_webhook_is_not_called_only_its_host(patient: Patient, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data("", status=404)
    url = httpserver.url_for("/hook/secret-part")
    host = f"127.0.0.1:{httpserver.port}".replace("127.0.0.1", httpserver.host)
    assert found("webhook", webhook_url=url) == [f"ok: {host} answers"]
    assert [request.path for request, _ in httpserver.log] == ["/"]


def test_an_address_that_is_a_secret_is_not_read(patient: Patient) -> None:
    assert found("deadman", deadman_url_file=Path("/nowhere")) == [
        "skipped: its address is a secret, which Alertmanager alone reads"
    ]


def test_slack_that_cannot_be_reached(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "SLACK", "http://127.0.0.1:9/api/api.test")
    (line,) = found("slack", slack_api_url_file=Path("/run/secrets/slack"))
    assert line.startswith("failed: 127.0.0.1:9: cannot connect (")


def test_a_mail_server_that_encrypts_nothing(patient: Patient) -> None:
    with mail(b"SIZE") as port:
        assert found("smtp", smtp_host="127.0.0.1", smtp_port=port) == [
            (
                f"failed: 127.0.0.1:{port}: offers no STARTTLS, so Alertmanager will send nothing "
                f"-> use another port, or set {PREFIX}SMTP_REQUIRE_TLS=false"
            )
        ]
        plain = found("smtp", smtp_host="127.0.0.1", smtp_port=port, smtp_require_tls=False)
        assert plain == [f"ok: 127.0.0.1:{port} takes mail"]


def test_a_mail_server_that_cannot_encrypt(patient: Patient) -> None:
    with mail(b"STARTTLS") as port:
        (line,) = found("smtp", smtp_host="127.0.0.1", smtp_port=port)
    assert line.startswith(f"failed: 127.0.0.1:{port}: no trusted connection (")
    assert line.endswith(" -> give the server a certificate that this machine trusts")


def test_a_mail_server_that_is_not_there(patient: Patient) -> None:
    assert found("smtp", smtp_host="127.0.0.1", smtp_port=9) == [
        (
            f"failed: 127.0.0.1:9: connection refused -> correct {PREFIX}SMTP_HOST and _PORT, or "
            "let this machine reach it"
        )
    ]


PROMQL = """
metrics:
  - id: X-1
    title: Own
    name: own_number
    help: A number of our own.
    bands: [{at_least: 1, verdict: pass, text: good}, {otherwise: true, verdict: warn, text: bad}]
    source: {promql: {url: URL, query: up}}
"""


def test_prometheus_is_asked_what_the_metric_asks(patient: Patient, httpserver: HTTPServer) -> None:
    patient.write(PROMQL.replace("URL", f"'http://127.0.0.1:{httpserver.port}'"))
    result = {"resultType": "vector", "result": [{"metric": {}, "value": [1, "1"]}]}
    answer = {"status": "success", "data": result}
    httpserver.expect_request("/api/v1/query").respond_with_json(answer)
    assert patient.lines("prometheus.own_own_number") == ["ok: 1 items read, 1 series"]
    httpserver.clear()
    result["result"] = []
    httpserver.expect_request("/api/v1/query").respond_with_json(answer)
    assert patient.lines("prometheus.own_own_number") == [
        (
            "warning: 0 items read, which give no value -> correct the file, or the source's "
            "settings in the release file"
        )
    ]


def test_prometheus_that_cannot_be_reached(patient: Patient) -> None:
    patient.write(PROMQL.replace("URL", "'http://127.0.0.1:9'"))
    (line,) = patient.lines("prometheus.own_own_number")
    assert line.startswith("failed: 127.0.0.1:9: cannot connect (")
    assert " -> " in line
