"""The gate inside a GitHub workflow: annotations, the job's summary and the step's outputs."""

from collections.abc import Sequence
from dataclasses import dataclass

from exporter.gate.decision import Decision, worst
from exporter.gate.report import Report


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a job is told: the reports, or the mistakes that left none, and the exit code."""

    reports: Sequence[Report]
    code: int
    mistakes: Sequence[str] = ()
    strict: bool = False

    @property
    def decision(self) -> Decision:
        """The worst decision; of no report, nothing can be told."""
        return worst(one.decision for one in self.reports)
