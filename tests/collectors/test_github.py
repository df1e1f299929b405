"""Bugs of each priority: what counts, what does not, and what cannot be known."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from exporter.collectors.github import Settings
from exporter.durations import render
from exporter.freshness import Limits, SourceState
from exporter.judge import Judgement, judge
from exporter.model import Context, ErrorClass, Reading, Sample, SourceError, Verdict
from exporter.plan import Plan
from tests.releases import NOW, release_of
from tests.upstream.world import NAME, SHAPES, World, forget_everything, served

HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
OPEN, OLDEST = "release_open_bugs", "release_oldest_open_bug_seconds"
MEAN = "release_bug_resolution_seconds"


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    forget_everything()
    with served(monkeypatch) as one:
        yield one


def values(reading: Reading) -> dict[str, float]:
    """Return the values by gauge, with the priority behind a slash."""
    return {
        "/".join((one.gauge, *(value for _, value in one.labels))): one.value
        for one in reading.samples
    }


def sample(reading: Reading, gauge: str, priority: str = "P0") -> Sample:
    found = [
        x for x in reading.samples if x.gauge == gauge and dict(x.labels) == {"priority": priority}
    ]
    assert len(found) == 1
    return found[0]


def nothing(reading: Reading) -> dict[tuple[str, str], str]:
    return {(one.gauge, dict(one.labels)["priority"]): one.reason for one in reading.inapplicable}


def verdicts(plan: Plan, reading: Reading) -> dict[str, Judgement]:
    state = SourceState(Limits(4 * HOUR), reading, NOW, NOW)
    return {one.key: one for one in judge(release_of(plan), {"github": state}, NOW)}


def test_every_gauge_of_a_repository(world: World, context: Context) -> None:
    world.issue(1, ["P0"], opened=10 * DAY, took=3 * HOUR)
    world.issue(2, ["P0", "bug"], opened=5 * DAY, took=4 * HOUR)
    world.issue(3, ["P1"], opened=2 * DAY)
    world.issue(4, ["P1"], opened=2 * HOUR)
    world.issue(5, opened=23 * HOUR, took=HOUR)
    world.issue(6, ["P0"], opened=HOUR, pull=True)
    world.repository.discussions += [{"closed": at > 7, "isAnswered": False} for at in range(10)]
    reading = world.read(context)
    assert values(reading) == {
        "release_open_bugs/P0": 0,
        "release_open_bugs/P1": 2,
        "release_bug_resolution_seconds/P0": 3.5 * 3600,
        "release_oldest_open_bug_seconds/P1": 2 * 86400,
        "release_open_issues": 2,
        "release_new_issues": 2,
        "release_repository_stars": 1204,
        "release_open_discussions": 8,
    }
    assert reading.read == 5
    assert reading.facts_from == NOW
    assert (reading.rejections, reading.withheld) == ((), {})
    mean = sample(reading, MEAN)
    assert (mean.n, mean.observed) == (2, NOW - 5 * DAY + 4 * HOUR)
    count = sample(reading, OPEN, "P1")
    assert count.evidence == (
        "2 of 2 open issues carry P1: #3, #4 (https://github.com/wildcard/caro/issues"
        "?q=is%3Aissue+is%3Aopen+label%3A%22P1%22)"
    )
    assert (count.n, count.observed) == (2, NOW)
    assert sample(reading, OLDEST, "P1").evidence == "#3 is open since 2026-01-15 20:00 UTC"


def test_an_empty_repository_has_no_bugs_and_nothing_to_resolve(
    world: World, context: Context, plan: Plan
) -> None:
    reading = world.read(context)
    assert values(reading)["release_open_bugs/P0"] == 0
    assert MEAN not in {one.gauge for one in reading.samples}
    assert nothing(reading)[MEAN, "P0"] == "no bugs"
    judged = verdicts(plan, reading)
    assert judged["QM-1"].verdict is Verdict.PASS
    assert (judged["PM-5/P0"].verdict, judged["PM-5/P0"].reason) == (Verdict.NOT_DUE, "no bugs")


@pytest.mark.parametrize("name", ["P0-candidate", "xP0", "p0", "P 0", "P0 "])
def test_a_label_that_only_looks_alike_is_another_one(
    world: World, context: Context, name: str
) -> None:
    world.label(name)
    world.issue(1, ["P0"], opened=HOUR, took=MINUTE)
    world.issue(2, [name], opened=HOUR)
    assert sample(world.read(context), OPEN).value == 0


@pytest.mark.parametrize("reason", ["not_planned", "duplicate", "something new"])
def test_what_was_not_completed_is_not_resolved(
    world: World, context: Context, plan: Plan, reason: str
) -> None:
    world.issue(1, ["P0"], opened=90 * DAY, took=80 * DAY, reason=reason)
    reading = world.read(context)
    assert nothing(reading)[MEAN, "P0"] == "no bugs"
    assert verdicts(plan, reading)["PM-5/P0"].verdict is Verdict.NOT_DUE


def test_a_server_that_gives_no_reason_means_completed(world: World, context: Context) -> None:
    world.issue(1, ["P0"], opened=DAY, took=HOUR, reason=None)
    assert sample(world.read(context), MEAN).value == 3600


def test_a_reopened_bug_is_open_and_one_closed_again_counts_to_its_last_closing(
    world: World, context: Context
) -> None:
    world.issue(1, ["P0"], opened=3 * DAY)["state_reason"] = "reopened"
    world.issue(2, ["P0"], opened=3 * DAY, took=2 * DAY)
    reading = world.read(context)
    assert sample(reading, OPEN).value == 1
    assert sample(reading, OLDEST).value == 3 * 86400
    assert sample(reading, MEAN).value == 2 * 86400


@pytest.mark.parametrize(
    ("age", "verdict"),
    [(HOUR, Verdict.PASS), (5 * HOUR, Verdict.WARN), (9 * HOUR, Verdict.FAIL)],
)
def test_bugs_that_were_never_closed_are_judged_by_the_oldest(
    world: World, context: Context, plan: Plan, age: timedelta, verdict: Verdict
) -> None:
    world.issue(1, ["P0"], opened=age)
    world.issue(2, ["P0"], opened=MINUTE)
    reading = world.read(context)
    assert nothing(reading)[MEAN, "P0"] == "no bug is resolved"
    judged = verdicts(plan, reading)
    assert judged["PM-5/P0"].verdict is verdict
    assert judged["QM-1"].verdict is Verdict.FAIL


def test_a_good_mean_does_not_hide_an_old_open_bug(
    world: World, context: Context, plan: Plan
) -> None:
    world.issue(1, ["P0"], opened=9 * DAY, took=MINUTE)
    world.issue(2, ["P0"], opened=9 * HOUR)
    assert verdicts(plan, world.read(context))["PM-5/P0"].verdict is Verdict.FAIL


def test_a_bug_carries_all_labels_and_belongs_to_the_milestone(
    world: World, context: Context
) -> None:
    world.label("beta-tester")
    world.repository.milestones.append(SHAPES.milestone(1, "v1.1.0", NOW - DAY, creator="x"))
    every = ["P0", "beta-tester", "bug"]
    world.issue(1, every, opened=HOUR, milestone="v1.1.0")
    world.issue(2, every, opened=HOUR)
    for at, left_out in enumerate(every, 3):
        world.issue(at, [x for x in every if x != left_out], opened=HOUR, milestone="v1.1.0")
    reading = world.read(
        context,
        priorities={"P0": ["beta-tester", "P0"]},
        labels=["bug"],
        milestone="v1.1.0",
    )
    found = sample(reading, OPEN)
    assert found.value == 1
    assert found.evidence.startswith(
        "1 of 5 open issues carry beta-tester and P0 and bug in milestone v1.1.0: #1 (https"
    )


def test_a_label_that_no_issue_carries_is_an_explicit_zero(world: World, context: Context) -> None:
    world.label("priority/P0")
    reading = world.read(context, priorities={"P0": "priority/P0"})
    assert sample(reading, OPEN).value == 0
    assert [one.path for one in world.server.log if "/labels/" in one.path] == [
        "/api/v3/repos/wildcard/caro/labels/priority%2FP0"
    ]


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ({"priorities": {"P0": "P00"}}, "P0: there is no label 'P00'; create it, or correct"),
        ({"priorities": {"P0": ["P0", "beta"]}}, "P0: there is no label 'beta'; create it"),
        ({"labels": ["bugs"]}, "P0: there is no label 'bugs'; create it, or correct priorities"),
        ({"priorities": {"P0": "p0"}}, "P0: the label 'p0' has other capital letters on GitHub"),
        ({"milestone": "v9"}, "there is no milestone 'v9'; create it, or correct milestone"),
    ],
)
def test_a_misspelt_name_is_unknown_and_never_zero_bugs(
    world: World, context: Context, plan: Plan, written: dict[str, Any], why: str
) -> None:
    world.issue(1, ["P0"], opened=9 * DAY)
    reading = world.read(context, **written)
    assert not {OPEN, OLDEST, MEAN} & {one.gauge for one in reading.samples}
    assert set(reading.withheld) == {OPEN, OLDEST, MEAN}
    judged = verdicts(plan, reading)["QM-1"]
    assert judged.verdict is Verdict.UNKNOWN
    assert judged.reason.startswith(why)
    assert values(reading)["release_open_issues"] == 1


def test_one_unknown_priority_leaves_the_others(world: World, context: Context) -> None:
    world.issue(1, ["P1"], opened=HOUR)
    reading = world.read(context, priorities={"P0": "P00", "P1": "P1"})
    assert sample(reading, OPEN, "P1").value == 1
    assert list(nothing(reading)) == [(MEAN, "P1")]
    assert reading.withheld[OPEN].startswith("P0: there is no label")


def test_clocks_that_differ_make_no_negative_time(world: World, context: Context) -> None:
    world.issue(1, ["P0"], opened=-2 * MINUTE)
    reading = world.read(context)
    assert sample(reading, OLDEST).value == 0
    assert values(reading)["release_new_issues"] == 1
    assert reading.rejections == ()


@pytest.mark.parametrize(
    ("opened", "took", "why"),
    [
        (DAY, -HOUR, "was closed before it was opened"),
        (DAY, DAY + HOUR, "was closed in the future"),
        (-HOUR, HOUR, "was opened in the future"),
    ],
)
def test_times_that_cannot_be_are_counted_as_rejected_and_in_no_mean(
    world: World, context: Context, plan: Plan, opened: timedelta, took: timedelta, why: str
) -> None:
    world.issue(1, ["P0"], opened=opened, took=took)
    alone = world.read(context)
    assert [str(one) for one in alone.rejections] == [f"issues: #1: {why} (time)"]
    assert alone.withheld[MEAN] == "P0: no resolved bug has times that can be"
    assert verdicts(plan, alone)["PM-5/P0"].verdict is Verdict.UNKNOWN
    world.issue(2, ["P0"], opened=DAY, took=2 * HOUR)
    mean = sample(world.read(context), MEAN)
    assert (mean.value, mean.n) == (7200, 1)
    assert mean.evidence.endswith("; 1 more have times that cannot be")


def test_an_open_bug_from_the_future_is_still_an_open_bug(world: World, context: Context) -> None:
    world.issue(1, ["P0"], opened=-DAY)
    reading = world.read(context)
    assert (sample(reading, OPEN).value, sample(reading, OLDEST).value) == (1, 0)
    assert values(reading)["release_new_issues"] == 0
    assert len(reading.rejections) == 1


def test_a_closed_bug_without_a_time_is_rejected(world: World, context: Context) -> None:
    world.issue(1, ["P0"], opened=DAY, took=HOUR)["closed_at"] = None
    assert "is closed without a time" in str(world.read(context).rejections[0])


def test_only_what_is_counted_is_kept_on_disk(world: World, context: Context) -> None:
    world.issue(1, ["P0"], opened=HOUR)
    world.read(context)
    kept = b"".join(one.read_bytes() for one in context.state.rglob("*") if one.is_file())
    assert b"P0" in kept
    for private in (b"Private title", b"private text", b"someone", b"canary"):
        assert private not in kept


def test_a_renamed_repository_is_followed_and_named(world: World, context: Context) -> None:
    world.repository.former_names = ("wildcard/old",)
    world.issue(1, ["P0"], opened=HOUR)
    reading = world.read(context, repository="wildcard/old")
    assert (
        "; wildcard/old is called wildcard/caro now: correct repository"
        in sample(reading, OPEN).evidence
    )
    assert [one.status for one in world.server.log].count(301) == 1


def test_without_a_token_discussions_are_not_asked_for(
    world: World, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RELEASE_EXPORTER_GITHUB_TOKEN")
    reading = world.read(context)
    assert "release_open_discussions" not in values(reading)
    assert not any(one.authorized or one.method == "POST" for one in world.server.log)
    assert reading.withheld == {}
    asked = world.read(context, discussions=True)
    assert "status 401" in asked.withheld["release_open_discussions"]


@pytest.mark.parametrize("disabled", [True, False])
def test_discussions_that_are_not_wanted_or_not_there_are_not_asked_for(
    world: World, context: Context, disabled: bool
) -> None:
    world.repository.facts["has_discussions"] = not disabled
    reading = world.read(context, discussions="auto" if disabled else False)
    assert "release_open_discussions" not in values(reading)
    assert not any(one.method == "POST" for one in world.server.log)


def test_discussions_are_asked_for_once_an_hour(world: World, context: Context) -> None:
    for _ in range(13):
        reading = world.read(context)
        world.now += 5 * MINUTE
    assert sum(one.method == "POST" for one in world.server.log) == 2
    (count,) = (one for one in reading.samples if one.gauge == "release_open_discussions")
    assert count.observed == NOW + HOUR


def test_without_a_repository_the_message_says_where_to_write_it(
    world: World, context: Context
) -> None:
    with pytest.raises(SourceError, match="write the repository, such as") as caught:
        world.read(replace(context, repository=None))
    assert caught.value.kind is ErrorClass.MISSING
    assert world.read(replace(context, repository=None), repository=NAME).read == 0


def test_labels_may_be_sent_as_texts(world: World, context: Context) -> None:
    world.issue(1, ["P0"], opened=HOUR)["labels"] = ["P0"]
    # The recorded server does not filter such ones; the list of everything does not need to.
    assert sample(world.read(context), OPEN).value == 1


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ({"priorities": {}}, "at least 1"),
        ({"priorities": {"P 0": "P0"}}, "write at most 32 letters"),
        ({"priorities": {"P0": []}}, "at least 1"),
        ({"priorities": {"P0": "a,b"}}, "one with a comma cannot be asked for"),
        ({"priorities": {f"P{at}": "x" for at in range(11)}}, "at most 10"),
        ({"labels": ["x" * 101]}, "write a label as it stands on GitHub"),
        ({"repository": "caro"}, "write owner/name"),
        ({"url": "https://user:word@host/api/v3"}, "write no user or password here"),
        ({"discussions": "maybe"}, "auto"),
        ({"reserve": 1}, "less than 1"),
    ],
)
def test_settings_are_checked_when_the_release_file_is(written: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Settings.model_validate(written)
    assert any(words in one["msg"] for one in caught.value.errors())


def test_a_reading_lasts_as_long_as_the_user_goes_without_looking_at_open_p0_bugs() -> None:
    assert render(Settings().max_age) == "4h"
    assert render(Settings().interval) == "5m"
