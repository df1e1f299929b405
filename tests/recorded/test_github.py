import base64
import io
import json
import zipfile
from datetime import timedelta

import httpx
import pytest

from exporter.recorded import Recorded, Upstream, serve
from tests.recorded.conftest import NOW, Clock

CARO = "/repos/wildcard/caro"
HOUR = timedelta(hours=1)


def left(answer: httpx.Response) -> int:
    return int(answer.headers["x-ratelimit-remaining"])


def test_what_has_not_changed_costs_nothing_with_a_token(
    server: Recorded, client: httpx.Client
) -> None:
    first = client.get(server.github + CARO)
    again = client.get(server.github + CARO, headers={"if-none-match": first.headers["etag"]})
    assert first.headers["etag"].startswith('W/"')
    assert (again.status_code, again.content) == (304, b"")
    assert left(again) == left(first) == 4999
    assert [entry.cost for entry in server.log] == [1, 0]


def test_what_has_not_changed_costs_as_much_without_a_token(
    server: Recorded, anyone: httpx.Client
) -> None:
    first = anyone.get(server.github + CARO)
    again = anyone.get(server.github + CARO, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, left(first), left(again)) == (304, 59, 58)


def test_what_has_changed_is_sent_again(server: Recorded, client: httpx.Client) -> None:
    first = client.get(server.github + CARO)
    server.upstream.repositories[0].facts["stargazers_count"] += 1
    again = client.get(server.github + CARO, headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 200
    assert again.json()["stargazers_count"] == first.json()["stargazers_count"] + 1


def test_a_tag_survives_a_restart_on_another_port(upstream: Upstream, clock: Clock) -> None:
    tags = set()
    for _ in range(2):
        with serve(upstream, clock) as server:
            answer = httpx.get(server.github + CARO, trust_env=False)
            tags.add(answer.headers["etag"])
            assert answer.json()["url"] == server.github + CARO
    assert len(tags) == 1


def test_whoever_used_up_the_hour_is_refused_until_it_is_over(
    server: Recorded, client: httpx.Client, clock: Clock
) -> None:
    client.get(server.github + CARO)
    server.service.quota.spend(4_999, NOW)
    refused = client.get(server.github + CARO)
    assert refused.status_code == 403
    assert refused.json()["message"].startswith("API rate limit exceeded for user ID")
    assert (left(refused), int(refused.headers["x-ratelimit-reset"])) == (
        0,
        int((NOW + HOUR).timestamp()),
    )
    clock.forward(HOUR)
    assert client.get(server.github + CARO).status_code == 200


def test_without_a_token_there_are_60_an_hour(server: Recorded, anyone: httpx.Client) -> None:
    statuses = [anyone.get(server.github + CARO).status_code for _ in range(61)]
    assert statuses == [200] * 60 + [403]


def test_asking_for_the_limits_is_free(server: Recorded, client: httpx.Client) -> None:
    limits = [client.get(f"{server.github}/rate_limit").json() for _ in range(2)]
    assert [one["resources"]["core"]["remaining"] for one in limits] == [5000, 5000]


def test_enterprise_server_may_know_no_limits(upstream: Upstream, clock: Clock) -> None:
    with serve(upstream, clock, rate_headers=False) as server:
        answer = httpx.get(server.github + CARO, trust_env=False)
        limits = httpx.get(f"{server.github}/rate_limit", trust_env=False)
    assert [name for name in answer.headers if name.startswith("x-ratelimit")] == []
    assert limits.status_code == 404


def test_a_token_says_when_it_dies_and_what_it_may(server: Recorded, client: httpx.Client) -> None:
    headers = client.get(server.github + CARO).headers
    assert headers["github-authentication-token-expiration"] == "2026-02-17 07:59:00 UTC"
    assert headers["x-oauth-scopes"] == "repo"


@pytest.mark.parametrize("secret", ["Bearer bad", "token bad", "Bearer", "Basic Z29vZDo="])
def test_a_wrong_token_is_refused(server: Recorded, anyone: httpx.Client, secret: str) -> None:
    answer = anyone.get(server.github + CARO, headers={"authorization": secret})
    assert (answer.status_code, answer.json()["message"]) == (401, "Bad credentials")


def test_an_expired_token_is_refused(server: Recorded, client: httpx.Client, clock: Clock) -> None:
    clock.forward(timedelta(days=31))
    assert client.get(server.github + CARO).status_code == 401


def test_a_private_repository_is_not_found_without_a_token(
    server: Recorded, anyone: httpx.Client
) -> None:
    server.upstream.repositories[0].facts["private"] = True
    assert anyone.get(server.github + CARO).status_code == 404
    known = anyone.get(server.github + CARO, headers={"authorization": "token fine"})
    assert known.status_code == 200


def test_a_renamed_repository_moves_for_good(server: Recorded, client: httpx.Client) -> None:
    server.upstream.repositories[0].former_names = ("wildcard/karo",)
    answer = client.get(f"{server.github}/repos/wildcard/karo/issues?state=all")
    place = f"{server.github}/repositories/712000001/issues?state=all"
    assert (answer.status_code, answer.headers["location"]) == (301, place)
    assert (answer.json()["message"], answer.json()["url"]) == ("Moved Permanently", place)
    assert len(client.get(place).json()) == 30


def jwt(**claims: object) -> str:
    parts = ({"alg": "RS256", "typ": "JWT"}, {"iss": "12345", **claims})
    texts = [base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=") for one in parts]
    return b".".join([*texts, b"c2lnbmF0dXJl"]).decode()


def test_an_app_gets_a_token_for_an_hour(
    server: Recorded, anyone: httpx.Client, clock: Clock
) -> None:
    at = int(NOW.timestamp())
    headers = {"authorization": f"Bearer {jwt(iat=at - 60, exp=at + 540)}"}
    answer = anyone.post(f"{server.github}/app/installations/7/access_tokens", headers=headers)
    assert answer.status_code == 201
    assert answer.json()["expires_at"] == "2026-01-18T08:59:00Z"
    token = {"authorization": f"Bearer {answer.json()['token']}"}
    assert anyone.get(server.github + CARO, headers=token).status_code == 200
    clock.forward(HOUR)
    assert anyone.get(server.github + CARO, headers=token).status_code == 401


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"iat": 0, "exp": 10_000}, "must be a numeric value representing the future"),
        ({"iat": 0, "exp": int(NOW.timestamp()) + 601}, "too far in the future"),
        ({"iat": int(NOW.timestamp()) + 90, "exp": int(NOW.timestamp()) + 400}, "Issued at"),
    ],
)
def test_an_app_s_times_are_checked(
    server: Recorded, anyone: httpx.Client, claims: dict[str, int], words: str
) -> None:
    url = f"{server.github}/app/installations/7/access_tokens"
    answer = anyone.post(url, headers={"authorization": f"Bearer {jwt(**claims)}"})
    assert answer.status_code == 401
    assert words in answer.json()["message"]
    no_jwt = anyone.post(url, headers={"authorization": "Bearer good"})
    assert no_jwt.json()["message"] == "A JSON web token could not be decoded"


