"""The figures of a final report: every form shows these and computes none of its own."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, Field

from exporter.gate.decision import Cause, Decision
from exporter.gate.verdicts import STRICT, Finite, Outcome
from exporter.gate.waivers import WaiverLine
from exporter.model import Tier, Verdict

VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Row:
    """One verdict as the report's tables have it."""

    __pydantic_config__ = STRICT

    name: Annotated[str, Field(description="what the user's tables call the metric")]
    key: Annotated[str, Field(description="what names the verdict: QM-2, or PM-5/P0")]
    target: str
    actual: Annotated[str, Field(description="the value as people read it; unknown or not due")]
    status: Annotated[str, Field(description="the verdict in words, and why it is not a pass")]
    verdict: Outcome
    replaces: Annotated[Verdict | None, Field(description="what a waiver turned into waived")]
    gauge: str
    labels: Annotated[dict[str, str], Field(description="of the judged series")]
    value: Annotated[Finite | None, Field(description="in base units, as /metrics has it")]
    user_value: Annotated[Finite | None, Field(description="in the user's unit")]
    unit: str
    n: Annotated[int | None, Field(description="observations behind the value")]
    facts: Annotated[date | None, Field(description="day of the facts where the release lives")]
    reason: Annotated[str, Field(description="the band's sentence, or why there is no verdict")]
    evidence: Annotated[str, Field(description="what the value was computed from")]
    blocking: Annotated[bool, Field(description="whether a band of it blocks the release")]
    tier: Tier

    @property
    def judged(self) -> Verdict:
        """The verdict without any waiver."""
        return self.replaces or Verdict(self.verdict.value)


@dataclass(frozen=True, slots=True)
class Section:
    """One of the user's tables."""

    __pydantic_config__ = STRICT

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class TierScore:
    """The points of a tier: earned, lost to warn and fail, unknown, and not due yet."""

    __pydantic_config__ = STRICT

    tier: Tier
    title: str
    points: Annotated[Finite, Field(description="what the tier is worth")]
    earned: Finite
    lost: Finite
    unknown: Finite
    not_due: Finite


@dataclass(frozen=True, slots=True)
class Score:
    """The quality score; `formula` says in words how it is made."""

    __pydantic_config__ = STRICT

    points: Annotated[Finite, Field(description="of 100, rounded down to a tenth")]
    shown: str
    rest: Annotated[str, Field(description="what became of the other points")]
    formula: str
    tiers: tuple[TierScore, ...]


class Kind(StrEnum):
    """What an insight is about: the three of the user's template."""

    DATA = "Insight from data"
    TREND = "Trend"
    LESSON = "Lesson for the next release"


@dataclass(frozen=True, slots=True)
class Insight:
    """A sentence drawn from the records, with the days that its figures are from."""

    __pydantic_config__ = STRICT

    kind: Kind
    text: str
    keys: Annotated[tuple[str, ...], Field(description="the verdicts it is about")]
    days: Annotated[tuple[date, ...], Field(description="the days its figures are from")]


class Source(StrEnum):
    """What is known of a day."""

    NOW = "this report"
    RECORDED = "recorded"
    RECOMPUTED = "recomputed later"
    UNREADABLE = "unreadable record"
    MISSING = "no record"


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the history, with how often each verdict occurred."""

    __pydantic_config__ = STRICT

    day: date
    source: Source
    decision: Decision | None
    verdicts: dict[Outcome, int]


@dataclass(frozen=True, slots=True)
class Point:
    """A verdict on one day; without a value nothing is shown of it but the word."""

    __pydantic_config__ = STRICT

    day: date
    shown: str
    value: Annotated[Finite | None, Field(description="in base units")]
    verdict: Outcome
    judged: Annotated[Verdict, Field(description="the verdict without any waiver")]


@dataclass(frozen=True, slots=True)
class Series:
    """A metric over the days that have a record."""

    __pydantic_config__ = STRICT

    key: str
    name: str
    unit: str
    target: str
    target_value: Annotated[Finite | None, Field(description="the target's bound in base units")]
    points: tuple[Point, ...]

    @property
    def known(self) -> tuple[Point, ...]:
        """The points that have a value."""
        return tuple(one for one in self.points if one.value is not None)


@dataclass(frozen=True, slots=True)
class WeekCell:
    """A metric at the end of a week."""

    __pydantic_config__ = STRICT

    key: str
    name: str
    shown: str
    in_target: Annotated[int, Field(description="days of the week on which it was in its target")]
    judged: Annotated[int, Field(description="days of the week on which it was judged")]


@dataclass(frozen=True, slots=True)
class Week:
    """A week of the history, from the beta's first day on."""

    __pydantic_config__ = STRICT

    first: date
    last: date
    complete: bool
    recorded: int
    recomputed: int
    missing: int
    decision: Annotated[Decision | None, Field(description="at its last record")]
    metrics: tuple[WeekCell, ...]


@dataclass(frozen=True, slots=True)
class History:
    """Every day from the first record to the report's own, and what was known on it."""

    __pydantic_config__ = STRICT

    days: tuple[Day, ...]
    series: tuple[Series, ...]
    weeks: tuple[Week, ...]

    def of(self, key: str) -> Series | None:
        """Return the series of that verdict."""
        return next((one for one in self.series if one.key == key), None)


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """A metric in both releases."""

    __pydantic_config__ = STRICT

    name: str
    key: str
    previous: str
    previous_verdict: str
    now: str
    now_verdict: str
    change: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """The release before this one at its last record; without one `why` says so."""

    __pydantic_config__ = STRICT

    release: str
    day: date | None
    decision: Decision | None
    score: str
    rows: tuple[ComparedRow, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Risk:
    """What a metric off its target means for the risk register."""

    __pydantic_config__ = STRICT

    key: str
    name: str
    state: Annotated[str, Field(description="value, target and verdict")]
    likelihood: str
    impact: str
    trend: str
    response: Annotated[str, Field(description="the band's own sentence, or the waiver")]


@dataclass(frozen=True, slots=True)
class Signed:
    """A gate review that was held: its milestone, its outcome and who signed."""

    __pydantic_config__ = STRICT

    milestone: str
    outcome: str
    day: date
    by: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class FinalReport:
    """Everything that a final report says."""

    __pydantic_config__ = STRICT

    version: Literal[1]
    project: str
    release: str
    time: Annotated[AwareDatetime, Field(description="the moment that it is true for")]
    day: date
    moment: Annotated[str, Field(description="the moment where the release lives")]
    phase: str
    release_date: str
    decision: Decision
    overall: Annotated[str, Field(description="the user's OVERALL STATUS")]
    success: Annotated[str, Field(description="whether all critical metrics are met")]
    success_icon: str
    on_target: Annotated[int, Field(description="due verdicts that pass")]
    due: Annotated[int, Field(description="due verdicts")]
    score: Score
    sections: tuple[Section, ...]
    insights: tuple[Insight, ...]
    reasons: Annotated[tuple[Cause, ...], Field(description="what stands against GO")]
    risks: tuple[Risk, ...]
    waivers: tuple[WaiverLine, ...]
    history: History
    comparison: Comparison
    signed: tuple[Signed, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        """Every verdict, in the order of the tables."""
        return tuple(row for section in self.sections for row in section.rows)
