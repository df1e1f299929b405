import multiprocessing
import os
import signal
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from exporter.collectors.downloads import kept
from exporter.model import ErrorClass, Reading, Reason, Verdict, labels
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

# Its other versions have 1,000 and as many as this one.
PACKAGE_WEEK = 2 * WEEK + 7 * 1000


def read(registries: Registries, now: datetime, **written: Any) -> Reading:
    return registries.read("npm", now, published=PUBLISHED, **written)


@pytest.mark.parametrize(
    ("now", "served", "expected"),
    [
        (at(0, "18:31"), at(0), None),
        (at(1, "00:10"), at(0), None),
        (at(1, "06:00"), at(1), (10, 1)),
        (at(3), at(3), (60, 3)),
        (at(3), at(2), (30, 2)),
        (at(6, "23:59"), at(6), (210, 6)),
        (at(7, "00:00"), at(6), (210, 6)),
        (at(7, "06:00"), at(6), (210, 6)),
        (at(7, "06:00"), at(7), (WEEK, 7)),
        (at(8), at(7), (WEEK, 7)),
    ],
)
def test_the_version_is_counted_while_the_last_seven_days_hold_its_week(
    registries: Registries, now: datetime, served: datetime, expected: tuple[float, int] | None
) -> None:
    registries.node(FIRST + 8 * DAY)
    reading = read(registries, now, served=served)
    assert counted(reading) == expected
    one = verdict_of(reading, now)
    assert one.verdict is (Verdict.PASS if expected == (WEEK, 7) else Verdict.NOT_DUE)
    sample = first_week(reading)
    assert sample is None or sample.labels == labels(scope="version")


@pytest.mark.parametrize("now", [at(8), at(9), at(30)])
def test_the_exact_week_is_kept_for_the_days_after(registries: Registries, now: datetime) -> None:
    registries.node(FIRST + 40 * DAY)
    assert counted(read(registries, at(7))) == (WEEK, 7)
    reading = read(registries, now)
    sample = first_week(reading)
    assert sample is not None
    assert (sample.value, sample.n, sample.labels) == (WEEK, 7, labels(scope="version"))
    assert sample.evidence == (
        "caro 1.1.0 on npm, 2026-01-24 to 2026-01-30 (UTC); read on 2026-01-31 12:00 UTC"
    )
    assert sample.observed == at(7, "00:00")
    assert verdict_of(reading, now).verdict is Verdict.PASS


@pytest.mark.parametrize("now", [at(8), at(30)])
def test_when_that_day_was_missed_the_package_counts_and_that_is_said(
    registries: Registries, now: datetime
) -> None:
    registries.node(FIRST + 40 * DAY)
    assert counted(read(registries, at(6))) == (210, 6)
    sample = first_week(read(registries, now))
    assert sample is not None
    assert (sample.value, sample.n) == (PACKAGE_WEEK, 7)
    assert sample.labels == labels(scope="package")
    assert sample.evidence == (
        "every version of caro on npm (npm tells versions for 7 days only, and nobody asked when"
        " they were this week), 2026-01-24 to 2026-01-30 (UTC)"
    )


def test_what_is_kept_is_of_this_version_package_and_publication(registries: Registries) -> None:
    registries.node(FIRST + 40 * DAY)
    registries.node(FIRST + 40 * DAY, "@caro/cli")
    read(registries, at(7))
    for other in ({"version": "11.1.0"}, {"name": "@caro/cli"}):
        sample = first_week(read(registries, at(9), **other))
        assert sample is not None
        assert sample.labels == labels(scope="package")
    moved = registries.read("npm", at(9), published=PUBLISHED - DAY)
    sample = first_week(moved)
    assert sample is not None
    assert sample.labels == labels(scope="package")


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[:-3],
        lambda text: text.replace(b"280", b"290"),
        lambda _: b"",
        lambda _: b"\xff\xfe\n{}",
        lambda text: text + b" ",
    ],
)
def test_what_is_damaged_is_as_good_as_missed(
    registries: Registries, damage: Callable[[bytes], bytes]
) -> None:
    registries.node(FIRST + 40 * DAY)
    read(registries, at(7))
    file = registries.context.state / kept.FILE
    assert b"280" in file.read_bytes()
    file.write_bytes(damage(file.read_bytes()))
    sample = first_week(read(registries, at(9)))
    assert sample is not None
    assert sample.value == PACKAGE_WEEK


