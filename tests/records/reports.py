"""Reports of days that tests of the records share."""

from dataclasses import replace
from datetime import UTC, date, datetime

from exporter.freshness import SourceState
from exporter.gate.report import Report
from exporter.gate.reporting import report_of
from exporter.release import Release
from exporter.view import ReleaseView
from tests.releases import best_states, plan_of, release_of

# The user's own plan, two weeks on: everything is due, and the release is out.
LATER = datetime(2026, 2, 2, 17, 30, tzinfo=UTC)


def at(states: dict[str, SourceState], now: datetime) -> dict[str, SourceState]:
    """Return the states as if they had been read at that moment."""
    return {name: replace(state, succeeded=now, attempted=now) for name, state in states.items()}


def released() -> Release:
    """Return the user's release with every milestone finished as planned."""
    plan = plan_of(beta_end=date(2026, 1, 17))
    done = tuple(replace(one, actual=one.planned) for one in plan.milestones)
    return release_of(replace(plan, milestones=done))


def report(
    now: datetime = LATER,
    release: Release | None = None,
    states: dict[str, SourceState] | None = None,
    problems: tuple[str, ...] = (),
) -> Report:
    """Return the report of a release that is at its best, or of these states."""
    states = best_states() if states is None else states
    view = ReleaseView((release or released()).as_of(now), at(states, now), problems)
    return report_of(view, now)
