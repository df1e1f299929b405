import json
import logging
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from exporter.collectors.promql import Settings, collect
from exporter.config.environment import SEEN
from exporter.model import Context, ErrorClass, Reading, SourceError

GAUGE = "release_crash_free_ratio"
TOKEN = "canary-token-0123456789"
THEN = 1_768_600_000.25
PATH = "/api/v1/query"


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("RELEASE_EXPORTER_PROMETHEUS_TOKEN", raising=False)
    monkeypatch.delenv("RELEASE_EXPORTER_PROMETHEUS_TOKEN_FILE", raising=False)


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELEASE_EXPORTER_PROMETHEUS_TOKEN", TOKEN)


def make(url: str, **written: Any) -> Settings:
    return Settings.model_validate({"gauge": GAUGE, "url": url, "query": "x"} | written)


def vector(*points: list[Any]) -> dict[str, Any]:
    series = [{"metric": {"a": str(at)}, "value": point} for at, point in enumerate(points)]
    return success("vector", series)


def success(kind: str, result: Any, **more: Any) -> dict[str, Any]:
    return {"status": "success", "data": {"resultType": kind, "result": result}} | more


def answer(server: HTTPServer, said: Any, status: int = 200) -> None:
    text = said if isinstance(said, (str, bytes)) else json.dumps(said)
    server.expect_request(PATH, method="POST").respond_with_data(text, status)


def read(server: HTTPServer, context: Context, said: Any, status: int = 200) -> Reading:
    answer(server, said, status)
    return collect(make(server.url_for("")), context)


def refused(server: HTTPServer, context: Context, said: Any, status: int = 200) -> SourceError:
    with pytest.raises(SourceError) as caught:
        read(server, context, said, status)
    return caught.value


@pytest.mark.parametrize("said", [vector([THEN, "0.992"]), success("scalar", [THEN, "0.992"])])
def test_one_sample_is_the_value_at_its_own_time(
    httpserver: HTTPServer, context: Context, said: dict[str, Any]
) -> None:
    reading = read(httpserver, context, said)
    (sample,) = reading.samples
    assert (sample.gauge, sample.value, sample.labels, sample.n) == (GAUGE, 0.992, (), 1)
    assert sample.observed == reading.facts_from == datetime.fromtimestamp(THEN, UTC)
    assert sample.evidence == f"x ({httpserver.host}:{httpserver.port})"
    assert reading.read == 1


@pytest.mark.parametrize(
    ("text", "value"),
    [("0", 0), ("-1.5", -1.5), ("1e+06", 1e6), ("+2", 2), ("0." + "0" * 323 + "5", 5e-324)],
)
def test_numbers_are_read_as_prometheus_writes_them(
    httpserver: HTTPServer, context: Context, text: str, value: float
) -> None:
    assert [one.value for one in read(httpserver, context, vector([THEN, text])).samples] == [value]


def test_no_series_is_no_value_and_no_facts(httpserver: HTTPServer, context: Context) -> None:
    assert read(httpserver, context, vector()) == Reading(facts_from=None)


def test_facts_are_never_later_than_now(httpserver: HTTPServer, context: Context) -> None:
    later = context.now.timestamp() + 90
    assert read(httpserver, context, vector([later, "1"])).facts_from == context.now


def test_warnings_are_tolerated_and_told(httpserver: HTTPServer, context: Context) -> None:
    said = vector([THEN, "1"]) | {"warnings": ["canary"], "infos": ["PromQL info: x"]}
    (sample,) = read(httpserver, context, said).samples
    assert sample.evidence.endswith(", with warnings)")


def test_a_partial_answer_is_no_value(httpserver: HTTPServer, context: Context) -> None:
    error = refused(httpserver, context, vector([THEN, "1"]) | {"isPartial": True})
    assert error.kind is ErrorClass.SERVER
    assert "a partial answer" in str(error)


def test_a_whole_answer_may_say_so(httpserver: HTTPServer, context: Context) -> None:
    assert read(httpserver, context, vector([THEN, "1"]) | {"isPartial": False}).samples


def test_evidence_is_one_short_line_of_a_long_query(
    httpserver: HTTPServer, context: Context
) -> None:
    answer(httpserver, vector([THEN, "1"]))
    query = "sum(\n" + "  a +\n" * 100 + "  b\n)"
    (sample,) = collect(make(httpserver.url_for(""), query=query), context).samples
    assert sample.evidence.startswith("sum( a + a + a")
    assert len(sample.evidence) < 150


