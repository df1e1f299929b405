from datetime import UTC, date, datetime

import pytest

from exporter.model import ErrorClass, Verdict, labels
from tests.collectors.downloads.registries import (
    DAY,
    FIRST,
    LIFETIME,
    PUBLISHED,
    WEEK,
    Registries,
    at,
    counted,
    daily,
    first_week,
    gauges,
    lifetime,
    verdict_of,
)

CRATES = "crates.io"
VERSION_PATH = "/api/v1/crates/caro/1.1.0"


@pytest.mark.parametrize(
    ("now", "newest", "expected"),
    [
        (at(0, "18:31"), 0, None),
        (at(0, "23:59"), 0, None),
        (at(1, "00:00"), 0, None),
        (at(1, "00:30"), 1, (10, 1)),
        (at(3), 3, (60, 3)),
        (at(6, "23:59"), 6, (210, 6)),
        (at(7, "00:00"), 6, (210, 6)),
        (at(7, "06:00"), 6, (210, 6)),
        (at(7, "00:05"), 7, (WEEK, 7)),
        (at(7, "06:00"), 7, (WEEK, 7)),
        (at(8, "00:00"), 6, (WEEK, 7)),
        (at(8), 8, (WEEK, 7)),
        (at(30), 30, (WEEK, 7)),
    ],
)
def test_the_week_is_counted_as_far_as_its_days_are_over_and_counted(
    registries: Registries, now: datetime, newest: int, expected: tuple[float, int] | None
) -> None:
    registries.crate(FIRST + newest * DAY)
    reading = registries.read(CRATES, now)
    assert counted(reading) == expected
    one = verdict_of(reading, now)
    final = expected == (WEEK, 7)
    assert one.verdict is (Verdict.PASS if final else Verdict.NOT_DUE)
    assert (one.sample is None) is (expected is None)
    assert lifetime(reading) == 4321


def test_a_version_that_is_not_there_is_not_published_yet_and_no_error(
    registries: Registries,
) -> None:
    registries.crate(None, published=None)
    reading = registries.read(CRATES, at(-1))
    assert gauges(reading) == {LIFETIME}
    assert lifetime(reading) == 4321
    (why,) = reading.inapplicable
    assert why.reason == "not published yet: crates.io has no version 1.1.0 of caro"
    one = verdict_of(reading, at(9))
    assert (one.verdict, one.reason) == (Verdict.NOT_DUE, why.reason)


@pytest.mark.parametrize(("now", "error"), [(at(1, "23:59"), False), (at(2, "00:00"), True)])
def test_a_version_that_the_plan_calls_published_must_be_there_within_two_days(
    registries: Registries, now: datetime, error: bool
) -> None:
    registries.crate(None, published=None)
    if not error:
        assert registries.read(CRATES, now, actual=FIRST).inapplicable
        return
    refused = registries.refused(CRATES, now, actual=FIRST)
    assert refused.kind is ErrorClass.NOT_FOUND
    assert "crates.io has no version 1.1.0 of caro" in str(refused)
    assert "sources.downloads.version" in str(refused)


def test_a_publication_still_to_come_is_not_published_yet(registries: Registries) -> None:
    registries.crate(None)
    (why,) = registries.read(CRATES, PUBLISHED - DAY).inapplicable
    assert why.reason.startswith("not published yet: it is to be on 2026-01-24 18:30 UTC")


def test_a_crate_that_does_not_exist_is_an_error_that_names_the_key(
    registries: Registries,
) -> None:
    error = registries.refused(CRATES, at(3))
    assert error.kind is ErrorClass.NOT_FOUND
    assert "crate `caro` does not exist" in str(error)
    assert "is package right in the release file?" in str(error)


def test_the_final_week_says_what_it_counted(registries: Registries) -> None:
    registries.crate(FIRST + 8 * DAY)
    sample = first_week(registries.read(CRATES, at(8)))
    assert sample is not None
    assert sample.labels == labels(scope="version")
    assert sample.observed == at(7, "00:00")
    assert sample.evidence == "caro 1.1.0 on crates.io, 2026-01-24 to 2026-01-30 (UTC)"


