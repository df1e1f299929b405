import httpx
import pytest

from exporter.recorded import Recorded

ISSUES = "/repos/wildcard/caro/issues"


def titles(client: httpx.Client, server: Recorded, **query: str) -> list[str]:
    answer = client.get(server.github + ISSUES, params={"per_page": "100", **query})
    assert answer.status_code == 200
    return [one["title"] for one in answer.json()]


def test_open_ones_are_listed_unless_told_otherwise(server: Recorded, client: httpx.Client) -> None:
    assert len(titles(client, server)) == 19
    assert len(titles(client, server, state="closed")) == 40
    assert len(titles(client, server, state="all")) == 59


def test_pull_requests_are_among_them(server: Recorded, client: httpx.Client) -> None:
    answer = client.get(server.github + ISSUES, params={"labels": "P0"})
    assert [one["title"] for one in answer.json() if "pull_request" in one] == [
        "Refuse pipes into interpreters"
    ]


def test_a_label_is_matched_whole_and_in_any_case(server: Recorded, client: httpx.Client) -> None:
    found = titles(client, server, labels="p0-CANDIDATE")
    assert len(found) == 3
    assert titles(client, server, labels="P0-cand") == []


def test_several_labels_mean_all_of_them(server: Recorded, client: httpx.Client) -> None:
    assert titles(client, server, labels="beta-tester,P0", state="all") == [
        "Safety check passes pipes to shells",
        "Panics without a home",
        "Panics without a home folder",
    ]


@pytest.mark.parametrize(("milestone", "count"), [("4", 5), ("*", 12), ("none", 7)])
def test_a_milestone_is_asked_for_by_number(
    server: Recorded, client: httpx.Client, milestone: str, count: int
) -> None:
    assert len(titles(client, server, milestone=milestone)) == count


def test_since_means_updated_since(server: Recorded, client: httpx.Client) -> None:
    found = titles(client, server, since="2026-01-17T08:00:00Z", state="all")
    assert len(found) == 7
    assert titles(client, server, since="2027-01-17T08:00:00Z", state="all") == []


def test_the_newest_come_first_unless_told_otherwise(
    server: Recorded, client: httpx.Client
) -> None:
    newest = titles(client, server, state="all")
    oldest = titles(client, server, state="all", direction="asc", sort="created")
    assert newest == oldest[::-1]
    assert oldest[0] == "First release"


@pytest.mark.parametrize(
    "query",
    [{"state": "done"}, {"milestone": "99"}, {"since": "now"}, {"sort": "x"}, {"direction": "x"}],
)
def test_a_value_that_github_refuses_is_refused(
    server: Recorded, client: httpx.Client, query: dict[str, str]
) -> None:
    answer = client.get(server.github + ISSUES, params=query)
    assert answer.status_code == 422
    assert answer.json()["message"] == "Validation Failed"


def test_what_it_does_not_know_is_refused_loudly(server: Recorded, client: httpx.Client) -> None:
    answer = client.get(server.github + ISSUES, params={"assignee": "octo-ada"})
    assert (answer.status_code, answer.json()["message"][:12]) == (501, "not recorded")


def test_a_repository_without_issues_is_gone(server: Recorded, client: httpx.Client) -> None:
    server.upstream.repositories[0].facts["has_issues"] = False
    assert client.get(server.github + ISSUES).status_code == 410
