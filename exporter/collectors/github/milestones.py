"""Milestones of the plan as GitHub has them: when each was closed, and when it is due."""

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from exporter.collectors.github.shapes import Moment
from exporter.model import Reason, Rejection, Sample, labels
from exporter.plan import Plan
from exporter.tracking import CLOSED, DUE
from exporter.upstream.session import Session


class _Milestone(msgspec.Struct, frozen=True):
    title: str
    state: str
    due_on: Moment | None = None
    closed_at: Moment | None = None


@dataclass(frozen=True, slots=True)
class Tracked:
    """The dates of the plan's milestones, and those that GitHub does not know."""

    samples: tuple[Sample, ...] = ()
    rejections: tuple[Rejection, ...] = ()


def track(session: Session, repository: str, plan: Plan) -> Tracked:
    """Return what GitHub says of the milestones that the plan finds there; raises SourceError."""
    wanted = {one.name: one.tracked for one in plan.milestones if one.tracked}
    if not wanted:
        return Tracked()
    query: dict[str, str | int] = {"state": "all", "per_page": 100}
    pages = session.pages(f"repos/{repository}/milestones", list[_Milestone], query)
    known = {one.title: one for page in pages for one in page}
    return Tracked(
        tuple(
            sample
            for name, title in wanted.items()
            if title in known
            for sample in _samples(name, known[title])
        ),
        tuple(_unknown(name) for name, title in wanted.items() if title not in known),
    )


def _samples(name: str, milestone: _Milestone) -> Iterator[Sample]:
    where = labels(milestone=name)
    if milestone.due_on is not None:
        yield Sample(DUE, milestone.due_on.timestamp(), where)
    if milestone.state == "closed" and milestone.closed_at is not None:
        yield Sample(CLOSED, milestone.closed_at.timestamp(), where)


def _unknown(name: str) -> Rejection:
    message = "GitHub has no milestone of the title that stands in `github`; correct it"
    return Rejection(Reason.FIELD, "milestones", name, message)