def test_the_count_so_far_says_so_and_when_the_week_ends(registries: Registries) -> None:
    registries.crate(FIRST + 3 * DAY)
    reading = registries.read(CRATES, at(3))
    sample = first_week(reading)
    assert sample is not None
    assert sample.evidence.startswith("count so far, 3 of 7 days; caro 1.1.0 on crates.io")
    assert sample.observed == at(3, "00:00")
    (why,) = reading.inapplicable
    assert why.reason == "the week ends 2026-01-31 00:00 UTC"


def test_only_exactly_this_version_counts(registries: Registries) -> None:
    registries.crate(FIRST + 8 * DAY)
    assert counted(registries.read(CRATES, at(8))) == (WEEK, 7)
    assert counted(registries.read(CRATES, at(8), version="11.1.0")) == (7 * WEEK, 7)
    assert counted(registries.read(CRATES, at(8), version="1.1.0+build")) == (7 * WEEK, 7)


def test_a_yanked_version_still_counts_and_says_so(registries: Registries) -> None:
    registries.crate(FIRST + 8 * DAY, yanked=True)
    sample = first_week(registries.read(CRATES, at(8)))
    assert sample is not None
    assert sample.value == WEEK
    assert sample.evidence.endswith("; yanked; its downloads count all the same")


def test_a_day_without_a_row_had_no_downloads(registries: Registries) -> None:
    crate = registries.crate(FIRST + 8 * DAY)
    rows = crate.downloads["1.1.0"]
    crate.downloads["1.1.0"] = [row for row in rows if row["date"] != "2026-01-26"]
    reading = registries.read(CRATES, at(8))
    assert counted(reading) == (WEEK - 30, 7)
    assert daily(reading)["2026-01-26"] == 0


def test_a_week_without_any_downloads_is_zero_and_judged(registries: Registries) -> None:
    registries.crate(None)
    reading = registries.read(CRATES, at(9))
    assert counted(reading) == (0, 7)
    assert verdict_of(reading, at(9)).verdict is Verdict.WARN


def test_days_are_shown_from_the_publication_on_for_five_weeks(registries: Registries) -> None:
    registries.crate(FIRST + 3 * DAY)
    assert daily(registries.read(CRATES, at(3))) == {
        "2026-01-24": 10,
        "2026-01-25": 20,
        "2026-01-26": 30,
    }
    registries.crate(FIRST + 60 * DAY)
    days = daily(registries.read(CRATES, at(60)))
    assert len(days) == 35
    assert max(days) == "2026-02-27"


@pytest.mark.parametrize(
    ("published", "last"),
    [
        (datetime(2028, 2, 26, 12, tzinfo=UTC), date(2028, 3, 3)),
        (datetime(2026, 12, 28, 12, tzinfo=UTC), date(2027, 1, 3)),
        (datetime(2026, 1, 24, 23, 59, 59, 999_999, tzinfo=UTC), date(2026, 1, 30)),
        (datetime(2026, 1, 25, 0, 0, 0, tzinfo=UTC), date(2026, 1, 31)),
        (datetime(2026, 3, 27, 12, tzinfo=UTC), date(2026, 4, 2)),
        (datetime(2026, 10, 23, 23, 30, tzinfo=UTC), date(2026, 10, 29)),
    ],
)
def test_the_week_is_seven_utc_days_whatever_the_calendar(
    registries: Registries, published: datetime, last: date
) -> None:
    first = published.date()
    registries.crate(first + 8 * DAY, published)
    reading = registries.read(CRATES, at(8, first=first))
    sample = first_week(reading)
    assert sample is not None
    assert counted(reading) == (WEEK, 7)
    assert f"{first} to {last} (UTC)" in sample.evidence


def test_order_and_repetition_of_rows_do_not_matter(registries: Registries) -> None:
    crate = registries.crate(FIRST + 8 * DAY)
    crate.downloads["1.1.0"] = crate.downloads["1.1.0"][::-1] * 2
    assert counted(registries.read(CRATES, at(8))) == (WEEK, 7)


