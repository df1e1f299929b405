from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from exporter.plan import PHASES, Milestone, Phase, Plan

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

# Beirut, Cairo, Havana and Santiago change their clocks at midnight, Lord Howe by half an hour.
ZONES = (
    "UTC",
    "Africa/Cairo",
    "America/Havana",
    "America/Los_Angeles",
    "America/Santiago",
    "America/St_Johns",
    "Asia/Beirut",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Pacific/Auckland",
    "Pacific/Kiritimati",
)
PLAIN_DAYS = (
    date(2026, 2, 1),
    date(2026, 12, 31),
    date(2027, 1, 1),
    date(2028, 2, 29),
    date(2028, 3, 1),
)
CLOCK_CHANGES = (date(2026, 3, 8), date(2026, 11, 1))

# The user's plan, day by day.
USERS_PHASES = [
    (date(2026, 1, 1), Phase.PLANNING),
    (date(2026, 1, 10), Phase.RECRUITMENT),
    (date(2026, 1, 12), Phase.PREFLIGHT),
    (date(2026, 1, 13), Phase.BETA),
    (date(2026, 1, 18), Phase.ANALYSIS),
    (date(2026, 1, 23), Phase.GO_NO_GO),
    (date(2026, 1, 24), Phase.RELEASE),
    (date(2026, 1, 25), Phase.POST_RELEASE),
    (date(2026, 12, 31), Phase.POST_RELEASE),
]


def first_minute(day: date, zone: ZoneInfo) -> datetime:
    """Return the first minute in which a calendar there shows that day, by looking at each."""
    low = datetime(day.year, day.month, day.day, tzinfo=UTC) - 15 * HOUR
    minutes = range(int(30 * HOUR / MINUTE))
    return next(
        moment
        for minute in minutes
        if (moment := low + minute * MINUTE).astimezone(zone).date() >= day
    )


def clock_changes(zone: ZoneInfo) -> tuple[date, ...]:
    days = [datetime(2026, 1, 1, 12, tzinfo=UTC) + DAY * number for number in range(365)]
    changes = [
        later.astimezone(zone).date()
        for earlier, later in pairwise(days)
        if earlier.astimezone(zone).utcoffset() != later.astimezone(zone).utcoffset()
    ]
    return tuple(changes) or CLOCK_CHANGES


def special_days() -> Iterator[tuple[str, date]]:
    for name in ZONES:
        for day in (*clock_changes(ZoneInfo(name)), *PLAIN_DAYS):
            yield name, day


def milestones(*rows: tuple[str, int, int | None, Phase | None, Phase | None]) -> Plan:
    """Return a plan in January 2026: name, planned day, actual day, opens, closes."""
    return Plan(
        tuple(
            Milestone(
                name, date(2026, 1, planned), date(2026, 1, done) if done else None, opens, closes
            )
            for name, planned, done, opens, closes in rows
        ),
        ZoneInfo("UTC"),
    )


def noon(day: int, month: int = 1) -> datetime:
    return datetime(2026, month, day, 12, tzinfo=UTC)


