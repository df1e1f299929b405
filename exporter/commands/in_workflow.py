"""`gate --format github`: the decision as a GitHub workflow takes it."""

import os
from collections.abc import Callable, Sequence

from exporter.actions import Outcome
from exporter.actions.annotations import annotate
from exporter.actions.commands import foreign, say
from exporter.actions.job import Job
from exporter.gate.report import Report
from exporter.inert import plain
from exporter.model import UserError

USAGE = 2


def in_workflow(decide: Callable[[], tuple[Sequence[Report], int]], *, strict: bool) -> int:
    """Tell GitHub what was decided and return the exit code; a mistake is told in the same ways.

    Whatever `decide` prints, the runner obeys none of it.
    """
    with foreign():
        outcome = _outcome(decide, strict=strict)
        for line in outcome.mistakes:
            say(plain(line))
    for line in annotate(outcome):
        say(line)
    Job.of(os.environ).take(outcome)
    return outcome.code


def _outcome(decide: Callable[[], tuple[Sequence[Report], int]], *, strict: bool) -> Outcome:
    try:
        reports, code = decide()
    except UserError as error:
        return Outcome((), USAGE, str(error).splitlines())
    return Outcome(reports, code, strict=strict)
