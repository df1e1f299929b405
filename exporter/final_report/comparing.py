"""Two releases beside one another: the report's own and the one before it."""

from collections.abc import Mapping, Sequence

from exporter.digest.changes import difference, name_of
from exporter.final_report.figures import ComparedRow, Comparison, Row
from exporter.final_report.history import Kept
from exporter.final_report.scoring import score_of
from exporter.final_report.sections import actual, sections_of
from exporter.gate.report import Report
from exporter.gate.verdicts import Line, word

NONE = "there are no records of another release of this project from before this one"


def previous(
    report: Report, kept: Mapping[tuple[str, str], Kept], wanted: str | None = None
) -> Report | None:
    """Return the last record of the newest other release of the project, or of the named one.

    One that began after this one did is not before it, though it may have records already.
    """
    mine = kept.get((report.project, report.release), Kept())
    begun = min([report.day, *(one.day for one in mine.reports)])
    others = [
        one.reports
        for (project, release), one in kept.items()
        if project == report.project and release != report.release and one.reports
    ]
    if wanted is not None:
        others = [one for one in others if one[0].release == wanted]
    else:
        others = [one for one in others if one[0].day < begun]
    newest = max(others, key=lambda one: (one[-1].day, one[-1].release), default=None)
    return newest[-1] if newest else None


def compare(report: Report, rows: Sequence[Row], before: Report | None) -> Comparison:
    """Return both releases' values beside one another."""
    if before is None:
        return Comparison("", None, None, "", (), NONE)
    old = [row for section in sections_of(before) for row in section.rows]
    return Comparison(
        release=before.release,
        day=before.day,
        decision=before.decision,
        score=score_of(before, old).shown,
        rows=tuple(_row(row, report.line(row.key), before.line(row.key)) for row in rows),
        why="",
    )


def _row(row: Row, line: Line | None, old: Line | None) -> ComparedRow:
    return ComparedRow(
        name=row.name,
        key=row.key,
        previous=actual(old) if old else "not judged",
        previous_verdict=word(old) if old else "",
        now=row.actual,
        now_verdict=word(line) if line else row.verdict.value,
        change=_change(line, old),
    )


def _change(line: Line | None, old: Line | None) -> str:
    if line is None or old is None or line.value is None or old.value is None:
        return "cannot be told"
    # A mean and the age of the oldest open bug, or two units, are not compared.
    if name_of(line) != name_of(old) or line.unit != old.unit:
        return "not comparable"
    return difference(line.unit, old.value, line.value)
