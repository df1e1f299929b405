"""The report of one release: its decision, and everything that was decided on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, Field

from exporter.gate.decision import Cause, Decision, Evidence, decide
from exporter.gate.verdicts import STRICT, Fact, Line
from exporter.gate.waivers import WaiverLine, unwaived, waive
from exporter.model import ErrorClass, Reason
from exporter.release import Waiver

VERSION: Final = 1


class SourceWord(StrEnum):
    """The state of a source."""

    OK = "ok"
    STALE = "stale"
    FAILING = "failing"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class RejectedItem:
    """An item that was not counted: where and why, never what it said."""

    __pydantic_config__ = STRICT

    reason: Reason
    file: str
    position: str
    message: str


@dataclass(frozen=True, slots=True)
class PrivacyFinding:
    """Where a privacy rule matches, never what it matched."""

    __pydantic_config__ = STRICT

    file: str
    position: str
    rule: str


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One source as its last runs left it; what it lists are the first of what it counts."""

    __pydantic_config__ = STRICT

    name: str
    state: SourceWord
    why: Annotated[str, Field(description="what is wrong; empty when nothing is")]
    error: ErrorClass | None
    succeeded: Annotated[AwareDatetime | None, Field(description="start of the last good run")]
    facts_from: Annotated[AwareDatetime | None, Field(description="time of the newest fact")]
    read: Annotated[int | None, Field(description="items that the last good run counted")]
    rejected: Annotated[dict[Reason, int], Field(description="items not counted, by reason")]
    rejections: tuple[RejectedItem, ...]
    findings: tuple[PrivacyFinding, ...]
    # For who asks beside the files. A folder is easily called as its tester is: no document has it.
    files: Annotated[tuple[str, ...], Field(exclude=True)] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """The gate of one release at one moment; verdicts are in the catalog's order."""

    __pydantic_config__ = STRICT

    version: Literal[1]
    project: Annotated[str, Field(description="empty where the release file is invalid")]
    release: str
    file: Annotated[str, Field(description="the release file")]
    time: Annotated[AwareDatetime, Field(description="the moment that it is true for")]
    day: Annotated[date, Field(description="that moment's day where the release lives")]
    time_zone: str
    phase: str | None
    beta_day: int | None
    decision: Decision
    reasons: Annotated[tuple[Cause, ...], Field(description="the deciding ones first")]
    problems: Annotated[tuple[str, ...], Field(description="why nothing can be told")]
    privacy_since: Annotated[Fact | None, Field(description="from when on violations count")]
    verdicts: tuple[Line, ...]
    waivers: tuple[WaiverLine, ...]
    sources: tuple[SourceLine, ...]

    @property
    def name(self) -> str:
        """What people call it: project and release, or the file's name."""
        return f"{self.project} {self.release}" if self.release else self.file

    @property
    def moved(self) -> str:
        """Who moved `privacy.since`, as evidence; empty when nobody did."""
        fact = self.privacy_since
        if fact is None or fact.labels.get("moved") == "false":
            return ""
        return fact.evidence or "the source does not say why"

    @property
    def evidence(self) -> Evidence:
        """All that is decided on."""
        return Evidence(self.verdicts, self.problems, self.moved)

    def line(self, key: str) -> Line | None:
        """Return the verdict of that key."""
        return next((one for one in self.verdicts if one.key == key), None)


def settle(report: Report, waivers: Sequence[Waiver]) -> Report:
    """Return the report as the waivers and the rule have it, whatever it said before."""
    raw = sorted((unwaived(line) for line in report.verdicts), key=lambda line: line.rank)
    lines, listed = waive(raw, waivers, report.day)
    decision, reasons = decide(Evidence(lines, report.problems, report.moved))
    return replace(report, verdicts=lines, waivers=listed, decision=decision, reasons=reasons)


def cannot_tell(
    file: str, problems: Sequence[str], now: datetime, *, project: str = "", release: str = ""
) -> Report:
    """Return the report of which only the file's name, or the release's, is known."""
    empty = Report(
        version=VERSION,
        project=project,
        release=release,
        file=file,
        time=now.astimezone(UTC),
        day=now.astimezone(UTC).date(),
        time_zone="UTC",
        phase=None,
        beta_day=None,
        decision=Decision.UNKNOWN,
        reasons=(),
        problems=tuple(problems),
        privacy_since=None,
        verdicts=(),
        waivers=(),
        sources=(),
    )
    return settle(empty, ())
