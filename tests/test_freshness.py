from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from exporter.freshness import (
    Limits,
    SourceState,
    acceptable,
    keep_last_good,
    show_age,
    staleness,
)
from exporter.model import ErrorClass, Inapplicable, Reading, Reason, Rejection, Sample, labels
from exporter.plan import Milestone, Phase, Plan

MOMENT = timedelta(microseconds=1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
LIMITS = Limits(26 * HOUR, 12 * HOUR, (Phase.BETA,))

PLAN = Plan(
    (
        Milestone("planning", date(2026, 1, 9), closes=Phase.PLANNING),
        Milestone("beta", date(2026, 1, 13), opens=Phase.BETA),
        Milestone("beta end", date(2026, 1, 17), closes=Phase.BETA),
    ),
    ZoneInfo("UTC"),
)


def read(at: datetime, facts: datetime | None = None, limits: Limits = LIMITS) -> SourceState:
    return SourceState(limits, Reading(facts_from=facts), at, at)


@pytest.mark.parametrize(
    ("age", "fresh"),
    [(26 * HOUR - MOMENT, True), (26 * HOUR, True), (26 * HOUR + MOMENT, False), (-HOUR, True)],
)
def test_a_reading_is_believed_up_to_its_limit(age: timedelta, fresh: bool) -> None:
    state = read(NOW - age)
    assert (acceptable(state, PLAN, NOW) is state.reading) is fresh
    assert (staleness(state, PLAN, NOW) == "") is fresh


@pytest.mark.parametrize(
    ("age", "fresh"),
    [(12 * HOUR - MOMENT, True), (12 * HOUR, True), (12 * HOUR + MOMENT, False)],
)
def test_facts_are_believed_up_to_their_limit_while_they_are_produced(
    age: timedelta, fresh: bool
) -> None:
    state = read(NOW, NOW - age)
    assert (acceptable(state, PLAN, NOW) is not None) is fresh


@pytest.mark.parametrize(
    ("now", "believed"),
    [
        (datetime(2026, 1, 12, 23, 59, 59, tzinfo=UTC), True),
        (datetime(2026, 1, 13, tzinfo=UTC), False),
        (datetime(2026, 1, 17, 23, 59, 59, tzinfo=UTC), False),
        # A beta's numbers still count at the go/no-go a week later.
        (datetime(2026, 1, 18, tzinfo=UTC), True),
        (datetime(2026, 1, 25, tzinfo=UTC), True),
    ],
)
def test_old_facts_stand_outside_the_phase_that_produces_them(
    now: datetime, believed: bool
) -> None:
    state = read(now, now - 3 * DAY)
    assert (acceptable(state, PLAN, now) is not None) is believed


def test_outside_that_phase_the_reading_must_be_fresh_all_the_same() -> None:
    now = datetime(2026, 1, 25, tzinfo=UTC)
    assert acceptable(read(now - 27 * HOUR, now - 9 * DAY), PLAN, now) is None


@pytest.mark.parametrize(
    ("phases", "now", "believed"),
    [
        # No milestone opens the planning: it is open until something ends it.
        ((Phase.PLANNING,), datetime(2026, 1, 8, tzinfo=UTC), False),
        ((Phase.PLANNING,), datetime(2026, 1, 10, tzinfo=UTC), True),
        ((Phase.PLANNING, Phase.BETA), datetime(2026, 1, 14, tzinfo=UTC), False),
        # A phase that the plan does not have is never open.
        ((Phase.RELEASE,), datetime(2026, 1, 14, tzinfo=UTC), True),
        # The analysis opens when the beta closes and nothing ends it.
        ((Phase.ANALYSIS,), datetime(2026, 6, 1, tzinfo=UTC), False),
        ((), NOW, True),
    ],
)
def test_any_of_the_producing_phases_counts(
    phases: tuple[Phase, ...], now: datetime, believed: bool
) -> None:
    state = read(now, now - 3 * DAY, replace(LIMITS, produced_in=phases))
    assert (acceptable(state, PLAN, now) is not None) is believed


def test_without_a_limit_or_a_time_facts_have_no_age() -> None:
    assert acceptable(read(NOW, NOW - 99 * DAY, replace(LIMITS, facts_max_age=None)), PLAN, NOW)
    assert acceptable(read(NOW), PLAN, NOW)


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (SourceState(LIMITS), "not read yet"),
        (SourceState(LIMITS, error=(ErrorClass.MISSING, "no such file")), "no such file"),
        (read(NOW - 27 * HOUR), "last read 27h ago, limit 26h"),
        (
            replace(read(NOW - 27 * HOUR), error=(ErrorClass.SERVER, "HTTP 500")),
            "last read 27h ago, limit 26h: HTTP 500",
        ),
        (read(NOW, NOW - 13 * HOUR), "newest fact 13h old, limit 12h"),
    ],
)
def test_the_reason_says_what_is_too_old(state: SourceState, reason: str) -> None:
    assert staleness(state, PLAN, NOW) == reason
    assert acceptable(state, PLAN, NOW) is None


