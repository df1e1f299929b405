"""npm's downloads API: a package's downloads a day, and by version for the last week."""

import re
from datetime import date, timedelta
from urllib.parse import unquote

from exporter.recorded.messages import Answer, Request, json_answer
from exporter.recorded.model import NpmPackage, Upstream

# A scoped name is one segment here only when its slash is encoded.
VERSIONS = re.compile(r"/versions/([^/]+)/last-week")
DOWNLOADS = re.compile(r"/downloads/(point|range)/([^/]+)/((?:@[^/]+/)?[^/]+)")
NAMED = {"last-day": 1, "last-week": 7, "last-month": 30, "last-year": 365}
EARLIEST = date(2015, 1, 10)
LONGEST = timedelta(days=549)  # "at most 18 months"


def answer(upstream: Upstream, request: Request) -> Answer:
    """Return what npm's downloads API answers."""
    if found := VERSIONS.fullmatch(request.path):
        name = unquote(found[1])
        package = upstream.npm.get(name)
        return _versions(name, package, request) if package else _missing(name)
    if found := DOWNLOADS.fullmatch(request.path):
        name = unquote(found[3])
        package = upstream.npm.get(name)
        return _counts(found[1], found[2], name, package, request) if package else _missing(name)
    return json_answer({"error": "Not Found"}, 404)


def _missing(name: str) -> Answer:
    return json_answer({"error": f"package {name} not found"}, 404)


def _versions(name: str, package: NpmPackage, request: Request) -> Answer:
    days = _span("last-week", request.now.date()) or ()
    counts = {
        version: sum(by_day.get(day.isoformat(), 0) for day in days)
        for version, by_day in package.versions.items()
    }
    return json_answer({"package": name, "downloads": {v: n for v, n in counts.items() if n}})


def _counts(kind: str, period: str, name: str, package: NpmPackage, request: Request) -> Answer:
    days = _span(period, request.now.date())
    if not days:
        return json_answer({"error": "end date > start date or invalid date"}, 400)
    by_day = package.days
    # A day that is not counted yet reads 0, like a day without downloads.
    rows = [{"downloads": by_day.get(str(day), 0), "day": str(day)} for day in days]
    total = sum(by_day.get(str(day), 0) for day in days)
    span = {"start": str(days[0]), "end": str(days[-1]), "package": name}
    if kind == "point":
        return json_answer({"downloads": total, **span})
    return json_answer({**span, "downloads": rows})


def _span(period: str, today: date) -> list[date] | None:
    """Return the days of the period; yesterday is the last one that is counted."""
    if period in NAMED:
        first, last = today - timedelta(days=NAMED[period]), today - timedelta(days=1)
    else:
        try:
            first, last = (date.fromisoformat(one) for one in (period.split(":") * 2)[:2])
        except ValueError:
            return None
    first = max(first, EARLIEST, last - LONGEST)
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
