"""The models of `release.yaml`; sources stay raw here, their collectors' settings check them."""

from collections import Counter
from contextlib import suppress
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    HttpUrl,
    StrictBool,
    StrictInt,
    model_validator,
)

from exporter.config.patterns import ONE_LINE, Pattern
from exporter.model import Tier, Verdict
from exporter.plan import Phase

_FIRST_YEAR, _LAST_YEAR = 2000, 2199

# Label values and folder names: no separators, no control characters, nothing hidden.
Name = Annotated[
    str,
    Pattern(
        r"^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$",
        "write at most 64 letters, digits and . _ + - without spaces, such as caro or v1.1.0",
    ),
]
Line = Annotated[str, Field(min_length=1, max_length=300), ONE_LINE]
Count = Annotated[StrictInt, Field(gt=0, le=10**9)]
REPOSITORY = r"^[A-Za-z0-9][A-Za-z0-9_-]*/\.?[A-Za-z0-9_-][A-Za-z0-9._-]*$"
Repository = Annotated[str, Pattern(REPOSITORY, "write owner/name, such as wildcard/caro")]
Key = Annotated[
    str,
    Pattern(
        r"^[A-Z]{1,4}-[0-9]{1,3}(/[A-Za-z0-9_.-]{1,32})?$",
        "write a metric's id, such as QM-2, or PM-5/P0 where it has several verdicts",
    ),
]


def _quantity(written: object) -> object:
    # YAML takes `yes` for a number, too.
    if isinstance(written, bool) or not isinstance(written, (str, int, float)):
        raise ValueError("write a number with its unit, such as '80 %', '850 ms' or '4 h'")  # noqa: TRY004 - pydantic collects ValueErrors
    return written


Quantity = Annotated[
    str | int | float,
    Field(union_mode="left_to_right", description="number with its unit: '80 %', '850 ms', '4 h'"),
    BeforeValidator(_quantity),
]


def _day(written: object) -> date:
    # A plain number would be taken for seconds since 1970, and a far year ends the calendar.
    if isinstance(written, str):
        with suppress(ValueError):
            written = date.fromisoformat(written)
    if not isinstance(written, date) or isinstance(written, datetime):
        raise ValueError("write a date such as 2026-01-13")  # noqa: TRY004 - pydantic collects ValueErrors
    if not _FIRST_YEAR <= written.year <= _LAST_YEAR:
        raise ValueError(f"write a date from {_FIRST_YEAR} to {_LAST_YEAR}")
    return written


Day = Annotated[date, BeforeValidator(_day)]


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError) as error:
        raise ValueError(
            "no such time zone; write one such as America/Los_Angeles or UTC"
        ) from error
    return name


class Entry(BaseModel):
    """A part of the release file: what it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class MilestoneEntry(Entry):
    """A planned date, the actual one once it is finished, and the phases it opens or closes."""

    name: Annotated[str, Field(min_length=1, max_length=64), ONE_LINE]
    planned: Day = Field(description="planned date, in the release's time zone")
    actual: Day | None = Field(None, description="the date it was finished; leave out until then")
    github: Line | None = Field(
        None,
        description="title of a milestone on GitHub, whose closing is the actual date until one is "
        "written here; the planned date stays here: one that is moved there would hide a slip",
    )
    opens: Phase | None = Field(None, description="phase that starts with this day")
    closes: Phase | None = Field(None, description="phase that ends with this day")


class BandEntry(Entry):
    """One band: exactly one condition, a verdict and a sentence; the first that fits applies."""

    at_least: Quantity | None = None
    above: Quantity | None = None
    at_most: Quantity | None = None
    below: Quantity | None = None
    within: Quantity | None = Field(None, description="either way around zero, for signed values")
    otherwise: Literal[True] | None = None
    verdict: Literal[Verdict.PASS, Verdict.WARN, Verdict.FAIL]
    text: Line
    blocks: StrictBool = Field(False, description="a fail of this band decides the gate alone")
    target: StrictBool = Field(False, description="this band's bound is the target that is shown")

    @model_validator(mode="after")
    def _one_condition(self) -> Self:
        if len(self.conditions()) != 1:
            raise ValueError(
                "write exactly one of at_least, above, at_most, below, within, otherwise"
            )
        if self.blocks and self.verdict is not Verdict.FAIL:
            raise ValueError("only a band whose verdict is fail can block")
        return self

    def conditions(self) -> dict[str, Any]:
        """Return the conditions that are written, by name."""
        names = ("at_least", "above", "at_most", "below", "within", "otherwise")
        return {name: getattr(self, name) for name in names if getattr(self, name) is not None}


class WaiverEntry(Entry):
    """A signed exception: the metric's warn or fail is accepted until the expiry date."""

    metric: Key
    reason: Line
    link: HttpUrl
    owner: Line
    expires: Day

    @model_validator(mode="after")
    def _privacy_stands(self) -> Self:
        if self.metric == "QM-3":
            raise ValueError("QM-3 (privacy) cannot be waived; take this waiver out")
        return self


