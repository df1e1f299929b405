"""As much of GitHub's GraphQL API as counts the discussions of a repository.

A query is read by its words, not parsed: whatever else it asks for is refused loudly.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from exporter.recorded.messages import Answer, Request, json_answer
from exporter.recorded.model import Json, Repository, Upstream

KNOWN = {
    *("query", "repository", "owner", "name", "discussions", "states", "answered", "first"),
    "followRenames",
    *("totalCount", "OPEN", "CLOSED", "true", "false"),
    *("rateLimit", "cost", "limit", "remaining", "resetAt", "used", "nodeCount"),
    *("String", "Boolean", "Int", "DiscussionState"),
}
_STRING = re.compile(r'"[^"\\]*"')
_WORD = re.compile(r"[A-Za-z_]\w*")
_VARIABLE = re.compile(r"\$\w+")
_NAME_OF_QUERY = re.compile(r"^\s*query\s+\w+")


def find_repository(upstream: Upstream, name: str) -> Repository | None:
    """Return the repository of that name, or of that former name, whatever the case."""
    wanted = name.casefold()
    for repository in upstream.repositories:
        names = (repository.facts["full_name"], *repository.former_names)
        if wanted in (one.casefold() for one in names):
            return repository
    return None


def document(body: bytes) -> tuple[str, Mapping[str, Any]] | None:
    """Return a request's query and variables; None when it has no query."""
    try:
        asked = json.loads(body)
    except ValueError:
        return None
    if not isinstance(asked, dict) or not isinstance(asked.get("query"), str):
        return None
    return asked["query"], asked.get("variables") or {}


def answer(upstream: Upstream, request: Request, limits: Json) -> Answer:
    """Return the count of a repository's discussions; `limits` is `rateLimit`'s answer."""
    asked = document(request.body)
    if asked is None:
        return json_answer(
            {"message": "A query attribute must be specified.", "status": "400"}, 400
        )
    query, variables = asked
    unknown = _unknown(query)
    if unknown:
        return _errors(f"Field '{unknown}' doesn't exist on type 'Query' (or is not recorded)")
    data: Json = {"rateLimit": limits} if "rateLimit" in query else {}
    if not re.search(r"\brepository\b", query):
        return json_answer({"data": data})
    name = f"{_argument(query, 'owner', variables)}/{_argument(query, 'name', variables)}"
    repository = find_repository(upstream, name)
    if repository is None:
        return json_answer({"data": {**data, "repository": None}, "errors": [_missing(name)]})
    count = sum(_counts(one, query, variables) for one in repository.discussions)
    counted = {"discussions": {"totalCount": count}} if "discussions" in query else {}
    return json_answer({"data": {"repository": counted, **data}})


def _unknown(query: str) -> str | None:
    bare = _VARIABLE.sub("", _STRING.sub("", _NAME_OF_QUERY.sub("", query)))
    return next((word for word in _WORD.findall(bare) if word not in KNOWN), None)


def _argument(query: str, name: str, variables: Mapping[str, Any]) -> Any:
    found = re.search(rf"[(,\s]{name}\s*:\s*(\$\w+|\"[^\"]*\"|\[[^\]]*\]|\w+)", _arguments(query))
    if found is None:
        return None
    text = found[1]
    return variables.get(text[1:]) if text.startswith("$") else text.strip('"')


def _arguments(query: str) -> str:
    # Behind the operation's own brackets, where variables are declared.
    return query[query.index("{") :]


def _counts(discussion: Json, query: str, variables: Mapping[str, Any]) -> bool:
    states = _argument(query, "states", variables)
    wanted = re.findall(r"\w+", " ".join(states) if isinstance(states, list) else states or "")
    answered = _argument(query, "answered", variables)
    return (not wanted or ("CLOSED" if discussion["closed"] else "OPEN") in wanted) and (
        answered is None or str(answered).lower() == str(discussion["isAnswered"]).lower()
    )


def _errors(message: str) -> Answer:
    return json_answer({"errors": [{"message": message}]})


def _missing(name: str) -> Json:
    return {
        "type": "NOT_FOUND",
        "path": ["repository"],
        "locations": [{"line": 1, "column": 1}],
        "message": f"Could not resolve to a Repository with the name '{name}'.",
    }
