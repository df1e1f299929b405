"""The pypistats service: downloads of a Python package a day, for 180 days."""

import re
from collections.abc import Iterable
from datetime import date, timedelta

from exporter.recorded.messages import Answer, Request, json_answer, not_recorded
from exporter.recorded.model import Json, Upstream

PATH = re.compile(r"/api/packages/([^/]+)/(overall|recent)")
KEPT = timedelta(days=180)
MIRRORS = {"true": "with_mirrors", "false": "without_mirrors"}
PERIODS = {"day": 1, "week": 7, "month": 30}
PARAMETERS = {"overall": {"mirrors"}, "recent": {"period"}}


def answer(upstream: Upstream, request: Request) -> Answer:
    """Return what the pypistats service answers."""
    found = PATH.fullmatch(request.path)
    if found is None:
        return _missing()
    name, kind = re.sub(r"[-_.]+", "-", found[1]).lower(), found[2]
    unknown = sorted(request.query.keys() - PARAMETERS[kind])
    if unknown:
        return not_recorded(f"parameter {unknown[0]} of a Python package")
    rows = upstream.pypi.get(name, [])
    data = _overall(rows, request) if kind == "overall" else _recent(rows, request)
    if not data:
        return _missing()
    return json_answer({"data": data, "package": name, "type": f"{kind}_downloads"})


def _overall(rows: Iterable[Json], request: Request) -> list[Json]:
    category = MIRRORS.get(request.query.get("mirrors", ""))
    oldest = (request.now.date() - KEPT).isoformat()
    kept = [one for one in rows if one["date"] >= oldest and category in (None, one["category"])]
    return sorted(kept, key=lambda one: (one["category"], one["date"]))


def _recent(rows: Iterable[Json], request: Request) -> dict[str, int]:
    asked = request.query.get("period")
    own = [one for one in rows if one["category"] == MIRRORS["false"]]
    if not own or (asked is not None and asked not in PERIODS):
        return {}
    last = date.fromisoformat(max(one["date"] for one in own))
    counts = {}
    for period, days in PERIODS.items():
        first = (last - timedelta(days=days - 1)).isoformat()
        counts[f"last_{period}"] = sum(one["downloads"] for one in own if one["date"] >= first)
    return {key: n for key, n in sorted(counts.items()) if asked in (None, key[5:])}


def _missing() -> Answer:
    body = b"<!doctype html>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n"
    return Answer(404, body, {"content-type": "text/html; charset=utf-8"})
