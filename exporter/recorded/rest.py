"""GitHub's REST API over one repository: what each path answers."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import unquote

from exporter.recorded import issues, words
from exporter.recorded.messages import Answer, Request, iso, json_answer, not_recorded
from exporter.recorded.model import Json, Repository
from exporter.recorded.paging import (
    BadCursorError,
    Page,
    TooDeepError,
    by_cursor,
    by_number,
    encoded,
)

PAGED = {"page", "per_page"}
LINK_LIFE = timedelta(minutes=1)  # of a signed address in blob storage


@dataclass(frozen=True)
class Asked:
    """A request for something inside a repository; `rest` is the path behind its name."""

    request: Request
    repository: Repository
    rest: str
    values: tuple[str, ...]

    @property
    def query(self) -> Mapping[str, str]:
        """The query's parameters."""
        return self.request.query

    def listed(self, page: Page, around: Callable[[list[Json]], object] = list) -> Answer:
        """Return the page as JSON with its links."""
        url = f"{self.request.base}/api/v3/repositories/{self.repository.facts['id']}{self.rest}"
        return json_answer(around(list(page.items)), headers=page.header(url, self.query))


def answer(request: Request, repository: Repository, rest: str) -> Answer:
    """Return what the repository says at that path below its name."""
    for route in ROUTES:
        found = re.fullmatch(route.pattern, rest)
        if found is None:
            continue
        unknown = sorted(request.query.keys() - route.parameters)
        if unknown:
            return not_recorded(f"parameter {unknown[0]} of {route.pattern}")
        return route.handle(Asked(request, repository, rest, tuple(map(unquote, found.groups()))))
    return not_recorded(f"{rest} of a repository")


def _repository(asked: Asked) -> Answer:
    return json_answer(asked.repository.facts)


def _issues(asked: Asked) -> Answer:
    if not asked.repository.facts["has_issues"]:
        return words.gone()
    try:
        found = issues.listed(asked.repository, asked.query)
        key, falling = issues.sort_key(asked.query), issues.falling(asked.query)
        return asked.listed(by_cursor(found, asked.query, key, falling=falling))
    except issues.InvalidError as error:
        return words.invalid(str(error))
    except BadCursorError:
        return words.invalid("cursor")
    except TooDeepError:
        return words.too_deep()


def _labels(asked: Asked) -> Answer:
    return asked.listed(by_number(asked.repository.labels, asked.query))


def _label(asked: Asked) -> Answer:
    wanted = asked.values[0].casefold()
    found = [one for one in asked.repository.labels if one["name"].casefold() == wanted]
    return json_answer(found[0]) if found else words.not_found()


def _milestones(asked: Asked) -> Answer:
    state = asked.query.get("state", "open")
    found = [one for one in asked.repository.milestones if state in ("all", one["state"])]
    order = MILESTONE_ORDERS[asked.query.get("sort", "due_on")]
    falling = asked.query.get("direction", "asc") == "desc"
    return asked.listed(by_number(sorted(found, key=order, reverse=falling), asked.query))


def _due(milestone: Json) -> str:
    return milestone["due_on"] or "9999"


def _completeness(milestone: Json) -> float:
    every = milestone["open_issues"] + milestone["closed_issues"]
    return milestone["closed_issues"] / every if every else 0.0


MILESTONE_ORDERS: Mapping[str, Callable[[Json], str | float]] = {
    "due_on": _due,
    "completeness": _completeness,
}


def _runs(asked: Asked) -> Answer:
    workflow = asked.values[0]
    every = [
        run
        for run in asked.repository.runs
        if workflow in (str(run["workflow_id"]), run["path"].rpartition("/")[2])
    ]
    if not every:
        return words.not_found()
    found = [run for run in every if _wanted(run, asked.query)]
    found.sort(key=lambda run: (run["created_at"], run["id"]), reverse=True)
    page = by_number(found, asked.query)
    return asked.listed(page, lambda runs: {"total_count": len(found), "workflow_runs": runs})


def _wanted(run: Json, query: Mapping[str, str]) -> bool:
    # `status` asks for a status or a conclusion, whichever knows the word.
    given = {
        "branch": (run["head_branch"],),
        "event": (run["event"],),
        "head_sha": (run["head_sha"],),
        "status": (run["status"], run["conclusion"]),
    }
    return all(query[name] in values for name, values in given.items() if name in query)


def _artifacts(asked: Asked) -> Answer:
    found = [
        one
        for one in asked.repository.artifacts
        if str(one["workflow_run"]["id"]) == asked.values[0]
        and asked.query.get("name") in (None, one["name"])
    ]
    page = by_number(sorted(found, key=lambda one: -one["id"]), asked.query)
    return asked.listed(page, lambda some: {"total_count": len(found), "artifacts": some})


def _archive(asked: Asked) -> Answer:
    found = [one for one in asked.repository.artifacts if str(one["id"]) == asked.values[0]]
    if not found or not asked.request.authorized:
        return words.not_found()
    if found[0]["expired"]:
        return words.refusal(410, "Artifact has expired")
    until = iso(asked.request.now + LINK_LIFE)
    signed = encoded({"se": until, "sig": "made-up", "sp": "r"})
    location = f"{asked.request.storage}/artifacts/{asked.values[0]}.zip?{signed}"
    return Answer(302, headers={"location": location})


@dataclass(frozen=True)
class Route:
    """A path below a repository's name, the parameters it takes, and what answers."""

    pattern: str
    parameters: set[str]
    handle: Callable[[Asked], Answer]


ROUTES = (
    Route("", set(), _repository),
    Route("/issues", issues.PARAMETERS, _issues),
    Route("/labels", PAGED, _labels),
    Route("/labels/([^/]+)", set(), _label),
    Route("/milestones", PAGED | {"state", "sort", "direction"}, _milestones),
    Route(
        "/actions/workflows/([^/]+)/runs",
        PAGED | {"branch", "event", "status", "head_sha", "exclude_pull_requests"},
        _runs,
    ),
    Route("/actions/runs/([0-9]+)/artifacts", PAGED | {"name"}, _artifacts),
    Route("/actions/artifacts/([0-9]+)/zip", set(), _archive),
)
