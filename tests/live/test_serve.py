"""The exporter as a process: its endpoints, its reload and its end."""

import gzip
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families

from tests.live.conftest import Exporter, until

pytestmark = pytest.mark.live

RELEASE = """
project: caro
release: v1.1.0
time_zone: America/Los_Angeles
milestones:
  - {name: beta start, planned: 2026-01-13, actual: 2026-01-13, opens: beta}
  - {name: beta end, planned: 2026-01-17, actual: 2026-01-18, closes: beta}
"""

GAUGE = "release_schedule_variance_seconds"

Start = Callable[..., Exporter]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "release.yaml"
    path.write_text(RELEASE)
    return path


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exporter]:
    """Return a running exporter for tests that only look at it."""
    folder = tmp_path_factory.mktemp("served")
    (folder / "release.yaml").write_text(RELEASE)
    exporter = Exporter(folder / "release.yaml", folder / "data").ready()
    yield exporter
    exporter.kill()


def variance(exporter: Exporter, release: str = "v1.1.0") -> float | None:
    for family in text_string_to_metric_families(exporter.get("/metrics").text):
        for sample in family.samples:
            if sample.name == GAUGE and sample.labels["release"] == release:
                return sample.value
    return None


def test_a_release_is_served_and_passes_promtool(served: Exporter) -> None:
    answer = served.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert variance(served) == 86400
    check = subprocess.run(
        ["promtool", "check", "metrics"],
        input=answer.text,
        text=True,
        capture_output=True,
        check=False,
    )
    assert (check.returncode, check.stdout, check.stderr) == (0, "", "")


def test_openmetrics_is_served_to_who_prefers_it(served: Exporter) -> None:
    accept = "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3"
    answer = served.get("/metrics", accept=accept)
    assert answer.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    families = parse_openmetrics(answer.text)  # type: ignore[no-untyped-call]  # no types there
    assert "release_info" in {family.name for family in families}
    assert answer.text.endswith("# EOF\n")


def test_gzip_holds_the_same_page(served: Exporter) -> None:
    with httpx.stream(
        "GET", served.url + "/metrics", headers={"accept-encoding": "gzip"}
    ) as answer:
        assert answer.headers["content-encoding"] == "gzip"
        raw = b"".join(answer.iter_raw())
    assert b"release_schedule_variance_seconds{" in gzip.decompress(raw)
    plain = served.get("/metrics", **{"accept-encoding": "gzip;q=0"})
    assert "content-encoding" not in plain.headers


def test_no_series_stands_twice_on_the_page(served: Exporter) -> None:
    text = served.get("/metrics").text
    series = [line.rpartition(" ")[0] for line in text.splitlines() if not line.startswith("#")]
    assert len(series) == len(set(series)) > 100


def test_process_and_build_metrics_are_there(served: Exporter) -> None:
    text = served.get("/metrics").text
    for name in (
        "process_resident_memory_bytes",
        "release_exporter_build_info",
        'release_config_file_valid{file="release.yaml"} 1.0',
        "release_exporter_config_last_reload_successful 1.0",
    ):
        assert name in text


@pytest.mark.parametrize(
    ("path", "code"),
    [("/", 200), ("/-/healthy", 200), ("/-/ready", 200), ("/nothing", 404), ("/metrics/", 404)],
)
def test_pages_answer_get_and_head_alike(served: Exporter, path: str, code: int) -> None:
    get = httpx.get(served.url + path, follow_redirects=False)
    head = httpx.head(served.url + path, follow_redirects=False)
    assert (get.status_code, head.status_code, head.content) == (code, code, b"")


def test_the_status_page_needs_nothing_from_elsewhere(served: Exporter) -> None:
    answer = served.get("/")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert "CANNOT TELL" in answer.text
    assert not re.search(
        r'(src|action)="(?!data:)|<link[^>]+href="(?!data:)|@import|url\(', answer.text
    )


def test_sighup_takes_a_changed_file(start: Start, file: Path, tmp_path: Path) -> None:
    exporter = start(file, tmp_path / "data").ready()
    file.write_text(RELEASE.replace("2026-01-18", "2026-01-20"))
    exporter.process.send_signal(signal.SIGHUP)
    until(lambda: variance(exporter) == 3 * 86400)


def test_a_bad_file_keeps_the_old_release_and_says_so(
    start: Start, file: Path, tmp_path: Path
) -> None:
    exporter = start(file, tmp_path / "data").ready()
    file.write_text(RELEASE.replace("opens", "opns"))
    exporter.process.send_signal(signal.SIGHUP)
    exporter.wait_for("did you mean 'opens'")
    until(lambda: 'release_config_file_valid{file="release.yaml"} 0.0' in metrics(exporter))
    assert "release_exporter_config_last_reload_successful 0.0" in metrics(exporter)
    assert variance(exporter) == 86400
    file.write_text(RELEASE)
    exporter.process.send_signal(signal.SIGHUP)
    until(lambda: "release_exporter_config_last_reload_successful 1.0" in metrics(exporter))


