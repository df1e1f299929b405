"""What a service is asked about: one version of one package."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from exporter.collectors.downloads.week import Week
from exporter.upstream.session import Session


@dataclass(frozen=True, slots=True)
class Asked:
    """One version of one package; `published` is what the release file says, None without it."""

    session: Session
    name: str
    version: str
    published: datetime | None
    now: datetime
    state: Path

    @property
    def week(self) -> Week | None:
        """The first week by the release file; None while it has not begun."""
        begun = self.published is not None and self.published <= self.now
        return Week(self.published) if self.published and begun else None

    @property
    def unpublished(self) -> str:
        """Why there is no week by the release file."""
        if self.published is None:
            return (
                "no milestone that opens the release phase has an actual date;"
                " write it, or sources.downloads.published"
            )
        return f"it is to be on {self.published.astimezone(UTC):%Y-%m-%d %H:%M %Z}"
