"""What the recorded services know, in the real services' own shapes."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Json = dict[str, Any]


@dataclass
class Repository:
    """One GitHub repository: REST objects, but for `discussions`, which are GraphQL's.

    `facts` is what `GET /repos/{owner}/{repo}` sends. Issues and pull requests share one list, as
    on GitHub. `files` holds by artifact id what is in its archive. A request for one of
    `former_names` is redirected.
    """

    facts: Json
    issues: list[Json] = field(default_factory=list)
    labels: list[Json] = field(default_factory=list)
    milestones: list[Json] = field(default_factory=list)
    runs: list[Json] = field(default_factory=list)
    artifacts: list[Json] = field(default_factory=list)
    files: dict[int, dict[str, str]] = field(default_factory=dict)
    discussions: list[Json] = field(default_factory=list)
    former_names: tuple[str, ...] = ()


@dataclass
class Crate:
    """One crate of crates.io; `downloads` holds by version number its rows, one a day."""

    facts: Json
    versions: list[Json]
    keywords: list[Json] = field(default_factory=list)
    categories: list[Json] = field(default_factory=list)
    downloads: dict[str, list[Json]] = field(default_factory=dict)


@dataclass
class NpmPackage:
    """Downloads of one npm package by version and day (`2026-01-17`)."""

    versions: dict[str, dict[str, int]]

    @property
    def days(self) -> dict[str, int]:
        """Downloads of all versions by day."""
        total: dict[str, int] = {}
        for days in self.versions.values():
            for day, downloads in days.items():
                total[day] = total.get(day, 0) + downloads
        return total


@dataclass(frozen=True)
class Token:
    """What GitHub knows of a token; `scopes` is None for a fine-grained one."""

    expires: datetime | None = None
    scopes: str | None = None


@dataclass
class Upstream:
    """Everything that is served; `pypi` holds by package the rows that pypistats keeps.

    Without `tokens`, GitHub takes every token; with them, only those.
    """

    repositories: list[Repository] = field(default_factory=list)
    crates: dict[str, Crate] = field(default_factory=dict)
    pypi: dict[str, list[Json]] = field(default_factory=dict)
    npm: dict[str, NpmPackage] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
