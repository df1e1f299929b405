"""What the recorded server answers, and what it can be asked, against the descriptions."""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from exporter.recorded import Recorded, Upstream, load_upstream, serve
from tests.contracts.description import find
from tests.contracts.requests import check_graphql, check_log, check_request
from tests.contracts.responses import check_response
from tests.example import EXAMPLE
from tests.recorded.builders import many_issues, published
from tests.recorded.conftest import AGENT, NOW

GITHUB = "/api/v3"
CARO = f"{GITHUB}/repos/wildcard/caro"
CRATE = "/api/v1/crates/caro"

ASKED = [
    CARO,
    f"{CARO}/issues",
    f"{CARO}/issues?state=all&labels=beta-tester,P0&milestone=3&since=2026-01-01T00:00:00Z",
    f"{CARO}/issues?state=closed&sort=comments&direction=asc&per_page=5&page=2",
    f"{CARO}/issues?page=100&per_page=100",
    f"{CARO}/issues?state=nonsense",
    f"{CARO}/labels?per_page=2&page=3",
    f"{CARO}/labels/P0-candidate",
    f"{CARO}/labels/nothing",
    f"{CARO}/milestones?state=all&sort=completeness&direction=desc",
    f"{CARO}/actions/workflows/ci.yml/runs?branch=main&event=push&status=success&per_page=1",
    f"{CARO}/actions/workflows/712000002/runs",
    f"{CARO}/actions/runs/11392000020/artifacts?name=junit",
    f"{CARO}/actions/artifacts/5696000009/zip",
    f"{GITHUB}/repos/wildcard/karo",
    f"{GITHUB}/repos/other/caro",
    f"{GITHUB}/repositories/712000001/issues",
    f"{GITHUB}/rate_limit",
    CRATE,
    f"{CRATE}?include=default_version",
    f"{CRATE}?include=nonsense",
    f"{CRATE}/downloads?include=versions",
    f"{CRATE}/1.0.2",
    f"{CRATE}/1.1.0",
    f"{CRATE}/1.0.2/downloads?before_date=2026-01-10",
    "/api/v1/crates/karo",
    "/api/packages/caro/overall?mirrors=false",
    "/api/packages/caro/recent",
    "/api/packages/karo/recent?period=day",
    "/downloads/point/last-week/caro",
    "/downloads/range/2026-01-08:2026-01-14/@wildcard%2Fcaro",
    "/downloads/range/last-month/karo",
    "/versions/@wildcard%2Fcaro/last-week",
    "/versions/karo/last-week",
]


@pytest.fixture(scope="module")
def server() -> Iterator[Recorded]:
    upstream = load_upstream(EXAMPLE / "upstream")
    upstream.repositories[0].former_names = ("wildcard/karo",)
    registries = published(NOW - timedelta(days=9), NOW).upstream
    with serve(
        Upstream(upstream.repositories, upstream.crates, registries.pypi, registries.npm),
        lambda: NOW,
    ) as server:
        yield server


@pytest.fixture(scope="module")
def client(server: Recorded) -> Iterator[httpx.Client]:
    headers = {"user-agent": AGENT, "authorization": "Bearer good"}
    with httpx.Client(base_url=server.url, headers=headers, trust_env=False, timeout=10) as client:
        yield client


@pytest.mark.parametrize("target", ASKED)
def test_every_answer_has_the_described_shape(client: httpx.Client, target: str) -> None:
    answer = client.get(target)
    assert answer.status_code < 500
    path = answer.request.url.raw_path.decode().partition("?")[0]
    check_response("GET", path, answer.status_code, answer.content)


def test_every_request_of_these_is_a_described_one(server: Recorded, client: httpx.Client) -> None:
    server.log.clear()
    for target in ASKED:
        if "nonsense" not in target:
            client.get(target)
    query = (
        'query($o:String!){repository(owner:$o,name:"caro"){discussions(states:OPEN){totalCount}}}'
    )
    client.post("/api/graphql", json={"query": query, "variables": {"o": "wildcard"}})
    assert len(server.log) == len(ASKED) - 1
    check_log(server.log)


def test_a_whole_list_by_its_links_is_described(server: Recorded, client: httpx.Client) -> None:
    server.log.clear()
    url: str | None = f"{CARO}/issues?state=all&per_page=20"
    while url:
        url = client.get(url).links.get("next", {}).get("url")
    assert len(server.log) == 3
    check_log(server.log)


def test_the_installation_s_token_is_described(server: Recorded, client: httpx.Client) -> None:
    path = f"{GITHUB}/app/installations/7/access_tokens"
    answer = client.post(path)
    check_response("POST", path, answer.status_code, answer.content)
    assert answer.status_code == 401


def test_built_issues_have_the_described_shape() -> None:
    repository, _ = many_issues(100, NOW)
    with serve(Upstream([repository]), lambda: NOW) as server:
        answer = httpx.get(f"{server.url}{CARO}/issues?state=all&per_page=100", trust_env=False)
    assert len(answer.json()) == 100
    check_response("GET", f"{CARO}/issues", 200, answer.content)


@pytest.mark.parametrize(
    ("method", "path", "query"),
    [
        ("GET", f"{CARO}/isues", {}),
        ("DELETE", CARO, {}),
        ("GET", f"{CARO}/issues", {"label": "P0"}),
        ("GET", f"{CARO}/issues", {"state": "done"}),
        ("GET", f"{CARO}/issues", {"since": "yesterday"}),
        ("GET", f"{CARO}/issues", {"per_page": "101"}),
        ("GET", f"{CARO}/issues", {"page": "two"}),
        ("GET", f"{CARO}/actions/workflows/ci.yml/runs", {"status": "fine"}),
        ("GET", f"{CARO}/actions/runs/latest/artifacts", {}),
        ("GET", f"{CRATE}/1.0.2/downloads", {"before_date": "2026-13-01"}),
        ("GET", f"{CRATE}", {"after": "x"}),
        ("GET", "/api/packages/caro/overall", {"mirrors": "no"}),
        ("GET", "/downloads/point/last-decade/caro", {}),
        ("GET", "/other", {}),
    ],
)
def test_a_request_that_is_not_described_is_noticed(
    method: str, path: str, query: dict[str, str]
) -> None:
    with pytest.raises(AssertionError):
        check_request(method, path, query)


@pytest.mark.parametrize(
    "document",
    [
        'query { repository(owner: "o", name: "n") { discussions(state: OPEN) { totalCount } } }',
        'query { repository(owner: "o", name: "n") { discussions(states: DONE) { totalCount } } }',
        'query { repository(owner: "o") { discussions { totalCount } } }',
        'query { repository(owner: "o", name: "n") { discussions { count } } }',
    ],
)
def test_a_graphql_query_that_is_not_allowed_is_noticed(document: str) -> None:
    with pytest.raises(AssertionError):
        check_graphql(document)


def test_an_answer_of_another_shape_is_noticed() -> None:
    with pytest.raises(AssertionError, match="type"):
        check_response("GET", f"{CARO}/issues", 200, b'{"items": []}')
    with pytest.raises(AssertionError, match="never answers 418"):
        check_response("GET", f"{CARO}/issues", 418, b"{}")


def test_redirected_paths_are_the_same_operation() -> None:
    found = find("GET", f"{GITHUB}/repositories/712000001/milestones")
    assert found is not None
    assert found.template == "/repos/{owner}/{repo}/milestones"
