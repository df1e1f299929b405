"""What the releases read from GitHub, by its address: one conversation for each."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from exporter.collectors.github import Settings as Issues
from exporter.collectors.tests import Settings as Tests
from exporter.model import Context
from exporter.release import Release
from exporter.results.workflow import Workflow
from exporter.sources import Source


@dataclass(frozen=True, slots=True)
class Watched:
    """One repository as one source of a release reads it: its issues, or a workflow."""

    about: str
    context: Context
    url: str | None
    repository: str | None
    interval: timedelta
    reserve: float | None = None
    issues: Issues | None = None
    workflow: Workflow | None = None


def watched(release: Release, sources: Iterable[Source], context: Context) -> Iterator[Watched]:
    """Yield what the release reads from GitHub."""
    about = about_of(release)
    for settings in (source.settings for source in sources):
        match settings:
            case Issues(url=url, repository=repository, interval=interval, reserve=reserve):
                asked = repository or release.repository
                address = str(url) if url else None
                yield Watched(about, context, address, asked, interval, reserve, issues=settings)
            case Tests(workflow=Workflow(url=url, repository=repository) as workflow):
                asked = repository or release.repository
                address = str(url) if url else None
                yield Watched(about, context, address, asked, settings.interval, workflow=workflow)
            case _:
                pass


def about_of(release: Release) -> str:
    """Return what findings about the release stand below."""
    return f"{release.project} {release.name}"