def test_a_day_with_two_counts_is_refused(registries: Registries) -> None:
    crate = registries.crate(FIRST + 8 * DAY)
    crate.downloads["1.1.0"] += [{"version": 42, "date": "2026-01-26", "downloads": 999}]
    error = registries.refused(CRATES, at(8))
    assert (error.kind, "2026-01-26 stands there twice" in str(error)) == (
        ErrorClass.MALFORMED,
        True,
    )


@pytest.mark.parametrize("count", [-1, 1.0, 1.5, "12", 10**14, None, True, [1]])
def test_what_is_no_count_is_refused(registries: Registries, count: object) -> None:
    crate = registries.crate(FIRST + 8 * DAY)
    crate.downloads["1.1.0"][2]["downloads"] = count
    assert registries.refused(CRATES, at(8)).kind is ErrorClass.MALFORMED
    crate = registries.crate(FIRST + 8 * DAY)
    crate.facts["downloads"] = count
    assert registries.refused(CRATES, at(8)).kind is ErrorClass.MALFORMED


@pytest.mark.parametrize("day", ["2026-01-2x", "2026-01-2", "2026-01-26T00:00:00"])
def test_what_is_no_day_is_refused(registries: Registries, day: str) -> None:
    registries.crate(FIRST + 8 * DAY).downloads["1.1.0"][3]["date"] = day
    assert registries.refused(CRATES, at(8)).kind is ErrorClass.MALFORMED


@pytest.mark.parametrize(
    "changed",
    [
        {"crate": "other"},
        {"num": "1.1.0-beta.1"},
        {"created_at": "2026-01-24T18:30:00"},
        {"created_at": "0001-01-01T00:00:00+14:00"},
        {"created_at": "yesterday"},
        {"id": 99},
        {"yanked": "no"},
    ],
)
def test_an_answer_about_something_else_is_refused(
    registries: Registries, changed: dict[str, object]
) -> None:
    crate = registries.crate(FIRST + 8 * DAY)
    if "num" in changed:
        # The recorded service looks the version up by its number.
        crate.versions[-1] = Renumbered(crate.versions[-1])
    else:
        crate.versions[-1] |= changed
    assert registries.refused(CRATES, at(8)).kind is ErrorClass.MALFORMED


class Renumbered(dict[str, object]):
    """A version that is found by one number and sent with another."""

    def __getitem__(self, key: str) -> object:
        return "1.1.0" if key == "num" else super().__getitem__(key)

    def __init__(self, version: dict[str, object]) -> None:
        super().__init__(version | {"num": "1.1.0-beta.1"})


def test_another_crate_in_the_answer_is_refused(registries: Registries) -> None:
    registries.crate(FIRST).facts["name"] = "carol"
    error = registries.refused(CRATES, at(3))
    assert (error.kind, str(error)) == (
        ErrorClass.MALFORMED,
        "crates.io: the answer is about another crate than caro",
    )


def test_case_hyphens_and_underscores_make_no_other_crate(registries: Registries) -> None:
    registries.crate(FIRST + 8 * DAY)
    assert counted(registries.read(CRATES, at(8), name="Caro")) == (WEEK, 7)


def test_only_what_is_needed_is_asked_for(registries: Registries) -> None:
    registries.crate(FIRST + 60 * DAY)
    registries.read(CRATES, at(60))
    asked = [(one.path, dict(one.query)) for one in registries.server.log]
    assert asked == [
        ("/api/v1/crates/caro", {"include": "downloads"}),
        (VERSION_PATH, {}),
        (f"{VERSION_PATH}/downloads", {"before_date": "2026-02-27"}),
    ]


def test_a_404_that_is_not_in_crates_ios_words_does_not_mean_unpublished(
    registries: Registries,
) -> None:
    registries.crate(FIRST + 8 * DAY)
    registries.server.fault(VERSION_PATH, "not_found")
    error = registries.refused(CRATES, at(8))
    assert error.kind is ErrorClass.NOT_FOUND
    assert "crates.io has caro, but 404 without crates.io's own words" in str(error)
    assert "does sources.downloads.url pass on /api/v1/crates/caro/1.1.0?" in str(error)
