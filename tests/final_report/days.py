"""Days of a release whose metrics are in the conditions that a test names, and its final report."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from exporter.final_report.figures import FinalReport
from exporter.final_report.history import Kept
from exporter.final_report.making import Material, final_report
from exporter.gate.report import Report
from exporter.gate.reporting import report_of
from exporter.plan import Plan
from exporter.view import ReleaseView
from tests.gate.cases import build
from tests.releases import NOW

DAY = timedelta(days=1)
LAST = date(2026, 1, 17)

Conditions = Mapping[str, str]


def day(back: int = 0, conditions: Conditions | None = None, release: str = "v1.1.0") -> Report:
    """Return the gate's report of so many days ago; whatever is not named passes."""
    described, states = build(conditions or {})
    now = NOW - back * DAY
    states = {
        name: state
        if state.reading is None or (NOW - (state.succeeded or NOW)).days
        else replace(state, succeeded=now, attempted=now)
        for name, state in states.items()
    }
    return report_of(ReleaseView(replace(described, name=release), states), now)


def plan_then(back: int = 0) -> Plan:
    """Return the plan as it was so many days ago."""
    return build({})[0].plan.as_of(NOW - back * DAY)


def told(
    days: Sequence[Conditions | None],
    *,
    others: Mapping[str, Sequence[Report]] | None = None,
    plan: Plan | None = None,
    unreadable: Sequence[date] = (),
) -> FinalReport:
    """Return the final report of the last of these days; None is a day without a record."""
    backs = range(len(days) - 1, -1, -1)
    reports = [day(back, one) for back, one in zip(backs, days, strict=True) if one is not None]
    *before, last = reports
    kept = {("caro", "v1.1.0"): Kept(tuple(before), tuple(unreadable))}
    kept |= {("caro", name): Kept(tuple(found)) for name, found in (others or {}).items()}
    return final_report(Material(last, plan, kept))
