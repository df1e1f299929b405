"""How every text of a report says the same things."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from exporter.freshness import show_age
from exporter.gate.decision import Cause
from exporter.gate.report import Report
from exporter.gate.verdicts import Line


def moment(report: Report) -> str:
    """Return the report's time where the release lives: `2026-01-17 12:00 PST`."""
    return f"{local(report, report.time):%Y-%m-%d %H:%M %Z}"


def local(report: Report, time: datetime) -> datetime:
    """Return the time where the release lives; a zone that this machine lacks is UTC."""
    try:
        return time.astimezone(ZoneInfo(report.time_zone))
    except (OSError, ValueError, KeyError):
        return time.astimezone(UTC)


def phase(report: Report) -> str:
    """Return the phase with the day of the beta: `beta day 5`."""
    day = f" day {report.beta_day}" if report.beta_day else ""
    return (report.phase or "unknown").replace("_", " ") + day


def age(line: Line) -> str:
    """Return the age of the facts; empty without facts."""
    seconds = line.age_seconds
    return "" if seconds is None else show_age(timedelta(seconds=max(0.0, min(seconds, 1e9))))


def said(cause: Cause) -> str:
    """Return the reason with the key of its verdict, if it is of one."""
    return f"{cause.key}: {cause.text}" if cause.key else cause.text


def why(line: Line) -> str:
    """Return the band's sentence and what the value was computed from."""
    return "; ".join(filter(None, (line.reason, line.evidence)))


def deciding_first(report: Report) -> list[Line]:
    """Return every verdict: those that decide, in the order of the reasons, then the others."""
    named = [cause.key for cause in report.reasons if cause.key]
    places = {key: place for place, key in reversed(list(enumerate(named)))}
    return sorted(report.verdicts, key=lambda line: places.get(line.key, len(named)))
