"""The tables that several forms show: headings, and the cells of each row as text."""

from collections.abc import Sequence
from dataclasses import dataclass

from exporter.final_report.figures import (
    ComparedRow,
    Day,
    FinalReport,
    History,
    Point,
    Risk,
    Row,
    Section,
    Series,
    Signed,
    TierScore,
    Week,
    WeekCell,
)
from exporter.gate.verdicts import OUTCOME_ICONS, OUTCOME_WORDS, Outcome
from exporter.gate.waivers import STATE_WORDS, WaiverLine

METRIC = ("Metric", "Target", "Actual", "Status")
# More columns than these fit on no page.
MOST_WEEKS = 6


@dataclass(frozen=True, slots=True)
class Table:
    """Headings and rows; `kind` tells a page how wide its columns are."""

    kind: str
    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def metrics(section: Section) -> Table:
    """Return one of the user's tables."""
    return Table("metrics", section.title, METRIC, tuple(metrics_row(row) for row in section.rows))


def metrics_row(row: Row) -> tuple[str, str, str, str]:
    """Return the user's four columns."""
    return row.name, row.target, row.actual, f"{OUTCOME_ICONS[row.verdict]} {row.status}"


def evidence(report: FinalReport) -> Table:
    """Return what each value was computed from, from how many observations, and from when."""
    heads = ("Metric", "n", "Facts from", "Computed from")
    return Table("behind", "Evidence", heads, tuple(map(_evidence, report.rows)))


def _evidence(row: Row) -> tuple[str, ...]:
    n = "not known" if row.n is None else f"{row.n:,}"
    facts = str(row.facts) if row.facts else "not known"
    return f"{row.name} ({row.key})", n, facts, row.evidence or f"no value: {row.reason}"


def scores(report: FinalReport) -> Table:
    """Return the points by tier."""
    heads = ("Tier", "Points", "Earned", "Lost", "Unknown", "Not due yet")
    rows = tuple(map(_score, report.score.tiers))
    return Table("scores", "Quality score by tier", heads, rows)


def _score(one: TierScore) -> tuple[str, ...]:
    parts = (one.points, one.earned, one.lost, one.unknown, one.not_due)
    return (one.title, *(f"{part:g}" for part in parts))


def risks(found: Sequence[Risk]) -> Table:
    """Return what the risk register should know."""
    heads = ("Risk", "Now", "Likelihood", "Impact", "Trend", "Response")
    return Table("risks", "Risk Assessment", heads, tuple(map(_risk, found)))


def _risk(one: Risk) -> tuple[str, ...]:
    name = f"{one.name} off target"
    return name, one.state, one.likelihood, one.impact, one.trend, one.response


def waivers(lines: Sequence[WaiverLine]) -> Table:
    """Return the waivers."""
    heads = ("Waiver", "State", "Expires", "Owner", "Reason", "Link")
    return Table("waived", "Waivers", heads, tuple(map(_waiver, lines)))


def _waiver(one: WaiverLine) -> tuple[str, ...]:
    return one.metric, STATE_WORDS[one.state], str(one.expires), one.owner, one.reason, one.link


def compared(report: FinalReport) -> Table:
    """Return both releases' values."""
    before = report.comparison.release
    heads = ("Metric", f"Previous: {before}", "Verdict", f"Now: {report.release}", "Verdict now")
    rows = tuple(map(_compared, report.comparison.rows))
    return Table("compared", f"Compared with {before}", (*heads, "Change"), rows)


def _compared(one: ComparedRow) -> tuple[str, ...]:
    return (one.name, one.previous, one.previous_verdict, one.now, one.now_verdict, one.change)


def days(history: History) -> Table:
    """Return what is known of each day, and how often each verdict occurred."""
    heads = ("Day", "Record", "Decision", *(OUTCOME_WORDS[one] for one in Outcome))
    return Table("days", "Verdicts by day", heads, tuple(map(_day, history.days)))


def _day(one: Day) -> tuple[str, ...]:
    counts = (str(one.verdicts.get(x, 0)) if one.decision else "unknown" for x in Outcome)
    return str(one.day), one.source.value, one.decision or "unknown", *counts


def values(section: Section, history: History) -> Table:
    """Return the values of a section's metrics, a row a day."""
    found = {row.key: history.of(row.key) for row in section.rows}
    by_key = {key: _by_day(one) for key, one in found.items()}
    heads = ("Day", *(row.name for row in section.rows))
    rows = tuple(
        (str(one.day), *(by_key[row.key].get(str(one.day), "no record") for row in section.rows))
        for one in history.days
    )
    return Table("values", f"{section.title} by day", heads, rows)


def _by_day(series: Series | None) -> dict[str, str]:
    return {str(one.day): point(one) for one in series.points} if series else {}


def point(one: Point) -> str:
    """Return a value with its verdict's sign."""
    return f"{one.shown} {OUTCOME_ICONS[one.verdict]}"


def trend(series: Series) -> Table:
    """Return the values of one metric, a row a day."""
    rows = tuple((str(one.day), one.shown, _word(one)) for one in series.points)
    return Table("trend", series.name, ("Day", "Value", "Verdict"), rows)


def _word(one: Point) -> str:
    return f"{OUTCOME_ICONS[one.verdict]} {OUTCOME_WORDS[one.verdict]}"


def weeks(history: History) -> Table:
    """Return the weeks: how they ended, and of how many days there is a record."""
    heads = ("Week", "Decision", "Recorded", "Recomputed", "No record")
    return Table("weeks", "By week", heads, tuple(map(_week, history.weeks)))


def _week(one: Week) -> tuple[str, ...]:
    span = f"{one.first} to {one.last}{'' if one.complete else ', not over'}"
    counts = (str(one.recorded), str(one.recomputed), str(one.missing))
    return span, one.decision or "unknown", *counts


def week_values(history: History) -> Table:
    """Return each metric at the end of the last weeks, with its days in target."""
    last = history.weeks[-MOST_WEEKS:]
    heads = ("Metric", *(f"Week of {one.first}" for one in last))
    cells = [{cell.key: cell for cell in one.metrics} for one in last]
    rows = tuple(
        (series.name, *(_cell(one.get(series.key)) for one in cells)) for series in history.series
    )
    return Table("values", "Metrics at the end of each week", heads, rows)


def _cell(one: WeekCell | None) -> str:
    if one is None:
        return "no record"
    judged = f"{one.in_target} of {one.judged} judged days in target"
    return f"{one.shown} ({judged if one.judged else 'judged on no day'})"


def sign_off(signed: Sequence[Signed]) -> Table:
    """Return the gate reviews that were held, and empty lines to sign."""
    heads = ("Name and role", "Milestone", "Outcome", "Date", "Signature")
    held = tuple(
        (who, one.milestone, one.outcome, str(one.day), "signed")
        for one in signed
        for who in one.by
    )
    blank = tuple((role, "", "", "", "") for role in ROLES)
    return Table("sign-off", "Sign-off", heads, held or blank)


# Who holds a gate review, in the user's words.
ROLES = ("Release Manager:", "Engineering Lead:", "Stakeholder:")
