"""Plans that cannot be are refused with the milestones and the fix; delays are plans."""

import re
from datetime import date

import pytest

from exporter.config.milestones import check_milestones
from exporter.model import UserError
from exporter.plan import Milestone, Phase
from tests.releases import plan_of

BETA, PREFLIGHT, RELEASE = Phase.BETA, Phase.PREFLIGHT, Phase.RELEASE


def day(number: int) -> date:
    return date(2026, 1, number)


def start(planned: int, actual: int | None = None) -> Milestone:
    return Milestone("start", day(planned), day(actual) if actual else None, opens=BETA)


def end(planned: int, actual: int | None = None) -> Milestone:
    return Milestone("end", day(planned), day(actual) if actual else None, closes=BETA)


IMPOSSIBLE = {
    "two that open one phase": (
        (start(13), Milestone("again", day(14), opens=BETA)),
        "'start' and 'again' both have 'opens: beta'; leave it at one of them",
    ),
    "two that close one phase": (
        (end(17), Milestone("again", day(18), closes=BETA)),
        "'end' and 'again' both have 'closes: beta'; leave it at one of them",
    ),
    "an end planned before the start": (
        (start(13), end(12)),
        "'end' closes beta on 2026-01-12, but 'start' opens it on 2026-01-13;",
    ),
    "an end before the start, whatever was planned": (
        (start(13, 20), end(17, 19)),
        "'end' closes beta on 2026-01-19, but 'start' opens it on 2026-01-20;",
    ),
    "an end before a start that nobody finished": (
        (start(13), end(17, 12)),
        "'end' closes beta on 2026-01-12, but 'start' opens it on 2026-01-13;",
    ),
    "a planned end before the start, though what happened is in order": (
        (start(18, 13), end(17, 17)),
        "'end' closes beta on 2026-01-17, but 'start' opens it on 2026-01-18;",
    ),
    "phases planned in another order": (
        (start(13), Milestone("ship", day(12), opens=RELEASE)),
        "'ship' opens release on 2026-01-12, but 'start' opens beta, which comes first, on 20",
    ),
    "phases opened in another order": (
        (start(13, 15), Milestone("ship", day(24), day(14), opens=RELEASE)),
        "'ship' opens release on 2026-01-14, but 'start' opens beta, which comes first, on 20",
    ),
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_a_plan_that_cannot_be_is_refused_with_the_fix(name: str) -> None:
    milestones, message = IMPOSSIBLE[name]
    for order in (milestones, milestones[::-1]):
        with pytest.raises(UserError) as caught:
            check_milestones(order)
        said = str(caught.value)
        assert said.endswith(("correct one of the dates", "leave it at one of them"))
        assert order is not milestones or said.startswith(f"milestones: {message}")


@pytest.mark.parametrize(
    "milestones",
    [
        (start(13), end(17)),
        (start(13), end(13)),
        (start(13, 18), end(17)),  # late, and its end not planned anew
        (start(13, 18), end(17, 18)),
        (start(13), Milestone("ship", day(13), opens=RELEASE)),
        (start(13, 25), Milestone("ship", day(24), opens=RELEASE)),
        (end(17),),
        (Milestone("ready", day(14), closes=PREFLIGHT), start(13), end(17)),
        (Milestone("word", day(1)), Milestone("another", day(1))),
    ],
)
def test_a_delay_or_an_overlap_is_a_plan(milestones: tuple[Milestone, ...]) -> None:
    check_milestones(milestones)


def test_the_users_own_plan_is_one() -> None:
    check_milestones(plan_of().milestones)
    check_milestones(plan_of(beta_end=day(20)).milestones)


def test_names_of_milestones_are_shown_as_they_are_written() -> None:
    odd = Milestone("go/no-go & co", day(14), opens=BETA)
    with pytest.raises(UserError, match=re.escape("'go/no-go & co'")):
        check_milestones([start(13), odd])
