"""Lists of issues, filtered and sorted as GitHub's REST API does it."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from operator import itemgetter

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
    found = repository.issues
    for name, value in {"state": "open", **query}.items():
        # Long lists are polled again and again: what filters nothing costs nothing.
        if name in FILTERS and (name, value) != ("state", "all"):
            wanted = FILTERS[name](value, repository)
            found = [issue for issue in found if wanted(issue)]
    return sorted(found, key=itemgetter(_sorted_by(query), "id"), reverse=falling(query))


def falling(query: Mapping[str, str]) -> bool:
    """Tell whether the newest or largest comes first, as it does unless told otherwise."""
    direction = query.get("direction", "desc")
    if direction not in ("asc", "desc"):
        raise InvalidError("direction")
    return direction == "desc"


def sort_key(query: Mapping[str, str]) -> Key:
    """Return the key of the query's order as cursors have it: times in milliseconds, then ids."""
    name = _sorted_by(query)
    if name == "comments":
        return lambda issue: (issue[name], issue["id"])
    return lambda issue: (_milliseconds(issue[name]), issue["id"])


def _sorted_by(query: Mapping[str, str]) -> str:
    # The texts of times are in the order of the times.
    sorts = {"created": "created_at", "updated": "updated_at", "comments": "comments"}
    try:
        return sorts[query.get("sort", "created")]
    except KeyError:
        raise InvalidError("sort") from None


def _milliseconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def _state(value: str, _: Repository) -> Test:
    if value not in ("open", "closed"):
        raise InvalidError("state")
    return lambda issue: bool(issue["state"] == value)


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
