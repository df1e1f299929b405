"""The latest run of a GitHub workflow: its conclusion, and the JUnit XML in one of its artifacts.

A run that failed counts as one failed test at least: it may have broken before it wrote results.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self

import msgspec
from pydantic import BaseModel, ConfigDict, Field, model_validator

from exporter import atomic
from exporter.config.addresses import Address
from exporter.config.patterns import Pattern
from exporter.config.release_file import Line
from exporter.config.release_file import Repository as RepositoryName
from exporter.files import CLOCK_SKEW, MEBIBYTE, ItemError
from exporter.model import Context, ErrorClass, Reason, Rejection, SourceError
from exporter.results import junit
from exporter.results.loading import Results
from exporter.results.newest import Newest
from exporter.results.records import Origin, Run, Tally, total

if TYPE_CHECKING:
    from exporter.upstream.session import Session

ARCHIVE_LIMIT = 64 * MEBIBYTE
MOST_FILES = 1000
LOOKED_AT = 20
FORMAT = 1
KEPT = "artifact.json"

PASSED = ("success",)
FAILED = ("failure", "timed_out", "startup_failure")


class Workflow(BaseModel):
    """Which runs count: those of one workflow file, on one branch or tag of the repository."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: Annotated[
        str,
        Pattern(
            r"^[A-Za-z0-9._-]{1,100}$", "write the workflow file's name or its id, such as ci.yml"
        ),
    ] = Field(description="the workflow's file name below .github/workflows, or its id")
    branch: Line | None = Field(None, description="branch whose latest run counts")
    tag: Line | None = Field(None, description="tag whose latest run counts, instead of a branch")
    artifact: Line | None = Field(
        None, description="artifact with JUnit XML; without one the conclusion alone counts"
    )
    repository: RepositoryName | None = Field(
        None, description="owner/name; by default the release file's own"
    )
    url: Address | None = Field(
        None, description="REST API of another GitHub than the environment's; it is told no token"
    )

    @model_validator(mode="after")
    def _one_ref(self) -> Self:
        if (self.branch is None) == (self.tag is None):
            raise ValueError("write branch or tag, exactly one of them")
        return self

    @property
    def ref(self) -> str:
        """The branch or tag."""
        return self.branch or self.tag or ""


class _Repository(msgspec.Struct, frozen=True):
    full_name: str


class WorkflowRun(msgspec.Struct, frozen=True):
    """One run of a workflow."""

    id: int
    run_number: int
    head_branch: str | None
    status: str | None
    conclusion: str | None
    updated_at: Annotated[datetime, msgspec.Meta(tz=True)]
    repository: _Repository
    head_repository: _Repository | None = None


class _Runs(msgspec.Struct, frozen=True):
    workflow_runs: list[WorkflowRun]


class Artifact(msgspec.Struct, frozen=True):
    """A file that a run left behind."""

    id: int
    name: str
    expired: bool


class _Artifacts(msgspec.Struct, frozen=True):
    artifacts: list[Artifact]


class _Parsed(msgspec.Struct, frozen=True):
    """What an artifact said: it never changes, so that it is fetched once."""

    format: int
    artifact: int
    tally: tuple[int, int, int]
    rejections: list[tuple[str, str, str, str]]


@dataclass(frozen=True, slots=True)
class _Content:
    """What is in an archive."""

    tally: Tally
    rejections: tuple[Rejection, ...]


def load(session: "Session", settings: Workflow, context: Context) -> Results:
    """Return what the latest completed run came to; no runs when it proves nothing.

    Raises SourceError.
    """
    asked = settings.repository or context.repository
    if asked is None:
        message = "write the repository, such as repository: wildcard/caro, into the release file"
        raise SourceError(ErrorClass.MISSING, message)
    where = f"repos/{asked}/actions"
    runs = list_runs(session, settings, where)
    if not runs:
        note = f"{settings.file} has no completed run on {settings.ref}"
        return Results((), note=note, unproven=True)
    latest = runs[0]
    note = f"{settings.file} on {settings.ref}, run {latest.run_number}: {_plain(latest)}"
    if latest.updated_at > context.now + CLOCK_SKEW:
        message = "ended more than a day in the future, so it would never age; is the clock right?"
        told = Rejection(Reason.TIME, f"run {latest.run_number}", "", message)
        return Results((), (told,), 1, note=note, unproven=True)
    if latest.conclusion not in (*PASSED, *FAILED):
        return Results((), note=f"{note}, which proves nothing", unproven=True)
    content = _content(session, settings, context, where, latest)
    tally, rejections = _with_conclusion(content, latest), content.rejections if content else ()
    moment = min(latest.updated_at, context.now)
    run = Run(settings.file, f"run {latest.run_number}", moment, rest=tally)
    return Results((run,), rejections, 1, note=note)


