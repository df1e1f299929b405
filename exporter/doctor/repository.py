"""One repository on GitHub: whether what a release counts there can be there to count."""

from collections.abc import Generator, Iterable, Iterator
from difflib import get_close_matches
from itertools import islice
from math import ceil

import msgspec

from exporter.collectors.github import Settings as Issues
from exporter.collectors.github.listing import PAGE, WHOLE
from exporter.collectors.github.shapes import Label, Milestone
from exporter.doctor.account import SECRET, Cost
from exporter.doctor.finding import Finding, failed, from_error, ok, skipped, warning
from exporter.doctor.watched import Watched
from exporter.model import ErrorClass, SourceError
from exporter.plan import Plan
from exporter.results import workflow as workflows
from exporter.results.workflow import Workflow
from exporter.upstream.session import Session

REPOSITORY, ISSUES, LABELS = "github.repository", "github.issues", "github.labels"
MILESTONES, WORKFLOW = "github.milestones", "github.workflow"
# More are not looked through.
MOST_PAGES = 10
NEAR = 3
LABEL_FIX = "create it, or correct priorities or labels: one that is not there would count no bug"


class Repository(msgspec.Struct, frozen=True):
    """A repository under the name that it has now."""

    full_name: str
    private: bool = False
    has_issues: bool = True
    open_issues_count: int = 0


class Numbered(msgspec.Struct, frozen=True):
    """An issue or a pull request."""

    number: int


def check(session: Session, one: Watched) -> Generator[Finding, None, Cost]:
    """Yield what is wrong with the repository as the release reads it; return what that costs.

    Raises SourceError where the service cannot be asked any further.
    """
    nothing = Cost(one.about, 0, one.interval, one.reserve)
    if one.repository is None:
        fix = "write repository: owner/name, such as repository: wildcard/caro"
        yield failed(REPOSITORY, "the release file names no repository", fix)
        return nothing
    try:
        found = session.get(f"repos/{one.repository}", Repository).value
    except SourceError as error:
        yield _refused(REPOSITORY, error)
        return nothing
    name = found.full_name
    if name.casefold() != one.repository.casefold():
        what = f"{one.repository} is called {name} now"
        yield warning(REPOSITORY, what, f"write repository: {name}")
    else:
        yield ok(REPOSITORY, f"{name}, {'private' if found.private else 'public'}")
    requests = 1
    if one.issues is not None:
        requests += yield from _issues(session, found, one.issues, one.context.plan)
    if one.workflow is not None:
        yield from _workflow(session, name, one.workflow)
        requests = 1 + (one.workflow.artifact is not None)
    return Cost(one.about, requests, one.interval, one.reserve)


def _issues(
    session: Session, found: Repository, settings: Issues, plan: Plan
) -> Generator[Finding, None, int]:
    """Yield what is wrong with issues, labels and milestones; return the requests of a cycle."""
    if not found.has_issues:
        what = f"{found.full_name} has its issues turned off, so that no bug is ever counted"
        yield failed(ISSUES, what, "turn them on in the repository's settings, or take github out")
        return 0
    path = f"repos/{found.full_name}"
    try:
        newest = session.get(f"{path}/issues", list[Numbered], {"state": "all", "per_page": 1})
    except SourceError as error:
        yield _refused(ISSUES, error)
        return 0
    number = newest.value[0].number if newest.value else 0
    yield ok(ISSUES, f"can be read, the newest is #{number:,}" if number else "there is none yet")
    yield from _labels(session, path, settings)
    titles = [one.tracked for one in plan.milestones if one.tracked]
    yield from _milestones(session, path, [*titles, *filter(None, [settings.milestone])])
    return _pages(number, found.open_issues_count, len(settings.label_sets)) + bool(titles)


def _pages(newest: int, opened: int, sets: int) -> int:
    """Return about how many pages a cycle reads: see `list_issues`."""
    if newest <= WHOLE:
        return max(1, ceil(newest / PAGE))
    return 1 + max(1, ceil(opened / PAGE)) + sets


