"""An upstream from a folder of recordings.

github/OWNER/NAME/repository.json, issues.json, labels.json, milestones.json   as REST sends them
                  runs.json, artifacts.json                                    with their counts
                  artifacts/ID/…                                               files of its archive
                  discussions.json                                             as GraphQL sends them
crates.io/NAME/crate.json, VERSION-downloads.json
"""

import json
from pathlib import Path
from typing import Any

from exporter.recorded.model import Crate, Json, Repository, Upstream


def load_upstream(folder: Path) -> Upstream:
    """Return what is recorded below the folder; raises OSError, ValueError for broken files."""
    repositories = sorted(folder.glob("github/*/*/repository.json"))
    crates = sorted(folder.glob("crates.io/*/crate.json"))
    return Upstream(
        repositories=[_repository(file.parent) for file in repositories],
        crates={file.parent.name: _crate(file.parent) for file in crates},
    )


def _repository(folder: Path) -> Repository:
    discussions = _read(folder / "discussions.json")["data"]["repository"]["discussions"]
    return Repository(
        facts=_read(folder / "repository.json"),
        issues=_read(folder / "issues.json"),
        labels=_read(folder / "labels.json"),
        milestones=_read(folder / "milestones.json"),
        runs=_read(folder / "runs.json")["workflow_runs"],
        artifacts=_read(folder / "artifacts.json")["artifacts"],
        files={int(one.name): _files(one) for one in sorted(folder.glob("artifacts/*"))},
        discussions=discussions["nodes"],
    )


def _files(folder: Path) -> dict[str, str]:
    every = sorted(one for one in folder.rglob("*") if one.is_file())
    return {one.relative_to(folder).as_posix(): one.read_text() for one in every}


def _crate(folder: Path) -> Crate:
    told = _read(folder / "crate.json")
    downloads: dict[str, list[Json]] = {}
    for version in told["versions"]:
        file = folder / f"{version['num']}-downloads.json"
        downloads[version["num"]] = _read(file)["version_downloads"]
    return Crate(told["crate"], told["versions"], told["keywords"], told["categories"], downloads)


def _read(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))