def test_one_bad_file_in_a_folder_leaves_the_others_serving(start: Start, tmp_path: Path) -> None:
    folder = tmp_path / "releases"
    folder.mkdir()
    (folder / "good.yaml").write_text(RELEASE)
    (folder / "bad.yaml").write_text("project: [")
    exporter = start(folder, tmp_path / "data").ready()
    assert 'release_config_file_valid{file="bad.yaml"} 0.0' in metrics(exporter)
    assert 'release_config_file_valid{file="good.yaml"} 1.0' in metrics(exporter)
    assert variance(exporter) == 86400


def test_several_releases_of_several_projects_are_kept_apart(start: Start, tmp_path: Path) -> None:
    folder = tmp_path / "releases"
    folder.mkdir()
    (folder / "a.yaml").write_text(RELEASE)
    (folder / "b.yaml").write_text(
        RELEASE.replace("v1.1.0", "v2").replace("caro", "other").replace("-18", "-17")
    )
    exporter = start(folder, tmp_path / "data").ready()
    assert (variance(exporter), variance(exporter, "v2")) == (86400, 0)


def test_reloading_over_http_is_off_unless_asked_for(
    start: Start, file: Path, tmp_path: Path
) -> None:
    off = start(file, tmp_path / "data").ready()
    assert httpx.post(off.url + "/-/reload").status_code == 403
    on = start(file, tmp_path / "data2", "--web.enable-lifecycle").ready()
    assert httpx.post(on.url + "/-/reload").status_code == 200
    assert httpx.get(on.url + "/-/reload").status_code == 405
    file.write_text("nonsense")
    assert httpx.post(on.url + "/-/reload").status_code == 500
    assert variance(on) == 86400


def test_sigterm_finishes_a_scrape_under_way_and_exits_0(
    start: Start, file: Path, tmp_path: Path
) -> None:
    exporter = start(file, tmp_path / "data").ready()
    host, port = exporter.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        started = time.monotonic()
        assert exporter.end() == 0
        assert time.monotonic() - started < 5
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"release_schedule_variance_seconds" in answer


def test_sigterm_while_it_starts_exits_0(start: Start, file: Path, tmp_path: Path) -> None:
    exporter = start(file, tmp_path)
    exporter.wait_for("msg=serving")
    assert exporter.end() == 0


def test_an_idle_connection_does_not_hold_up_the_end(
    start: Start, file: Path, tmp_path: Path
) -> None:
    exporter = start(file, tmp_path / "data").ready()
    host, port = exporter.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))), httpx.Client() as client:
        client.get(exporter.url + "/metrics")
        started = time.monotonic()
        assert exporter.end() == 0
        assert time.monotonic() - started < 5


def test_connections_that_ask_nothing_are_closed_and_lock_nobody_out(served: Exporter) -> None:
    host, port = served.url.removeprefix("http://").split(":")
    with ExitStack() as stack:
        silent = [
            stack.enter_context(socket.create_connection((host, int(port)))) for _ in range(1010)
        ]
        for one in silent[::2]:
            one.sendall(b"GET /metrics HT")
        until(lambda: metrics_or_none(served) is not None)
        for one in silent:
            one.settimeout(15)
            while one.recv(1024):
                pass


def metrics_or_none(exporter: Exporter) -> str | None:
    answer = httpx.get(exporter.url + "/metrics")
    return answer.text if answer.status_code == httpx.codes.OK else None


def test_a_reload_without_any_file_says_which_one_is_gone(
    start: Start, file: Path, tmp_path: Path
) -> None:
    exporter = start(file, tmp_path / "data").ready()
    file.unlink()
    exporter.process.send_signal(signal.SIGHUP)
    until(lambda: 'release_config_file_valid{file="release.yaml"} 0.0' in metrics(exporter))
    assert variance(exporter) == 86400


def test_a_taken_port_is_said_in_one_line(start: Start, file: Path, tmp_path: Path) -> None:
    first = start(file, tmp_path / "data").ready()
    address = first.url.removeprefix("http://")
    second = start(file, tmp_path / "data2", f"--web.listen-address={address}")
    assert second.process.wait(timeout=10) == 2
    until(lambda: second.lines)
    assert second.lines == [
        f"--web.listen-address: {address}: address already in use; choose another port"
    ]


def test_a_missing_release_file_is_said_in_one_line(start: Start, tmp_path: Path) -> None:
    exporter = start(tmp_path / "nowhere.yaml", tmp_path / "data")
    assert exporter.process.wait(timeout=10) == 2
    until(lambda: exporter.lines)
    (line,) = exporter.lines
    assert "there is no such file; `release-exporter init` writes one" in line


def test_a_release_that_is_over_ends_its_series(start: Start, file: Path, tmp_path: Path) -> None:
    file.write_text(RELEASE + "closed: 2026-02-01\n")
    exporter = start(file, tmp_path / "data").ready()
    assert variance(exporter) is None
    assert 'release_config_file_valid{file="release.yaml"} 1.0' in metrics(exporter)


def metrics(exporter: Exporter) -> str:
    return exporter.get("/metrics").text
