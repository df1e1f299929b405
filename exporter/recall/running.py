"""The reports of a running exporter, from its API."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from exporter.durations import render
from exporter.freshness import show_age
from exporter.gate.document import LIMIT, DocumentError, load_all
from exporter.gate.report import Report, cannot_tell, settle
from exporter.model import ErrorClass, SourceError
from exporter.recall.access import OPEN, PASSWORD, TOKEN, USER, Access
from exporter.upstream.exchange import classify, fetch

PATH = "/api/v1/gate"
OF_ONE = "/gate"
SECONDS = 30.0

# An answer is made when it is asked for: an older one comes from a cache on the way.
OLDEST = timedelta(minutes=15)

_OK = 200
_FIXES = {
    ErrorClass.AUTH: f"set {TOKEN}, or {USER} and {PASSWORD}, to who may ask it",
    ErrorClass.RATE_LIMITED: "too many ask it with passwords; try again",
}
_OTHER = "does the URL name a running release-exporter?"


def read_exporter(url: str, now: datetime, access: Access = OPEN) -> tuple[Report, ...]:
    """Return what the exporter at `url` decides now; what cannot be read cannot be told.

    The URL is the exporter's own, or that of one release's gate. A redirect is not followed: what
    gives access stays with its host.
    """
    address = url if urlsplit(url).path.endswith(OF_ONE) else url.rstrip("/") + PATH
    try:
        reports = _reports(address, access)
    except SourceError as error:
        return (cannot_tell(urlsplit(url).netloc.rpartition("@")[2], [str(error)], now),)
    return tuple(_of_now(report, now) for report in reports)


def _reports(address: str, access: Access) -> Sequence[Report]:
    answer = fetch(
        address, headers=access.headers, trust=access.trust, seconds=SECONDS, limit=LIMIT
    )
    if answer.status != _OK:
        kind = classify(answer.status)
        raise SourceError(kind, f"status {answer.status}; {_FIXES.get(kind, _OTHER)}")
    try:
        return load_all(answer.body)
    except DocumentError as error:
        raise SourceError(ErrorClass.MALFORMED, f"the exporter's answer: {error}") from error


def _of_now(report: Report, now: datetime) -> Report:
    age = now - report.time
    if abs(age) <= OLDEST:
        return report
    how = f"{show_age(abs(age))} {'old' if age > timedelta() else 'ahead of this clock'}"
    problem = f"the exporter's answer is {how}, limit {render(OLDEST)}; is there a cache between?"
    waivers = [line.waiver() for line in report.waivers]
    return settle(replace(report, problems=(*report.problems, problem)), waivers)
