"""The decision over a release's verdicts: the first line of the rule that applies.

NO_GO        a due metric fails in a band that blocks
UNKNOWN      a due blocking metric is unknown, a critical one is not due, or nothing can be told
CONDITIONAL  any other due metric fails, warns, is unknown or waived; privacy.since was moved
GO           every due metric passes
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from exporter.gate.verdicts import STRICT, Line, Outcome
from exporter.model import Tier


class Decision(StrEnum):
    """What the gate says, the worst first."""

    NO_GO = "NO_GO"
    UNKNOWN = "UNKNOWN"
    CONDITIONAL = "CONDITIONAL"
    GO = "GO"


# The user's OVERALL STATUS.
STATUS = {
    Decision.GO: "READY FOR RELEASE",
    Decision.CONDITIONAL: "READY WITH CAVEATS",
    Decision.NO_GO: "BLOCKED",
    Decision.UNKNOWN: "CANNOT TELL",
}

STATUS_ICONS = {
    Decision.GO: "✅",
    Decision.CONDITIONAL: "⚠️",
    Decision.NO_GO: "❌",
    Decision.UNKNOWN: "❔",
}


class Objection(StrEnum):
    """A reason against GO that is of the release as a whole, not of a metric."""

    PROBLEM = "problem"
    NOTHING_DUE = "nothing_due"
    PRIVACY_SINCE_MOVED = "privacy_since_moved"


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason: of a verdict by its key, or of the release as a whole with an empty one."""

    __pydantic_config__ = STRICT

    key: str
    verdict: Outcome | None
    decides: Annotated[bool, Field(description="whether the decision is because of it")]
    text: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is decided on; `problems` say why nothing can be told, `moved` who moved the audit.

    Both are texts for people; an empty `moved` means that privacy counts from the beta's start.
    """

    lines: Sequence[Line]
    problems: Sequence[str] = ()
    moved: str = ""


def decide(evidence: Evidence) -> tuple[Decision, tuple[Cause, ...]]:
    """Return the decision and every reason against GO, the deciding ones first."""
    ordered = Evidence(
        sorted(evidence.lines, key=lambda line: line.rank), evidence.problems, evidence.moved
    )
    found = {decision: list(causes(ordered)) for decision, causes in RULE.items()}
    decision = next((one for one, causes in found.items() if causes), Decision.GO)
    reasons: dict[str, Cause] = {}
    for one, causes in found.items():
        for key, verdict, text in causes:
            reasons.setdefault(key or text, Cause(key, verdict, one is decision, text))
    return decision, tuple(sorted(reasons.values(), key=lambda cause: not cause.decides))


def objections(evidence: Evidence) -> Iterator[tuple[Objection, str]]:
    """Yield the reasons that are of no single metric, each with its text for people."""
    for problem in evidence.problems:
        yield Objection.PROBLEM, problem
    if not any(line.due for line in evidence.lines):
        yield Objection.NOTHING_DUE, "no metric is due: there is nothing to judge"
    if evidence.moved:
        yield Objection.PRIVACY_SINCE_MOVED, f"privacy.since was moved: {evidence.moved}"


def worst(decisions: Iterable[Decision]) -> Decision:
    """Return the worst of several decisions; of none, nothing can be told."""
    found = set(decisions)
    return next((one for one in Decision if one in found), Decision.UNKNOWN)


_Cause = tuple[str, Outcome | None, str]


def _blocked(evidence: Evidence) -> Iterator[_Cause]:
    for line in evidence.lines:
        if line.verdict is Outcome.FAIL and line.blocks:
            yield line.key, line.verdict, _say(line)


def _cannot_tell(evidence: Evidence) -> Iterator[_Cause]:
    for objection, text in objections(evidence):
        if objection is not Objection.PRIVACY_SINCE_MOVED:
            yield "", None, text
    for line in evidence.lines:
        if line.verdict is Outcome.UNKNOWN and line.blocking:
            yield line.key, line.verdict, _say(line)
        if line.verdict is Outcome.NOT_DUE and line.tier is Tier.CRITICAL:
            why = "nothing to judge" if line.inapplicable else "too early"
            yield line.key, line.verdict, f"{line.title}: {why}: {line.reason}"


def _caveats(evidence: Evidence) -> Iterator[_Cause]:
    for line in evidence.lines:
        if line.due and line.verdict is not Outcome.PASS:
            yield line.key, line.verdict, _say(line)
    for objection, text in objections(evidence):
        if objection is Objection.PRIVACY_SINCE_MOVED:
            yield "", None, text


RULE: dict[Decision, Callable[[Evidence], Iterator[_Cause]]] = {
    Decision.NO_GO: _blocked,
    Decision.UNKNOWN: _cannot_tell,
    Decision.CONDITIONAL: _caveats,
}


def _say(line: Line) -> str:
    waived = f"waived {line.replaces}: " if line.replaces else ""
    return f"{line.title} {line.shown} ({line.target}): {waived}{line.reason}"
