"""The final report as Markdown, with the user's sections and tables first."""

from collections.abc import Iterator, Sequence

from exporter.final_report.figures import FinalReport
from exporter.final_report.output import tables
from exporter.final_report.output.tables import Table
from exporter.final_report.output.wording import heading, history_note, preliminary, said_insights
from exporter.gate.decision import Cause
from exporter.gate.output.wording import said
from exporter.markup import markdown, markdown_table


def render(report: FinalReport) -> str:
    """Return the whole report."""
    return "\n".join(_lines(report))


def _lines(report: FinalReport) -> Iterator[str]:
    yield f"# {markdown(heading(report))}\n"
    yield f"{markdown(f'{report.project} {report.release}, as of {report.moment}.')}\n"
    if preliminary(report):
        yield f"**Preliminary**: {markdown(preliminary(report))}\n"
    yield from _summary(report)
    for section in report.sections:
        yield from write(tables.metrics(section))
    yield "## Key Insights\n"
    for number, (kind, text) in enumerate(said_insights(report), start=1):
        yield f"{number}. **{kind}**: {markdown(text)}"
    yield ""
    yield from against(report.reasons)
    yield from write(tables.risks(report.risks), "None: every metric that is due passes.")
    yield from write(tables.waivers(report.waivers), "None.")
    yield from write(tables.scores(report), title="Quality Score")
    yield f"{markdown(f'{report.score.shown}. {report.score.formula}', 2000)}\n"
    yield from _compared(report)
    yield from _history(report)
    yield from write(tables.evidence(report))
    yield from write(tables.sign_off(report.signed))


def _summary(report: FinalReport) -> Iterator[str]:
    yield "## Executive Summary\n"
    yield f"- **Release Date**: {markdown(report.release_date)}"
    yield f"- **Overall Success**: {report.success_icon} {markdown(report.success)}"
    yield f"- **Quality Score**: {markdown(f'{report.score.shown} ({report.score.rest})')}"
    yield f"- **Overall Status**: {report.overall} ({markdown(report.decision)})"
    yield f"- **On Target**: {report.on_target} of {report.due} due metrics"
    yield f"- **Phase**: {markdown(report.phase)}\n"


def against(reasons: Sequence[Cause]) -> Iterator[str]:
    """Yield every reason against GO, the deciding ones first."""
    yield "## What Stands Against GO\n"
    for cause in reasons:
        yield f"- {'**decides**: ' if cause.decides else ''}{markdown(said(cause))}"
    if not reasons:
        yield "Nothing: every metric that is due passes."
    yield ""


def _compared(report: FinalReport) -> Iterator[str]:
    old = report.comparison
    yield "## Comparison with the Previous Release\n"
    if old.why:
        yield f"{markdown(f'None: {old.why}.')}\n"
        return
    text = (
        f"{old.release} at its last record, {old.day}: {old.decision}, quality score {old.score}."
    )
    yield f"{markdown(text)}\n"
    yield from write(tables.compared(report), title="")


def _history(report: FinalReport) -> Iterator[str]:
    history = report.history
    yield "## History\n"
    yield f"{markdown(history_note(report))}\n"
    yield from write(tables.weeks(history), level=3)
    yield from write(tables.week_values(history), level=3)
    yield from write(tables.days(history), level=3)
    for section in report.sections:
        yield from write(tables.values(section, history), level=3)


def write(
    table: Table, empty: str = "", *, title: str | None = None, level: int = 2
) -> Iterator[str]:
    """Yield a table below its heading; without rows, the words for that."""
    shown = table.title if title is None else title
    if shown:
        yield f"{'#' * level} {markdown(shown)}\n"
    if table.rows or not empty:
        yield from markdown_table(tuple(map(markdown, table.heads)), table.rows)
    else:
        yield f"{empty}\n"
