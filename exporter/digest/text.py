"""A digest as text: what is printed, and the headings that messages have in common."""

from datetime import datetime
from zoneinfo import ZoneInfo

from exporter.digest.contents import Digest
from exporter.gate.decision import STATUS, STATUS_ICONS
from exporter.inert import plain


def subject(digest: Digest) -> str:
    """Return what the message is called: `Daily Review 2026-01-14: BLOCKED`."""
    due = digest.due
    return f"{due.review.title()} Review {due.day}: {STATUS[digest.report.decision]}"


def decision(digest: Digest) -> str:
    """Return the gate's decision, and the moment and phase that it is of."""
    report = digest.report
    sign = f"{STATUS_ICONS[report.decision]} {STATUS[report.decision]} ({report.decision})"
    day = f", day {report.beta_day}" if report.beta_day else ""
    phase = f"{report.phase or 'no phase'}{day}".replace("_", " ")
    return f"{sign}, {phase}, as of {_local(digest, report.time)}"


def since(digest: Digest) -> str:
    """Return what the changes are told against."""
    if digest.before is None:
        return "Nothing earlier to compare with"
    return f"Changes are since {_local(digest, digest.before.time)}"


def render(digest: Digest) -> str:
    """Return the digest for a terminal."""
    report = digest.report
    lines = [f"{subject(digest)} ({report.project} {report.release})", decision(digest)]
    for section in digest.sections:
        lines += ["", section.title, *(f"  {row}" for row in section.rows)]
    return "\n".join(map(plain, [*lines, "", since(digest)])) + "\n"


def _local(digest: Digest, moment: datetime) -> str:
    return f"{moment.astimezone(ZoneInfo(digest.report.time_zone)):%Y-%m-%d %H:%M %Z}"
