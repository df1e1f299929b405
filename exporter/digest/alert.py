"""A digest as an alert of our own, and its way to Alertmanager.

The alert is the same for every attempt at one review, and fires until nobody would be told any
more: a second post of it, after an answer that got lost or a restart, is no second message.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from exporter.alerting.links import EXECUTIVE, Links
from exporter.digest import text
from exporter.digest.contents import Digest
from exporter.digest.reviews import LATE
from exporter.exposition.families import LABEL_LENGTH
from exporter.inert import inert
from exporter.model import SourceError
from exporter.upstream.exchange import Wire, classify

Alert = dict[str, str | dict[str, str]]

SEVERITY = "digest"
# One that was taken at the last moment has time to be sent.
MARGIN = timedelta(minutes=10)

SECONDS = 10.0
LIMIT = 64 * 1024
_OK = 200


def alert_of(digest: Digest, links: Links) -> Alert:
    """Return the alert as Alertmanager's interface takes it."""
    due, report = digest.due, digest.report
    # As they are in the exporter's series.
    project, release = (inert(one, LABEL_LENGTH) for one in (report.project, report.release))
    link = links.of_release(EXECUTIVE, project, release)
    return {
        "labels": {
            "alertname": f"Release{due.review.title()}Review",
            "severity": SEVERITY,
            "project": project,
            "release": release,
            "review": _moment(due.moment),
        },
        "annotations": {name: inert(said) for name, said in _annotations(digest)}
        | {"dashboard_url": link},
        "startsAt": _moment(due.moment),
        "endsAt": _moment(due.moment + LATE + MARGIN),
    }


def post(urls: Iterable[str], alert: Alert) -> list[SourceError]:
    """Hand the alert to each Alertmanager; return what went wrong, raise it if none took it."""
    failures, taken = [], 0
    for url in urls:
        try:
            _post(url, alert)
            taken += 1
        except SourceError as error:
            failures.append(error)
    if failures and not taken:
        raise failures[0]
    return failures


def _post(url: str, alert: Alert) -> None:
    with Wire() as wire:
        target = f"{url.rstrip('/')}/api/v2/alerts"
        answer = wire.exchange(target, seconds=SECONDS, limit=LIMIT, json=[alert])
    if answer.status != _OK:
        message = f"Alertmanager answers with status {answer.status}; is the address right?"
        raise SourceError(classify(answer.status), message)


def _annotations(digest: Digest) -> Iterator[tuple[str, str]]:
    report = digest.report
    yield "subject", text.subject(digest)
    yield "summary", f"{report.project} {report.release}: {text.subject(digest)}"
    yield "decision", text.decision(digest)
    yield "since", text.since(digest)
    # The templates go through them in the order of their names.
    for place, section in enumerate(digest.sections, 1):
        yield f"section_{place}", section.title
        for number, row in enumerate(section.rows, 1):
            yield f"section_{place}_{number:02}", row


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
