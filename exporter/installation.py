"""What the release files set up: releases with their sources, and the mistakes in bad files."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from exporter.config.loading import load_all
from exporter.model import UserError
from exporter.release import Release
from exporter.sources import Source, load_sources


@dataclass(frozen=True, slots=True)
class Installation:
    """The releases that are served with their sources, by file, and the mistakes in other files."""

    releases: dict[str, tuple[Release, tuple[Source, ...]]]
    mistakes: dict[str, str]

    def keeping(self, old: Self) -> Self:
        """Return this one with what the old one served from the files that went bad since.

        A newcomer that describes the same release as a kept file stays out, as a mistake.
        """
        kept = {file: old.releases[file] for file in self.mistakes if file in old.releases}
        owners = {release.id: file for file, (release, _) in kept.items()}
        releases, mistakes = dict(kept), dict(self.mistakes)
        for file, pair in self.releases.items():
            owner = owners.get(pair[0].id)
            if owner is None:
                releases[file] = pair
            else:
                mistakes[file] = (
                    f"{file}: release: stands in {owner} too, which is served as it was"
                )
        return replace(self, releases=releases, mistakes=dict(sorted(mistakes.items())))


EMPTY = Installation({}, {})


def load_installation(path: Path, old: Installation = EMPTY) -> Installation:
    """Return what can be served; raises UserError when there is no release file at all.

    Of `old`, releases and sources whose file is unchanged are the same ones.
    """
    loaded = load_all(path, {file: release for file, (release, _) in old.releases.items()})
    mistakes = dict(loaded.mistakes)
    releases = {}
    for release in loaded.releases:
        before = old.releases.get(release.file)
        if before is not None and before[0] is release:
            releases[release.file] = before
            continue
        try:
            releases[release.file] = release, load_sources(release)
        except UserError as error:
            mistakes[release.file] = str(error)
    return Installation(releases, dict(sorted(mistakes.items())))
