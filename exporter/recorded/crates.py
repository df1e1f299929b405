"""crates.io: a crate, its versions and their downloads a day."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, timedelta
from urllib.parse import unquote

from exporter.recorded.messages import Answer, Request, json_answer, not_recorded
from exporter.recorded.model import Crate, Json, Upstream

PREFIX = "/api/v1/crates/"
PARTS = ("versions", "keywords", "categories", "badges", "downloads", "default_version")
KEPT = timedelta(days=90)
LATEST = 5  # versions whose downloads are told apart
NO_VERSION = "0.0.0"

# Names of libraries identify nobody.
ANONYMOUS = re.compile(
    r"(python-)?(httpx|requests|urllib3?|aiohttp|curl|wget|reqwest)\b", re.IGNORECASE
)
UNIDENTIFIED = (
    "We require that all requests include a `User-Agent` header.  To allow us to determine the"
    " impact your bot has on our service, we ask that your user agent actually identify your bot,"
    " and not just report the HTTP client library you're using.  Including contact information"
    " will also reduce the chance that we will need to take action against your bot."
)


def answer(upstream: Upstream, request: Request) -> Answer:
    """Return what crates.io answers."""
    agent = request.headers.get("user-agent", "")
    if not agent or ANONYMOUS.match(agent):
        return _error(403, UNIDENTIFIED)
    for pattern, parameters, handle in ROUTES:
        found = re.fullmatch(PREFIX + pattern, request.path)
        if found is None:
            continue
        unknown = sorted(request.query.keys() - parameters)
        if unknown:
            return not_recorded(f"parameter {unknown[0]} of a crate")
        return _of_crate(upstream, request, tuple(map(unquote, found.groups())), handle)
    return _error(404, "Not Found")


def _of_crate(
    upstream: Upstream, request: Request, names: tuple[str, ...], handle: "Handle"
) -> Answer:
    name, *version = names
    # Case, hyphens and underscores make no other crate.
    plain = {key.lower().replace("_", "-"): crate for key, crate in upstream.crates.items()}
    crate = plain.get(name.lower().replace("_", "-"))
    if crate is None:
        return _error(404, f"crate `{name}` does not exist")
    if version and version[0] not in {one["num"] for one in crate.versions}:
        return _error(404, f"crate `{name}` does not have a version `{version[0]}`")
    return handle(crate, request, version[0] if version else "")


def _error(status: int, detail: str) -> Answer:
    return json_answer({"errors": [{"detail": detail}]}, status)


def _crate(crate: Crate, request: Request, _: str) -> Answer:
    asked = request.query.get("include", "full").split(",")
    unknown = [one for one in asked if one not in (*PARTS, "full", "")]
    if unknown:
        return _error(400, f"invalid component for ?include= (expected {', '.join(PARTS)})")
    included = {part for part in PARTS if part in asked or "full" in asked}
    facts = {**crate.facts, "badges": []}
    absent = {"keywords": "keywords", "categories": "categories", "downloads": "recent_downloads"}
    facts.update({key: None for part, key in absent.items() if part not in included})
    if "versions" not in included:
        # What is derived from the versions is made up without them.
        facts |= {"versions": None, "max_version": NO_VERSION, "newest_version": NO_VERSION}
        facts["max_stable_version"] = None
    return json_answer(
        {
            "crate": facts,
            "versions": _versions(crate, included),
            "keywords": crate.keywords if "keywords" in included else None,
            "categories": crate.categories if "categories" in included else None,
        }
    )


def _versions(crate: Crate, included: Iterable[str]) -> list[Json] | None:
    newest_first = sorted(crate.versions, key=lambda one: -one["id"])
    if "versions" in included:
        return newest_first
    if "default_version" in included:
        return [one for one in newest_first if one["num"] == crate.facts["default_version"]]
    return None


def _version(crate: Crate, _: Request, number: str) -> Answer:
    found = next(one for one in crate.versions if one["num"] == number)
    return json_answer({"version": found})


def _downloads(crate: Crate, request: Request, _: str) -> Answer:
    ranked = sorted(crate.versions, key=lambda one: precedence(one["num"]), reverse=True)
    after = (_today(request) - KEPT).isoformat()
    latest = [row for one in ranked[:LATEST] for row in _rows(crate, one) if row["date"] > after]
    rest: dict[str, int] = {}
    for row in (row for one in ranked[LATEST:] for row in _rows(crate, one)):
        if row["date"] > after:
            rest[row["date"]] = rest.get(row["date"], 0) + row["downloads"]
    body: Json = {
        "version_downloads": sorted(latest, key=lambda row: (row["date"], -row["version"])),
        "meta": {"extra_downloads": [{"date": d, "downloads": n} for d, n in sorted(rest.items())]},
    }
    if "versions" in request.query.get("include", ""):
        body["versions"] = ranked[:LATEST]
    return json_answer(body)


def _version_downloads(crate: Crate, request: Request, number: str) -> Answer:
    try:
        last = date.fromisoformat(request.query.get("before_date", _today(request).isoformat()))
    except ValueError:
        return _error(400, "Failed to deserialize query string: before_date")
    # In spite of its name, the date itself is included.
    span = ((last - KEPT + timedelta(days=1)).isoformat(), last.isoformat())
    rows = sorted(crate.downloads.get(number, []), key=lambda row: row["date"])
    return json_answer({"version_downloads": [r for r in rows if span[0] <= r["date"] <= span[1]]})


def _rows(crate: Crate, version: Json) -> list[Json]:
    return crate.downloads.get(version["num"], [])


def _today(request: Request) -> date:
    return request.now.astimezone(UTC).date()


def precedence(number: str) -> tuple[object, ...]:
    """Return the key by which semantic versions are ordered."""
    core, _, pre = number.partition("+")[0].partition("-")
    numbers = tuple(int(part) for part in core.split("."))
    parts = tuple(
        (0, int(part), "") if part.isdigit() else (1, 0, part) for part in pre.split(".") if part
    )
    return numbers, not pre, parts


Handle = Callable[[Crate, Request, str], Answer]
ROUTES: tuple[tuple[str, set[str], Handle], ...] = (
    ("([^/]+)", {"include"}, _crate),
    ("([^/]+)/downloads", {"include"}, _downloads),
    ("([^/]+)/([^/]+)", set(), _version),
    ("([^/]+)/([^/]+)/downloads", {"before_date"}, _version_downloads),
)
