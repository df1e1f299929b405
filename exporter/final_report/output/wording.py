"""How every form of the report says the same things."""

from collections.abc import Iterator

from exporter.final_report.figures import FinalReport, Source
from exporter.gate.verdicts import Outcome


def heading(report: FinalReport) -> str:
    """Return the title, in the user's words."""
    return f"{report.release} Final Metrics Report"


def preliminary(report: FinalReport) -> str:
    """Return why the report is not the last word; empty when every verdict is there."""
    waiting = [row.name for row in report.rows if row.verdict is Outcome.NOT_DUE]
    unknown = [row.name for row in report.rows if row.verdict is Outcome.UNKNOWN]
    parts = []
    if unknown:
        parts.append(f"unknown: {', '.join(unknown)}")
    if waiting:
        parts.append(f"not due: {', '.join(waiting)}")
    return "; ".join(parts)


def said_insights(report: FinalReport) -> Iterator[tuple[str, str]]:
    """Yield the insights: what kind of one, and what it says."""
    for one in report.insights:
        yield one.kind.value, f"{one.text}."


def history_note(report: FinalReport) -> str:
    """Return how much of the history is known."""
    days = report.history.days
    counts = {source: sum(one.source is source for one in days) for source in Source}
    parts = [f"{source.value} {count}" for source, count in counts.items() if count]
    return (
        f"{len(days)} days from {days[0].day} to {days[-1].day}: {', '.join(parts)}."
        " A day that was recomputed later has only what telemetry and the plan still tell of it."
    )
