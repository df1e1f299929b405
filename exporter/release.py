"""One release under preparation: its plan, its metrics as it judges them, and its waivers."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Self

from exporter.catalog import Metric
from exporter.plan import Plan


@dataclass(frozen=True, slots=True)
class Waiver:
    """A signed exception for one verdict (a key such as `QM-2` or `PM-5/P0`) until its expiry."""

    metric: str
    reason: str
    link: str
    owner: str
    expires: date


@dataclass(frozen=True, slots=True)
class Release:
    """Everything that the release file says; `sources` are raw until a collector takes them.

    `folder` holds the raw files. `metrics` are the catalog's with this release's overrides, then
    its own. `minimum_n` is by verdict key. `digest` tells its file's text from every
    other; it is empty for one of no file.
    """

    project: str
    name: str
    file: str
    folder: Path
    plan: Plan
    metrics: tuple[Metric, ...]
    sources: Mapping[str, Mapping[str, Any]]
    repository: str | None = None
    package: tuple[str, str] | None = None
    minimum_n: Mapping[str, int] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()
    digest: str = field(default="", compare=False)

    def as_of(self, now: datetime) -> Self:
        """Return the release with its plan as it may be believed now."""
        plan = self.plan.as_of(now)
        return self if plan is self.plan else replace(self, plan=plan)

    def over(self, now: datetime) -> bool:
        """Tell whether the release is closed: its series end, its records stay."""
        return self.plan.as_of(now).over(now)

    @property
    def id(self) -> tuple[str, str]:
        """The project and the release: what tells it from every other."""
        return self.project, self.name