def list_runs(session: "Session", settings: Workflow, where: str) -> list[WorkflowRun]:
    """Return the newest completed runs that count, the latest first; raises SourceError.

    `where` is the path of the repository's actions.
    """
    query: dict[str, str | int] = {"status": "completed", "branch": settings.ref}
    query["per_page"] = LOOKED_AT
    found = session.get(f"{where}/workflows/{settings.file}/runs", _Runs, query).value
    ours = (run for run in found.workflow_runs if _counts(run, settings))
    # Whatever the order of the list: an older run that was run again is still the older commit's.
    return sorted(ours, key=lambda run: run.run_number, reverse=True)


def find_artifact(session: "Session", name: str, where: str, run: WorkflowRun) -> Artifact | None:
    """Return the run's artifact of that name, of several attempts the last one's."""
    query: dict[str, str | int] = {"per_page": 100, "name": name}
    listed = session.get(f"{where}/runs/{run.id}/artifacts", _Artifacts, query).value.artifacts
    return max((one for one in listed if one.name == name), key=lambda one: one.id, default=None)


def _counts(run: WorkflowRun, settings: Workflow) -> bool:
    """Tell whether the run is one of ours: a fork's branch may be called as ours is."""
    ours = run.head_repository == run.repository
    return ours and run.head_branch == settings.ref and run.status == "completed"


def _plain(run: WorkflowRun) -> str:
    word = run.conclusion or "no conclusion"
    return word if word.replace("_", "").replace(" ", "").isalpha() and word.isascii() else "odd"


def _with_conclusion(content: _Content | None, run: WorkflowRun) -> Tally:
    passed = run.conclusion in PASSED
    if content is None:
        return Tally(passed=1) if passed else Tally(failed=1)
    # What broke may have broken before or beside the tests.
    broken = not passed and not content.tally.failed
    return content.tally + Tally(failed=1) if broken else content.tally


def _content(
    session: "Session", settings: Workflow, context: Context, where: str, run: WorkflowRun
) -> _Content | None:
    """Return what the run's artifact holds, fetched at most once; None where none is asked for."""
    if settings.artifact is None:
        return None
    artifact = find_artifact(session, settings.artifact, where, run)
    if artifact is None:
        return _refused(settings.artifact, "the run has no artifact of that name")
    kept = _remembered(context, artifact.id)
    if kept is not None:
        return kept
    if artifact.expired:
        return _refused(settings.artifact, "the artifact has expired; run the workflow again")
    archive = session.download(f"{where}/artifacts/{artifact.id}/zip", ARCHIVE_LIMIT)
    content = parse(archive, Origin(settings.artifact, run.updated_at, context.now))
    _remember(context, artifact.id, content)
    return content


def parse(archive: bytes, origin: Origin) -> _Content:
    """Return the newest outcomes of all JUnit XML in the archive."""
    newest, rejections, files = Newest(), list[Rejection](), 0
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            for name in _reports(opened, origin):
                files += 1
                try:
                    with opened.open(name) as file:
                        newest.add(junit.parse(file, _inside(origin, name)))
                except ItemError as error:
                    rejections.append(error.rejection)
    except ItemError as error:
        rejections.append(error.rejection)
    # The last is how `zipfile` refuses encryption, and a method that it does not know.
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError):
        rejections.append(Rejection(Reason.SYNTAX, origin.file, "", "not a readable zip archive"))
    if not files and not rejections:
        rejections.append(Rejection(Reason.SHAPE, origin.file, "", "holds no .xml file"))
    runs, _ = newest.settle()
    return _Content(total(run.tally for run in runs), tuple(rejections))


def _reports(opened: zipfile.ZipFile, origin: Origin) -> Iterator[str]:
    names = [one for one in opened.namelist() if one.lower().endswith(".xml")]
    if len(names) > MOST_FILES:
        raise ItemError(Reason.SIZE, origin.file, "", f"more than {MOST_FILES} files")
    yield from names


def _inside(origin: Origin, name: str) -> Origin:
    return Origin(f"{origin.file}/{name}", origin.written, origin.now)


def _refused(artifact: str, why: str) -> _Content:
    return _Content(Tally(), (Rejection(Reason.UNREADABLE, artifact, "", why),))


def _remembered(context: Context, artifact: int) -> _Content | None:
    try:
        kept = msgspec.json.decode((context.state / KEPT).read_bytes(), type=_Parsed)
        if (kept.format, kept.artifact) != (FORMAT, artifact):
            return None
        rejections = (Rejection(Reason(one[0]), *one[1:]) for one in kept.rejections)
        return _Content(Tally(*kept.tally), tuple(rejections))
    except (OSError, ValueError):
        return None


def _remember(context: Context, artifact: int, content: _Content) -> None:
    tally = content.tally
    kept = _Parsed(
        FORMAT,
        artifact,
        (tally.passed, tally.failed, tally.skipped),
        [(one.reason, one.file, one.position, one.message) for one in content.rejections],
    )
    # Without it, the next run fetches the archive again.
    with suppress(OSError):
        atomic.write(context.state / KEPT, msgspec.json.encode(kept))
