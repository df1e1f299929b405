"""Lists of issues, filtered and sorted as GitHub's REST API does it."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

from exporter.recorded.model import Json, Repository
from exporter.recorded.paging import Key

PARAMETERS = {
    "after",
    "before",
    "creator",
    "direction",
    "labels",
    "milestone",
    "page",
    "per_page",
    "since",
    "sort",
    "state",
}

Test = Callable[[Json], bool]


class InvalidError(Exception):
    """A parameter's value is refused; the parameter is the argument."""


def listed(repository: Repository, query: Mapping[str, str]) -> list[Json]:
    """Return the issues and pull requests that the query asks for, in its order.

    Raises InvalidError.
    """
    tests = [FILTERS[name](value, repository) for name, value in query.items() if name in FILTERS]
    if "state" not in query:
        tests.append(_state("open", repository))
    found = [issue for issue in repository.issues if all(test(issue) for test in tests)]
    return sorted(found, key=sort_key(query), reverse=falling(query))


def falling(query: Mapping[str, str]) -> bool:
    """Tell whether the newest or largest comes first, as it does unless told otherwise."""
    direction = query.get("direction", "desc")
    if direction not in ("asc", "desc"):
        raise InvalidError("direction")
    return direction == "desc"


def sort_key(query: Mapping[str, str]) -> Key:
    """Return the key that the query sorts by: times in milliseconds, ids among equals."""
    try:
        value = SORTS[query.get("sort", "created")]
    except KeyError:
        raise InvalidError("sort") from None
    return lambda issue: (value(issue), issue["id"])


def _milliseconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


SORTS: Mapping[str, Callable[[Json], int]] = {
    "created": lambda issue: _milliseconds(issue["created_at"]),
    "updated": lambda issue: _milliseconds(issue["updated_at"]),
    "comments": lambda issue: int(issue["comments"]),
}


def _state(value: str, _: Repository) -> Test:
    if value not in ("open", "closed", "all"):
        raise InvalidError("state")
    return lambda issue: value in ("all", issue["state"])


def _labels(value: str, _: Repository) -> Test:
    # All of them, each by its whole name, whatever the case.
    wanted = {name.strip().casefold() for name in value.split(",") if name.strip()}
    return lambda issue: wanted <= set(_names(issue["labels"]))


def _names(labels: Iterable[Json]) -> Iterable[str]:
    return (label["name"].casefold() for label in labels)


def _milestone(value: str, repository: Repository) -> Test:
    if value in ("*", "none"):
        return lambda issue: (issue["milestone"] is None) == (value == "none")
    if value not in {str(one["number"]) for one in repository.milestones}:
        raise InvalidError("milestone")
    return lambda issue: str((issue["milestone"] or {}).get("number")) == value


def _since(value: str, _: Repository) -> Test:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise InvalidError("since") from None
    since = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return lambda issue: datetime.fromisoformat(issue["updated_at"]) >= since


def _creator(value: str, _: Repository) -> Test:
    return lambda issue: bool(issue["user"]["login"].casefold() == value.casefold())


FILTERS: Mapping[str, Callable[[str, Repository], Test]] = {
    "state": _state,
    "labels": _labels,
    "milestone": _milestone,
    "since": _since,
    "creator": _creator,
}
