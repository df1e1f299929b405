"""The quality score: points by tier, of which only what is known and good earns any."""

from collections.abc import Sequence
from fractions import Fraction
from math import floor

from exporter.final_report.figures import Row, Score, TierScore
from exporter.gate.report import Report
from exporter.gate.verdicts import Line, Outcome
from exporter.model import Tier, Verdict

POINTS = {
    Tier.CRITICAL: 40,
    Tier.HIGH: 25,
    Tier.PERFORMANCE: 15,
    Tier.PROCESS: 15,
    Tier.ENGAGEMENT: 5,
}
WHOLE = sum(POINTS.values())
TITLES = {tier: tier.value.capitalize() for tier in Tier}

# Of its share a verdict earns so much; a waiver excuses, but earns nothing more.
EARNS = {Verdict.PASS: Fraction(1), Verdict.WARN: Fraction(1, 2)}

FORMULA = (
    f"{WHOLE} points: "
    + ", ".join(f"{points} {TITLES[tier].lower()}" for tier, points in POINTS.items())
    + ", shared equally by a tier's metrics. A pass earns its share, a warn half of it; fail,"
    " unknown and not due yet earn none, and a waiver earns nothing more. A metric with nothing to"
    " judge (no such bugs) has no share, nor has a tier without metrics: what is left counts as"
    " 100. Rounded down to a tenth."
)


def score_of(report: Report, rows: Sequence[Row]) -> Score:
    """Return the score of these rows; `report` tells which of them have nothing to judge."""
    by_tier = {
        tier: [row for row in rows if row.tier is tier and not _without_share(report, row)]
        for tier in POINTS
    }
    worth = sum(POINTS[tier] for tier, mine in by_tier.items() if mine)
    tiers = tuple(_tier(tier, mine, worth) for tier, mine in by_tier.items() if mine)
    earned = sum((_earned(tier, mine, worth) for tier, mine in by_tier.items() if mine), Fraction())
    points = _down(earned)
    shown = f"{points:g}/100"
    if report.problems:
        shown += f", not to be relied on: {report.problems[0]}"
    return Score(points, shown, _rest(tiers), FORMULA, tiers)


def _rest(tiers: Sequence[TierScore]) -> str:
    """Return where the points are that were not earned."""
    sums = {
        "lost": sum(one.lost for one in tiers),
        "unknown": sum(one.unknown for one in tiers),
        "not due yet": sum(one.not_due for one in tiers),
    }
    said = [f"{round(points, 2):g} {name}" for name, points in sums.items() if points]
    return ", ".join(said) or "none is missing"


def _without_share(report: Report, row: Row) -> bool:
    line = report.line(row.key)
    return line is not None and line.inapplicable and line.value is None and _begun(report, line)


def _begun(report: Report, line: Line) -> bool:
    return line.due_from is None or line.due_from <= report.time


def _tier(tier: Tier, rows: Sequence[Row], worth: int) -> TierScore:
    share = _share(tier, rows, worth)
    earned = _earned(tier, rows, worth)
    unknown = share * sum(row.verdict is Outcome.UNKNOWN for row in rows)
    waiting = share * sum(row.verdict is Outcome.NOT_DUE for row in rows)
    lost = share * len(rows) - earned - unknown - waiting
    parts = (share * len(rows), earned, lost, unknown, waiting)
    return TierScore(tier, TITLES[tier], *(round(float(part), 2) for part in parts))


def _share(tier: Tier, rows: Sequence[Row], worth: int) -> Fraction:
    return Fraction(POINTS[tier] * 100, worth * len(rows))


def _earned(tier: Tier, rows: Sequence[Row], worth: int) -> Fraction:
    return _share(tier, rows, worth) * sum(EARNS.get(row.judged, Fraction()) for row in rows)


def _down(points: Fraction) -> float:
    return floor(points * 10) / 10
