"""What the builders say must come out, read again from what they built."""

from datetime import datetime

import pytest

from exporter.recorded import Repository
from exporter.recorded.model import Json
from tests.recorded.builders import DAY, NAMES, Expected, many_issues
from tests.recorded.conftest import NOW

Built = tuple[Repository, Expected]


@pytest.fixture(scope="module")
def built() -> Built:
    return many_issues(10_050, NOW)


def real(built: Built, label: str) -> list[Json]:
    return [
        one
        for one in built[0].issues
        if "pull_request" not in one and label in [each["name"] for each in one["labels"]]
    ]


def opened(issue: Json) -> datetime:
    return datetime.fromisoformat(issue["created_at"])


@pytest.mark.parametrize("label", NAMES)
def test_every_count_by_label_is_right(built: Built, label: str) -> None:
    expected = built[1]
    still = [one for one in real(built, label) if one["state"] == "open"]
    done = [one for one in real(built, label) if one["state_reason"] == "completed"]
    taken = [(datetime.fromisoformat(one["closed_at"]) - opened(one)) for one in done]
    assert len(still) == expected.open[label] > 0
    assert min(map(opened, still)) == expected.oldest[label]
    assert len(done) == len(expected.completed[label]) > 0
    assert sum(one.total_seconds() for one in taken) / len(taken) == expected.mean(label)


def test_the_other_counts_are_right(built: Built) -> None:
    repository, expected = built
    issues = [one for one in repository.issues if "pull_request" not in one]
    assert (expected.issues, expected.pulls) == (len(issues), 10_050 - len(issues)) == (8040, 2010)
    assert expected.open_issues == sum(one["state"] == "open" for one in issues)
    assert expected.reopened == sum(one["state_reason"] == "reopened" for one in issues) > 100
    assert expected.opened_last_day == sum(opened(one) > NOW - DAY for one in issues) > 10
    assert repository.facts["stargazers_count"] == expected.stars


def test_every_trap_is_set(built: Built) -> None:
    pulls = [one for one in built[0].issues if "pull_request" in one and one["state"] == "open"]
    for label in ("P0", "P1"):
        reasons = {one["state_reason"] for one in real(built, label)}
        assert reasons == {None, "completed", "not_planned", "duplicate", "reopened"}
        assert any(label in [each["name"] for each in one["labels"]] for one in pulls)
    assert built[1].open["P0"] < built[1].open["P0-candidate"]


def test_nothing_happens_after_now(built: Built) -> None:
    times = [one[key] for one in built[0].issues for key in ("created_at", "updated_at")]
    assert max(map(datetime.fromisoformat, times)) < NOW
    assert all(one["closed_at"] >= one["created_at"] for one in built[0].issues if one["closed_at"])
