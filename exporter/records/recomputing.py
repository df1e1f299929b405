"""A day that nobody looked at: what is still known of it, and nothing else.

Telemetry is counted up to that day and the plan is taken as it was then; the other sources say what
they say now, so they say nothing about that day.
"""

from datetime import date, datetime
from pathlib import Path

from exporter.collectors import telemetry
from exporter.freshness import Limits, SourceState
from exporter.gate.report import Report
from exporter.gate.reporting import report_of
from exporter.model import Context, ErrorClass, Reading, Sample, SourceError
from exporter.records.marks import RECOMPUTED
from exporter.redaction import redact_error, redact_reading
from exporter.schedule import end_of
from exporter.sources import Source
from exporter.view import ReleaseView

UNRECORDED = (ErrorClass.MISSING, "not recorded on that day")


def recompute(
    sources: tuple[Source, ...], storage: Path, day: date, now: datetime, raw: Path | None = None
) -> Report:
    """Return the record of a day that is over, from all of a release's sources.

    With `raw` the day's events are written to that file.
    """
    release = sources[0].release
    moment = end_of(day, release.plan.zone)
    states = {one.name: _state(one, storage, day, moment, now, raw) for one in sources}
    return report_of(ReleaseView(release.as_of(moment), states, (RECOMPUTED,)), moment)


def write_raw(
    sources: tuple[Source, ...], storage: Path, day: date, now: datetime, raw: Path
) -> None:
    """Write the day's telemetry, if the release has any; raises SourceError."""
    for one in _exports(sources):
        _telemetry(one, storage, day, now, raw)


def telemetry_of(
    sources: tuple[Source, ...], storage: Path, day: date, now: datetime
) -> tuple[Sample, ...]:
    """Return what telemetry says without anything later than that day; nothing unless it can."""
    try:
        readings = (_telemetry(one, storage, day, now, None) for one in _exports(sources))
        return tuple(sample for one in readings for sample in redact_reading(one).samples)
    except SourceError:
        return ()


def _exports(sources: tuple[Source, ...]) -> list[Source]:
    return [one for one in sources if isinstance(one.settings, telemetry.Settings)]


def _state(
    source: Source, storage: Path, day: date, moment: datetime, now: datetime, raw: Path | None
) -> SourceState:
    settings = source.settings
    limits = Limits(settings.max_age, settings.facts_max_age, settings.PRODUCED_IN)
    try:
        if source.name == "telemetry":
            reading = _telemetry(source, storage, day, now, raw)
        elif source.name == "plan":
            reading = source.collect(_context(source, storage, moment))
        else:
            return SourceState(limits, attempted=moment, error=UNRECORDED)
    except SourceError as error:
        said = redact_error(error)
        return SourceState(limits, attempted=moment, error=(said.kind, str(said)))
    return SourceState(limits, redact_reading(reading), succeeded=moment, attempted=moment)


def _telemetry(
    source: Source, storage: Path, day: date, now: datetime, raw: Path | None
) -> Reading:
    """Return what telemetry says without anything later than that day; raises SourceError."""
    settings = source.settings
    if not isinstance(settings, telemetry.Settings):
        raise TypeError("the source telemetry has settings of its own")
    request = telemetry.request_for(settings, _context(source, storage, now), day=day, raw=raw)
    return telemetry.ask(settings, request)


def _context(source: Source, storage: Path, now: datetime) -> Context:
    release = source.release
    return Context(
        project=release.project,
        release=release.name,
        folder=release.folder,
        state=storage / release.project / release.name / "state" / source.name,
        plan=release.plan.as_of(now),
        now=now,
        shared=storage / "_upstream",
    )