def test_a_failed_run_keeps_a_reading_that_is_still_fresh() -> None:
    state = replace(read(NOW - HOUR), error=(ErrorClass.SERVER, "HTTP 500"))
    assert acceptable(state, PLAN, NOW) is state.reading


@pytest.mark.parametrize(
    ("attempted", "error", "tried", "up"),
    [
        (None, None, False, False),
        (NOW, None, True, True),
        (NOW, (ErrorClass.MISSING, "no such file"), True, False),
        (None, (ErrorClass.MISSING, "no such file"), False, False),
    ],
)
def test_a_source_is_up_once_its_last_run_was_good(
    attempted: datetime | None, error: tuple[ErrorClass, str] | None, tried: bool, up: bool
) -> None:
    state = SourceState(LIMITS, attempted=attempted, error=error)
    assert (state.tried, state.up) == (tried, up)


@pytest.mark.parametrize(
    ("read", "reject", "up"), [(0, True, False), (1, True, True), (0, False, True)]
)
def test_a_source_of_which_nothing_could_be_taken_is_not_up(
    read: int, reject: bool, up: bool
) -> None:
    rejections = [Rejection(Reason.SHAPE, "a.json", "", "no telemetry")] * reject
    reading = Reading.of([], read=read, rejections=rejections)
    state = SourceState(LIMITS, reading, NOW, NOW)
    assert (state.up, bool(state.problem)) == (up, not up)


@pytest.mark.parametrize(
    ("age", "text"),
    [
        (timedelta(0), "0s"),
        (timedelta(seconds=59.9), "59s"),
        (timedelta(seconds=60), "1m"),
        (timedelta(minutes=59, seconds=59), "59m"),
        (HOUR, "1h"),
        (26 * HOUR, "26h"),
        (72 * HOUR - MOMENT, "71h"),
        (72 * HOUR, "3d"),
        (40 * DAY, "40d"),
    ],
)
def test_an_age_is_shown_in_its_largest_fitting_unit(age: timedelta, text: str) -> None:
    assert show_age(age) == text


def bugs(priority: str, value: float) -> Sample:
    return Sample("release_open_bugs", value, labels(priority=priority), evidence="5 issues")


def test_of_a_gauge_that_is_withheld_in_part_only_the_missing_series_is_kept_and_ages() -> None:
    old = SourceState(LIMITS, Reading((bugs("P0", 1), bugs("P1", 2))), NOW, NOW)
    new = Reading((bugs("P1", 3),), withheld={"release_open_bugs": "P0 is not known"})
    kept = keep_last_good(old, new)
    assert [(one.labels, one.value) for one in kept.samples] == [
        (labels(priority="P1"), 3),
        (labels(priority="P0"), 1),
    ]
    assert kept.samples[1].kept_since == NOW
    assert kept.samples[1].evidence == "5 issues; as of 2026-01-15 12:00 UTC: P0 is not known"
    later = NOW + 26 * HOUR + MOMENT
    read_again = SourceState(LIMITS, keep_last_good(replace(old, reading=kept), new), later, later)
    believed = acceptable(read_again, PLAN, later)
    assert believed is not None
    assert [one.labels for one in believed.samples] == [labels(priority="P1")]


def test_what_turns_out_to_have_nothing_to_judge_keeps_no_old_value() -> None:
    old = SourceState(LIMITS, Reading((bugs("P0", 1),)), NOW, NOW)
    nothing = Inapplicable("release_open_bugs", labels(priority="P0"), "no bugs")
    new = Reading(inapplicable=(nothing,), withheld={"release_open_bugs": "P1 is not known"})
    assert keep_last_good(old, new).samples == ()
