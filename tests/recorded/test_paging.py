import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from exporter.recorded import Recorded, Upstream, serve
from exporter.recorded.paging import BadCursorError, cursor, position
from tests.recorded.builders import many_issues
from tests.recorded.conftest import NOW, Clock

ISSUES = "/repos/wildcard/caro/issues"


def pages(client: httpx.Client, url: str | None) -> Iterator[tuple[httpx.Response, Any]]:
    while url:
        answer = client.get(url)
        assert answer.status_code == 200, answer.text
        yield answer, answer.json()
        url = answer.links.get("next", {}).get("url")


def test_links_look_like_github_s(server: Recorded, client: httpx.Client) -> None:
    url = f"{server.github}{ISSUES}?state=all&per_page=20"
    first, second, last = (answer.headers["link"] for answer, _ in pages(client, url))
    base = re.escape(f"{server.github}/repositories/712000001/issues?state=all&per_page=20")
    after = rf"<{base}&after=Y3Vyc29yOnYyOpLPAAAB[\w%%]+&page=%d>; rel=\"next\""
    before = rf"<{base}&page=%d&before=Y3Vyc29yOnYyOpLPAAAB[\w%%]+>; rel=\"prev\""
    assert re.fullmatch(after % 2, first)
    assert re.fullmatch(f"{after % 3}, {before % 1}", second)
    assert re.fullmatch(before % 2, last)


def test_a_single_page_has_no_links(server: Recorded, client: httpx.Client) -> None:
    assert "link" not in client.get(f"{server.github}{ISSUES}").headers


def test_back_and_forth_is_the_same_page(server: Recorded, client: httpx.Client) -> None:
    answers = list(pages(client, f"{server.github}{ISSUES}?state=all&per_page=20"))
    back = client.get(answers[2][0].links["prev"]["url"])
    assert back.json() == answers[1][1]


def test_an_issue_opened_between_two_pages_moves_nothing(
    server: Recorded, client: httpx.Client
) -> None:
    first = client.get(f"{server.github}{ISSUES}?state=all&per_page=20")
    issues = server.upstream.repositories[0].issues
    expected = [one["number"] for one in issues[20:40]]
    issues.insert(0, {**issues[0], "number": 60, "id": 2848000999})
    second = client.get(first.links["next"]["url"])
    assert [one["number"] for one in second.json()] == expected


def test_no_more_than_a_hundred_fit_on_a_page(client: httpx.Client, clock: Clock) -> None:
    repository, _ = many_issues(150, NOW)
    with serve(Upstream([repository]), clock) as server:
        url = f"{server.github}{ISSUES}?state=all"
        sizes = [len(client.get(f"{url}{more}").json()) for more in ("", "&per_page=1000")]
    assert sizes == [30, 100]


@pytest.mark.parametrize("deep", ["per_page=100&page=100", "per_page=50&page=200"])
def test_ten_thousand_are_out_of_reach_by_number(
    server: Recorded, client: httpx.Client, deep: str
) -> None:
    answer = client.get(f"{server.github}{ISSUES}?{deep}")
    assert answer.status_code == 422
    assert answer.json()["message"].startswith("Pagination with the page parameter is not supp")
    shallow = client.get(f"{server.github}{ISSUES}?per_page=100&page=99")
    assert (shallow.status_code, shallow.json()) == (200, [])


def test_all_of_10_050_come_by_cursor_exactly_once(client: httpx.Client, clock: Clock) -> None:
    repository, expected = many_issues(10_050, NOW)
    with serve(Upstream([repository]), clock) as server:
        url = f"{server.github}{ISSUES}?state=all&per_page=100"
        found = [one for _, some in pages(client, url) for one in some]
        assert len(server.log) == 101
    assert [one["number"] for one in found] == list(range(10_050, 0, -1))
    issues = [one for one in found if "pull_request" not in one]
    assert len(issues) == expected.issues
    assert sum(one["state"] == "open" for one in issues) == expected.open_issues
    assert 0.29 < sum(one["state"] == "closed" for one in found) / len(found) < 0.31


def test_a_cursor_can_be_read_back() -> None:
    for key in ((1_768_000_000_123, 42), (0, 5_696_000_009)):
        assert position(cursor(key)) == key


@pytest.mark.parametrize("text", ["", "nonsense!", "bm9uc2Vuc2U=", cursor((1, 2))[:-4]])
def test_a_made_up_cursor_is_refused(text: str) -> None:
    with pytest.raises(BadCursorError):
        position(text)


def test_other_lists_have_numbered_pages(server: Recorded, client: httpx.Client) -> None:
    url = f"{server.github}/repos/wildcard/caro/labels?per_page=4&page=2"
    links = client.get(url).links
    numbers = {rel: link["url"].rpartition("=")[2] for rel, link in links.items()}
    assert numbers == {"prev": "1", "next": "3", "last": "3", "first": "1"}
