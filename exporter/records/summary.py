"""The summary of some days: where they ended, what changed, and which of them are missing."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from exporter.gate.report import Report
from exporter.gate.verdicts import Line, Outcome
from exporter.model import Verdict
from exporter.plan import Phase, Plan
from exporter.records.marks import is_recomputed
from exporter.records.snapshot import phase_of, users
from exporter.schedule import DAY, WEEK

VERSION = 1

_JUDGED = (Outcome.PASS, Outcome.WARN, Outcome.FAIL, Outcome.WAIVED)


@dataclass(frozen=True, slots=True)
class Days:
    """From the first to the last day, both included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        """Tell whether the day is one of them."""
        return self.first <= day <= self.last

    def each(self) -> list[date]:
        """Return every one of them."""
        return [self.first + DAY * step for step in range((self.last - self.first).days + 1)]


def week_of(plan: Plan, day: date) -> Days:
    """Return the week that the day is in; weeks run from the beta's first day, else the plan's."""
    opening = plan.opening(Phase.BETA)
    days = [plan.today(opening)] if opening else [one.day for one in plan.milestones]
    start = min(days, default=day)
    first = day - DAY * ((day - start).days % WEEK)
    return Days(first, first + DAY * (WEEK - 1))


def render(reports: Sequence[Report], days: Days, today: date, before: Report | None = None) -> str:
    """Return the summary of the records of these days, in order, as JSON."""
    content = summarize(reports, days, today, before)
    return json.dumps(content, indent=2, ensure_ascii=True, allow_nan=False) + "\n"


def summarize(
    reports: Sequence[Report], days: Days, today: date, before: Report | None = None
) -> dict[str, Any]:
    """Return what the summary of the records of these days holds.

    `before` is the record that changes are told against: the last one of the week before. Days
    before `today` that have no record are missing.
    """
    inside = [report for report in reports if report.day in days]
    last = inside[-1] if inside else None
    recorded = {report.day for report in inside}
    return {
        "version": VERSION,
        "project": last.project if last else None,
        "release": last.release if last else None,
        "first_day": days.first.isoformat(),
        "last_day": days.last.isoformat(),
        "complete": today > days.last,
        "as_of": last.day.isoformat() if last else None,
        "phase": phase_of(last) if last else None,
        "decision": last.decision if last else None,
        "decisions": {report.day.isoformat(): report.decision for report in inside},
        "days": {
            "recorded": [one.day.isoformat() for one in inside if not is_recomputed(one)],
            "recomputed": [one.day.isoformat() for one in inside if is_recomputed(one)],
            "missing": [
                day.isoformat() for day in days.each() if day < today and day not in recorded
            ],
        },
        "compared_with": before.day.isoformat() if before else None,
        "metrics": {line.key: _metric(line, inside, before) for line in last.verdicts}
        if last
        else {},
    }


def _metric(line: Line, reports: Sequence[Report], before: Report | None) -> dict[str, Any]:
    value, previous = users(line), users(before.line(line.key) if before else None)
    lines = [found for report in reports if (found := report.line(line.key))]
    known = [one for one in lines if one.verdict in _JUDGED]
    return {
        "title": line.title,
        "unit": line.unit,
        "value": value,
        "previous": previous,
        "delta": None if value is None or previous is None else round(value - previous, 9),
        "target": line.target,
        "verdict": line.verdict,
        "days_in_target": sum(one.judged is Verdict.PASS for one in known),
        "days_judged": len(known),
    }
