"""The plan's milestones as GitHub has them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from exporter.model import Context, Reading, Reason
from exporter.tracking import CLOSED, DUE
from tests.upstream.world import World, forget_everything, served

DAY = "2026-01-17T08:00:00Z"


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    forget_everything()
    with served(monkeypatch) as one:
        yield one


def asking(context: Context, **titles: str) -> Context:
    """Return the context with a plan in which these milestones are found on GitHub."""
    plan = context.plan
    found = (replace(one, tracked=titles.get(one.name.split()[0], "")) for one in plan.milestones)
    return replace(context, plan=replace(plan, milestones=tuple(found)))


def dates(reading: Reading) -> dict[tuple[str, str], datetime]:
    return {
        (one.gauge, dict(one.labels)["milestone"]): datetime.fromtimestamp(one.value, UTC)
        for one in reading.samples
        if one.gauge in (CLOSED, DUE)
    }


def add(world: World, title: str, **changes: object) -> None:
    facts = {"title": title, "state": "open", "due_on": None, "closed_at": None}
    counts = {"open_issues": 0, "closed_issues": 0}
    world.repository.milestones.append(facts | counts | changes)


def test_dates_of_the_milestones_that_the_plan_finds_there(world: World, context: Context) -> None:
    add(world, "Pre", state="closed", due_on=DAY, closed_at="2026-01-12T20:00:00Z")
    add(world, "Go", due_on=DAY)
    add(world, "Other", due_on=DAY)
    reading = world.read(asking(context, preflight="Pre", analysis="Go"))
    assert dates(reading) == {
        (DUE, "preflight"): datetime(2026, 1, 17, 8, tzinfo=UTC),
        (CLOSED, "preflight"): datetime(2026, 1, 12, 20, tzinfo=UTC),
        (DUE, "analysis"): datetime(2026, 1, 17, 8, tzinfo=UTC),
    }
    assert reading.rejections == ()


def test_reopened_milestone_is_not_finished(world: World, context: Context) -> None:
    add(world, "Pre", state="open", closed_at="2026-01-12T20:00:00Z")
    assert dates(world.read(asking(context, preflight="Pre"))) == {}


def test_title_that_github_does_not_know_is_listed_with_the_fix(
    world: World, context: Context
) -> None:
    add(world, "Preflight")
    reading = world.read(asking(context, preflight="preflight"))
    (rejection,) = reading.rejections
    assert (rejection.reason, rejection.position) == (Reason.FIELD, "preflight")
    assert "correct it" in rejection.message


def test_milestones_on_every_page_are_found(world: World, context: Context) -> None:
    for number in range(150):
        add(world, f"M{number}", due_on=DAY)
    assert len(dates(world.read(asking(context, preflight="M0", analysis="M149")))) == 2


def test_plan_that_asks_for_none_costs_no_request(world: World, context: Context) -> None:
    world.read(context)
    assert not any("/milestones" in one.path for one in world.server.log)
