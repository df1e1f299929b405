"""Plans that cannot be: phases that open or close twice, backwards or in another order."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, pairwise

from exporter.model import UserError
from exporter.plan import PHASES, Milestone


def check_milestones(milestones: Sequence[Milestone]) -> None:
    """Raise UserError naming the milestones and the fix.

    A planned end may lie before an actual beginning: that is a delay, and no mistake.
    """
    planned = [replace(one, actual=None) for one in milestones]
    finished = [one for one in milestones if one.actual]
    mistakes = chain(
        _twice(milestones),
        _backwards(planned, planned),
        _disordered(planned),
        _backwards(milestones, finished),
        _disordered(finished),
    )
    for mistake in mistakes:
        raise UserError(f"milestones: {mistake}")


def _twice(milestones: Sequence[Milestone]) -> Iterator[str]:
    for phase in PHASES:
        for what in ("opens", "closes"):
            names = [one.name for one in milestones if getattr(one, what) is phase]
            if len(names) > 1:
                both = " and ".join(map(repr, names[:2]))
                yield f"{both} both have '{what}: {phase}'; leave it at one of them"


def _backwards(opening: Sequence[Milestone], closing: Sequence[Milestone]) -> Iterator[str]:
    opens = {one.opens: one for one in opening if one.opens}
    for one in closing:
        if one.closes in opens and one.day < opens[one.closes].day:
            what = f"{one.name!r} closes {one.closes} on {one.day}"
            first = opens[one.closes]
            yield f"{what}, but {first.name!r} opens it on {first.day}; correct one of the dates"


def _disordered(milestones: Sequence[Milestone]) -> Iterator[str]:
    opens = {one.opens: one for one in milestones if one.opens}
    for earlier, later in pairwise(opens[phase] for phase in PHASES if phase in opens):
        if later.day < earlier.day:
            what = f"{later.name!r} opens {later.opens} on {later.day}"
            but = f"{earlier.name!r} opens {earlier.opens}, which comes first, on {earlier.day}"
            yield f"{what}, but {but}; correct one of the dates"
