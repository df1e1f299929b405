"""What every source's settings have in common."""

from datetime import timedelta
from pathlib import PurePosixPath
from typing import Annotated, Any, ClassVar, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from exporter.config.duration import Duration
from exporter.durations import render
from exporter.plan import Phase

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def _inside(pattern: str) -> str:
    path = PurePosixPath(pattern)
    if path.is_absolute() or ".." in path.parts or "\0" in pattern:
        raise ValueError("write a path inside the release's folder, without '..'")
    return pattern


# A file or a glob inside the release's folder; `**` spans folders.
InnerPath = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_inside)]


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


# Several of them; a single one needs no list.
InnerPaths = Annotated[
    tuple[InnerPath, ...],
    BeforeValidator(_several, json_schema_input_type=str | tuple[InnerPath, ...]),
]


class SourceSettings(BaseModel):
    """How often a source is read, how long that may take, and how old it may get.

    `max_age` bounds the time since the last good reading, always; `facts_max_age` bounds the age
    of the newest fact while `PRODUCED_IN`, the phases that produce the facts, are open.
    Of the sources with the same `ONE_AT_A_TIME`, no two are read at once; empty means no limit.
    While many wait in that line, `in_a_crowd` of them are.
    `REMADE` tells that a reading can always be made again of the files it was made of, so that it
    need not be on disk for good: what a service said once, it may not be there to say again.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    PRODUCED_IN: ClassVar[tuple[Phase, ...]] = ()
    ONE_AT_A_TIME: ClassVar[str] = ""
    REMADE: ClassVar[bool] = False

    interval: Duration = Field(15 * MINUTE, ge=SECOND, description="time between two runs")
    deadline: Duration = Field(2 * MINUTE, description="longest a run may take")
    max_age: Duration = Field(26 * HOUR, description="oldest acceptable successful read")
    facts_max_age: Duration | None = Field(
        None, description="oldest acceptable fact while the facts are being produced"
    )

    @property
    def remade(self) -> bool:
        """Whether these settings read nothing but such files."""
        return self.REMADE

    @property
    def in_a_crowd(self) -> int:
        """How many of one line are read at once while many wait in it."""
        return 1

    @model_validator(mode="after")
    def _read_before_too_old(self) -> Self:
        if self.max_age < self.interval:
            raise ValueError(
                f"max_age {render(self.max_age)} is shorter than interval {render(self.interval)}: "
                "no reading would last until the next; lengthen max_age"
            )
        return self
