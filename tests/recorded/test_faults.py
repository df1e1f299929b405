import gzip
import io
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
import pytest

from exporter.recorded import Recorded
from exporter.recorded.faults import KINDS
from tests.recorded.conftest import NOW

CARO = "/repos/wildcard/caro"
ENDPOINTS = (f"{CARO}/issues", CARO, "/rate_limit")
STATUSES = {
    "unauthorized": 401,
    "forbidden": 403,
    "primary_limit": 403,
    "secondary_limit": 403,
    "not_found": 404,
    "gone": 410,
    "unprocessable": 422,
    "429": 429,
    "429_seconds": 429,
    "429_date": 429,
    "429_nonsense": 429,
    "500": 500,
    "502": 502,
    "503": 503,
    "redirect_loop": 302,
    "cross_host": 302,
}
BROKEN = {
    "timeout": httpx.ReadTimeout,
    "dripping": httpx.ReadTimeout,
    "reset": httpx.ReadError,
    "truncated": httpx.RemoteProtocolError,
}
GOOD_STATUS = {"wrong_type", "not_json", "html", "empty", "gzip_bomb"}


@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.parametrize(("kind", "status"), STATUSES.items())
def test_a_refusal_has_its_status_and_is_logged(
    server: Recorded, client: httpx.Client, kind: str, status: int, path: str
) -> None:
    server.fault("/", kind)
    answer = client.get(server.github + path)
    assert answer.status_code == status
    assert [(entry.fault, entry.status) for entry in server.log] == [(kind, status)]


@pytest.mark.parametrize(("kind", "error"), BROKEN.items())
def test_a_broken_answer_breaks(server: Recorded, kind: str, error: type[Exception]) -> None:
    server.fault("/", kind)
    # Its drops come every 0.2 seconds.
    with httpx.Client(trust_env=False, timeout=0.1) as hasty, pytest.raises(error):
        hasty.get(f"{server.github}{CARO}/issues")


def test_every_kind_is_tested_here() -> None:
    assert KINDS.keys() == STATUSES.keys() | BROKEN.keys() | GOOD_STATUS


def test_a_wrong_type_is_json_still(server: Recorded, client: httpx.Client) -> None:
    server.fault("/", "wrong_type")
    assert client.get(f"{server.github}{CARO}/issues").json() == {}
    assert client.get(server.github + CARO).json() == []


@pytest.mark.parametrize(("kind", "start"), [("html", b"<!doc"), ("empty", b"")])
def test_a_body_may_be_no_json_with_a_good_status(
    server: Recorded, client: httpx.Client, kind: str, start: bytes
) -> None:
    server.fault("/", kind)
    answer = client.get(server.github + CARO)
    assert (answer.status_code, answer.content[:5]) == (200, start)


def test_json_may_end_in_the_middle(server: Recorded, client: httpx.Client) -> None:
    server.fault("/", "not_json")
    with pytest.raises(ValueError, match="Unterminated string"):
        client.get(server.github + CARO).json()


def test_a_bomb_is_small_and_unpacks_to_much(server: Recorded, client: httpx.Client) -> None:
    server.fault("/", "gzip_bomb")
    with client.stream("GET", server.github + CARO) as answer:
        packed = b"".join(answer.iter_raw())
        assert answer.headers["content-encoding"] == "gzip"
    assert len(packed) < 600_000
    size = 0
    with gzip.open(io.BytesIO(packed)) as unpacked:
        while part := unpacked.read(1 << 22):
            size += len(part)
    assert size == 512 * 1024 * 1024 + 2


def test_how_long_to_wait_is_said_in_every_way(server: Recorded, client: httpx.Client) -> None:
    said = {}
    for kind in ("429", "429_seconds", "429_date", "429_nonsense"):
        server.fault("/", kind, times=1)
        said[kind] = client.get(server.github + CARO).headers.get("retry-after")
    date = parsedate_to_datetime(said.pop("429_date") or "")
    assert date == datetime(2026, 1, 18, 7, 59, 30, tzinfo=UTC)
    assert said == {"429": None, "429_seconds": "30", "429_nonsense": "in a while"}


def test_a_used_up_limit_says_until_when(server: Recorded, client: httpx.Client) -> None:
    server.fault("/", "primary_limit")
    headers = client.get(server.github + CARO).headers
    assert headers["x-ratelimit-remaining"] == "0"
    assert int(headers["x-ratelimit-reset"]) == int(NOW.timestamp()) + 30


def test_a_loop_never_ends(server: Recorded, client: httpx.Client) -> None:
    server.fault("/", "redirect_loop")
    with pytest.raises(httpx.TooManyRedirects):
        client.get(server.github + CARO, follow_redirects=True)


def test_who_follows_to_another_host_finds_no_bugs_there(
    server: Recorded, client: httpx.Client
) -> None:
    server.fault("/api", "cross_host", times=1)
    answer = client.get(f"{server.github}{CARO}/issues", follow_redirects=True)
    assert answer.json() == []
    assert [(entry.host, entry.authorized) for entry in server.log] == [
        ("api", True),
        ("storage", False),
    ]


def test_a_fault_ends_after_its_times_or_when_healed(
    server: Recorded, client: httpx.Client
) -> None:
    server.fault(f"/api/v3{CARO}/issues", "500", times=2)
    url = f"{server.github}{CARO}/issues"
    assert [client.get(url).status_code for _ in range(3)] == [500, 500, 200]
    server.fault("/", "503")
    assert client.get(url).status_code == 503
    server.heal()
    assert client.get(url).status_code == 200


def test_other_paths_are_untouched(server: Recorded, client: httpx.Client) -> None:
    server.fault(f"/api/v3{CARO}/issues", "500")
    assert client.get(server.github + CARO).status_code == 200


def test_an_unknown_kind_is_a_mistake_of_the_test(server: Recorded) -> None:
    with pytest.raises(KeyError):
        server.fault("/", "earthquake")
