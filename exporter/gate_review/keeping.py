"""Where the reviews of a release lie: `reviews/go-no-go.json` and `.md`, beside its records.

A review that nobody signed is replaced by the next one. A signed one is not: to hold it again, the
old one is put aside first, as `go-no-go.1.json`.
"""

import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from exporter import atomic
from exporter.final_report.figures import Signed
from exporter.gate.document import LIMIT, DocumentError
from exporter.gate_review.output import dump, load, render
from exporter.gate_review.review import Review
from exporter.inert import inert, plain
from exporter.model import UserError
from exporter.plan import Milestone, Plan

_SIGNS = re.compile(r"[^a-z0-9]+", re.ASCII)
SUFFIXES = (".json", ".md")


def folder_of(storage: Path, project: str, release: str) -> Path:
    """Return the folder of a release's reviews; raises UserError on a name that leads elsewhere."""
    for name in (project, release):
        if name in ("", ".", "..") or Path(name).name != name or inert(name) != name:
            raise UserError(plain(f"{name!r}: is no name that a folder of records can have"))
    return storage / project / release / "reviews"


def find_milestone(plan: Plan, name: str) -> Milestone:
    """Return the plan's milestone of that name; raises UserError that lists what there is."""
    found = next((one for one in plan.milestones if one.name == name), None)
    if found is None:
        known = ", ".join(one.name for one in plan.milestones) or "none"
        raise UserError(plain(f"there is no milestone {name!r}; there are {known}"))
    return found


def stem_of(plan: Plan, milestone: Milestone) -> str:
    """Return the name of its files without their ending; of two alike, the later has a number."""
    alike = [one.name for one in plan.milestones if _slug(one.name) == _slug(milestone.name)]
    place = alike.index(milestone.name)
    return _slug(milestone.name) + (f"-{place + 1}" if place else "")


def _slug(name: str) -> str:
    return _SIGNS.sub("-", name.lower()).strip("-")[:60] or "milestone"


def keep(folder: Path, stem: str, review: Review, *, again: bool) -> list[Path]:
    """Write both files and return them; raises UserError where a signed review is there already.

    `again` puts that one aside. Raises OSError.
    """
    if _is_signed(folder / f"{stem}.json"):
        if not again:
            where = folder / f"{stem}.md"
            raise UserError(f"{where}: is signed already; --again keeps it and writes a new one")
        _put_aside(folder, stem)
    written = []
    for suffix, text in zip(SUFFIXES, (dump(review), render(review)), strict=True):
        file = folder / f"{stem}{suffix}"
        atomic.write(file, text.encode())
        written.append(file)
    return written


def _is_signed(file: Path) -> bool:
    """Tell whether a signed review is there; one that cannot be read may be one."""
    if not file.exists():
        return False
    review = _read(file)
    return review is None or review.signed


def _put_aside(folder: Path, stem: str) -> None:
    number = next(n for n in count(1) if not (folder / f"{stem}.{n}.json").exists())
    for suffix in SUFFIXES:
        file = folder / f"{stem}{suffix}"
        if file.exists():
            file.rename(folder / f"{stem}.{number}{suffix}")


def _read(file: Path) -> Review | None:
    try:
        with file.open("rb") as opened:
            return load(opened.read(LIMIT))
    except (OSError, DocumentError):
        return None


def signed_in(storage: Path, project: str, release: str) -> Iterator[Signed]:
    """Yield the signed reviews of the release in their order; one put aside counts no more."""
    try:
        folder = folder_of(storage, project, release)
    except UserError:
        return  # no release that we keep records of: a stranger's document may say any name
    read = (_read(file) for file in sorted(folder.glob("*.json")) if file.name.count(".") == 1)
    mine = [one for one in read if one and (one.project, one.release) == (project, release)]
    for one in sorted(mine, key=lambda one: (one.time, one.milestone)):
        if one.signed:
            yield one.line()
