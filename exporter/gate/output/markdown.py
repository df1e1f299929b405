"""The reports as Markdown, for a job's summary or a comment."""

from collections.abc import Iterator, Sequence

from exporter.gate.decision import STATUS, STATUS_ICONS
from exporter.gate.output.wording import age, deciding_first, moment, phase, why
from exporter.gate.report import Report
from exporter.gate.verdicts import OUTCOME_ICONS, Line, word
from exporter.gate.waivers import STATE_WORDS, WaiverLine
from exporter.markup import markdown, markdown_table


def render(reports: Sequence[Report]) -> str:
    """Return one section a release."""
    return "\n".join(line for report in reports for line in _report(report))


def _report(report: Report) -> Iterator[str]:
    decision = report.decision
    yield f"## {STATUS_ICONS[decision]} {markdown(report.name)}: {STATUS[decision]}\n"
    when = markdown(f"As of {moment(report)}, phase: {phase(report)}.")
    yield f"**{markdown(decision)}** {when}\n"
    for heading, decides in (("Decided by", True), ("Also", False)):
        causes = [cause for cause in report.reasons if cause.decides is decides]
        if causes:
            yield f"{heading}:\n"
            yield from (
                f"- {markdown(f'{cause.key} ' * bool(cause.key) + cause.text)}" for cause in causes
            )
            yield ""
    if report.verdicts:
        heads = ("Verdict", "Metric", "Value", "Target", "n", "Age", "Why")
        yield from markdown_table(heads, map(_line, deciding_first(report)))
    if report.waivers:
        titles = ("Waiver", "State", "Expires", "Owner", "Reason", "Link")
        yield from markdown_table(titles, map(_waiver, report.waivers))


def _line(line: Line) -> tuple[str, ...]:
    return (
        f"{OUTCOME_ICONS[line.verdict]} {word(line)}",
        f"{line.key} {line.title}",
        line.shown,
        line.target,
        "" if line.n is None else f"{line.n:,}",
        age(line),
        why(line),
    )


def _waiver(one: WaiverLine) -> tuple[str, ...]:
    return (one.metric, STATE_WORDS[one.state], str(one.expires), one.owner, one.reason, one.link)
