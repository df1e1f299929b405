"""Everything that is known at one moment: what /metrics, the status page and tables are made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from exporter.digest.reviews import Review
from exporter.digest.told import Told
from exporter.freshness import SourceState
from exporter.release import Release
from exporter.upstream.account import Standing


@dataclass(frozen=True, slots=True)
class ReleaseView:
    """One release and the state of each of its sources, by name.

    `problems` say why nothing may be decided on it, such as a release file that is invalid by now;
    `digests` are the last summaries for its reviews.
    """

    release: Release
    states: Mapping[str, SourceState]
    problems: tuple[str, ...] = ()
    digests: Mapping[Review, Told] = field(default_factory=dict)

    @property
    def tried(self) -> bool:
        """Whether every configured source has been read, or failed to be, once."""
        return all(state.tried for state in self.states.values())


@dataclass(frozen=True, slots=True)
class View:
    """All releases, the validity of each release file, and the last reload of them.

    `mistakes` says, by file, what is wrong with the invalid ones; `reloaded` is the time of the
    last load that found no mistake; `upstream` is how web services stand to us.
    """

    releases: tuple[ReleaseView, ...] = ()
    files: Mapping[str, bool] = field(default_factory=dict)
    mistakes: Mapping[str, str] = field(default_factory=dict)
    loaded: bool = False
    reload_ok: bool = True
    reloaded: datetime | None = None
    upstream: tuple[Standing, ...] = ()

    @property
    def ready(self) -> bool:
        """Whether the release files are loaded and none of their sources is still unread."""
        return self.loaded and all(one.tried for one in self.releases)