class OwnMetric(Entry):
    """A metric of the user's own; it gets the same treatment as the catalog's."""

    id: Annotated[
        str,
        Pattern(r"^[A-Z]{1,4}-[0-9]{1,3}$", "write capital letters, '-', a number, such as X-1"),
    ]
    title: Line
    name: Annotated[
        str,
        Pattern(
            r"^[a-z][a-z0-9_]{0,80}$",
            "write small letters, digits and _ alone, such as crash_free_ratio",
        ),
        Field(description="the gauge is release_<name>"),
    ]
    help: Line
    unit: Literal["count", "percent", "milliseconds", "hours", "days", "number"] = "number"
    tier: Tier = Tier.ENGAGEMENT
    due: str = Field("always", description="always, a phase, or 'after <phase>'")
    bands: Annotated[list[BandEntry], Field(min_length=1, max_length=20)]
    source: dict[str, Any] = Field(description="one of json, csv, promql with its settings")


class PackageEntry(Entry):
    """Where the release is published, for its downloads."""

    registry: Literal["crates.io", "pypi", "npm"]
    name: Annotated[
        str,
        Pattern(
            r"^(@[a-z0-9._-]+/)?[A-Za-z0-9][A-Za-z0-9._-]{0,213}$",
            "write the package's name as its registry has it, such as caro or @scope/caro",
        ),
    ]


class ReleaseFile(Entry):
    """One release of one project: plan, sources, and what is judged differently."""

    project: Name
    release: Name
    repository: Repository | None = Field(None, description="owner/name on GitHub")
    package: PackageEntry | None = None
    time_zone: Annotated[str, AfterValidator(_zone)] = Field(
        "UTC", description="IANA name; days and phases begin at its midnight"
    )
    data: Line = Field(
        ".", description="folder of the raw files, relative to this file; nothing outside is read"
    )
    milestones: Annotated[list[MilestoneEntry], Field(min_length=1, max_length=50)]
    closed: Day | None = Field(
        None, description="from this day the release is over; default 30 days after publication"
    )
    sources: dict[str, dict[str, Any] | None] = Field(default_factory=dict)
    bands: dict[Key, Annotated[list[BandEntry], Field(min_length=1, max_length=20)]] = Field(
        default_factory=dict, description="another list of bands for a metric, by its id"
    )
    due: dict[Key, str] = Field(
        default_factory=dict, description="another phase: always, <phase>, or 'after <phase>'"
    )
    minimum_n: dict[Key, Count] = Field(
        default_factory=dict, description="observations that a verdict needs, default 1"
    )
    waivers: Annotated[list[WaiverEntry], Field(max_length=100)] = Field(default_factory=list)
    metrics: Annotated[list[OwnMetric], Field(max_length=100)] = Field(default_factory=list)

    @model_validator(mode="after")
    def _names_once(self) -> Self:
        for what, names in (
            ("milestone", [one.name for one in self.milestones]),
            ("metric id", [one.id for one in self.metrics]),
            ("metric name", [one.name for one in self.metrics]),
        ):
            twice = [name for name, count in Counter(names).items() if count > 1]
            if twice:
                raise ValueError(f"{what} {twice[0]!r} stands here twice; rename one")
        return self
