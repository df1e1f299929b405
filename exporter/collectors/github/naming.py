"""Whether the labels and the milestone of the settings exist: a misspelt one would count 0 bugs."""

from collections.abc import Iterable, Mapping
from urllib.parse import quote

from exporter.collectors.github.shapes import Issue, Label, Milestone
from exporter.model import ErrorClass, SourceError
from exporter.upstream.session import Session


def find_unknown(
    session: Session,
    repository: str,
    issues: Iterable[Issue],
    label_sets: Mapping[str, tuple[str, ...]],
    milestone: str | None,
) -> dict[str, str]:
    """Return by priority why its bugs cannot be counted; empty when all names exist."""
    seen, titles = set[str](), set[str]()
    for issue in issues:
        seen |= issue.names
        titles |= {issue.milestone.title} if issue.milestone else set()
    absent = milestone is not None and milestone not in titles
    if (
        milestone is not None
        and absent
        and (why := _milestone_problem(session, repository, milestone))
    ):
        return dict.fromkeys(label_sets, why)
    wanted = {name for names in label_sets.values() for name in names}
    problems = {
        name: why
        for name in sorted(wanted - seen)
        if (why := _label_problem(session, repository, name))
    }
    first = {
        priority: next((problems[name] for name in names if name in problems), "")
        for priority, names in label_sets.items()
    }
    return {priority: f"{priority}: {why}" for priority, why in first.items() if why}


def _label_problem(session: Session, repository: str, name: str) -> str:
    """Return what is wrong with a label that no issue carries; empty when it just has none."""
    found = _find_label(session, repository, name)
    if found is None:
        return f"there is no label '{name}'; create it, or correct priorities or labels"
    if found != name:
        return f"the label '{name}' has other capital letters on GitHub; write it as it is there"
    return ""


def _find_label(session: Session, repository: str, name: str) -> str | None:
    """Return the label as GitHub writes it; None when neither it nor the list has it."""
    path = f"repos/{repository}/labels"
    try:
        return session.get(f"{path}/{quote(name, safe='')}", Label).value.name
    except SourceError as error:
        if error.kind is not ErrorClass.NOT_FOUND:
            raise
    # What stands between us and GitHub may not pass on a name with a space, an emoji or a slash.
    pages = session.pages(path, list[Label], {"per_page": 100})
    try:
        known = {one.name for page in pages for one in page}
    except SourceError as error:
        if error.kind is not ErrorClass.NOT_FOUND:
            raise
        return None
    alike = (one for one in sorted(known) if one.casefold() == name.casefold())
    return name if name in known else next(alike, None)


def _milestone_problem(session: Session, repository: str, title: str) -> str:
    query: dict[str, str | int] = {"state": "all", "per_page": 100}
    for page in session.pages(f"repos/{repository}/milestones", list[Milestone], query):
        if any(one.title == title for one in page):
            return ""
    return f"there is no milestone '{title}'; create it, or correct milestone"