def test_query_is_posted_as_a_form_below_the_address(
    httpserver: HTTPServer, context: Context
) -> None:
    seen: list[dict[str, str]] = []

    def handler(request: Request) -> Response:
        seen.append(request.form.to_dict())
        return Response(json.dumps(vector([THEN, "1"])))

    path = f"/prometheus{PATH}"
    httpserver.expect_request(path, method="POST").respond_with_handler(handler)
    query = 'sum(up{job=~"a|b"}) + 1 & 2 % é'
    for url in ("/prometheus", "/prometheus/"):
        collect(make(httpserver.url_for(url), query=query), context)
    assert seen == [{"query": query}] * 2


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (vector([THEN, "1"], [THEN, "2"]), "2 series answer; aggregate them to one, e.g. sum("),
        (vector([THEN, "NaN"]), "no finite number"),
        (vector([THEN, "+Inf"]), "no finite number"),
        (vector([THEN, "-Inf"]), "no finite number"),
        (vector([THEN, "1" * 400]), "no finite number"),
        (vector([THEN, "1" * 100_000]), "no finite number"),
        (vector([THEN, ""]), "no finite number"),
        (vector([THEN, "canary"]), "no finite number"),
        (vector([THEN, "1_0"]), "no finite number"),
        (vector([THEN, " 1"]), "no finite number"),
        (vector([THEN, "0x1p4"]), "no finite number"),
        (vector([THEN, "\u0664"]), "no finite number"),
        (vector([1e300, "1"]), "a time that cannot be"),
        (vector([-1e12, "1"]), "a time that cannot be"),
        (vector([THEN, 1]), "not Prometheus'"),
        (vector([THEN]), "not Prometheus'"),
        (vector([THEN, "1", "2"]), "not Prometheus'"),
        (vector(["canary", "1"]), "not Prometheus'"),
        (vector([None, "1"]), "not Prometheus'"),
        (success("scalar", []), "not Prometheus'"),
        (success("scalar", None), "not Prometheus'"),
        (success("vector", {}), "not Prometheus'"),
        (success("vector", [1]), "not Prometheus'"),
        (success("vector", [{"metric": {}, "histogram": [THEN, {}]}]), "histogram_quantile"),
        (success("matrix", [{"metric": {}, "values": [[THEN, "1"]]}]), "neither a vector nor a"),
        (success("string", [THEN, "canary"]), "neither a vector nor a scalar"),
        (success("streams", []), "neither a vector nor a scalar"),
        ({"status": "success"}, "correct url or query"),
        ({"status": "success", "data": None}, "correct url or query"),
        ({"status": "success", "data": {}}, "not Prometheus'"),
        ({"status": "canary"}, "correct url or query"),
        ({}, "not Prometheus'"),
        ([], "not Prometheus'"),
        ("", "not Prometheus'"),
        ("<html>canary</html>", "not Prometheus'"),
        (json.dumps(vector([THEN, "1"]))[:-3], "not Prometheus'"),
        (json.dumps(vector([THEN, "1"])) + "x", "not Prometheus'"),
        ('{"status": "success", "x": ' + "[" * 100_000, "not Prometheus'"),
        ('{"status": "success", "x": NaN}', "not Prometheus'"),
        (b'{"status": "\xff"}', "not Prometheus'"),
        (b'{"status": "success", "error": "\\ud800"}', "not Prometheus'"),
        ("\ufeff{}", "not Prometheus'"),
        (" " * (4 * 1024 * 1024 + 1), "larger than 4,194,304 bytes"),
    ],
)
def test_answer_that_is_no_single_number_is_malformed_and_not_quoted(
    httpserver: HTTPServer, context: Context, said: Any, words: str
) -> None:
    error = refused(httpserver, context, said)
    assert error.kind is ErrorClass.MALFORMED
    assert words in str(error)
    assert "canary" not in str(error)


