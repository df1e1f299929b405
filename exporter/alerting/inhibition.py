"""Alertmanager's inhibition: which alert makes which other one needless to send."""

from typing import Any

from exporter.alerting.routes import A_BAND, BY_VERDICT
from exporter.alerting.watching import WITHOUT_DATA

_NO_DATA = f'alertname="{WITHOUT_DATA.name}"'
_SOURCES = 'alertname=~"ReleaseSource(Stale|FactsStale|Failing)"'
_OF_SILENT_RELEASES = (
    f'alertname=~"{WITHOUT_DATA.name}|ReleaseRulesOutdated|ReleaseSource(Stale|FactsStale|Failing)"'
)


def _because(cause: list[str], silenced: list[str], equal: list[str]) -> dict[str, Any]:
    return {"source_matchers": cause, "target_matchers": silenced, "equal": equal}


INHIBITIONS: tuple[dict[str, Any], ...] = (
    # What fails need not be said to warn. That it has no data is news beside either, and without a
    # metric two alerts would count as being about the same one.
    _because(
        ['severity="critical"', *A_BAND],
        ['severity="warning"', *A_BAND],
        BY_VERDICT,
    ),
    # A source that says nothing is the cause; its metrics need not be listed.
    _because([_SOURCES], [_NO_DATA], ["project", "release", "source"]),
    # Nobody knows anything of a release that is not exposed.
    _because(['alertname="ReleaseNotExposed"'], [_OF_SILENT_RELEASES], ["project", "release"]),
    _because(['alertname="ReleaseExporterDown"'], ['alertname="ReleaseExporterAbsent"'], []),
)
