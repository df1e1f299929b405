"""The long-running whole: release files, runner and publisher, and how a reload changes them."""

import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from exporter.digest.poster import Poster, Settings
from exporter.exposition.publisher import Publisher
from exporter.installation import EMPTY, Installation, load_installation
from exporter.logs import log
from exporter.model import UserError
from exporter.records.keeping import Options
from exporter.records.layout import Records
from exporter.records.recorder import Recorder
from exporter.runner import Runner
from exporter.sources import Source
from exporter.tracking import as_known
from exporter.upstream.account import standings
from exporter.view import ReleaseView, View

# Nothing is decided on lines that somebody has changed since, in a way that cannot be read.
INVALID_NOW = "its release file is invalid now; what is served is the release as it was"


class Service:
    """Collects, judges and publishes until the process ends."""

    def __init__(
        self,
        path: Path,
        storage: Path,
        now: Callable[[], datetime],
        records: Options = Options(),  # noqa: B008 - it is frozen
        digests: Settings = Settings(),  # noqa: B008 - it is frozen
    ) -> None:
        """Serve the releases of that file or folder; nothing is read before `start`."""
        self._path = path
        self._storage = storage
        self._now = now
        self._installation = EMPTY
        self._loaded = False
        self._reloading = threading.Lock()
        self._reload_ok = False
        self._reloaded: datetime | None = None
        self.publisher = Publisher(self.view, now)
        self.runner = Runner(storage, now, self._changed)
        self._read = False
        self.recorder = Recorder(storage, now, self.kept, records, lambda: self.publisher.ready)
        self.poster = Poster(storage, now, self._live, digests)

    def start(self) -> None:
        """Load the release files and begin; raises UserError when none of them is valid."""
        installation = load_installation(self._path)
        if not installation.releases:
            raise UserError("\n".join(installation.mistakes.values()))
        self._take(installation)
        # Before the first page: of a thousand releases, that one takes seconds.
        self.runner.start()
        self.publisher.start()
        self.recorder.start()
        self.poster.start()

    def reload(self) -> bool:
        """Load the release files again; a bad one keeps what was there before it went bad."""
        with self._reloading:
            try:
                new = load_installation(self._path, self._installation)
            except UserError as error:
                # Nothing to read where the files were: each of them is gone, and served as before.
                files = self._installation.releases
                new = Installation({}, dict.fromkeys(files, str(error)))
            self._take(new.keeping(self._installation))
            return self._reload_ok

    def view(self) -> View:
        """Return everything that is known now; releases that are over are no longer there."""
        installation = self._installation
        valid = dict.fromkeys(installation.releases, True)
        return View(
            releases=tuple(sorted(self._live(), key=lambda one: one.release.id)),
            files=dict(sorted((valid | dict.fromkeys(installation.mistakes, False)).items())),
            mistakes=installation.mistakes,
            loaded=self._loaded,
            reload_ok=self._reload_ok,
            reloaded=self._reloaded,
            upstream=standings(),
        )

    def kept(self) -> list[tuple[ReleaseView, tuple[Source, ...]]]:
        """Return every release that has records, those that are over among them."""
        now, states, installation = self._now(), self.runner.states(), self._installation
        told = self.poster.told()
        kept = []
        for release, sources in installation.releases.values():
            mine = {source.name: states[source.id] for source in sources if source.id in states}
            problems = (INVALID_NOW,) if release.file in installation.mistakes else ()
            known = as_known(release, mine, now)
            view = ReleaseView(known, mine, problems, told.get(release.id, {}))
            kept.append((view, sources))
        return kept

    def records(self, project: str, release: str) -> Records | None:
        """Return the records of a release, also of one that is over; None of one not known."""
        known = {one.id for one, _ in self._installation.releases.values()}
        # Of what is not in a release file, no folder is looked for.
        wanted = (project, release)
        return Records.of(self._storage, *wanted) if wanted in known else None

    def _live(self) -> list[ReleaseView]:
        """Return every release that is not over."""
        now = self._now()
        return [one for one, _ in self.kept() if not one.release.over(now)]

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
            if not release.over(self._now())
            for source in sources
        )
        self.publisher.hurry()

    def _changed(self) -> None:
        """Have it shown; the end of a round that reads all for the first time, at once."""
        before, self._read = self._read, self.runner.read
        if self._read and not before:
            self.publisher.hurry()
        else:
            self.publisher.changed()