@pytest.mark.parametrize(
    ("status", "error_type", "kind", "fix"),
    [
        (400, "bad_data", ErrorClass.MALFORMED, "correct url or query"),
        (422, "execution", ErrorClass.MALFORMED, "correct url or query"),
        (200, "bad_data", ErrorClass.MALFORMED, "correct url or query"),
        (503, "timeout", ErrorClass.TIMEOUT, "simplify the query"),
        (503, "unavailable", ErrorClass.SERVER, ""),
        (503, "canceled", ErrorClass.SERVER, ""),
        (500, "internal", ErrorClass.SERVER, ""),
        (500, "never heard of", ErrorClass.SERVER, ""),
        (401, "bad_data", ErrorClass.AUTH, "set RELEASE_EXPORTER_PROMETHEUS_TOKEN or"),
        (404, "not_found", ErrorClass.NOT_FOUND, "what stands before /api/v1/query"),
        (429, "internal", ErrorClass.RATE_LIMITED, "lengthen the interval"),
    ],
)
def test_prometheus_says_what_is_wrong_in_its_own_words(
    httpserver: HTTPServer,
    context: Context,
    status: int,
    error_type: str,
    kind: ErrorClass,
    fix: str,
) -> None:
    said = {"status": "error", "errorType": error_type, "error": "1:5: parse error: no ')'"}
    error = refused(httpserver, context, said, status)
    assert error.kind is kind
    assert f"status {status}: 1:5: parse error: no ')'" in str(error)
    assert str(error).endswith(fix) or fix in str(error)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (204, ErrorClass.MALFORMED),
        (301, ErrorClass.MALFORMED),
        (302, ErrorClass.MALFORMED),
        (400, ErrorClass.MALFORMED),
        (401, ErrorClass.AUTH),
        (403, ErrorClass.AUTH),
        (404, ErrorClass.NOT_FOUND),
        (429, ErrorClass.RATE_LIMITED),
        (500, ErrorClass.SERVER),
        (502, ErrorClass.SERVER),
        (504, ErrorClass.TIMEOUT),
    ],
)
def test_another_server_s_page_is_classed_by_its_status_and_not_quoted(
    httpserver: HTTPServer, context: Context, status: int, kind: ErrorClass
) -> None:
    error = refused(httpserver, context, "<html>canary</html>", status)
    assert error.kind is kind
    assert f"status {status}" in str(error)
    assert "canary" not in str(error)


def test_foreign_words_are_cleaned_and_shortened(httpserver: HTTPServer, context: Context) -> None:
    words = "a\u001b[31m\r\nlevel=info\u202e" + "x" * 10_000
    said = {"status": "error", "errorType": "bad_data", "error": words}
    message = str(refused(httpserver, context, said, 400))
    assert message.isprintable()
    assert len(message) < 350


