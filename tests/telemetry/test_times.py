"""When events happened: in all notations, from the file where they do not say, and from when on."""

import math
from array import array
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from exporter.model import Reason
from exporter.plan import Milestone, Phase, Plan
from exporter.telemetry import typed
from exporter.telemetry.counts import EARLIER, Days
from exporter.telemetry.durations import Durations, quantile
from exporter.telemetry.scan import day_in
from exporter.telemetry.stamps import seconds_of
from exporter.telemetry.times import instant
from exporter.telemetry.typed import Event
from tests.releases import NOW
from tests.telemetry.exports import Exports, event, text, values

ZONE = ZoneInfo("America/Los_Angeles")


def days(exports: Exports) -> dict[str, float]:
    found: dict[str, float] = values(exports.read(), "release_command_success_ratio_daily", "day")
    return found


@pytest.mark.parametrize(
    ("stamp", "day"),
    [
        ("2026-01-14T07:59:59Z", "2026-01-13"),
        ("2026-01-14T08:00:00Z", "2026-01-14"),
        ("2026-01-14T07:59:59.999999Z", "2026-01-13"),
        ("2026-01-14t08:00:00z", "2026-01-14"),
        ("2026-01-14 08:00:00+00:00", "2026-01-14"),
        ("2026-01-14T00:00:00-08:00", "2026-01-14"),
        ("2026-01-14T20:59:59+13:00", "2026-01-13"),
        ("2026-01-14T08:00:00.123456789Z", "2026-01-14"),
        ("2026-01-14T08:00:00", "2026-01-14"),
        ("2026-01-14", "2026-01-14"),
        (1768377599, "2026-01-13"),
        (1768377600, "2026-01-14"),
        (1768377599.999, "2026-01-13"),
        (1768377599999, "2026-01-13"),
        (1768377600000, "2026-01-14"),
        (1768377600000.5, "2026-01-14"),
    ],
)
def test_a_day_is_the_releases(exports: Exports, stamp: object, day: str) -> None:
    exports.write("export.json", text(event(timestamp=stamp)))
    assert days(exports) == {day: 1}
    exports.write("export.json", text(event(timestamp=stamp, note="\\")))
    assert days(exports) == {day: 1}


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("2026-01-13.json", "2026-01-13"),
        ("caro-20260114-export.json.gz", "2026-01-14"),
        ("2026-01-01/tester-2026-01-15.jsonl", "2026-01-15"),
        ("v20260113123456.json", "2026-01-17"),
        ("2026-02-31.json", "2026-01-17"),
        ("export.json", "2026-01-17"),
    ],
)
def test_events_without_a_time_take_the_files(exports: Exports, name: str, day: str) -> None:
    exports.write(name, text(event(timestamp=None)))
    assert days(exports) == {day: 1}


def test_the_day_in_a_name_is_its_last() -> None:
    assert day_in("2026-01-01/2026-01-02 to 2026-01-03.json") == (2026, 1, 3)
    assert day_in("release-1.2026.json") is None


def test_a_time_more_than_a_day_ahead_counts_when_it_has_come(exports: Exports) -> None:
    """Until then the event has the time of its file."""
    soon, later = NOW + timedelta(hours=23), NOW + timedelta(hours=25)
    exports.write(
        "2026-01-15.json",
        text(event(timestamp=soon.isoformat()), event(id="b", timestamp=later.isoformat())),
    )
    reading = exports.read()
    assert (reading.read, reading.rejected) == (2, {Reason.TIME: 1})
    assert reading.rejections[0].position == "event 2"
    assert days(exports) == {"2026-01-15": 1, "2026-01-18": 1}
    assert reading.facts_from == NOW
    assert all(one.observed is not None and one.observed <= NOW for one in reading.samples)
    exports.at(now=NOW + timedelta(hours=2))
    reading = exports.read()
    assert (reading.read, reading.rejected) == (2, {})
    assert days(exports) == {"2026-01-18": 1}
    assert values(reading, "release_command_results", "result")["success"] == 2


