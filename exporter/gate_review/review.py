"""A gate review: the user's four subjects, and its output: a sign-off or a delay decision."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, Field

from exporter.final_report.figures import FinalReport, Risk, Row, Section, Signed
from exporter.gate.decision import Cause, Decision
from exporter.gate.verdicts import STRICT
from exporter.gate.waivers import WaiverLine
from exporter.model import UserError
from exporter.plan import Milestone

VERSION: Final = 1


class Result(StrEnum):
    """What a review ends with."""

    OPEN = "not decided yet"
    SIGNED_OFF = "signed off"
    DELAYED = "delayed"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the people decided: their own words and names, as they were given for the record."""

    result: Result = Result.OPEN
    reason: str = ""
    until: date | None = None
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Review:
    """One gate review of one release."""

    __pydantic_config__ = STRICT

    version: Literal[1]
    project: str
    release: str
    milestone: str
    planned: date
    actual: date | None
    time: Annotated[AwareDatetime, Field(description="the moment that the figures are true for")]
    day: date
    moment: Annotated[str, Field(description="the moment where the release lives")]
    phase: str
    decision: Decision
    overall: Annotated[str, Field(description="the user's OVERALL STATUS")]
    score: str
    reasons: Annotated[tuple[Cause, ...], Field(description="what stands against GO")]
    sections: tuple[Section, ...]
    risks: tuple[Risk, ...]
    waivers: tuple[WaiverLine, ...]
    result: Result
    reason: str
    until: date | None
    by: Annotated[tuple[str, ...], Field(description="who signed: names and roles")]

    @property
    def rows(self) -> tuple[Row, ...]:
        """Every verdict, in the order of the tables."""
        return tuple(row for section in self.sections for row in section.rows)

    @property
    def signed(self) -> bool:
        """Whether somebody put a name to it: such a record is never overwritten silently."""
        return bool(self.by)

    def line(self) -> Signed:
        """Return what the final report says of it."""
        return Signed(self.milestone, self.result.value, self.day, self.by, self.reason)


def review_of(report: FinalReport, milestone: Milestone, answer: Answer) -> Review:
    """Return the review of that milestone on these figures; raises UserError on half an answer."""
    _check(report, answer)
    return Review(
        version=VERSION,
        project=report.project,
        release=report.release,
        milestone=milestone.name,
        planned=milestone.planned,
        actual=milestone.actual,
        time=report.time,
        day=report.day,
        moment=report.moment,
        phase=report.phase,
        decision=report.decision,
        overall=report.overall,
        score=report.score.shown,
        reasons=report.reasons,
        sections=report.sections,
        risks=report.risks,
        waivers=report.waivers,
        result=answer.result,
        reason=answer.reason,
        until=answer.until,
        by=answer.by,
    )


def _check(report: FinalReport, answer: Answer) -> None:
    if answer.result is Result.OPEN and (answer.by or answer.until or answer.reason):
        raise UserError("--by, --reason, --until: say --sign-off or --delay, too")
    if answer.result is not Result.OPEN and not answer.by:
        raise UserError("--by: say who decides, such as --by 'Ada Lovelace, Release Manager'")
    if answer.result is Result.DELAYED and not answer.reason:
        raise UserError("--reason: say why the milestone is delayed")
    if answer.result is Result.SIGNED_OFF and answer.until:
        raise UserError("--until: goes with --delay")
    if answer.until and answer.until <= report.day:
        raise UserError(
            f"--until: {answer.until}: is not after {report.day}, the day of the review"
        )
    against = report.decision is not Decision.GO
    if answer.result is Result.SIGNED_OFF and against and not answer.reason:
        what = f"the gate says {report.decision}; say why it is signed off all the same"
        raise UserError(f"--reason: {what}")
