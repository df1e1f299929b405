"""What is taken, and kept on disk, of GitHub's answers: no title, no text, no person."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from exporter.config.release_file import REPOSITORY

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Stars = Annotated[int, msgspec.Meta(ge=0, le=10**10)]


class Repository(msgspec.Struct, frozen=True):
    """A repository under the name that it has now."""

    full_name: Annotated[str, msgspec.Meta(pattern=REPOSITORY, max_length=200)]
    html_url: str = ""
    stargazers_count: Stars | None = None
    has_discussions: bool | None = None


class Label(msgspec.Struct, frozen=True):
    """A label, on an issue or by itself."""

    name: str


class Milestone(msgspec.Struct, frozen=True):
    """A milestone, of an issue or by itself."""

    title: str


class PullRequest(msgspec.Struct, frozen=True):
    """Says by being there that an issue is none."""


class Issue(msgspec.Struct, frozen=True):
    """An issue or, with the key `pull_request`, a pull request."""

    number: int
    state: Literal["open", "closed"]
    created_at: Moment
    closed_at: Moment | None = None
    state_reason: str | None = None
    labels: list[Label | str] = []
    milestone: Milestone | None = None
    pull_request: PullRequest | None = None

    @property
    def names(self) -> frozenset[str]:
        """The names of its labels; GitHub sends some as texts."""
        return frozenset(one if isinstance(one, str) else one.name for one in self.labels)
