from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from exporter.recorded import Recorded, serve
from exporter.recorded.crates import precedence
from tests.recorded.builders import Published, published
from tests.recorded.conftest import NOW

PUBLISHED = datetime(2026, 1, 8, 17, 30, tzinfo=UTC)
CRATE = "/api/v1/crates/caro"


@pytest.fixture
def around() -> Published:
    return published(PUBLISHED, NOW)


@pytest.fixture
def registries(around: Published) -> Iterator[Recorded]:
    with serve(around.upstream, lambda: NOW) as server:
        yield server


def week(around: Published) -> list[str]:
    return [str(around.day + timedelta(days=n)) for n in range(7)]


@pytest.mark.parametrize("agent", ["", "python-httpx/0.28.1", "curl/8.5.0"])
def test_crates_io_wants_to_know_who_asks(server: Recorded, agent: str) -> None:
    answer = httpx.get(server.url + CRATE, trust_env=False, headers={"user-agent": agent})
    assert answer.status_code == 403
    assert "User-Agent" in answer.json()["errors"][0]["detail"]


def test_a_crate_comes_with_everything_or_what_is_asked_for(
    server: Recorded, anyone: httpx.Client
) -> None:
    whole = anyone.get(server.url + CRATE).json()
    assert [one["num"] for one in whole["versions"]][:2] == ["1.1.0-beta.1", "1.0.2"]
    assert whole["crate"]["max_version"] == "1.1.0-beta.1"
    part = anyone.get(server.url + CRATE, params={"include": "default_version"}).json()
    assert [one["num"] for one in part["versions"]] == ["1.0.2"]
    assert (part["crate"]["max_version"], part["crate"]["recent_downloads"]) == ("0.0.0", None)
    assert part["crate"]["downloads"] == whole["crate"]["downloads"]


def test_a_crate_s_name_may_be_written_otherwise(server: Recorded, anyone: httpx.Client) -> None:
    assert anyone.get(f"{server.url}/api/v1/crates/CARO").json()["crate"]["name"] == "caro"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/api/v1/crates/karo", "crate `karo` does not exist"),
        (f"{CRATE}/1.1.0", "crate `caro` does not have a version `1.1.0`"),
        (f"{CRATE}/1.1.0/downloads", "crate `caro` does not have a version `1.1.0`"),
    ],
)
def test_what_is_not_published_is_not_found(
    server: Recorded, anyone: httpx.Client, path: str, words: str
) -> None:
    answer = anyone.get(server.url + path)
    assert (answer.status_code, answer.json()["errors"][0]["detail"]) == (404, words)


def test_only_the_five_highest_versions_are_told_apart(
    server: Recorded, anyone: httpx.Client
) -> None:
    told = anyone.get(f"{server.url}{CRATE}/downloads", params={"include": "versions"}).json()
    assert [one["num"] for one in told["versions"]] == [
        "1.1.0-beta.1",
        "1.0.2",
        "1.0.1",
        "1.0.0",
        "0.9.0",
    ]
    assert len({row["version"] for row in told["version_downloads"]}) == 5
    assert len(told["meta"]["extra_downloads"]) == 89  # of 0.8.0, 90 days back from today


def test_semantic_versions_have_their_own_order() -> None:
    ordered = ["0.9.9", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta.2", "1.0.0-beta.11"]
    ordered += ["1.0.0", "1.0.2", "1.0.10"]
    shuffled = ordered[1::2] + ordered[::2]
    assert sorted(shuffled, key=precedence) == ordered


def test_before_date_includes_that_date(
    registries: Recorded, around: Published, anyone: httpx.Client
) -> None:
    last = week(around)[-1]
    answer = anyone.get(f"{registries.url}{CRATE}/1.1.0/downloads", params={"before_date": last})
    rows = answer.json()["version_downloads"]
    assert [row["date"] for row in rows] == week(around)
    assert sum(row["downloads"] for row in rows) == around.of_version == 285


def test_crates_io_tells_today_s_part_of_a_day(registries: Recorded, anyone: httpx.Client) -> None:
    rows = anyone.get(f"{registries.url}{CRATE}/1.1.0/downloads").json()["version_downloads"]
    assert rows[-1]["date"] == "2026-01-18"
    assert rows[-1]["downloads"] == 1


def test_pypistats_counts_by_package_with_and_without_mirrors(
    registries: Recorded, around: Published, anyone: httpx.Client
) -> None:
    url = f"{registries.url}/api/packages/Caro/overall"
    sums = [
        sum(
            row["downloads"]
            for row in anyone.get(url, params={"mirrors": mirrors}).json()["data"]
            if row["date"] in week(around)
        )
        for mirrors in ("false", "true")
    ]
    assert sums == [around.of_package, 2 * around.of_package]


def test_pypistats_tells_recent_sums(registries: Recorded, anyone: httpx.Client) -> None:
    url = f"{registries.url}/api/packages/caro/recent"
    assert set(anyone.get(url).json()["data"]) == {"last_day", "last_month", "last_week"}
    assert anyone.get(url, params={"period": "day"}).json()["data"] == {"last_day": 1}


@pytest.mark.parametrize("path", ["karo/overall", "caro/recent?period=year", "caro/other"])
def test_pypistats_answers_404_in_html(
    registries: Recorded, anyone: httpx.Client, path: str
) -> None:
    answer = anyone.get(f"{registries.url}/api/packages/{path}")
    assert (answer.status_code, answer.headers["content-type"][:9]) == (404, "text/html")


@pytest.mark.parametrize("name", ["caro", "@wildcard/caro", "@wildcard%2Fcaro"])
def test_npm_counts_a_package_s_days(
    registries: Recorded, around: Published, anyone: httpx.Client, name: str
) -> None:
    span = f"{week(around)[0]}:{week(around)[-1]}"
    rows = anyone.get(f"{registries.url}/downloads/range/{span}/{name}").json()
    point = anyone.get(f"{registries.url}/downloads/point/{span}/{name}").json()
    assert sum(row["downloads"] for row in rows["downloads"]) == around.of_package
    assert point["downloads"] == around.of_package
    assert (point["package"], len(rows["downloads"])) == (name.replace("%2F", "/"), 7)


def test_npm_reads_zero_for_days_that_it_has_not_counted(
    registries: Recorded, anyone: httpx.Client
) -> None:
    rows = anyone.get(f"{registries.url}/downloads/range/2026-01-19:2026-01-21/caro").json()
    assert [row["downloads"] for row in rows["downloads"]] == [0, 0, 0]


def test_npm_tells_versions_apart_over_the_last_week_only(
    registries: Recorded, anyone: httpx.Client
) -> None:
    url = f"{registries.url}/versions/@wildcard%2Fcaro/last-week"
    # From the 11th to the 17th: the last four days of the first week, and three later ones.
    assert anyone.get(url).json()["downloads"] == {"1.0.2": 49, "1.1.0": 40 + 35 + 25 + 20 + 30}


def test_npm_wants_the_slash_of_a_scope_encoded_there(
    registries: Recorded, anyone: httpx.Client
) -> None:
    assert anyone.get(f"{registries.url}/versions/@wildcard/caro/last-week").status_code == 404


@pytest.mark.parametrize("path", ["versions/karo/last-week", "downloads/point/last-day/karo"])
def test_npm_does_not_know_every_package(
    registries: Recorded, anyone: httpx.Client, path: str
) -> None:
    answer = anyone.get(f"{registries.url}/{path}")
    assert (answer.status_code, answer.json()) == (404, {"error": "package karo not found"})