@pytest.mark.usefixtures("token")
def test_token_goes_to_the_server_and_nowhere_else(
    httpserver: HTTPServer, context: Context, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    httpserver.expect_request(PATH, headers=headers).respond_with_json(vector([THEN, "1"]))
    settings = make(httpserver.url_for(""))
    reading = collect(settings, context)
    assert reading.samples
    logged = [one.getMessage() for one in caplog.records if one.name != "werkzeug"]
    assert TOKEN not in f"{reading} {settings.model_dump_json()} {logged}"


@pytest.mark.usefixtures("token")
def test_token_does_not_follow_a_redirect(httpserver: HTTPServer, context: Context) -> None:
    with HTTPServer() as other:
        location = {"Location": other.url_for(PATH)}
        httpserver.expect_request(PATH).respond_with_data("", 307, headers=location)
        with pytest.raises(SourceError, match="status 307"):
            collect(make(httpserver.url_for("")), context)
        assert other.log == []


@pytest.mark.usefixtures("token")
def test_token_that_the_server_repeats_is_not_shown(
    httpserver: HTTPServer, context: Context
) -> None:
    said = {"status": "error", "error": "x" * 185 + f"Bearer {TOKEN}"}
    message = str(refused(httpserver, context, said, 401))
    assert "Bearer …" in message
    assert TOKEN[:6] not in message


def test_without_a_token_no_authorization_is_sent(httpserver: HTTPServer, context: Context) -> None:
    read(httpserver, context, vector())
    assert "Authorization" not in httpserver.log[0][0].headers


def test_token_may_stand_in_a_file(
    httpserver: HTTPServer, context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    monkeypatch.setenv("RELEASE_EXPORTER_PROMETHEUS_TOKEN_FILE", str(tmp_path / "token"))
    read(httpserver, context, vector())
    assert httpserver.log[0][0].headers["Authorization"] == f"Bearer {TOKEN}"


def test_a_rotated_token_needs_no_restart_and_is_hidden_too(
    httpserver: HTTPServer, context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RELEASE_EXPORTER_PROMETHEUS_TOKEN_FILE", str(tmp_path / "token"))
    for token in (TOKEN, f"{TOKEN}-rotated"):
        (tmp_path / "token").write_text(token)
        read(httpserver, context, vector())
        assert httpserver.log[-1][0].headers["Authorization"] == f"Bearer {token}"
    assert {TOKEN, f"{TOKEN}-rotated"} <= SEEN


def test_a_token_file_that_vanished_fails_the_source_and_is_named(
    httpserver: HTTPServer, context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RELEASE_EXPORTER_PROMETHEUS_TOKEN_FILE", str(tmp_path / "token"))
    error = refused(httpserver, context, vector())
    assert error.kind is ErrorClass.AUTH
    assert "RELEASE_EXPORTER_PROMETHEUS_TOKEN_FILE" in str(error)
    assert httpserver.log == []


def test_silent_server_is_given_up_before_the_source_s_deadline(context: Context) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        started = time.monotonic()
        with pytest.raises(SourceError) as caught:
            collect(make(url, deadline="1s"), context)
    assert caught.value.kind is ErrorClass.TIMEOUT
    assert 0.9 <= time.monotonic() - started < 3


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("prometheus:9090", "scheme"),
        ("ftp://prometheus", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("http://", "empty host"),
        ("http://user:canary@prometheus", "write no user or password here"),
        ("http://canary@prometheus", "write no user or password here"),
        ("http://:canary@prometheus", "write no user or password here"),
        ("http://prometheus/?token=canary", "without '?' and '#'"),
        ("http://prometheus/#canary", "without '?' and '#'"),
        ("http://prometheus:99999", "port"),
    ],
)
def test_url_is_checked_when_the_release_file_is(url: str, words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        make(url)
    (error,) = caught.value.errors(include_input=False)
    assert words in error["msg"]
    assert "canary" not in error["msg"]


@pytest.mark.parametrize("query", ["", "x" * 10_001])
def test_query_is_checked_when_the_release_file_is(query: str) -> None:
    with pytest.raises(ValidationError):
        make("http://prometheus:9090", query=query)


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start the real Prometheus on a port of its own choice, scraping nothing."""
    program = shutil.which("prometheus")
    if program is None:
        pytest.skip("there is no prometheus here")
    folder = tmp_path_factory.mktemp("prometheus")
    (folder / "prometheus.yml").write_text("global: {}\n")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [
                program,
                f"--config.file={folder}/prometheus.yml",
                f"--storage.tsdb.path={folder}/data",
                "--web.listen-address=127.0.0.1:0",
            ],
            stderr=log,
        )
    try:
        yield f"http://{_wait_for_address(folder / 'log', process)}"
    finally:
        process.terminate()
        process.wait(20)


def _wait_for_address(log: Path, process: subprocess.Popen[bytes]) -> str:
    patience = time.monotonic() + 60
    while time.monotonic() < patience and process.poll() is None:
        text = log.read_text()
        # It serves the API once the storage is open, which it says last.
        match = re.search(r"Listening on\W+address=(127\.0\.0\.1:[0-9]+)", text)
        if match and "ready to receive web requests" in text:
            return match[1]
        time.sleep(0.1)
    raise AssertionError(log.read_text())


@pytest.mark.live
@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("vector(1)", 1.0),
        ("scalar(vector(2))", 2.0),
        ("1 - 1 / 125", 0.992),
        ("5e-324", 5e-324),
        ("1.7976931348623157e308", 1.7976931348623157e308),
        ("absent(nothing)", 1.0),
        ("nothing", None),
    ],
)
def test_real_prometheus_answers(
    prometheus: str, context: Context, query: str, value: float | None
) -> None:
    now = datetime.fromtimestamp(time.time() + 5, UTC)
    reading = collect(make(prometheus, query=query), replace(context, now=now))
    assert [one.value for one in reading.samples] == ([] if value is None else [value])
    if reading.facts_from is not None:
        assert 0 <= (now - reading.facts_from).total_seconds() <= 30


@pytest.mark.live
@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("sum(", "parse error: unclosed left parenthesis"),
        ("vector(1) / 0", "no finite number"),
        ("scalar(nothing)", "no finite number"),
        ('"text"', "neither a vector nor a scalar"),
        ("vector(1)[5m:1m]", "neither a vector nor a scalar"),
        (
            'vector(1) or label_replace(vector(2), "a", "b", "", "")',
            "2 series answer",
        ),
    ],
)
def test_real_prometheus_refuses(prometheus: str, context: Context, query: str, words: str) -> None:
    with pytest.raises(SourceError, match=re.escape(words)) as caught:
        collect(make(prometheus, query=query), context)
    assert caught.value.kind is ErrorClass.MALFORMED


@pytest.mark.live
def test_real_prometheus_at_another_path_is_not_found(prometheus: str, context: Context) -> None:
    with pytest.raises(SourceError) as caught:
        collect(make(f"{prometheus}/elsewhere"), context)
    assert caught.value.kind is ErrorClass.NOT_FOUND
