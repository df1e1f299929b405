"""Large repositories: every count exact, and nothing asked that is not needed."""

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from exporter.collectors.github import listing
from exporter.model import Context, Reading
from tests.releases import NOW
from tests.upstream.github_load import LONG, fill, poll
from tests.upstream.world import World, forget_everything, served

HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    forget_everything()
    with served(monkeypatch) as one:
        yield one


def expected(world: World) -> dict[str, float]:
    """Count in another way than the collector: over the recordings, with nothing left out."""
    real = [one for one in world.repository.issues if "pull_request" not in one]
    opened = [one for one in real if one["state"] == "open"]
    day = (world.now - DAY).strftime("%Y-%m-%dT%H:%M:%SZ")
    found: dict[str, float] = {
        "release_open_issues": len(opened),
        "release_new_issues": sum(one["created_at"] > day for one in real),
        "release_repository_stars": 1204,
        "release_open_discussions": 0,
    }
    for priority in ("P0", "P1"):
        bugs = [one for one in opened if priority in [label["name"] for label in one["labels"]]]
        found[f"release_open_bugs/{priority}"] = len(bugs)
    return found


def counts(reading: Reading) -> dict[str, float]:
    timed = ("release_bug_resolution_seconds", "release_oldest_open_bug_seconds")
    return {
        "/".join((one.gauge, *(value for _, value in one.labels))): one.value
        for one in reading.samples
        if one.gauge not in timed
    }


def resolved(world: World, priority: str) -> int:
    return sum(
        one["state"] == "closed"
        and one["state_reason"] in ("completed", None)
        and "pull_request" not in one
        and priority in [label["name"] for label in one["labels"]]
        for one in world.repository.issues
    )


def asked(world: World) -> list[Any]:
    return [one for one in world.server.log if one.method == "GET"]


@pytest.mark.parametrize("whole", [True, False])
def test_10050_items_are_counted_exactly(
    world: World, context: Context, monkeypatch: pytest.MonkeyPatch, whole: bool
) -> None:
    fill(world, 10_050)
    if whole:
        monkeypatch.setattr(listing, "WHOLE", 10**6)
    reading = world.read(context, deadline=LONG, interval=LONG)
    assert counts(reading) == expected(world)
    means = [one for one in reading.samples if one.gauge == "release_bug_resolution_seconds"]
    assert [one.n for one in means] == [resolved(world, "P0"), resolved(world, "P1")]
    assert all(0 <= one.value < 60 for one in means)
    if whole:
        assert len(asked(world)) == 102
        assert reading.read == sum("pull_request" not in one for one in world.repository.issues)


@pytest.mark.parametrize("count", [499, 500])
def test_the_cost_of_a_cycle_for_500_issues(world: World, context: Context, count: int) -> None:
    fill(world, count)
    world.read(context)
    cold = len(world.server.log)
    # The seventh looks for what may lie behind a last page that is full, the last one asks GraphQL.
    assert cold == {499: 7, 500: 8}[count]
    world.server.log.clear()
    world.read(context)
    assert {one.status for one in world.server.log} == {304}
    assert world.server.log.cost == 0
    assert len(world.server.log) == cold - 1


def test_an_unchanged_repository_of_3000_issues_costs_nothing(
    world: World, context: Context
) -> None:
    # For a whole day: benchmarks/github.py
    fill(world, 3_000)
    day = poll(world, context, cycles=6)
    assert {one.status for one in day if one.method == "GET"} == {304}
    assert sum(one.cost for one in day) == 0
    assert world.server.log.highest_in_flight == 1


def test_the_restart_remembers_every_page(world: World, context: Context) -> None:
    fill(world, 2_100)
    first = world.read(context, deadline=LONG)
    forget_everything()
    world.server.log.clear()
    assert counts(world.read(context, deadline=LONG)) == counts(first)
    assert {one.status for one in world.server.log} == {304}


@pytest.mark.parametrize("whole", [True, False])
def test_an_old_issue_that_comes_in_behind_a_full_last_page_is_seen(
    world: World, context: Context, monkeypatch: pytest.MonkeyPatch, whole: bool
) -> None:
    monkeypatch.setattr(listing, "WHOLE", 10**6 if whole else 0)
    for number in range(201, 401):
        world.issue(number, ["P0"], opened=(500 - number) * DAY)
    world.issue(150, ["P1"], opened=999 * DAY)
    if whole:
        world.repository.issues.pop()
    assert counts(world.read(context))["release_open_bugs/P0"] == 200
    for late in (150, 151):
        if late in [one["number"] for one in world.repository.issues]:
            world.find(late)["labels"] = world.find(201)["labels"]
        else:
            world.issue(late, ["P0"], opened=(1200 - late) * DAY)
    assert counts(world.read(context))["release_open_bugs/P0"] == 202


def test_every_change_of_a_warm_repository_is_seen_at_the_next_look(
    world: World, context: Context
) -> None:
    fill(world, 2_300, seed=7)
    chance = random.Random(7)
    for _ in range(4):
        assert counts(world.read(context, deadline=LONG)) == expected(world)
        world.now += 5 * MINUTE
        for one in chance.sample(world.repository.issues, 3):
            closed = one["state"] == "open"
            one["state"] = "closed" if closed else "open"
            one["closed_at"] = NOW.strftime("%Y-%m-%dT%H:%M:%SZ") if closed else None
        chance.choice(world.repository.issues)["labels"] = [world.repository.labels[0]]
        world.repository.issues.remove(chance.choice(world.repository.issues))
        world.issue(
            max(one["number"] for one in world.repository.issues) + 1, ["P0"], opened=MINUTE
        )


def test_the_day_s_issues_end_where_the_day_does(world: World, context: Context) -> None:
    fill(world, 2_300)
    for at, name in enumerate(["P0", "P1"]):
        world.issue(9_000 + at, [name], opened=DAY - MINUTE + 2 * at * MINUTE)
    reading = world.read(context, deadline=LONG)
    assert counts(reading) == expected(world)
    newest = [x for x in asked(world) if x.query.get("state") == "all" and "labels" not in x.query]
    assert len(newest) == 3


def test_no_page_number_is_built_and_nothing_is_searched(world: World, context: Context) -> None:
    fill(world, 2_300)
    world.read(context, deadline=LONG)
    for one in world.server.log:
        assert "search" not in one.path
        assert set(one.query) <= {"state", "per_page", "labels", "after", "page", "direction"}
        assert ("page" in one.query) == ("after" in one.query)