@pytest.mark.parametrize(("name", "day"), list(special_days()))
def test_a_phase_lasts_from_its_first_days_first_minute_to_its_last_days_last(
    name: str, day: date
) -> None:
    zone = ZoneInfo(name)
    beta = Plan(
        (
            Milestone("start", day, opens=Phase.BETA),
            Milestone("end", day + DAY, closes=Phase.BETA),
        ),
        zone,
    )
    opens, second, over = (first_minute(day + DAY * step, zone) for step in range(3))
    # What is known of the zone, apart from the plan: a day has 23 to 25 hours.
    assert 23 * HOUR <= second - opens <= 25 * HOUR
    expected: list[tuple[datetime, Phase, int | None]] = [
        (opens - MINUTE, Phase.PLANNING, None),
        (opens, Phase.BETA, 1),
        (second - MINUTE, Phase.BETA, 1),
        (second, Phase.BETA, 2),
        (over - MINUTE, Phase.BETA, 2),
        (over, Phase.ANALYSIS, None),
    ]
    for now, phase, beta_day in expected:
        assert (beta.phase(now), beta.beta_day(now)) == (phase, beta_day), now
    # As timestamps: a midnight that the clock skips equals nothing in another zone (PEP 495).
    ends = beta.opening(Phase.BETA), beta.closing(Phase.BETA)
    assert [end and end.timestamp() for end in ends] == [opens.timestamp(), over.timestamp()]
    assert beta.beta_days() == (day, day + DAY)


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize(("before", "after"), list(pairwise(USERS_PHASES)))
def test_the_users_plan_changes_its_phase_at_midnight_where_the_release_lives(
    plan: Plan, name: str, before: tuple[date, Phase], after: tuple[date, Phase]
) -> None:
    zone = ZoneInfo(name)
    moved = replace(plan, zone=zone)
    midnight = first_minute(after[0], zone)
    assert moved.phase(midnight - MINUTE) is before[1]
    assert moved.phase(midnight) is after[1]
    assert moved.phase(midnight.astimezone(ZoneInfo("Asia/Tokyo"))) is after[1]


def test_the_users_beta_has_five_days(plan: Plan) -> None:
    assert plan.beta_days() == tuple(date(2026, 1, day) for day in range(13, 18))
    days = [plan.beta_day(datetime(2026, 1, day, 20, tzinfo=UTC)) for day in range(12, 19)]
    assert days == [None, 1, 2, 3, 4, 5, None]


def test_a_phase_without_a_milestone_opens_when_the_one_before_it_closes(plan: Plan) -> None:
    assert plan.opening(Phase.ANALYSIS) == plan.midnight(date(2026, 1, 18))
    assert plan.opening(Phase.RECRUITMENT) == plan.midnight(date(2026, 1, 10))


def test_a_phase_without_an_end_closes_when_the_next_one_opens() -> None:
    some = milestones(
        ("beta", 13, None, Phase.BETA, None), ("look", 20, None, Phase.ANALYSIS, None)
    )
    assert some.closing(Phase.BETA) == some.midnight(date(2026, 1, 20))
    assert some.beta_days()[-1] == date(2026, 1, 19)


def test_a_phase_that_was_left_out_opens_with_the_next_one_at_the_latest() -> None:
    some = milestones(("release", 24, None, Phase.RELEASE, None))
    release = some.midnight(date(2026, 1, 24))
    assert [some.opening(phase) for phase in PHASES] == [None, *[release] * 6, None]
    assert [some.closing(phase) for phase in PHASES] == [*[release] * 6, None, None]
    assert some.beta_days() == ()
    assert some.beta_day(noon(24)) is None
    assert some.phase(noon(23)) is Phase.PLANNING
    assert some.phase(noon(24)) is Phase.RELEASE


def test_a_forgotten_end_closes_its_phase_when_a_later_one_opens() -> None:
    some = milestones(
        ("beta start", 13, 13, Phase.BETA, None),
        ("beta end", 30, None, None, Phase.BETA),
        ("go/no-go", 23, 21, Phase.GO_NO_GO, None),
    )
    assert some.closing(Phase.BETA) == some.midnight(date(2026, 1, 21))
    assert some.phase(noon(21)) is Phase.GO_NO_GO


def test_a_finish_that_is_still_to_come_moves_no_phase() -> None:
    typo = milestones(("beta start", 13, 30, Phase.BETA, None), ("end", 17, None, None, Phase.BETA))
    plan = typo.as_of(noon(14))
    assert plan.opening(Phase.BETA) == plan.midnight(date(2026, 1, 13))
    assert [one.name for one in plan.premature] == ["beta start"]
    assert plan.as_of(noon(14)) == plan
    assert typo.as_of(noon(30)).premature == ()


