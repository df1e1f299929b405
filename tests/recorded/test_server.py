import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict

import httpx
import pytest

from exporter.recorded import Recorded, Repository, Upstream, serve
from tests.recorded.conftest import Clock

CARO = "/repos/wildcard/caro"


def test_a_connection_serves_many_requests(server: Recorded, client: httpx.Client) -> None:
    answers = [client.get(server.github + CARO) for _ in range(3)]
    streams = {id(answer.extensions["network_stream"]) for answer in answers}
    assert len(streams) == 1


def test_the_log_knows_what_was_asked_but_no_secret(server: Recorded, client: httpx.Client) -> None:
    url = f"{server.github}{CARO}/issues"
    client.get(url, params={"labels": "P0"}, headers={"if-none-match": 'W/"x"'})
    (entry,) = server.log
    assert (entry.method, entry.path, entry.query) == (
        "GET",
        f"/api/v3{CARO}/issues",
        {"labels": "P0"},
    )
    assert (entry.authorized, entry.conditional, entry.status, entry.host) == (
        True,
        True,
        200,
        "api",
    )
    assert "good" not in str(asdict(entry))


def test_it_tells_when_there_was_more_than_one_at_a_time(upstream: Upstream, clock: Clock) -> None:
    with serve(upstream, clock, delay=0.2) as server:
        url = server.github + CARO
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(lambda _: httpx.get(url, trust_env=False), range(3)))
        assert server.log.highest_in_flight > 1
        server.log.clear()
        for _ in range(2):
            httpx.get(url, trust_env=False)
        assert server.log.highest_in_flight == 1
        assert 0.2 <= server.log.smallest_gap < 5


def test_the_date_is_the_clock_s(server: Recorded, client: httpx.Client) -> None:
    assert client.get(server.github + CARO).headers["date"] == "Sun, 18 Jan 2026 07:59:00 GMT"


def test_it_stops_at_once_although_somebody_waits(upstream: Upstream, clock: Clock) -> None:
    with (
        httpx.Client(trust_env=False, timeout=30) as waiting,
        ThreadPoolExecutor(1) as pool,
        serve(upstream, clock) as server,
    ):
        server.fault("/", "timeout")
        asked = pool.submit(waiting.get, server.github + CARO)
        while not len(server.log):
            time.sleep(0.01)
        started = time.monotonic()
        server.stop()
        with pytest.raises(httpx.HTTPError):
            asked.result(10)
    assert time.monotonic() - started < 10


def test_a_mistake_in_the_recordings_is_the_test_s_to_hear(clock: Clock) -> None:
    statuses: list[int] = []
    with pytest.raises(KeyError):
        _ask_broken(clock, statuses)
    assert statuses == [500]


def _ask_broken(clock: Clock, statuses: list[int]) -> None:
    with serve(Upstream([Repository({"full_name": "wildcard/caro"})]), clock) as server:
        statuses.append(httpx.get(server.github + CARO, trust_env=False).status_code)


def test_nothing_else_lives_there(server: Recorded, client: httpx.Client) -> None:
    assert client.get(f"{server.url}/other").status_code == 501
