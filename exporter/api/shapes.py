"""The documents of the API that the gate has no shape for yet."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from exporter.gate.decision import Cause, Decision
from exporter.gate.report import SourceLine
from exporter.gate.verdicts import STRICT, Line, Outcome
from exporter.gate.waivers import WaiverLine
from exporter.plan import Phase

Time = Annotated[AwareDatetime, Field(description="the moment that it is true for")]


class MilestoneState(StrEnum):
    """Where a milestone stands today; one of today is still ahead."""

    FINISHED = "finished"
    AHEAD = "ahead"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class MilestoneLine:
    """A milestone of the plan, on the calendar where the release lives."""

    __pydantic_config__ = STRICT

    name: str
    planned: date
    actual: date | None
    opens: Phase | None
    closes: Phase | None
    state: MilestoneState
    days_late: Annotated[
        int, Field(description="from the planned day to the actual one, or to today; early is < 0")
    ]


@dataclass(frozen=True, slots=True)
class ReleaseItem:
    """A release in a list."""

    __pydantic_config__ = STRICT

    project: str
    release: str
    phase: Phase | None
    beta_day: int | None
    decision: Decision
    status: Annotated[str, Field(description="the OVERALL STATUS in words")]


@dataclass(frozen=True, slots=True)
class InvalidFile:
    """A release file that cannot be read now; the release it described is as it was, or missing."""

    __pydantic_config__ = STRICT

    file: str
    mistakes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Releases:
    """Every release under preparation, by project and release; those that are over are not."""

    __pydantic_config__ = STRICT

    version: Literal[1]
    time: Time
    releases: tuple[ReleaseItem, ...]
    invalid_files: tuple[InvalidFile, ...]


@dataclass(frozen=True, slots=True)
class ReleaseDocument:
    """One release: where it stands in its plan, and what the gate says of it."""

    __pydantic_config__ = STRICT

    version: Literal[1]
    project: str
    release: str
    file: Annotated[str, Field(description="the release file")]
    time: Time
    day: Annotated[date, Field(description="that moment's day where the release lives")]
    time_zone: str
    phase: Phase | None
    beta_day: int | None
    beta_days: Annotated[int, Field(description="planned days of the beta; 0 while not known")]
    decision: Decision
    status: Annotated[str, Field(description="the OVERALL STATUS in words")]
    reasons: Annotated[tuple[Cause, ...], Field(description="the deciding ones first")]
    problems: Annotated[tuple[str, ...], Field(description="why nothing can be told")]
    verdicts: Annotated[dict[Outcome, int], Field(description="how often each occurs")]
    milestones: tuple[MilestoneLine, ...]
    waivers: tuple[WaiverLine, ...]


@dataclass(frozen=True, slots=True)
class MetricsDocument:
    """The verdicts of one release, in the catalog's order, with all that they are made on."""

    __pydantic_config__ = STRICT

    version: Literal[1]
    project: str
    release: str
    time: Time
    metrics: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class SourcesDocument:
    """The health of one release's sources, by name."""

    __pydantic_config__ = STRICT

    version: Literal[1]
    project: str
    release: str
    time: Time
    sources: tuple[SourceLine, ...]


@dataclass(frozen=True, slots=True)
class RecordsDocument:
    """The days of which a record is kept, in order."""

    __pydantic_config__ = STRICT

    version: Literal[1]
    project: str
    release: str
    days: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class ShieldsBadge:
    """A badge in the format of Shields' endpoint badges."""

    __pydantic_config__ = STRICT

    schema_version: Annotated[Literal[1], Field(alias="schemaVersion")]
    label: str
    message: str
    color: Annotated[str, Field(description="as hexadecimal digits")]
    label_color: Annotated[str, Field(alias="labelColor")]
    is_error: Annotated[
        bool, Field(alias="isError", description="of all but GO: nobody may choose another colour")
    ]
    cache_seconds: Annotated[int, Field(alias="cacheSeconds")]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why there is no answer, as RFC 9457 has it."""

    __pydantic_config__ = STRICT

    type: Literal["about:blank"]
    title: str
    status: int
    detail: str