@pytest.mark.parametrize("workflow", ["ci.yml", "712000002"])
def test_runs_are_those_of_one_workflow_newest_first(
    server: Recorded, client: httpx.Client, workflow: str
) -> None:
    url = f"{server.github}{CARO}/actions/workflows/{workflow}/runs"
    query = {"branch": "main", "status": "completed", "event": "push", "per_page": "1"}
    answer = client.get(url, params=query).json()
    assert answer["total_count"] == 2
    assert [one["conclusion"] for one in answer["workflow_runs"]] == ["success"]
    assert client.get(url).json()["workflow_runs"][0]["status"] == "in_progress"


def test_an_artifact_lies_elsewhere_where_no_token_may_come(
    server: Recorded, client: httpx.Client, clock: Clock
) -> None:
    runs = client.get(f"{server.github}{CARO}/actions/workflows/ci.yml/runs?status=success").json()
    url = f"{server.github}{CARO}/actions/runs/{runs['workflow_runs'][0]['id']}/artifacts"
    artifact = client.get(url, params={"name": "junit"}).json()["artifacts"][0]
    answer = client.get(artifact["archive_download_url"])
    place = answer.headers["location"]
    assert answer.status_code == 302
    assert place.startswith(server.storage)
    assert client.get(place).status_code == 401
    bare = httpx.get(place, trust_env=False)
    with zipfile.ZipFile(io.BytesIO(bare.content)) as archive:
        assert archive.namelist() == ["junit.xml"]
        assert b'tests="6"' in archive.read("junit.xml")
    clock.forward(timedelta(minutes=2))
    assert httpx.get(place, trust_env=False).status_code == 403


