"""What the example's recordings say, read without the program's own code."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from exporter import demo
from exporter.recorded import Upstream, load_upstream
from exporter.recorded.model import Json

SURVEY_DAY = datetime(2026, 1, 17, 8, tzinfo=UTC)


def bugs(upstream: Upstream, label: str, **facts: object) -> list[Json]:
    return [
        one
        for one in upstream.repositories[0].issues
        if "pull_request" not in one
        and label in [each["name"] for each in one["labels"]]
        and all(one[key] == value for key, value in facts.items())
    ]


def hours(issue: Json) -> float:
    span = datetime.fromisoformat(issue["closed_at"]) - datetime.fromisoformat(issue["created_at"])
    return span.total_seconds() / 3600


def mean(issues: list[Json]) -> float:
    return sum(map(hours, issues)) / len(issues)


def test_resolution_times_are_those_of_the_users_example(upstream: Upstream) -> None:
    assert mean(bugs(upstream, "P0", state_reason="completed")) == 2.5
    assert mean(bugs(upstream, "P1", state_reason="completed")) == 18


def test_they_would_be_others_if_all_closed_ones_counted(upstream: Upstream) -> None:
    assert mean(bugs(upstream, "P0", state="closed")) > 30
    assert mean(bugs(upstream, "P1", state="closed")) > 40


def test_no_p0_is_open_but_for_a_pull_request_and_look_alikes(upstream: Upstream) -> None:
    assert bugs(upstream, "P0", state="open") == []
    assert len(bugs(upstream, "P0-candidate", state="open")) == 3
    every = [one for one in upstream.repositories[0].issues if one["state"] == "open"]
    assert sum("P0" in [each["name"] for each in one["labels"]] for one in every) == 1


def test_one_p1_is_open_and_younger_than_two_days(upstream: Upstream) -> None:
    (issue,) = bugs(upstream, "P1", state="open")
    age = datetime(2026, 1, 18, 8, tzinfo=UTC) - datetime.fromisoformat(issue["created_at"])
    assert age.total_seconds() / 3600 == 30


def test_nothing_was_resolved_on_the_last_day_which_the_demo_squeezes(upstream: Upstream) -> None:
    closed = [one["closed_at"] for one in upstream.repositories[0].issues if one["closed_at"]]
    assert max(map(datetime.fromisoformat, closed)) < SURVEY_DAY


def test_the_repository_counts_pull_requests_as_open_issues(upstream: Upstream) -> None:
    repository = upstream.repositories[0]
    open_ones = [one for one in repository.issues if one["state"] == "open"]
    assert repository.facts["open_issues_count"] == len(open_ones) == 19
    assert sum("pull_request" not in one for one in open_ones) == 16
    new = [one for one in open_ones if datetime.fromisoformat(one["created_at"]) >= SURVEY_DAY]
    assert sum("pull_request" not in one for one in new) == 5


def test_milestones_count_what_they_hold(upstream: Upstream) -> None:
    for one in upstream.repositories[0].milestones:
        states = [
            issue["state"]
            for issue in upstream.repositories[0].issues
            if issue["milestone"] and issue["milestone"]["number"] == one["number"]
        ]
        counts = (states.count("open"), states.count("closed"))
        assert (one["open_issues"], one["closed_issues"]) == counts


def test_the_release_is_not_published_yet(upstream: Upstream) -> None:
    crate = upstream.crates["caro"]
    assert "1.1.0" not in [one["num"] for one in crate.versions]
    assert crate.facts["default_version"] == "1.0.2"
    days = {row["date"] for rows in crate.downloads.values() for row in rows}
    assert (len(days), max(days)) == (90, "2026-01-17")


def test_the_demo_s_copy_says_the_same_of_today(tmp_path: Path) -> None:
    noon = datetime(2026, 5, 20, 12, tzinfo=ZoneInfo("America/Los_Angeles"))
    demo.prepare(tmp_path, noon)
    shifted = load_upstream(tmp_path / "upstream")
    assert mean(bugs(shifted, "P0", state_reason="completed")) == 2.5
    assert mean(bugs(shifted, "P1", state_reason="completed")) == 18
    due = {one["title"]: one["due_on"] for one in shifted.repositories[0].milestones}
    assert due["v1.1.0"] == "2026-05-27T07:00:00Z"  # a midnight there, a week from now
    rows = shifted.crates["caro"].downloads["1.0.2"]
    assert max(row["date"] for row in rows) == "2026-05-20"
    opened = [one["created_at"] for one in shifted.repositories[0].issues]
    assert max(map(datetime.fromisoformat, opened)) <= noon