@pytest.mark.parametrize("stamp", ["n/a", "2027-01-01T00:00:00Z", -1, True])
def test_a_time_that_cannot_be_is_the_files(exports: Exports, stamp: object) -> None:
    exports.write("2026-01-14.json", text(event(timestamp=stamp)))
    exports.write("2027-01-01.json", text(event(id="b", timestamp=stamp)))
    found = days(exports)
    assert found.pop("2026-01-14") == 1
    assert list(found) == ["2026-01-17"]
    assert all(one.observed is not None and one.observed <= NOW for one in exports.read().samples)


def test_events_before_the_beta_are_not_counted_but_said(exports: Exports) -> None:
    early = event(id="b", timestamp="2026-01-13T07:59:59Z", success=False)
    exports.write("export.json", text(event(), early))
    reading = exports.read()
    assert reading.read == 2
    assert values(reading, "release_command_success_ratio") == 1
    assert values(reading, "release_generation_p95_seconds") == 0.1
    evidence = {one.gauge: one.evidence for one in reading.samples}
    assert evidence["release_command_success_ratio"] == (
        "1 of 1 command generations succeeded since 2026-01-13; 1 earlier ones are not counted"
    )


def test_another_first_day_may_be_set(exports: Exports) -> None:
    exports.write("export.json", text(event(), event(id="b", timestamp="2026-01-15T20:00:00Z")))
    exports.settle(since="2026-01-15")
    assert days(exports) == {"2026-01-15": 1}


def test_a_plan_without_a_beta_has_no_first_day(exports: Exports) -> None:
    planning = Milestone("planning", date(2026, 1, 9), None, None, Phase.PLANNING)
    exports.at(plan=Plan((planning,), ZONE))
    exports.write("export.json", text(event(timestamp="2025-06-01T20:00:00Z")))
    assert days(exports) == {"2025-06-01": 1}


def test_daily_series_end_after_62_days_but_the_total_does_not(exports: Exports) -> None:
    exports.settle(since="2025-06-01")
    first = datetime(2025, 10, 1, 20, tzinfo=UTC)
    events = [
        event(id=str(n), timestamp=(first + timedelta(days=n)).isoformat()) for n in range(100)
    ]
    exports.write("export.json", text(*events))
    found = sorted(days(exports))
    assert (len(found), found[-1]) == (62, "2026-01-08")
    assert values(exports.read(), "release_command_results", "result")["success"] == 100


def test_a_sample_is_from_the_newest_event_that_it_counts(exports: Exports) -> None:
    exports.write("export.json", text(event(), event(id="b", timestamp="2026-01-13T20:00:00Z")))
    reading = exports.read()
    newest = datetime(2026, 1, 14, 18, tzinfo=UTC)
    by_day = {dict(one.labels).get("day"): one.observed for one in reading.samples}
    assert by_day[None] == by_day["2026-01-14"] == reading.facts_from == newest
    assert by_day["2026-01-13"] == datetime(2026, 1, 13, 20, tzinfo=UTC)


