"""One verdict as the gate takes it, with everything it was made from."""

from dataclasses import dataclass
from datetime import UTC
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, ConfigDict, Field

from exporter.catalog import CATALOG
from exporter.inert import inert
from exporter.model import Sample, Tier, Verdict
from exporter.model import labels as canonical
from exporter.words import VERDICT_ICONS, VERDICT_WORDS

# Privacy is never waived, whatever a file says.
PRIVACY = "QM-3"

# What a document does not know is a mistake in it.
STRICT = ConfigDict(extra="forbid")

Finite = Annotated[float, Field(allow_inf_nan=False)]

_RANKS = {metric.id: rank for rank, metric in enumerate(CATALOG)}


class Outcome(StrEnum):
    """A verdict, or `WAIVED`: a warn or fail that a valid waiver accepts."""

    PASS = "pass"  # noqa: S105 - a verdict, no password
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_DUE = "not_due"
    WAIVED = "waived"


OUTCOME_ICONS = {Outcome(one.value): icon for one, icon in VERDICT_ICONS.items()} | {
    Outcome.WAIVED: "✍️"
}
OUTCOME_WORDS = {Outcome(one.value): said for one, said in VERDICT_WORDS.items()} | {
    Outcome.WAIVED: "waived"
}


@dataclass(frozen=True, slots=True)
class Fact:
    """A sample as it was read: base units."""

    __pydantic_config__ = STRICT

    gauge: str
    labels: dict[str, str]
    value: Finite
    n: int | None
    observed: AwareDatetime | None
    evidence: str
    worst: Annotated[
        Finite | None, Field(description="the value if all that could not be read were bad")
    ] = None

    @classmethod
    def of(cls, sample: Sample) -> "Fact":
        """Return the sample as a fact."""
        return cls(
            sample.gauge,
            dict(sorted(sample.labels)),
            float(sample.value),
            sample.n,
            sample.observed.astimezone(UTC) if sample.observed else None,
            sample.evidence,
            sample.worst,
        )

    def sample(self) -> Sample:
        """Return the sample that it was."""
        where = canonical(**self.labels)
        return Sample(
            self.gauge,
            self.value,
            where,
            self.n,
            self.observed,
            self.evidence,
            worst=self.worst,
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One verdict; `facts` are all samples it is on, the shown value is that of the worst one."""

    __pydantic_config__ = STRICT

    key: Annotated[str, Field(description="what names the verdict: QM-2, or PM-5/P0")]
    metric: Annotated[str, Field(description="the metric's id")]
    title: str
    tier: Tier
    source: str
    gauge: str
    labels: Annotated[dict[str, str], Field(description="of the judged series")]
    unit: Annotated[str, Field(description="the user's unit; base units are Prometheus'")]
    verdict: Outcome
    replaces: Annotated[Verdict | None, Field(description="what a waiver turned into waived")]
    due: bool
    due_from: AwareDatetime | None
    blocking: Annotated[bool, Field(description="whether a band of it blocks the release")]
    blocks: Annotated[bool, Field(description="whether it lies in a fail that blocks")]
    value: Annotated[Finite | None, Field(description="in base units")]
    user_value: Annotated[Finite | None, Field(description="in the user's unit")]
    shown: Annotated[str, Field(description="the value as people read it; N/A without one")]
    target: Annotated[str, Field(description="the target as people read it")]
    target_value: Annotated[Finite | None, Field(description="the target's bound in base units")]
    n: Annotated[int | None, Field(description="observations behind the value")]
    observed: Annotated[AwareDatetime | None, Field(description="time that the facts are from")]
    age_seconds: Finite | None
    reason: Annotated[str, Field(description="the band's sentence, or why there is no verdict")]
    evidence: Annotated[str, Field(description="what the value was computed from")]
    inapplicable: Annotated[bool, Field(description="due, but with nothing to judge: no bugs")]
    facts: tuple[Fact, ...]

    def __post_init__(self) -> None:
        """Refuse what cannot be: such a line could turn into good news."""
        if self.due == (self.verdict is Outcome.NOT_DUE):
            raise ValueError(f"{self.key}: a verdict is not_due exactly when it is not due")
        if (self.verdict is Outcome.WAIVED) != (self.replaces in (Verdict.WARN, Verdict.FAIL)):
            raise ValueError(f"{self.key}: waived replaces a warn or a fail, nothing else does")
        if self.verdict in (Outcome.PASS, Outcome.WARN, Outcome.FAIL) and self.value is None:
            raise ValueError(f"{self.key}: {self.verdict} without a value")

    @property
    def rank(self) -> tuple[int, str]:
        """Its place: the catalog's order, then the release's own metrics by key."""
        # By the key as a document has it: the order is the same when it is read back.
        return _RANKS.get(self.metric, len(_RANKS)), inert(self.key)

    @property
    def judged(self) -> Verdict:
        """The verdict without any waiver."""
        return self.replaces or Verdict(self.verdict.value)


def word(line: Line) -> str:
    """Return the verdict in words: `waived (fail)`, `not due`."""
    said = OUTCOME_WORDS[line.verdict]
    return f"{said} ({VERDICT_WORDS[line.replaces]})" if line.replaces else said
