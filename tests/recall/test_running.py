"""Decisions of a running exporter, over real loopback HTTP."""

from dataclasses import replace
from datetime import timedelta

import pytest
from pytest_httpserver import HTTPServer

from exporter.gate.document import Bundle, dump
from exporter.gate.reporting import report_of
from exporter.recall.running import OLDEST, read_exporter
from exporter.view import ReleaseView
from tests.gate.cases import build
from tests.releases import NOW

RELEASE, STATES = build({})
REPORT = report_of(ReleaseView(RELEASE, STATES), NOW)


def test_the_exporters_url_gives_every_release(httpserver: HTTPServer) -> None:
    both = Bundle.of([REPORT, replace(REPORT, release="v2")])
    httpserver.expect_request("/api/v1/gate").respond_with_data(dump(both))
    for url in (httpserver.url_for(""), httpserver.url_for("/")):
        assert [one.release for one in read_exporter(url, NOW)] == ["v1.1.0", "v2"]


def test_the_url_of_one_gate_gives_that_one(httpserver: HTTPServer) -> None:
    path = "/prefix/api/v1/releases/caro/v1.1.0/gate"
    httpserver.expect_request(path).respond_with_data(dump(REPORT))
    assert read_exporter(httpserver.url_for(path), NOW) == (REPORT,)


@pytest.mark.parametrize("ahead", [1, -1])
def test_an_answer_of_another_time_is_not_about_now(httpserver: HTTPServer, ahead: int) -> None:
    httpserver.expect_request("/api/v1/gate").respond_with_data(dump(REPORT))
    url = httpserver.url_for("")
    (good,) = read_exporter(url, NOW + ahead * OLDEST)
    (bad,) = read_exporter(url, NOW + ahead * (OLDEST + timedelta(seconds=1)))
    assert (good.decision, bad.decision) == ("GO", "UNKNOWN")
    assert "cache" in bad.reasons[0].text


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, ""), (200, "{}"), (200, "<html>"), (404, dump(REPORT)), (503, dump(REPORT)), (302, "")],
)
def test_any_other_answer_cannot_be_told(httpserver: HTTPServer, status: int, body: str) -> None:
    httpserver.expect_request("/api/v1/gate").respond_with_data(body, status=status)
    (found,) = read_exporter(httpserver.url_for(""), NOW)
    assert found.decision == "UNKNOWN"
    assert found.verdicts == ()


def test_nobody_there_cannot_be_told() -> None:
    (found,) = read_exporter("http://127.0.0.1:9", NOW)
    assert (found.name, found.decision) == ("127.0.0.1:9", "UNKNOWN")
    assert "cannot connect" in found.reasons[0].text
