"""What stands on top of a workflow's run: each decision, then the reasons for it."""

from collections.abc import Iterator

from exporter.actions import Outcome
from exporter.actions.commands import command
from exporter.gate.decision import STATUS, Decision
from exporter.gate.report import Report

# GitHub shows so many of a step and drops the others without a word.
MOST = 10

_LEVELS = {
    Decision.NO_GO: "error",
    Decision.UNKNOWN: "error",
    Decision.CONDITIONAL: "warning",
    Decision.GO: "notice",
}


def annotate(outcome: Outcome) -> list[str]:
    """Return the commands, the worst first; where there are too many, the last one says so."""
    found = list(_annotations(outcome))
    if len(found) <= MOST:
        return found
    rest = f"{len(found) - MOST + 1} more reasons are in the job's summary"
    return [*found[: MOST - 1], command("notice", rest, title="Release gate")]


def _annotations(outcome: Outcome) -> Iterator[str]:
    for text in outcome.mistakes:
        yield command("error", text, title="Release gate")
    ordered = sorted(outcome.reports, key=lambda one: list(Decision).index(one.decision))
    for one in ordered:
        title = f"{one.name}: {one.decision}"
        yield command(_level(one, strict=outcome.strict), STATUS[one.decision], title=title)
    for one in ordered:
        level = _level(one, strict=outcome.strict)
        for cause in one.reasons:
            if cause.decides:
                yield command(level, cause.text, title=f"{one.name} {cause.key}".strip())


def _level(report: Report, *, strict: bool) -> str:
    if strict and report.decision is Decision.CONDITIONAL:
        return "error"
    return _LEVELS[report.decision]
