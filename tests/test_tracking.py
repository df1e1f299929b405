"""What GitHub's milestones do to a plan."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from exporter.freshness import Limits, SourceState
from exporter.model import Reading, Sample, labels
from exporter.plan import Phase
from exporter.release import Release
from exporter.tracking import CLOSED, as_known
from tests.releases import NOW, plan_of, release_of


def tracked(**titles: str) -> Release:
    """Return the user's release, in which these milestones are found on GitHub."""
    plan = plan_of()
    milestones = (
        replace(one, tracked=titles.get(one.name.replace(" ", "_"), "")) for one in plan.milestones
    )
    return release_of(replace(plan, milestones=tuple(milestones)))


def state(succeeded: datetime = NOW, **closed: datetime) -> SourceState:
    """Return GitHub's state after it said when milestones were closed."""
    samples = tuple(
        Sample(CLOSED, moment.timestamp(), labels(milestone=name.replace("_", " ")))
        for name, moment in closed.items()
    )
    reading = Reading(samples, facts_from=succeeded)
    return SourceState(Limits(timedelta(hours=4)), reading, succeeded, succeeded, 0.1)


def actual(release: Release, name: str) -> date | None:
    return next(one.actual for one in release.plan.milestones if one.name == name)


CLOSING = datetime(2026, 1, 17, 7, 30, tzinfo=UTC)  # the evening before, in Los Angeles


def test_closing_on_the_tracker_is_the_actual_day_where_the_release_lives() -> None:
    known = as_known(tracked(beta_end="Beta"), {"github": state(beta_end=CLOSING)}, NOW)
    assert actual(known, "beta end") == date(2026, 1, 16)
    assert known.plan.phase(NOW) is Phase.ANALYSIS


def test_what_the_release_file_says_goes_first() -> None:
    known = as_known(tracked(preflight="Pre"), {"github": state(preflight=CLOSING)}, NOW)
    assert actual(known, "preflight") == date(2026, 1, 12)


def test_milestone_that_does_not_ask_the_tracker_is_left_alone() -> None:
    known = as_known(tracked(analysis="A"), {"github": state(beta_end=CLOSING)}, NOW)
    assert actual(known, "beta end") is None


def test_reading_that_is_too_old_is_not_believed() -> None:
    old = state(NOW - timedelta(hours=5), beta_end=CLOSING)
    assert actual(as_known(tracked(beta_end="Beta"), {"github": old}, NOW), "beta end") is None


def test_closing_in_the_future_is_not_believed() -> None:
    ahead = state(beta_end=NOW + timedelta(days=2))
    known = as_known(tracked(beta_end="Beta"), {"github": ahead}, NOW)
    assert actual(known, "beta end") is None
    assert [one.name for one in known.plan.premature] == ["beta end"]


def test_dates_that_make_no_plan_leave_the_milestones_unfinished() -> None:
    before = state(beta_end=datetime(2026, 1, 10, 20, tzinfo=UTC))
    known = as_known(tracked(beta_end="Beta"), {"github": before}, NOW)
    assert actual(known, "beta end") is None
    assert known.plan.phase(NOW) is Phase.BETA


@pytest.mark.parametrize("states", [{}, {"github": SourceState(Limits(timedelta(hours=4)))}])
def test_without_the_tracker_the_file_stands(states: dict[str, SourceState]) -> None:
    release = tracked(beta_end="Beta")
    assert as_known(release, states, NOW).plan == release.as_of(NOW).plan
