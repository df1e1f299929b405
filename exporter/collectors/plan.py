"""The schedule, from the milestones of the release file itself.

release_schedule_variance_seconds 86400
release_milestone_planned_timestamp_seconds{milestone="beta start"} 1.7682912e+09
"""

from collections.abc import Iterator
from datetime import date, datetime

from pydantic import Field

from exporter.collectors.settings import MINUTE, SourceSettings
from exporter.config.duration import Duration
from exporter.model import Context, Reading, Reason, Rejection, Sample, labels
from exporter.plan import Milestone, Plan


class Settings(SourceSettings):
    """The plan needs no file of its own; a new day changes it, so it is looked at often."""

    REMADE = True

    interval: Duration = Field(MINUTE, description="time between two looks")


def collect(_settings: Settings, context: Context) -> Reading:
    """Return the schedule variance and each milestone's dates."""
    plan, now = context.plan.as_of(context.now), context.now
    return Reading.of(
        [variance(plan, now), *_milestones(plan, now)],
        read=len(plan.milestones),
        rejections=[
            Rejection(
                Reason.TIME,
                "milestones",
                one.name,
                f"actual {one.actual} is still to come; write it when it is finished",
            )
            for one in plan.premature
        ],
        facts_from=now,
    )


def variance(plan: Plan, now: datetime) -> Sample:
    """Return how late the plan is, by its latest finished or, if larger, an overdue milestone."""
    today = plan.today(now)
    slips = [(0, "no milestone is finished or overdue")]
    if finished := [one for one in plan.milestones if one.actual is not None]:
        latest = max(finished, key=lambda one: (one.day, one.planned))
        slips = [_slip(latest, latest.day, "finished")]
    # An unfinished milestone is late today, which a table of actual dates hides.
    slips += [
        _slip(one, today, "still open")
        for one in plan.milestones
        if one.actual is None and one.planned < today
    ]
    days, evidence = max(slips, key=lambda slip: slip[0])
    return Sample(
        "release_schedule_variance_seconds",
        _seconds(days),
        n=len(plan.milestones),
        observed=now,
        evidence=evidence,
    )


def _slip(milestone: Milestone, until: date, state: str) -> tuple[int, str]:
    days = (until - milestone.planned).days
    return days, f"{milestone.name}: planned {milestone.planned}, {state} {until}"


def _milestones(plan: Plan, now: datetime) -> Iterator[Sample]:
    for one in plan.milestones:
        where = labels(milestone=one.name)
        start = plan.midnight(one.planned).timestamp()
        yield Sample("release_milestone_planned_timestamp_seconds", start, where)
        if one.actual is not None:
            start = plan.midnight(one.actual).timestamp()
            yield Sample("release_milestone_actual_timestamp_seconds", start, where)
        else:
            days = (one.planned - plan.today(now)).days
            yield Sample("release_milestone_remaining_seconds", _seconds(days), where)


def _seconds(days: int) -> float:
    return days * 86400.0
