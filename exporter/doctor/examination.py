"""Everything that is looked at in an installation, in the order of its telling."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from exporter.collectors.downloads import Settings as Downloads
from exporter.config.environment import Environment
from exporter.doctor import (
    configuration,
    downloads,
    environment,
    files,
    github,
    places,
    services,
    web,
)
from exporter.doctor.finding import INSTALLATION, Check, Finding, skipped
from exporter.doctor.watched import about_of, watched
from exporter.installation import Installation
from exporter.model import Context
from exporter.release import Release
from exporter.sources import Source

UPSTREAM = "_upstream"
ENVIRONMENT_FIRST = "the environment must be right first"


@dataclass(frozen=True, slots=True)
class Examination:
    """An installation under examination.

    `scratch` is a folder that nobody keeps, `seconds` what one check may take; `sound` tells
    whether the environment is right, without which no secret is known.
    """

    settings: Environment
    installation: Installation
    now: datetime
    scratch: Path
    seconds: float
    sound: bool = True

    def checks(self) -> list[Check]:
        """Return all checks, those of the installation first."""
        every = [*self._of_installation(), *self._github()]
        for release, sources in self.installation.releases.values():
            every += self._of_release(release, sources)
        return every

    def _of_installation(self) -> Iterator[Check]:
        settings = self.settings
        storage, address = settings.storage_path, settings.web_listen_address
        if self.sound:
            find = partial(environment.check_secrets, settings)
            yield Check(INSTALLATION, environment.FILES, find)
        yield Check(INSTALLATION, places.STORAGE, partial(places.check_storage, storage))
        yield Check(INSTALLATION, places.ADDRESS, partial(places.check_address, address))
        yield Check(INSTALLATION, web.NAME, partial(web.check_web, settings.web_config_file))
        yield from services.checks(settings)

    def _github(self) -> list[Check]:
        every = [
            one
            for release, sources in self.installation.releases.values()
            for one in watched(release, sources, self._context(release, "github"))
        ]
        if not every or not self.sound:
            why = ENVIRONMENT_FIRST if every else "no release reads from it"
            return [_skip(INSTALLATION, github.ADDRESS, why)]
        return github.checks(self.settings, every, self.seconds)

    def _of_release(self, release: Release, sources: Sequence[Source]) -> Iterator[Check]:
        about = about_of(release)
        find = partial(configuration.check, release, tuple(sources), self.now)
        yield Check(about, configuration.NAME, find)
        yield Check(about, files.FOLDER, partial(files.check_folder, release))
        for source in sources:
            yield from self._of_source(about, source)

    def _of_source(self, about: str, source: Source) -> Iterator[Check]:
        context, settings = self._context(source.release, source.name), source.settings
        if isinstance(settings, Downloads):
            find = partial(downloads.check, settings, context, self.seconds)
            yield Check(about, downloads.PACKAGE, find)
        elif files.asks_prometheus(source) and not self.sound:
            yield _skip(about, files.name_of(source), ENVIRONMENT_FIRST)
        elif files.reads_files(source):
            find = partial(files.check_source, source, context, self.seconds)
            yield Check(about, files.name_of(source), find)

    def _context(self, release: Release, source: str) -> Context:
        """Return what a source is handed, over a state of its own: the real one stays untouched."""
        kept = self.settings.storage_path / UPSTREAM
        return Context(
            project=release.project,
            release=release.name,
            folder=release.folder,
            state=self.scratch / release.project / release.name / source,
            plan=release.plan.as_of(self.now),
            now=self.now,
            # What services told the running program goes for this one too.
            shared=kept if kept.is_dir() else self.scratch / UPSTREAM,
            repository=release.repository,
            package=release.package,
        )


def _skip(about: str, name: str, why: str) -> Check:
    return Check(about, name, lambda: iter(_one(skipped(name, why))))


def _one(finding: Finding) -> tuple[Finding]:
    return (finding,)
