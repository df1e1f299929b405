"""What the tracker adds to a release's plan: milestones that were finished there."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from exporter.config.milestones import check_milestones
from exporter.freshness import SourceState, acceptable
from exporter.model import UserError
from exporter.release import Release

CLOSED = "release_tracker_milestone_closed_timestamp_seconds"
DUE = "release_tracker_milestone_due_timestamp_seconds"


def as_known(release: Release, states: Mapping[str, SourceState], now: datetime) -> Release:
    """Return the release with its plan as it may be believed now, the tracker's dates included.

    What the release file says goes first. Dates that make no plan, such as an end before its
    beginning, are left out: the milestones then stay unfinished, and become late.
    """
    known = release.as_of(now)
    state = states.get("github")
    if state is None or not any(one.tracked for one in release.plan.milestones):
        return known
    reading = acceptable(state, known.plan, now)
    closings = {
        dict(sample.labels)["milestone"]: datetime.fromtimestamp(sample.value, UTC)
        for sample in (reading.samples if reading else ())
        if sample.gauge == CLOSED
    }
    plan = release.plan.finished(closings).as_of(now)
    try:
        check_milestones(plan.milestones)
    except UserError:
        return known
    return replace(release, plan=plan)