def test_without_any_milestone_there_is_no_phase() -> None:
    empty = Plan((), ZoneInfo("UTC"))
    assert empty.phase(noon(13)) is None
    assert empty.beta_day(noon(13)) is None
    assert empty.published() is None
    assert not empty.over(noon(13))


@pytest.mark.parametrize(
    ("actual", "day", "phase"),
    [
        (None, 12, Phase.PLANNING),
        (None, 13, Phase.BETA),
        # A forgotten date cannot keep the beta from being open.
        (None, 30, Phase.BETA),
        (11, 10, Phase.PLANNING),
        (11, 11, Phase.BETA),
        (15, 13, Phase.PLANNING),
        (15, 14, Phase.PLANNING),
        (15, 15, Phase.BETA),
    ],
)
def test_a_phase_opens_at_its_actual_day_or_the_planned_one_while_none_is_written(
    actual: int | None, day: int, phase: Phase
) -> None:
    some = milestones(("beta start", 13, actual, Phase.BETA, None))
    assert some.phase(noon(day)) is phase


@pytest.mark.parametrize(("actual", "last"), [(None, 17), (16, 16), (19, 19)])
def test_a_phase_closes_with_its_actual_day_or_the_planned_one(
    actual: int | None, last: int
) -> None:
    some = milestones(
        ("beta start", 13, 13, Phase.BETA, None), ("beta end", 17, actual, None, Phase.BETA)
    )
    assert some.phase(noon(last)) is Phase.BETA
    assert some.phase(noon(last + 1)) is Phase.ANALYSIS
    assert some.beta_days()[-1] == date(2026, 1, last)


def test_of_several_milestones_the_first_opens_and_the_last_closes() -> None:
    some = milestones(
        ("first wave", 13, None, Phase.BETA, None),
        ("second wave", 15, None, Phase.BETA, None),
        ("first end", 16, None, None, Phase.BETA),
        ("second end", 18, None, None, Phase.BETA),
    )
    assert some.beta_days() == tuple(date(2026, 1, day) for day in range(13, 19))


def test_a_beta_that_would_end_before_it_starts_has_no_days() -> None:
    some = milestones(
        ("beta start", 13, 20, Phase.BETA, None), ("beta end", 17, None, None, Phase.BETA)
    )
    assert some.beta_days() == ()


def test_published_is_the_actual_day_and_never_the_planned_one(plan: Plan) -> None:
    assert plan.published() is None
    done = milestones(("release", 24, 26, Phase.RELEASE, None))
    assert done.published() == done.midnight(date(2026, 1, 26))


@pytest.mark.parametrize(
    ("closed", "published", "moment", "over"),
    [
        (None, None, noon(31, 12), False),
        (None, 24, datetime(2026, 2, 22, 23, 59, tzinfo=UTC), False),
        (None, 24, datetime(2026, 2, 23, 0, 0, tzinfo=UTC), True),
        (date(2026, 3, 1), 24, datetime(2026, 2, 28, 23, 59, tzinfo=UTC), False),
        (date(2026, 3, 1), 24, datetime(2026, 3, 1, 0, 0, tzinfo=UTC), True),
        (date(2026, 3, 1), None, datetime(2026, 3, 1, 0, 0, tzinfo=UTC), True),
        (date(2026, 1, 2), 24, noon(3), True),
    ],
)
def test_a_release_is_over_at_its_closing_date_or_30_days_after_publication(
    closed: date | None, published: int | None, moment: datetime, over: bool
) -> None:
    some = milestones(("release", 24, published, Phase.RELEASE, None))
    assert replace(some, closed=closed).over(moment) is over


def test_thirty_days_are_calendar_days_across_a_clock_change() -> None:
    zone = ZoneInfo("America/Los_Angeles")
    some = Plan(
        (Milestone("release", date(2026, 2, 20), date(2026, 2, 20), opens=Phase.RELEASE),), zone
    )
    midnight = first_minute(date(2026, 3, 22), zone)
    assert not some.over(midnight - MINUTE)
    assert some.over(midnight)
