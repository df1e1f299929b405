"""The executive view as text, in the shape of the user's own box drawing."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from exporter.catalog import CATALOG
from exporter.gate.decision import STATUS, STATUS_ICONS
from exporter.gate.report import Report
from exporter.gate.verdicts import Line, Outcome, word
from exporter.model import Tier
from exporter.records.box import box, columns, fit
from exporter.records.marks import is_recomputed
from exporter.words import TIER_TITLES, VERDICT_ICONS

TIERS = (Tier.CRITICAL, Tier.HIGH, Tier.PERFORMANCE, Tier.PROCESS)

# Only what needs a look has a word beside its sign.
ICONS = {Outcome(verdict.value): icon for verdict, icon in VERDICT_ICONS.items()} | {
    Outcome.WAIVED: "✋"
}
_SPOKEN = (Outcome.UNKNOWN, Outcome.NOT_DUE, Outcome.WAIVED)

# Those that are in the detailed view only.
_DETAILS = {
    metric.key(series) for metric in CATALOG for series in metric.judged if not series.executive
}
# Said in words, as the user does: On Track.
_IN_WORDS = "PM-4"

_LABEL = 22
_VALUE = 21


def render(report: Report) -> str:
    """Return the dashboard, in the time of where the release lives."""
    local = report.time.astimezone(ZoneInfo(report.time_zone))
    updated = f"Last Updated: {local:%Y-%m-%d %H:%M}"
    if is_recomputed(report):
        updated += " (recomputed)"
    return box(
        [
            [f"{report.release} Release Dashboard", updated],
            *_tiers(report),
            [f"{'OVERALL STATUS:':<{_LABEL}}{_status(report)}"],
        ]
    )


def _tiers(report: Report) -> Iterator[list[str]]:
    for tier in TIERS:
        lines = [one for one in report.verdicts if one.tier is tier and one.key not in _DETAILS]
        if lines:
            yield [TIER_TITLES[tier]]
            yield [_row(line) for line in lines]


def _row(line: Line) -> str:
    label = fit(line.title, min(columns(line.title), _LABEL - 2)) + ":"
    return fit(label, _LABEL) + _value(line)


def _value(line: Line) -> str:
    """Return value, sign, and what else there is room for: the word first, then the target."""
    shown = line.reason.title() if _on_track(line) else line.shown
    said = f"{ICONS[line.verdict]}"
    if line.verdict in _SPOKEN:
        said += f" {word(line)}"
    text = f"{fit(shown, min(columns(shown), _VALUE - columns(said) - 1))} {said}"
    target = "" if _on_track(line) or line.target[:1].isdigit() else f" ({line.target})"
    return text + target if columns(text + target) <= _VALUE else text


def _on_track(line: Line) -> bool:
    return line.key == _IN_WORDS and line.verdict is Outcome.PASS


def _status(report: Report) -> str:
    return f"{STATUS_ICONS[report.decision]} {STATUS[report.decision]}"
