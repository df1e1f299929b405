"""Fragments for the documents that take their numbers from the metrics, as Markdown.

status         for the status document: the week's summary, and progress as a number
risks          for the risk register: what is below target raises a likelihood
checklist      for the go/no-go checklist: what the metrics decide is ticked, and only that
retrospective  for lessons learned: what worked, what did not
"""

from collections.abc import Callable, Iterator, Sequence

from exporter.final_report.figures import FinalReport, Kind, Row
from exporter.final_report.insights import longest_run
from exporter.final_report.output import tables
from exporter.final_report.output.markdown import against, write
from exporter.final_report.risks import trend
from exporter.gate.verdicts import Outcome
from exporter.markup import markdown, markdown_table
from exporter.model import Verdict


def _head(report: FinalReport, title: str) -> Iterator[str]:
    yield f"## {markdown(f'{title}: {report.project} {report.release}')}\n"
    yield f"{markdown(f'As of {report.moment}, phase: {report.phase}.')}\n"


def _status(report: FinalReport) -> Iterator[str]:
    yield from _head(report, "Weekly metrics summary")
    share = f" ({report.on_target / report.due:.0%})" if report.due else ""
    yield f"- **Overall status**: {report.overall} ({markdown(report.decision)})"
    yield f"- **Progress**: {report.on_target} of {report.due} due metrics on target{share}"
    yield f"- **Quality score**: {markdown(report.score.shown)}"
    week = report.history.weeks[-1]
    days = f"{week.recorded} recorded, {week.recomputed} recomputed, {week.missing} without"
    span = f"{week.first} to {week.last}, records of its days: {days}"
    yield f"- **Week**: {markdown(span)}\n"
    heads = ("Metric", "Target", "Now", "Since the record before", "Days in target", "Status")
    rows = (_progress(report, row) for row in report.rows)
    yield from markdown_table(heads, rows)


def _progress(report: FinalReport, row: Row) -> tuple[str, ...]:
    cells = {one.key: one for one in report.history.weeks[-1].metrics}
    cell = cells.get(row.key)
    days = f"{cell.in_target} of {cell.judged} judged" if cell else "unknown"
    name, target, now, status = tables.metrics_row(row)
    return name, target, now, trend(report.history.of(row.key)), days, status


def _risks(report: FinalReport) -> Iterator[str]:
    yield from _head(report, "Risk updates from metrics")
    table = tables.risks(report.risks)
    yield from write(table, "No likelihood is raised: every metric that is due passes.", title="")
    good = [row.name for row in report.rows if row.verdict is Outcome.PASS]
    waiting = [row.name for row in report.rows if row.verdict is Outcome.NOT_DUE]
    yield f"On target, likelihoods as registered: {markdown(', '.join(good) or 'none')}\n"
    yield f"Not due, which says nothing: {markdown(', '.join(waiting) or 'none')}\n"


def _checklist(report: FinalReport) -> Iterator[str]:
    yield from _head(report, "Go/No-Go checklist")
    yield from criteria(report.rows)
    yield "- [ ] Milestone sign-off or delay decision\n"
    yield f"**{report.overall}** ({markdown(report.decision)})\n"
    yield from against(report.reasons)


def criteria(rows: Sequence[Row]) -> Iterator[str]:
    """Yield a line for each metric; only a pass is ticked."""
    for row in rows:
        tick = "x" if row.verdict is Outcome.PASS else " "
        blocks = ", blocking" if row.blocking else ""
        name, target, now, status = tables.metrics_row(row)
        said = f"{name}: {now} (target {target}{blocks}) {status}"
        yield f"- [{tick}] {markdown(said)}"


def _retrospective(report: FinalReport) -> Iterator[str]:
    yield from _head(report, "Retrospective inputs")
    yield "### What worked\n"
    yield from _bullets(_worked(report), "The records show nothing that was on target throughout.")
    yield "### What did not\n"
    yield from _bullets(_failed(report), "The records show no day off target.")
    for kind, title in ((Kind.DATA, "Figures"), (Kind.TREND, "Trends"), (Kind.LESSON, "Lessons")):
        yield f"### {title}\n"
        yield from _bullets((x.text for x in report.insights if x.kind is kind), "None.")
    yield from write(tables.waivers(report.waivers), "None.", level=3)


def _worked(report: FinalReport) -> Iterator[str]:
    for series in report.history.series:
        judged = [x for x in series.points if x.verdict not in (Outcome.UNKNOWN, Outcome.NOT_DUE)]
        if judged and all(one.judged is Verdict.PASS for one in judged):
            last = judged[-1]
            yield (
                f"{series.name}: on target ({series.target}) on every judged day,"
                f" {len(judged)} of {len(series.points)} recorded; {last.shown} on {last.day}"
            )


def _failed(report: FinalReport) -> Iterator[str]:
    for series in report.history.series:
        if run := longest_run(series):
            yield (
                f"{series.name}: off target ({series.target}) for {len(run)} judged days at a time,"
                f" {run[0].day} ({run[0].shown}) to {run[-1].day} ({run[-1].shown})"
            )
        unknown = [one.day for one in series.points if one.verdict is Outcome.UNKNOWN]
        if unknown:
            days = f"{len(unknown)} of {len(series.points)} recorded days"
            yield f"{series.name}: unknown on {days}, {unknown[0]} to {unknown[-1]}"


def _bullets(texts: Iterator[str], empty: str) -> Iterator[str]:
    written = [f"- {markdown(text)}" for text in texts]
    yield from written or [empty]
    yield ""


FRAGMENTS: dict[str, Callable[[FinalReport], Iterator[str]]] = {
    "status": _status,
    "risks": _risks,
    "checklist": _checklist,
    "retrospective": _retrospective,
}


def render(report: FinalReport, name: str) -> str:
    """Return the fragment of that name."""
    return "\n".join(FRAGMENTS[name](report))
