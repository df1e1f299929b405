"""The long-running whole: release files, runner and publisher, and how a reload changes them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from exporter.config.loading import load_all
from exporter.exposition.publisher import Publisher
from exporter.model import UserError
from exporter.release import Release
from exporter.runner import Runner
from exporter.sources import Source, load_sources
from exporter.view import ReleaseView, View

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Installation:
    """The releases that are served with their sources, by file, and the mistakes in other files."""

    releases: dict[str, tuple[Release, tuple[Source, ...]]]
    mistakes: dict[str, str]


def load_installation(path: Path) -> Installation:
    """Return what can be served; raises UserError when there is no release file at all."""
    loaded = load_all(path)
    mistakes = dict(loaded.mistakes)
    releases = {}
    for release in loaded.releases:
        try:
            releases[release.file] = release, load_sources(release)
        except UserError as error:
            mistakes[release.file] = str(error)
    return Installation(releases, dict(sorted(mistakes.items())))


class Service:
    """Collects, judges and publishes until the process ends."""

    def __init__(self, path: Path, storage: Path, now: Callable[[], datetime]) -> None:
        """Serve the releases of that file or folder; nothing is read before `start`."""
        self._path = path
        self._now = now
        self._installation = Installation({}, {})
        self._loaded = False
        self._reload_ok = False
        self._reloaded: datetime | None = None
        self.publisher = Publisher(self.view, now)
        self.runner = Runner(storage, now, self.publisher.changed)

    def start(self) -> None:
        """Load the release files and begin; raises UserError when none of them is valid."""
        installation = load_installation(self._path)
        if not installation.releases:
            raise UserError("\n".join(installation.mistakes.values()))
        self._take(installation)
        self.publisher.start()
        self.runner.start()

    def reload(self) -> bool:
        """Load the release files again; a bad one keeps what was there before it went bad."""
        try:
            new = load_installation(self._path)
        except UserError as error:
            log.error("reload failed, serving as before", reason=str(error))  # noqa: TRY400 - theirs
            self._reload_ok = False
            self.publisher.changed()
            return False
        kept = {
            file: self._installation.releases[file]
            for file in new.mistakes
            if file in self._installation.releases
        }
        self._take(Installation(_once(new.releases | kept), new.mistakes))
        return self._reload_ok

    def view(self) -> View:
        """Return everything that is known now; releases that are over are no longer there."""
        now, states = self._now(), self.runner.states()
        releases = [
            ReleaseView(
                release,
                {source.name: states[source.id] for source in sources if source.id in states},
            )
            for release, sources in self._installation.releases.values()
            if not release.plan.over(now)
        ]
        installation = self._installation
        valid = dict.fromkeys(installation.releases, True)
        return View(
            releases=tuple(sorted(releases, key=lambda one: one.release.id)),
            files=dict(sorted((valid | dict.fromkeys(installation.mistakes, False)).items())),
            mistakes=installation.mistakes,
            loaded=self._loaded,
            reload_ok=self._reload_ok,
            reloaded=self._reloaded,
        )

    def _take(self, installation: Installation) -> None:
        self._installation = installation
        self._loaded = True
        self._reload_ok = not installation.mistakes
        if self._reload_ok:
            self._reloaded = self._now()
        for mistake in installation.mistakes.values():
            for line in mistake.splitlines():
                log.error("release file is invalid", reason=line)
        for release, _ in installation.releases.values():
            log.info("serving", project=release.project, release=release.name, file=release.file)
        self.runner.replace(
            source
            for release, sources in installation.releases.values()
            if not release.plan.over(self._now())
            for source in sources
        )
        self.publisher.changed()


def _once(
    releases: dict[str, tuple[Release, tuple[Source, ...]]],
) -> dict[str, tuple[Release, tuple[Source, ...]]]:
    """Return the releases without a second file for the same one, which a kept file may bring."""
    seen: dict[tuple[str, str], str] = {}
    return {
        file: pair for file, pair in releases.items() if seen.setdefault(pair[0].id, file) == file
    }