def test_a_kill_while_it_is_kept_leaves_the_old_or_the_new(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    for turn in range(5):
        child = context.Process(target=keep_for_ever, args=(tmp_path,))
        child.start()
        while not (tmp_path / kept.FILE).exists():
            assert child.is_alive()
        child.join(0.02 * turn)
        assert child.pid is not None
        os.kill(child.pid, signal.SIGKILL)
        child.join()
        week = kept.load(tmp_path, "caro 1.1.0 2026-01-24")
        assert week is not None
        assert week.downloads == week.last_day


def keep_for_ever(folder: Path) -> None:
    count = 0
    while True:
        count += 1
        kept.save(folder, "caro 1.1.0 2026-01-24", kept.Kept(count, count, PUBLISHED))


def test_that_it_cannot_be_kept_is_said(registries: Registries) -> None:
    registries.node(FIRST + 8 * DAY)
    registries.context.state.mkdir()
    (registries.context.state / kept.FILE).mkdir()
    reading = read(registries, at(7))
    assert counted(reading) == (WEEK, 7)
    (rejection,) = reading.rejections
    assert (rejection.reason, rejection.file) == (Reason.UNREADABLE, "npm-week.json")
    assert reading.rejected == {Reason.UNREADABLE: 1}


def test_a_last_day_that_reads_zero_is_not_believed_before_a_day_has_passed(
    registries: Registries,
) -> None:
    package = registries.node(FIRST + 8 * DAY)
    for days in package.versions.values():
        del days["2026-01-30"]
    reading = read(registries, at(7))
    assert counted(reading) == (210, 6)
    assert "2026-01-30" not in daily(reading)
    late = read(registries, at(8), served=at(7))
    assert counted(late) == (210, 7)
    assert daily(late)["2026-01-30"] == 0
    # Nothing came in after it was kept, so that it is the week after all.
    assert counted(read(registries, at(9))) == (210, 7)


def test_what_was_kept_before_its_last_day_was_counted_is_not_the_week(
    registries: Registries,
) -> None:
    package = registries.node(FIRST + 8 * DAY)
    counts = {version: days.pop("2026-01-30") for version, days in package.versions.items()}
    read(registries, at(7))
    for version, count in counts.items():
        package.versions[version]["2026-01-30"] = count
    sample = first_week(read(registries, at(8)))
    assert sample is not None
    assert (sample.value, sample.labels) == (PACKAGE_WEEK, labels(scope="package"))


def test_a_count_so_far_is_not_kept_for_the_week(registries: Registries) -> None:
    package = registries.node(FIRST + 8 * DAY)
    for days in package.versions.values():
        del days["2026-01-30"]
    assert counted(read(registries, at(3))) == (60, 3)
    sample = first_week(read(registries, at(9)))
    assert sample is not None
    assert sample.labels == labels(scope="package")


def test_a_week_that_moves_between_two_requests_is_asked_again(registries: Registries) -> None:
    registries.node(FIRST + 12 * DAY)
    looks = iter([at(7), *[at(8)] * 9])
    # The versions are those of the next window already, which this version's week is not in.
    registries.server.now = lambda: next(looks)
    sample = first_week(read(registries, at(8, "00:30")))
    assert sample is not None
    assert sample.labels == labels(scope="package")
    assert not (registries.context.state / kept.FILE).exists()


def test_a_week_that_moves_always_is_an_error(registries: Registries) -> None:
    registries.node(FIRST + 12 * DAY)
    looks = iter([at(2), at(2), at(3), at(3), at(4)])
    registries.server.now = lambda: next(looks)
    error = registries.refused("npm", at(7), published=PUBLISHED)
    assert (error.kind, "moved on while it was read" in str(error)) == (ErrorClass.SERVER, True)


def test_a_version_without_downloads_has_none_so_far(registries: Registries) -> None:
    registries.node(FIRST + 8 * DAY)
    reading = read(registries, at(4), version="2.0.0")
    assert counted(reading) == (0, 4)
    assert verdict_of(reading, at(4)).verdict is Verdict.NOT_DUE


def test_days_are_the_packages_and_say_so(registries: Registries) -> None:
    registries.node(FIRST + 50 * DAY)
    reading = read(registries, at(3))
    assert daily(reading) == {"2026-01-24": 1020, "2026-01-25": 1040, "2026-01-26": 1060}
    scopes = {dict(one.labels)["scope"] for one in reading.samples if len(one.labels) > 1}
    assert scopes == {"package"}
    assert len(daily(read(registries, at(50)))) == 35
    # Nobody there counts what a package had since it exists.
    assert "release_package_downloads" not in gauges(reading)


def test_a_scoped_name_is_encoded_where_npm_wants_it(registries: Registries) -> None:
    registries.node(FIRST + 8 * DAY, "@caro/cli")
    assert counted(read(registries, at(7), name="@caro/cli")) == (WEEK, 7)
    assert [one.path for one in registries.server.log] == [
        "/downloads/point/last-week/@caro/cli",
        "/versions/@caro%2Fcli/last-week",
        "/downloads/point/last-week/@caro/cli",
        "/downloads/range/2026-01-24:2026-01-30/@caro/cli",
    ]


def test_after_the_week_versions_are_not_asked_for(registries: Registries) -> None:
    registries.node(FIRST + 30 * DAY)
    read(registries, at(20))
    assert [one.path for one in registries.server.log] == [
        "/downloads/point/last-week/caro",
        "/downloads/range/2026-01-24:2026-02-12/caro",
    ]


def test_without_a_publication_nothing_is_asked(registries: Registries) -> None:
    (why,) = registries.read("npm", at(3)).inapplicable
    assert why.reason.startswith("not published yet:")
    assert len(registries.server.log) == 0


def test_a_package_that_does_not_exist_is_an_error_in_npms_words(registries: Registries) -> None:
    error = registries.refused("npm", at(3), published=PUBLISHED)
    assert error.kind is ErrorClass.NOT_FOUND
    assert "package caro not found; is package right in the release file?" in str(error)


def test_a_week_older_than_npm_tells_is_withheld(registries: Registries) -> None:
    registries.node(FIRST + 8 * DAY)
    reading = read(registries, at(560))
    assert not reading.samples
    assert set(reading.withheld) == {"release_first_week_downloads", "release_downloads_daily"}
    assert len(registries.server.log) == 0
