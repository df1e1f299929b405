"""What other lines would have said: a report's facts, judged by another release file."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from exporter.freshness import Limits, SourceState
from exporter.gate.report import Report
from exporter.gate.reporting import SINCE, report_of
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
    view = ReleaseView(proposal, _states(report, proposal), report.problems)
    return replace(report_of(view, report.time), sources=report.sources)


def _states(report: Report, proposal: Release) -> dict[str, SourceState]:
    """Return the proposal's sources as if read at that moment: what was acceptable of them."""
    by_source: dict[str, list[Line]] = {}
    for metric in proposal.metrics:
        lines = [line for line in report.verdicts if line.metric == metric.id]
        if lines:
            by_source.setdefault(metric.source, []).extend(lines)
    states = {source: _state(lines, report.time) for source, lines in by_source.items()}
    if report.privacy_since:
        since = Reading((report.privacy_since.sample(),))
        states[SINCE] = _read(since, report.time)
    return states


def _state(lines: Sequence[Line], moment: datetime) -> SourceState:
    reading = Reading(
        samples=tuple({fact.sample() for line in lines for fact in line.facts}),
        inapplicable=tuple(_inapplicable(lines)),
        withheld={line.gauge: line.reason for line in lines if not line.facts},
    )
    return _read(reading, moment)


def _inapplicable(lines: Iterable[Line]) -> Iterable[Inapplicable]:
    for line in lines:
        if line.inapplicable:
            yield Inapplicable(line.gauge, canonical(**line.labels), line.reason)


def _read(reading: Reading, moment: datetime) -> SourceState:
    return SourceState(NOW, reading, succeeded=moment, attempted=moment)
