"""The files that a step hands to GitHub."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from exporter.actions import Outcome
from exporter.actions.outputs import outputs, render
from exporter.actions.summary import LIMIT, cut, summarize


@dataclass(frozen=True, slots=True)
class Job:
    """Where the summary and the outputs go; nowhere, outside a workflow."""

    summary: Path | None
    output: Path | None

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Self:
        """Return the files that GitHub's runner names."""
        named = (environment.get(name) for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"))
        return cls(*(Path(one) if one else None for one in named))

    def take(self, outcome: Outcome) -> None:
        """Append the outcome to both; raises OSError."""
        if self.summary:
            room = LIMIT - (self.summary.stat().st_size if self.summary.exists() else 0)
            with self.summary.open("ab") as file:
                file.write(cut(summarize(outcome), max(room, 0)))
        if self.output:
            with self.output.open("ab") as file:
                file.write(render(outputs(outcome)).encode())
