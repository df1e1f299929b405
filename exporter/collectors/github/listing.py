"""Which lists are asked for, so that every count is exact and an unchanged repository is free."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from exporter.collectors.github.shapes import Issue
from exporter.model import ErrorClass, SourceError
from exporter.plan import DAY
from exporter.upstream.session import Session

# Up to this number of issues, pull requests and discussions, one list of everything is cheapest.
WHOLE = 2000
PAGE = 100


def list_issues(
    session: Session, repository: str, label_sets: Iterable[tuple[str, ...]], now: datetime
) -> list[Issue]:
    """Return every issue that counts, once: all open ones, all of each label set, all of the day.

    Pull requests are among them. Raises SourceError.
    """
    path, everything = f"repos/{repository}/issues", {"state": "all"}
    newest = every_page(session, path, everything)
    first = next(newest, [])
    found = {issue.number: issue for issue in first}
    if max((issue.number for issue in first), default=0) <= WHOLE:
        for page in newest:
            found |= {issue.number: issue for issue in page}
        return list(found.values())
    page = first
    while page and page[-1].created_at > now - DAY:
        page = next(newest, [])
        found |= {issue.number: issue for issue in page}
    for wanted in label_sets:
        found |= _all(session, path, everything | {"labels": ",".join(wanted)})
    # The last word is the newest: what was closed meanwhile is open in an earlier list.
    return list((found | _all(session, path, {"state": "open"})).values())


def every_page(session: Session, path: str, query: Mapping[str, str]) -> Iterator[list[Issue]]:
    """Yield a list's pages, newest issue first.

    What comes in behind a full last page, such as an old issue that gets a label, does not change
    that page, and a service may say "not modified". The list's other end tells.
    """
    asked: dict[str, str | int] = {**query, "per_page": PAGE}
    seen, page = set[int](), list[Issue]()
    for page in session.pages(path, list[Issue], asked):
        seen |= {issue.number for issue in page}
        yield page
    if len(page) < PAGE:
        return
    for page in session.pages(path, list[Issue], asked | {"direction": "asc"}):
        behind = [issue for issue in page if issue.number not in seen]
        yield behind
        if len(behind) < len(page):
            return
    # Both ends were read to their last page and never met: what lies between is not counted.
    message = f"{session.service.host}: a list breaks off"
    raise SourceError(ErrorClass.MALFORMED, f"{message}; does a proxy remove the header Link?")


def _all(session: Session, path: str, query: Mapping[str, str]) -> dict[int, Issue]:
    return {issue.number: issue for page in every_page(session, path, query) for issue in page}
