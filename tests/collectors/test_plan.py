from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from exporter.collectors.plan import Settings, collect, variance
from exporter.model import Context, Reason, Sample, labels
from exporter.plan import Milestone, Plan

SETTINGS = Settings.model_validate({})
DAY = 86400.0
NOON = datetime(2026, 1, 20, 12, tzinfo=UTC)

# Planned day and actual day in January 2026.
Row = tuple[int, int | None]


def plan_of(*rows: Row) -> Plan:
    return Plan(
        tuple(
            Milestone(f"m{number}", date(2026, 1, planned), date(2026, 1, done) if done else None)
            for number, (planned, done) in enumerate(rows, 1)
        ),
        ZoneInfo("UTC"),
    )


def value(samples: tuple[Sample, ...], gauge: str, milestone: str) -> float | None:
    found = [
        one.value
        for one in samples
        if one.gauge == gauge and one.labels == labels(milestone=milestone)
    ]
    return found[0] if found else None


@pytest.mark.parametrize(
    ("rows", "days", "evidence"),
    [
        ([(10, 10)], 0, "m1: planned 2026-01-10, finished 2026-01-10"),
        ([(10, 12)], 2, "m1: planned 2026-01-10, finished 2026-01-12"),
        ([(10, 7)], -3, "m1: planned 2026-01-10, finished 2026-01-07"),
        # The latest finished one counts, not the worst one.
        ([(5, 9), (10, 10)], 0, "m2: planned 2026-01-10, finished 2026-01-10"),
        ([(10, 10), (5, 12)], 7, "m2: planned 2026-01-05, finished 2026-01-12"),
        ([(8, 12), (11, 12)], 1, "m2: planned 2026-01-11, finished 2026-01-12"),
        # An overdue unfinished one is late today.
        ([(10, 10), (15, None)], 5, "m2: planned 2026-01-15, still open 2026-01-20"),
        ([(10, 10), (19, None)], 1, "m2: planned 2026-01-19, still open 2026-01-20"),
        ([(10, 10), (18, None), (15, None)], 5, "m3: planned 2026-01-15, still open 2026-01-20"),
        ([(15, None)], 5, "m1: planned 2026-01-15, still open 2026-01-20"),
        # It counts only if it is the larger one.
        ([(10, 16), (19, None)], 6, "m1: planned 2026-01-10, finished 2026-01-16"),
        ([(18, 14), (19, None)], 1, "m2: planned 2026-01-19, still open 2026-01-20"),
        # Due today is not late yet.
        ([(10, 10), (20, None)], 0, "m1: planned 2026-01-10, finished 2026-01-10"),
        ([(10, 8), (20, None), (25, None)], -2, "m1: planned 2026-01-10, finished 2026-01-08"),
        ([(18, 20)], 2, "m1: planned 2026-01-18, finished 2026-01-20"),
        ([(20, None), (25, None)], 0, "no milestone is finished or overdue"),
        # A future date is no finish.
        ([(15, 21)], 5, "m1: planned 2026-01-15, still open 2026-01-20"),
        ([(10, 10), (22, 21)], 0, "m1: planned 2026-01-10, finished 2026-01-10"),
        ([(25, 18)], -7, "m1: planned 2026-01-25, finished 2026-01-18"),
    ],
)
def test_the_plan_is_as_late_as_its_latest_finish_or_an_overdue_milestone(
    rows: list[Row], days: int, evidence: str
) -> None:
    sample = variance(plan_of(*rows).as_of(NOON), NOON)
    assert (sample.value, sample.evidence) == (days * DAY, evidence)
    assert (sample.gauge, sample.n) == ("release_schedule_variance_seconds", len(rows))
    assert sample.observed == NOON


@pytest.mark.parametrize(
    ("zone", "days"),
    [("UTC", 1), ("Pacific/Kiritimati", 2), ("America/Los_Angeles", 1), ("Pacific/Pago_Pago", 0)],
)
def test_a_milestone_is_late_by_calendar_days_where_the_release_lives(zone: str, days: int) -> None:
    late = replace(plan_of((19, None)), zone=ZoneInfo(zone))
    # 2026-01-20 10:30 UTC is still the 19th in Pago Pago and already the 21st on Kiritimati.
    assert variance(late, datetime(2026, 1, 20, 10, 30, tzinfo=UTC)).value == days * DAY


def test_a_day_with_a_clock_change_is_one_day() -> None:
    late = Plan(
        (Milestone("beta", date(2026, 3, 7), date(2026, 3, 9)),), ZoneInfo("America/Los_Angeles")
    )
    assert variance(late, datetime(2026, 3, 10, tzinfo=UTC)).value == 2 * DAY


def test_a_finish_that_is_still_to_come_is_rejected_by_its_milestone(context: Context) -> None:
    some = plan_of((10, 10), (15, 21), (25, None))
    reading = collect(SETTINGS, replace(context, plan=some, now=NOON))
    (rejection,) = reading.rejections
    assert (rejection.reason, rejection.file, rejection.position) == (
        Reason.TIME,
        "milestones",
        "m2",
    )
    assert "2026-01-21 is still to come" in rejection.message
    assert reading.rejected == {Reason.TIME: 1}
    assert reading.read == 3


def test_each_milestone_shows_its_days(context: Context) -> None:
    zone = ZoneInfo("America/Los_Angeles")
    some = replace(plan_of((10, 12), (15, None), (25, None)), zone=zone)
    samples = collect(SETTINGS, replace(context, plan=some, now=NOON)).samples

    def midnight(day: int) -> float:
        return datetime(2026, 1, day, 8, tzinfo=UTC).timestamp()

    planned = "release_milestone_planned_timestamp_seconds"
    actual = "release_milestone_actual_timestamp_seconds"
    remaining = "release_milestone_remaining_seconds"
    assert [value(samples, planned, f"m{one}") for one in (1, 2, 3)] == [
        midnight(10),
        midnight(15),
        midnight(25),
    ]
    assert [value(samples, actual, f"m{one}") for one in (1, 2, 3)] == [midnight(12), None, None]
    assert [value(samples, remaining, f"m{one}") for one in (1, 2, 3)] == [None, -5 * DAY, 5 * DAY]


def test_the_plan_is_looked_at_every_minute_and_its_facts_are_from_now(context: Context) -> None:
    assert SETTINGS.interval == timedelta(minutes=1)
    assert collect(SETTINGS, context).facts_from == context.now


def test_the_users_plan_is_on_track_in_its_beta(context: Context) -> None:
    sample = variance(context.plan, context.now)
    assert (sample.value, sample.evidence) == (
        0.0,
        "beta start: planned 2026-01-13, finished 2026-01-13",
    )
