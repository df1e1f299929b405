from datetime import date, datetime

import pytest

from exporter.model import ErrorClass, Verdict, labels
from tests.collectors.downloads.registries import (
    DAY,
    FIRST,
    PUBLISHED,
    WEEK,
    Registries,
    at,
    counted,
    daily,
    first_week,
    gauges,
    verdict_of,
)


@pytest.mark.parametrize(
    ("now", "newest", "expected"),
    [
        (at(0, "18:31"), -1, None),
        (at(1, "06:00"), -1, None),
        (at(1, "06:00"), 0, (10, 1)),
        (at(3), 2, (60, 3)),
        (at(3), 1, (30, 2)),
        (at(6, "23:59"), 5, (210, 6)),
        (at(7, "00:00"), 5, (210, 6)),
        (at(7, "06:00"), 5, (210, 6)),
        (at(7, "06:00"), 6, (WEEK, 7)),
        (at(8), 5, (210, 6)),
        (at(8), 6, (WEEK, 7)),
        (at(30), 29, (WEEK, 7)),
    ],
)
def test_the_week_is_counted_as_far_as_the_service_has_rows(
    registries: Registries, now: datetime, newest: int, expected: tuple[float, int] | None
) -> None:
    registries.python(FIRST + newest * DAY)
    reading = registries.read("pypi", now, published=PUBLISHED)
    assert counted(reading) == expected
    one = verdict_of(reading, now)
    assert one.verdict is (Verdict.PASS if expected == (WEEK, 7) else Verdict.NOT_DUE)


def test_it_counts_the_package_without_mirrors_and_says_so(registries: Registries) -> None:
    registries.python(FIRST + 8 * DAY)
    reading = registries.read("pypi", at(9), published=PUBLISHED)
    sample = first_week(reading)
    assert sample is not None
    assert (sample.value, sample.labels) == (WEEK, labels(scope="package"))
    assert sample.evidence == "every version of caro on pypistats, 2026-01-24 to 2026-01-30 (UTC)"
    # It keeps 180 days: what a package had since it exists, nobody there knows.
    assert "release_package_downloads" not in gauges(reading)
    (asked,) = registries.server.log
    assert (asked.path, asked.query) == ("/api/packages/caro/overall", {"mirrors": "false"})


def test_behind_the_newest_row_nothing_is_zero(registries: Registries) -> None:
    registries.python(FIRST + 3 * DAY)
    reading = registries.read("pypi", at(9), published=PUBLISHED)
    assert counted(reading) == (100, 4)
    assert list(daily(reading)) == ["2026-01-24", "2026-01-25", "2026-01-26", "2026-01-27"]
    (why,) = reading.inapplicable
    assert why.reason == "pypistats has counted 4 of 7 days"


def test_a_service_that_is_days_behind_with_the_week_is_an_error(registries: Registries) -> None:
    registries.python(FIRST + 3 * DAY)
    assert registries.read("pypi", at(9, "23:59"), published=PUBLISHED).inapplicable
    error = registries.refused("pypi", at(10, "00:00"), published=PUBLISHED)
    assert error.kind is ErrorClass.SERVER
    assert str(error) == (
        "every version of caro on pypistats: nothing counted after 2026-01-27;"
        " pypistats is days behind"
    )


def test_a_day_without_a_row_among_others_had_no_downloads(registries: Registries) -> None:
    rows = registries.python(FIRST + 8 * DAY)
    registries.pypi["caro"] = [row for row in rows if row["date"] != "2026-01-26"]
    reading = registries.read("pypi", at(9), published=PUBLISHED)
    assert counted(reading) == (WEEK - 30, 7)
    assert daily(reading)["2026-01-26"] == 0


def test_without_a_publication_nothing_is_asked_and_nothing_is_an_error(
    registries: Registries,
) -> None:
    reading = registries.read("pypi", at(3))
    (why,) = reading.inapplicable
    assert why.reason.startswith("not published yet: no milestone that opens the release phase")
    assert not reading.samples
    (why,) = registries.read("pypi", at(-1), published=PUBLISHED).inapplicable
    assert why.reason == "not published yet: it is to be on 2026-01-24 18:30 UTC"
    assert len(registries.server.log) == 0


