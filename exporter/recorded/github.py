"""GitHub as Enterprise Server has it: REST below /api/v3, GraphQL at /api/graphql."""

import gzip
import hashlib
import re
from dataclasses import replace

from exporter.recorded import graphql, rest, words
from exporter.recorded.callers import Caller, Callers
from exporter.recorded.messages import Answer, Request, iso, json_answer, not_recorded
from exporter.recorded.model import Repository, Upstream
from exporter.recorded.paging import encoded
from exporter.recorded.quota import Quota, Window

REST, GRAPHQL = "/api/v3", "/api/graphql"
ACCESS_TOKENS = r"/app/installations/([0-9]+)/access_tokens"
IN_REPOSITORY = r"/(?:repos/([^/]+/[^/]+)|repositories/([0-9]+))(/.*)?"
RECORDED_AT = b"https://api.github.com"  # as the recordings name it

NOT_MODIFIED, OK, NO_CONTENT_YET = 304, 200, 1_000
COMMON = {
    "server": "github.com",
    "cache-control": "private, max-age=60, s-maxage=60",
    "vary": "Accept, Authorization, Cookie, X-GitHub-OTP,Accept-Encoding, Accept, X-Requested-With",
    "x-github-media-type": "github.v3; format=json",
    "x-github-api-version-selected": "2022-11-28",
    "x-content-type-options": "nosniff",
}


class GitHub:
    """The service with its memory: quotas and the tokens that it gave out."""

    def __init__(self, upstream: Upstream, *, rate_headers: bool = True) -> None:
        """Begin with full quotas."""
        self._upstream = upstream
        self._rate_headers = rate_headers  # Enterprise Server may send none
        self._asked = 0
        self.quota = Quota()
        self.callers = Callers(upstream)

    def answer(self, request: Request) -> Answer:
        """Return GitHub's answer with all its headers."""
        self._asked += 1
        resource = "graphql" if request.path == GRAPHQL else "core"
        app = bool(re.fullmatch(REST + ACCESS_TOKENS, request.path))
        caller = Caller() if app else self.callers.identify(request)
        window = self.quota.window(caller.name if caller else None, resource, request.now)
        answer = self._guarded(request, caller, window)
        if request.path != f"{REST}/rate_limit":
            answer = _spend(_conditional(answer, request), request, window)
        headers = {
            **COMMON,
            **(caller.headers() if caller else {}),
            **(window.headers() if self._rate_headers else {}),
            "x-github-request-id": f"{self._asked:04X}:2F0C:{self._asked:06X}:1EF78F4:62EC2479",
        }
        return _packed(_at(answer, request), request, headers)

    def _guarded(self, request: Request, caller: Caller | None, window: Window) -> Answer:
        if caller is None:
            return words.bad_credentials()
        if request.path == f"{REST}/rate_limit":
            return self._limits(request, caller)
        if window.remaining == 0 and not (request.path == GRAPHQL and caller.name is None):
            return _exhausted(request, caller)
        if request.path == GRAPHQL:
            return self._graphql(request, caller, window)
        return self._rest(request, caller)

    def _rest(self, request: Request, caller: Caller) -> Answer:
        path = request.path.removeprefix(REST)
        if re.fullmatch(ACCESS_TOKENS, path):
            return self.callers.issue(request) if request.method == "POST" else words.not_found()
        if request.method != "GET":
            return not_recorded(f"{request.method} {path}")
        found = re.fullmatch(IN_REPOSITORY, path)
        if found is None:
            return not_recorded(path)
        name, number, below = found[1], found[2], found[3] or ""
        repository = self._find(name, number)
        if repository is None or (repository.facts["private"] and caller.name is None):
            return words.not_found()
        if name and name.casefold() != repository.facts["full_name"].casefold():
            return words.moved(_new_place(request, repository, below))
        return rest.answer(request, repository, below)

    def _find(self, name: str | None, number: str | None) -> Repository | None:
        if name:
            return graphql.find_repository(self._upstream, name)
        every = self._upstream.repositories
        return next((one for one in every if str(one.facts["id"]) == number), None)

    def _graphql(self, request: Request, caller: Caller, window: Window) -> Answer:
        if caller.name is None:
            docs = f"{words.DOCS}/graphql/guides/forming-calls-with-graphql"
            message = "This endpoint requires you to be authenticated."
            return words.refusal(401, message, f"{docs}#authenticating-with-graphql")
        limits = {
            "cost": 1,
            "limit": window.limit,
            "nodeCount": 0,
            "remaining": window.remaining - 1,
            "resetAt": iso(window.reset),
            "used": window.used + 1,
        }
        return graphql.answer(self._upstream, request, limits)

    def _limits(self, request: Request, caller: Caller) -> Answer:
        if not self._rate_headers:
            return words.refusal(404, "Rate limiting is not enabled.")
        names = ("core", "graphql", "search")
        windows = {
            name: self.quota.window(caller.name, name, request.now).facts() for name in names
        }
        return json_answer({"resources": windows, "rate": windows["core"]})


def _exhausted(request: Request, caller: Caller) -> Answer:
    refused = words.primary_limit(caller.name or "", anonymous=caller.name is None)
    if request.path != GRAPHQL:
        return refused
    message = f"API rate limit exceeded for {caller.name}."
    return json_answer({"errors": [{"type": "RATE_LIMITED", "message": message}]})


def _new_place(request: Request, repository: Repository, below: str) -> str:
    query = f"?{encoded(request.query)}" if request.query else ""
    return f"{request.base}{REST}/repositories/{repository.facts['id']}{below}{query}"


def _conditional(answer: Answer, request: Request) -> Answer:
    # Before addresses are put in: the tag must not change with the port.
    if answer.status != OK or request.method != "GET":
        return answer
    tag = f'W/"{hashlib.sha256(answer.body).hexdigest()}"'
    headers = {**answer.headers, "etag": tag}
    known = [one.strip() for one in request.headers.get("if-none-match", "").split(",")]
    if tag in known:
        return Answer(NOT_MODIFIED, headers=headers)
    return replace(answer, headers=headers)


def _spend(answer: Answer, request: Request, window: Window) -> Answer:
    free = answer.status == NOT_MODIFIED and request.authorized
    window.used += not free
    return replace(answer, cost=int(not free))


def _at(answer: Answer, request: Request) -> Answer:
    own = f"{request.base}{REST}".encode()
    return replace(answer, body=answer.body.replace(RECORDED_AT, own))


def _packed(answer: Answer, request: Request, headers: dict[str, str]) -> Answer:
    every = {**headers, **answer.headers}
    if len(answer.body) < NO_CONTENT_YET or "gzip" not in request.headers.get(
        "accept-encoding", ""
    ):
        return replace(answer, headers=every)
    body = gzip.compress(answer.body, compresslevel=1, mtime=0)
    return replace(answer, body=body, headers={**every, "content-encoding": "gzip"})
