"""The API over HTTP: methods, errors, tags, and what happens when rendering stops."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET

import httpx
import pytest
import uvicorn

from exporter.api.operations import OPERATIONS
from exporter.exposition.publisher import Publisher
from exporter.records.layout import Records
from exporter.server.app import build_app
from exporter.server.connections import Connections
from exporter.server.process import listen
from exporter.server.scrapes import Scrapes
from exporter.view import View
from tests.releases import NOW, best_states, plan_of, release_of, view_of

ROOT = Path(__file__).parents[2]
RELEASE = "/api/v1/releases/caro/v1.1.0"
PATHS = [
    one.path.format(project="caro", release="v1.1.0", day="2026-01-17")
    for one in OPERATIONS
    if not one.of_files
] + ["/api/v1/openapi.json"]
TAGGED = [path for path in PATHS if not path.endswith("gate")]


@dataclass
class Held:
    """A service that holds one view."""

    held: View
    publisher: Publisher = field(init=False)

    def __post_init__(self) -> None:
        self.publisher = Publisher(self.view, lambda: NOW)
        self.publisher.render()

    def view(self) -> View:
        return self.held

    def records(self, _project: str, _release: str) -> Records | None:
        return None


@pytest.fixture
def held() -> Held:
    return Held(view_of(release_of(plan_of()), best_states()))


@pytest.fixture
def client(held: Held) -> Iterator[httpx.Client]:
    app = build_app(held, lambda: NOW, lifecycle=False)  # type: ignore[arg-type]  # all that the routes use of one
    connections = Connections(100, Scrapes(held.publisher), None)
    config = uvicorn.Config(
        app,
        log_config=None,
        lifespan="off",
        ws="none",
        http=connections,  # type: ignore[arg-type]  # asked for a protocol, as a class is
    )
    server, bound = uvicorn.Server(config), listen("127.0.0.1:0")
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
    thread.start()
    port = bound.getsockname()[1]
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as asking:
        yield asking
    server.should_exit = True
    thread.join()


@pytest.mark.parametrize("path", PATHS)
def test_get_and_head_are_answered_alike_and_all_else_is_refused(
    client: httpx.Client, path: str
) -> None:
    got, head = client.get(path), client.head(path)
    assert (got.status_code, head.status_code, head.content) == (200, 200, b"")
    assert without_date(head) == without_date(got)
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY"):
        refused = client.request(method, path)
        assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")
        assert refused.headers["content-type"] == "application/problem+json"


def without_date(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name != "date"}


@pytest.mark.parametrize("path", TAGGED)
def test_what_has_not_changed_is_not_sent_again(client: httpx.Client, path: str) -> None:
    first = client.get(path)
    tag = first.headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = client.get(path, headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client.get(path, headers={"If-None-Match": '"other"'}).content == first.content


def test_a_change_gives_another_tag(client: httpx.Client, held: Held) -> None:
    path = f"{RELEASE}/metrics"
    first = client.get(path)
    states = best_states()
    del states["tests"]
    held.held = view_of(release_of(plan_of()), states)
    assert client.get(path).headers["etag"] == first.headers["etag"]
    held.publisher.render()
    again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 200
    assert again.json() != first.json()


def test_the_gate_is_never_kept(client: httpx.Client) -> None:
    for path in ("/api/v1/gate", f"{RELEASE}/gate"):
        headers = client.get(path).headers
        assert (headers["cache-control"], headers.get("etag")) == ("no-store", None)


@pytest.mark.parametrize(
    "path",
    ["/api/v1", "/api/v1/", "/api/v1/nothing", f"{RELEASE}/", f"{RELEASE}9", f"{RELEASE}/records"],
)
def test_what_is_not_there_is_a_problem_in_json(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem.keys() == {"type", "title", "status", "detail"}
    assert (answer.status_code, problem["status"], problem["title"]) == (404, 404, "Not Found")


def test_other_addresses_are_refused_in_words(client: httpx.Client) -> None:
    assert client.get("/nothing").text == "Not Found"
    assert client.post("/metrics").headers["allow"] == "GET, HEAD"


def word(svg: str) -> str:
    root = ET.fromstring(svg)  # noqa: S314 - our own output
    return (root.get("aria-label") or "").partition(": ")[2]


def test_a_badge_is_asked_about_each_time_and_runs_nothing(client: httpx.Client) -> None:
    answer = client.get(f"{RELEASE}/badge.svg")
    # One blocking metric is due and all is well; the phases of others are to come.
    assert word(answer.text) == client.get(RELEASE).json()["decision"].replace("_", "-")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["cache-control"] == "no-cache, max-age=60"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_badge_of_no_release_is_grey_and_not_found(client: httpx.Client) -> None:
    answer = client.get("/api/v1/releases/<b>/::error::/badge.svg")
    assert (answer.status_code, word(answer.text)) == (404, "UNKNOWN")
    assert "error" not in answer.text
    assert "#2e7d32" not in answer.text
    assert client.get("/api/v1/releases/caro/v9/badge.json").status_code == 404


def test_when_rendering_has_stopped_nothing_old_is_told(client: httpx.Client, held: Held) -> None:
    held.publisher._rendered -= 61
    for path in TAGGED:
        answer = client.get(path)
        if path.endswith("openapi.json"):
            continue
        assert answer.status_code == 503
        if path.endswith(".svg"):
            assert word(answer.text) == "UNKNOWN"
        else:
            assert answer.json()["detail"] == "rendering has stopped; see the log"
    # It decides when it is asked.
    assert client.get(f"{RELEASE}/gate").status_code == 200


def test_the_description_is_served_as_it_is_committed(client: httpx.Client) -> None:
    served = client.get("/api/v1/openapi.json")
    assert served.text == (ROOT / "docs/openapi.json").read_text()
