"""The reports as plain text for a terminal or a log."""

from collections.abc import Iterator, Sequence

from exporter.gate.decision import STATUS, STATUS_ICONS
from exporter.gate.output.wording import age, deciding_first, moment, phase, why
from exporter.gate.report import Report
from exporter.gate.verdicts import OUTCOME_ICONS, Line, word
from exporter.gate.waivers import STATE_WORDS, WaiverLine
from exporter.inert import plain
from exporter.output.columns import columns


def render(reports: Sequence[Report]) -> str:
    """Return one block a release."""
    return "\n\n".join("\n".join(_report(one)) for one in reports) + "\n"


def _report(report: Report) -> Iterator[str]:
    yield plain(f"{report.name}   {moment(report)}   phase: {phase(report)}")
    yield overall(report)
    for heading, decides in (("DECIDED BY", True), ("ALSO", False)):
        causes = [cause for cause in report.reasons if cause.decides is decides]
        if causes:
            yield from ("", heading)
            yield from (
                f"  {plain(f'{cause.key}: ' * bool(cause.key) + cause.text)}" for cause in causes
            )
    if report.verdicts:
        yield from ("", "VERDICTS")
        yield from (f"  {row}" for row in columns([_line(one) for one in deciding_first(report)]))
    yield from waiver_lines(report)


def overall(report: Report) -> str:
    """Return the user's OVERALL STATUS line with the decision."""
    decision = report.decision
    return f"OVERALL STATUS: {STATUS_ICONS[decision]} {STATUS[decision]} ({decision})"


def waiver_lines(report: Report) -> Iterator[str]:
    """Yield the waivers below their heading; nothing without any."""
    if report.waivers:
        yield from ("", "WAIVERS")
        yield from (f"  {row}" for row in columns([_waiver(one) for one in report.waivers]))


def _line(line: Line) -> tuple[str, ...]:
    return (
        f"{OUTCOME_ICONS[line.verdict]} {word(line)}",
        line.key,
        line.title,
        line.shown,
        f"({line.target})",
        "" if line.n is None else f"n={line.n:,}",
        age(line),
        why(line),
    )


def _waiver(one: WaiverLine) -> tuple[str, ...]:
    state = STATE_WORDS[one.state]
    return (one.metric, state, f"expires {one.expires}", one.owner, one.reason, one.link)