zones = some.sampled_from(
    ["UTC", "America/Los_Angeles", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia"]
)


@given(
    zone=zones.map(ZoneInfo),
    times=some.lists(some.integers(10**9, 2 * 10**9), min_size=1, max_size=60),
)
@settings(max_examples=200, deadline=None, database=None, derandomize=True)
def test_days_are_those_of_the_calendar(zone: ZoneInfo, times: list[int]) -> None:
    found = Days(np.array(times, np.float64), zone)
    assert [found.ordinals[position] for position in found.positions.tolist()] == [
        datetime.fromtimestamp(one, UTC).astimezone(zone).date().toordinal() for one in times
    ]


def test_days_of_the_far_past_are_one() -> None:
    found = Days(np.array([-1e11, -3e9, 0.0, 1.7e9]), ZONE)
    assert [found.ordinals[at] for at in found.positions.tolist()][:2] == [EARLIER, EARLIER]


@given(
    groups=some.lists(
        some.lists(some.floats(0, 1e9) | some.integers(0, 3).map(float), max_size=50), max_size=5
    )
)
@settings(max_examples=300, deadline=None, database=None, derandomize=True)
def test_the_percentile_over_days_is_the_formulas(groups: list[list[float]]) -> None:
    every = sorted(value + 0.0 for group in groups for value in group)
    expected = every[95 * len(every) // 100] if every else None
    days = [measured(*group) for group in groups]
    assert sum(map(len, days)) == len(every)
    assert quantile(days) == expected


@pytest.mark.parametrize("count", [*range(1, 45), 60, 99, 100, 101, 1000])
def test_the_percentile_is_at_the_index_of_the_users_formula(count: int) -> None:
    expected = math.floor(count * 0.95)
    assert quantile([measured(*map(float, range(count)))]) == expected


def measured(*milliseconds: float) -> Durations:
    """Return durations that came in three lots, of which two were kept meanwhile."""
    durations = Durations()
    for start in range(3):
        lot = Durations()
        lot.add(np.array(milliseconds[start::3], np.float64))
        durations.join(lot.kept())
    return durations


FORMS = [("seconds", "Z"), ("milliseconds", "Z"), ("microseconds", "123+00:00")]
any_time = some.datetimes(datetime(1700, 1, 1), datetime(2200, 12, 31))


@given(moments=some.lists(any_time, min_size=1, max_size=40), form=some.sampled_from(FORMS))
@settings(max_examples=200, deadline=None, database=None, derandomize=True)
def test_many_times_at_once_are_what_each_is_alone(
    moments: list[datetime], form: tuple[str, str]
) -> None:
    stamps = [one.isoformat(timespec=form[0]) + form[1] for one in moments]
    found = seconds_of(stamps)
    assert found is not None
    assert found.tolist() == [instant(stamp, ZONE) for stamp in stamps]


@pytest.mark.parametrize("count", [1, 2, 15, 16, 17, 18, 100])
def test_a_few_times_are_read_like_many(count: int) -> None:
    stamps = [f"2026-01-{13 + n % 3}T10:00:{n % 60:02}.{n:03}Z" for n in range(count)]
    times, undated = typed.times([Event(timestamp=stamp) for stamp in stamps], 0.0, ZONE)
    assert (list(array("d", times)), undated) == ([instant(one, ZONE) for one in stamps], [])


@pytest.mark.parametrize(
    "wrong",
    [
        "2026-13-13T10:00:00.000Z",
        "2026-00-13T10:00:00.000Z",
        "2026-02-29T10:00:00.000Z",
        "2026-01-00T10:00:00.000Z",
        "0000-01-13T10:00:00.000Z",
        "2026-01-13T24:00:00.000Z",
        "2026-01-13T29:00:00.000Z",
        "2026-01-13T10:60:00.000Z",
        "2026-01-13T10:00:60.000Z",
        "2026-01-13T10:00:00.000+",
        "2026-01-13 10:00:00.000Z",
        "2026-01-13T10:00:00,000Z",
        "2026-01-13T10:00:00.00xZ",
        "2026-01-13T10:00:00+01:00",
        "2026-01-13T10:00:00-00:00",
        "2O26-01-13T10:00:00.000Z",
        "2026-01-13T10:00:00.000é",
        "2026-01-13T10:00:00.00",
    ],
)
def test_many_times_with_a_wrong_one_are_looked_at_one_by_one(wrong: str) -> None:
    right = "2026-01-13T10:00:00.000Z"
    for stamps in ([right, wrong], [wrong, right], [wrong]):
        with suppress(ValueError):
            assert seconds_of(stamps) is None
