"""What other lines would have said: a report's facts, judged by another release file."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from exporter.freshness import Limits, SourceState
from exporter.gate.report import Report
from exporter.gate.reporting import report_of
from exporter.gate.verdicts import Line
from exporter.model import Inapplicable, Reading, UserError
from exporter.model import labels as canonical
from exporter.release import Release
from exporter.view import ReleaseView

# What the report holds was acceptable at its moment.
NOW = Limits(timedelta(days=1))


def rejudge(report: Report, proposal: Release) -> Report:
    """Return the report as that release file would have it; raises UserError for another release.

    Bands, due phases, minimum n, waivers, plan and own metrics are the file's. Nothing is read
    anew: a metric that was not measured is unknown.
    """
    if (report.project, report.release) != proposal.id:
        known = f"{report.project} {report.release}"
        raise UserError(
            f"{proposal.file}: describes {proposal.project} {proposal.name}, not {known};"
            " write the same project and release"
        )
    names = {line.source for line in report.verdicts}
    present = names & {source.name for source in report.sources} if report.sources else names
    states = {name: _state(report, name) for name in sorted(present)}
    view = ReleaseView(proposal, states, report.problems)
    again = report_of(view, report.time)
    return replace(again, sources=report.sources)


def _state(report: Report, source: str) -> SourceState:
    """Return the source as if it had been read at that moment, with what was acceptable of it."""
    lines = [line for line in report.verdicts if line.source == source]
    samples = {fact.sample() for line in lines for fact in line.facts}
    if report.privacy_since and source == "telemetry":
        samples.add(report.privacy_since.sample())
    reading = Reading(
        samples=tuple(samples),
        inapplicable=tuple(_inapplicable(lines)),
        withheld={line.gauge: line.reason for line in lines if not line.facts},
    )
    return _read(reading, report.time)


def _inapplicable(lines: Iterable[Line]) -> Iterable[Inapplicable]:
    for line in lines:
        if line.inapplicable:
            yield Inapplicable(line.gauge, canonical(**line.labels), line.reason)


def _read(reading: Reading, moment: datetime) -> SourceState:
    return SourceState(NOW, reading, succeeded=moment, attempted=moment)