def test_an_expired_artifact_is_gone(server: Recorded, client: httpx.Client) -> None:
    artifact = server.upstream.repositories[0].artifacts[0]
    artifact["expired"] = True
    url = f"{server.github}{CARO}/actions/artifacts/{artifact['id']}/zip"
    assert client.get(url).status_code == 410


def test_a_label_is_found_in_any_case(server: Recorded, client: httpx.Client) -> None:
    assert client.get(f"{server.github}{CARO}/labels/p0").json()["name"] == "P0"
    assert client.get(f"{server.github}{CARO}/labels/P").status_code == 404


def test_milestones_come_by_due_date(server: Recorded, client: httpx.Client) -> None:
    url = f"{server.github}{CARO}/milestones"
    titles = [one["title"] for one in client.get(url).json()]
    assert titles == ["v1.1.0-beta", "v1.1.0", "v1.2.0"]
    assert len(client.get(url, params={"state": "all", "sort": "completeness"}).json()) == 4


COUNT = "query($o:String!,$n:String!){repository(owner:$o,name:$n){discussions%s{totalCount}}}"


@pytest.mark.parametrize(
    ("arguments", "count"), [("", 5), ("(states: OPEN)", 4), ("(states: [CLOSED])", 1)]
)
def test_discussions_are_counted(
    server: Recorded, client: httpx.Client, arguments: str, count: int
) -> None:
    body = {"query": COUNT % arguments, "variables": {"o": "wildcard", "n": "caro"}}
    answer = client.post(server.graphql, json=body)
    assert answer.json() == {"data": {"repository": {"discussions": {"totalCount": count}}}}


def test_graphql_wants_a_token(server: Recorded, anyone: httpx.Client) -> None:
    answer = anyone.post(server.graphql, json={"query": "query { rateLimit { cost } }"})
    assert answer.status_code == 401


def test_a_repository_that_graphql_does_not_know_is_an_error_with_status_200(
    server: Recorded, client: httpx.Client
) -> None:
    body = {"query": COUNT % "", "variables": {"o": "wildcard", "n": "karo"}}
    answer = client.post(server.graphql, json=body)
    assert answer.status_code == 200
    assert answer.json()["data"] == {"repository": None}
    assert answer.json()["errors"][0]["type"] == "NOT_FOUND"


def test_graphql_says_with_status_200_that_its_limit_is_reached(
    server: Recorded, client: httpx.Client
) -> None:
    server.service.quota.known = 0
    answer = client.post(server.graphql, json={"query": "query { rateLimit { cost } }"})
    assert (answer.status_code, answer.json()["errors"][0]["type"]) == (200, "RATE_LIMITED")


def test_graphql_refuses_what_is_not_recorded(server: Recorded, client: httpx.Client) -> None:
    answer = client.post(server.graphql, json={"query": "query { viewer { login } }"})
    assert "doesn't exist" in answer.json()["errors"][0]["message"]
