from dataclasses import replace
from datetime import timedelta

import pytest

from exporter.freshness import SourceState
from exporter.model import ErrorClass, Reading, Reason, Rejection
from exporter.status_page.badges import FAILING, OK, STALE, UNREAD, Badge
from exporter.status_page.health import LISTED, list_health
from tests.status_page.gallery import DAY, HOUR, LIMITS, NOW, good_state, make_plan

ERROR = (ErrorClass.NOT_FOUND, "no file matches *.json")
GOOD = good_state([])
OLD = replace(GOOD, succeeded=NOW - 27 * HOUR)


@pytest.mark.parametrize(
    ("state", "badge", "why", "standing"),
    [
        (GOOD, OK, "", ""),
        (SourceState(LIMITS), UNREAD, "", ""),
        (replace(GOOD, attempted=None), UNREAD, "", ""),
        (
            replace(OLD, attempted=None),
            UNREAD,
            "last read 27h ago, limit 26h",
            "its values are withdrawn",
        ),
        (OLD, STALE, "last read 27h ago, limit 26h", "its values are withdrawn"),
        (
            replace(GOOD, error=ERROR),
            FAILING,
            "not found: no file matches *.json",
            "the last good values still count",
        ),
        (
            replace(OLD, error=ERROR),
            FAILING,
            "not found: no file matches *.json",
            "its values are withdrawn",
        ),
        (
            SourceState(LIMITS, attempted=NOW, error=ERROR),
            FAILING,
            "not found: no file matches *.json",
            "there are no earlier values",
        ),
    ],
)
def test_a_source_says_what_became_of_its_values(
    state: SourceState, badge: Badge, why: str, standing: str
) -> None:
    (health,) = list_health({"telemetry": state}, make_plan(), NOW)
    assert (health.badge, health.why, health.standing) == (badge, why, standing)


def test_old_facts_are_stale_while_the_beta_runs() -> None:
    during = NOW - 2 * DAY
    facts = Reading(facts_from=during - 31 * HOUR)
    state = replace(GOOD, reading=facts, succeeded=during, attempted=during)
    (health,) = list_health({"telemetry": state}, make_plan(), during)
    assert health.badge is STALE
    assert health.why == "newest fact 31h old, limit 30h"
    assert health.standing == "its values are withdrawn"


def test_rejections_are_counted_whole_and_listed_in_part() -> None:
    rejections = [Rejection(Reason.FIELD, "a.csv", f"row {n}", "a date") for n in range(30)]
    rejections += [Rejection(Reason.SYNTAX, "b.csv", "", "not CSV")] * 2
    reading = Reading.of([], read=9, rejections=rejections)
    (health,) = list_health({"testers": replace(GOOD, reading=reading)}, make_plan(), NOW)
    assert health.rejected == 32
    assert health.reasons == "field 30, syntax 2"
    assert health.rejections == tuple(rejections[:LISTED])


def test_a_source_of_which_nothing_could_be_taken_is_failing() -> None:
    rejection = Rejection(Reason.SHAPE, "a.json", "", "no telemetry")
    reading = Reading.of([], read=0, rejections=[rejection])
    (health,) = list_health({"telemetry": replace(GOOD, reading=reading)}, make_plan(), NOW)
    said = "nothing of it could be taken; the first: a.json: no telemetry (shape)"
    assert (health.badge, health.why) == (FAILING, said)


def test_sources_stand_in_the_order_of_their_names() -> None:
    names = [one.name for one in list_health({"b": GOOD, "a": GOOD}, make_plan(), NOW)]
    assert names == ["a", "b"]


def test_a_source_that_was_never_read_rejected_nothing() -> None:
    (health,) = list_health({"b": SourceState(LIMITS)}, make_plan(), NOW)
    assert (health.rejected, health.reasons, health.rejections) == (0, "", ())


def test_a_moment_later_the_same_state_is_stale() -> None:
    last = GOOD.succeeded
    assert last is not None
    for later, badge in ((timedelta(), OK), (timedelta(seconds=1), STALE)):
        (health,) = list_health({"b": GOOD}, make_plan(), last + LIMITS.max_age + later)
        assert health.badge is badge