def _labels(session: Session, path: str, settings: Issues) -> Iterator[Finding]:
    """Yield each label that is not there in exactly that spelling."""
    wanted = list(dict.fromkeys(name for names in settings.label_sets.values() for name in names))
    pages = session.pages(f"{path}/labels", list[Label], {"per_page": PAGE})
    try:
        known = [label.name for page in islice(pages, MOST_PAGES) for label in page]
    except SourceError as error:
        yield _refused(LABELS, error)
        return
    missing = [name for name in wanted if name not in known]
    for name in missing:
        yield failed(LABELS, f"there is no label '{name}'{_near(name, known)}", LABEL_FIX)
    if not missing:
        yield ok(LABELS, f"there, spelt so: {', '.join(wanted)}")


def _milestones(session: Session, path: str, wanted: list[str]) -> Iterator[Finding]:
    """Yield each milestone that is not there under exactly that title."""
    if not wanted:
        yield skipped(MILESTONES, "the release file names none")
        return
    query: dict[str, str | int] = {"state": "all", "per_page": PAGE}
    pages = session.pages(f"{path}/milestones", list[Milestone], query)
    try:
        known = [one.title for page in islice(pages, MOST_PAGES) for one in page]
    except SourceError as error:
        yield _refused(MILESTONES, error)
        return
    missing = [title for title in wanted if title not in known]
    for title in missing:
        what = f"there is no milestone '{title}'{_near(title, known)}"
        yield failed(MILESTONES, what, "create it, or correct milestone or milestones: github")
    if not missing:
        yield ok(MILESTONES, f"there, spelt so: {', '.join(wanted)}")


def _near(name: str, known: Iterable[str]) -> str:
    """Return the names that may be meant: in other capital letters, nearly so, or a part of it."""
    folded, wanted = {one.casefold(): one for one in known}, name.casefold()
    close = get_close_matches(wanted, folded, NEAR, 0.6)
    parts = [one for one in folded if one in wanted or wanted in one]
    near = list(dict.fromkeys([*close, *parts]))[:NEAR]
    return f"; there is {', '.join(repr(folded[one]) for one in near)}" if near else ""


def _workflow(session: Session, name: str, settings: Workflow) -> Iterator[Finding]:
    """Yield whether the workflow, a run that counts, and its artifact are there."""
    where, of = f"repos/{name}/actions", f"{settings.file} on {settings.ref}"
    try:
        runs = workflows.list_runs(session, settings, where)
        if not runs:
            fix = "run it there once, or correct branch or tag"
            yield warning(WORKFLOW, f"{of} has no completed run", fix)
            return
        yield ok(WORKFLOW, f"{of}, run {runs[0].run_number:,}")
        if settings.artifact is not None:
            yield _artifact(session, settings.artifact, where, runs[0])
    except SourceError as error:
        yield _refused(WORKFLOW, error, f"there is no workflow {settings.file} in {name}")


def _artifact(session: Session, name: str, where: str, run: workflows.WorkflowRun) -> Finding:
    artifact = workflows.find_artifact(session, name, where, run)
    if artifact is None:
        fix = "let the workflow upload one of that name, or correct artifact"
        return failed(WORKFLOW, f"run {run.run_number:,} has no artifact '{name}'", fix)
    if artifact.expired:
        what = f"the artifact '{name}' of run {run.run_number:,} has expired"
        return failed(WORKFLOW, what, "run the workflow again, or keep artifacts longer")
    if not session.service.authorization:
        return failed(
            WORKFLOW, f"nobody may read the artifact '{name}' without a token", f"set {SECRET}"
        )
    return ok(WORKFLOW, f"run {run.run_number:,} has the artifact '{name}'")


def _refused(name: str, error: SourceError, missing: str = "") -> Finding:
    """Return the refusal of one page; raises the error where nothing else would be answered."""
    if error.kind not in (ErrorClass.AUTH, ErrorClass.NOT_FOUND, ErrorClass.MALFORMED):
        raise error
    if error.kind is ErrorClass.NOT_FOUND and missing:
        return failed(name, missing, "correct file: it is the name below .github/workflows")
    return from_error(name, error)
