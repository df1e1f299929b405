"""Release files from disk: one, or a folder of them in which a bad one leaves the others."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from exporter.config.milestones import check_milestones
from exporter.config.mistakes import describe
from exporter.config.overrides import build_metrics, own_source
from exporter.config.release_file import ReleaseFile
from exporter.model import UserError
from exporter.plan import Milestone, Plan
from exporter.release import Release, Waiver
from exporter.yaml_text import LENGTH, YamlError, load_yaml

PATTERNS = ("*.yaml", "*.yml", "*/release.yaml", "*/release.yml")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the release files said: the good ones, and the mistake of each bad one, by file."""

    releases: tuple[Release, ...]
    mistakes: dict[str, str]

    @property
    def files(self) -> dict[str, bool]:
        """Every file and whether it is valid."""
        valid = dict.fromkeys((one.file for one in self.releases), True)
        return dict(sorted((valid | dict.fromkeys(self.mistakes, False)).items()))


def load_all(path: Path, known: Mapping[str, Release] = MappingProxyType({})) -> Loaded:
    """Return every release of the file or folder; raises UserError when there is none to read.

    Of those that are `known`, by file, the ones whose file is unchanged are returned as they are.
    """
    releases: dict[tuple[str, str], Release] = {}
    mistakes: dict[str, str] = {}
    for file, name in _files(path):
        try:
            release = load_release(file, name, known.get(name))
            other = releases.setdefault(release.id, release)
            if other is not release:
                raise UserError(
                    f"{name}: release: {release.project} {release.name} stands in {other.file} too;"
                    " change project or release, or take one file out"
                )
        except UserError as error:
            mistakes[name] = str(error)
    return Loaded(tuple(releases.values()), mistakes)


def load_release(file: Path, name: str, known: Release | None = None) -> Release:
    """Return the release of that file; raises UserError with `name`, key and fix in every line.

    It is the `known` one if that was read from the same text in the same place.
    """
    text = read_text(file, name)
    digest = _digest(text, name, file.parent.resolve())
    if known is not None and known.digest == digest:
        return known
    return replace(_read_release(text, file, name), digest=digest)


def _digest(text: str, name: str, folder: Path) -> str:
    content = "\0".join((name, str(folder), text))
    return hashlib.sha256(content.encode("utf-8", "surrogateescape")).hexdigest()


def _read_release(text: str, file: Path, name: str) -> Release:
    try:
        written = load_yaml(text)
    except YamlError as error:
        where = f"{name}: line {error.line}" if error.line else name
        raise UserError(f"{where}: {error}") from error
    if not isinstance(written, dict):
        raise UserError(
            f"{name}: no release file; `release-exporter init` writes one to start from"
        )
    try:
        model = ReleaseFile.model_validate(written)
    except ValidationError as error:
        lines = describe(ReleaseFile, error, written=written)
        raise UserError("\n".join(f"{name}: {line}" for line in lines)) from error
    try:
        return build_release(model, file, name)
    except UserError as error:
        raise UserError(f"{name}: {error}") from error


def build_release(model: ReleaseFile, file: Path, name: str) -> Release:
    """Return the release that the checked file describes; raises UserError without the file."""
    sources = {key: settings or {} for key, settings in model.sources.items()}
    own = {own_source(entry): entry.source for entry in model.metrics}
    for key in own.keys() & sources.keys():
        raise UserError(f"sources.{key}: stands in `metrics` already; take it out here")
    plan = Plan(
        tuple(
            Milestone(one.name, one.planned, one.actual, one.opens, one.closes, one.github or "")
            for one in model.milestones
        ),
        ZoneInfo(model.time_zone),
        model.closed,
    )
    check_milestones(plan.milestones)
    return Release(
        project=model.project,
        name=model.release,
        file=name,
        folder=file.parent.resolve() / model.data,
        plan=plan,
        metrics=build_metrics(model),
        sources={"plan": {}} | sources | own,
        repository=model.repository,
        package=(model.package.registry, model.package.name) if model.package else None,
        minimum_n=model.minimum_n,
        waivers=tuple(
            Waiver(one.metric, one.reason, str(one.link), one.owner, one.expires)
            for one in model.waivers
        ),
    )


def _files(path: Path) -> list[tuple[Path, str]]:
    """Return the release files with the names to call them by."""
    if not os.path.lexists(path):
        raise UserError(
            f"{path}: there is no such file; `release-exporter init` writes one to start from"
        )
    if not path.is_dir():
        return [(path, _printable(path.name))]
    files = {file.relative_to(path): file for pattern in PATTERNS for file in path.glob(pattern)}
    # Hidden ones are editors' half files, and what Kubernetes links the visible ones to.
    visible = {name: files[name] for name in sorted(files) if not name.as_posix().startswith(".")}
    if not visible:
        raise UserError(f"{path}: no release file in this folder; looked for {', '.join(PATTERNS)}")
    return [(file, _printable(name.as_posix())) for name, file in visible.items()]


def _printable(name: str) -> str:
    """Return the name as it may stand in a line: on disk it is any bytes but two."""
    return name if name.isprintable() else ascii(name)


def read_text(file: Path, name: str) -> str:
    """Return what the file holds; raises UserError on what is no short text file."""
    if not file.is_file():
        raise UserError(f"{name}: not a regular file")
    try:
        with file.open("rb") as opened:
            content = opened.read(LENGTH + 1)
        if len(content) > LENGTH:
            raise UserError(f"{name}: longer than {LENGTH // 1024} KiB")
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{name}: byte {error.start}: not UTF-8; save it as UTF-8") from error
    except OSError as error:
        raise UserError(f"{name}: {(error.strerror or 'cannot be read').lower()}") from error