def test_the_plans_actual_day_is_the_publication_by_default(registries: Registries) -> None:
    registries.python(FIRST + 8 * DAY)
    assert counted(registries.read("pypi", at(9), actual=FIRST)) == (WEEK, 7)
    # One that is still to come is a typing mistake, see `Plan.as_of`.
    assert registries.read("pypi", at(-1), actual=FIRST).inapplicable


@pytest.mark.parametrize(
    ("actual", "zone", "first"),
    [
        (date(2028, 2, 26), "UTC", date(2028, 2, 26)),
        # Its midnight is 10:00 of the day before.
        (date(2026, 12, 29), "Pacific/Kiritimati", date(2026, 12, 28)),
        # The days on which clocks change have 23 and 25 hours there.
        (date(2026, 3, 8), "America/Los_Angeles", date(2026, 3, 8)),
        (date(2026, 11, 1), "America/Los_Angeles", date(2026, 11, 1)),
        (date(2026, 3, 29), "Europe/Berlin", date(2026, 3, 28)),
        (date(2026, 10, 25), "Europe/Berlin", date(2026, 10, 24)),
    ],
)
def test_the_week_has_seven_utc_days_whatever_the_releases_zone_does(
    registries: Registries, actual: date, zone: str, first: date
) -> None:
    registries.python(first + 8 * DAY, first)
    reading = registries.read("pypi", at(9, first=first), actual=actual, zone=zone)
    assert counted(reading) == (WEEK, 7)
    assert min(daily(reading)) == first.isoformat()


@pytest.mark.parametrize(
    ("published", "first"),
    [
        ("2026-01-24T23:59:59Z", date(2026, 1, 24)),
        ("2026-01-25T00:00:00Z", date(2026, 1, 25)),
        ("2026-01-24T20:00:00-05:00", date(2026, 1, 25)),
    ],
)
def test_the_publications_utc_day_is_the_first(
    registries: Registries, published: str, first: date
) -> None:
    registries.python(first + 8 * DAY, first)
    reading = registries.read("pypi", at(9, first=first), published=published)
    assert counted(reading) == (WEEK, 7)
    assert min(daily(reading)) == first.isoformat()


def test_a_week_of_which_rows_are_deleted_already_is_withheld(registries: Registries) -> None:
    registries.python(FIRST + 179 * DAY)
    assert counted(registries.read("pypi", at(179), published=PUBLISHED)) == (WEEK, 7)
    reading = registries.read("pypi", at(180), published=PUBLISHED)
    assert not reading.samples
    assert reading.withheld["release_first_week_downloads"] == "pypistats keeps 180 days"
    assert verdict_of(reading, at(180)).verdict is Verdict.UNKNOWN


def test_a_package_that_does_not_exist_is_an_error_that_names_the_key(
    registries: Registries,
) -> None:
    error = registries.refused("pypi", at(9), published=PUBLISHED)
    assert error.kind is ErrorClass.NOT_FOUND
    assert "/api/packages/caro/overall" in str(error)
    assert "is package right in the release file?" in str(error)


def test_a_package_is_asked_for_by_its_normal_name(registries: Registries) -> None:
    registries.python(FIRST + 8 * DAY)
    registries.pypi["my-caro"] = registries.pypi.pop("caro")
    reading = registries.read("pypi", at(9), name="My_.Caro", published=PUBLISHED)
    assert counted(reading) == (WEEK, 7)
    assert [one.path for one in registries.server.log] == ["/api/packages/my-caro/overall"]


@pytest.mark.parametrize("count", [-1, 1.0, "12", 10**14, None])
def test_what_is_no_count_is_refused(registries: Registries, count: object) -> None:
    for row in registries.python(FIRST + 8 * DAY):
        if row["date"] == "2026-01-26":
            row["downloads"] = count
    assert registries.refused("pypi", at(9), published=PUBLISHED).kind is ErrorClass.MALFORMED


def test_a_day_still_to_come_is_refused(registries: Registries) -> None:
    registries.python(FIRST + 30 * DAY)
    error = registries.refused("pypi", at(9), published=PUBLISHED)
    assert (error.kind, "is counted already" in str(error)) == (ErrorClass.MALFORMED, True)
