"""Which of two records of one day is kept.

A record is replaced by one that is at least as late and

- knows at least as many due verdicts, or
- says that something fails of which the old one did not: bad news is never dropped;

and by an earlier one only if that knows more. What was looked at is kept against what was
recomputed, unless that knows more.
"""

from exporter.gate.report import Report
from exporter.gate.verdicts import Line, Outcome
from exporter.model import Verdict
from exporter.records.marks import is_recomputed


def replaces(new: Report, old: Report | None) -> bool:
    """Tell whether the new record of a day is kept instead of the old one."""
    if old is None or (new.project, new.release, new.day) != (old.project, old.release, old.day):
        return True
    if known(new) != known(old):
        return known(new) > known(old) or (_later(new, old) and bool(_fails(new) - _fails(old)))
    if is_recomputed(new) != is_recomputed(old):
        return is_recomputed(old)
    return _later(new, old)


def known(report: Report) -> int:
    """Return how many due verdicts are known."""
    return sum(line.due and line.verdict is not Outcome.UNKNOWN for line in report.verdicts)


def _later(new: Report, old: Report) -> bool:
    # What is recomputed has no moment of its own beside what was looked at.
    return new.time >= old.time and (is_recomputed(old) or not is_recomputed(new))


def _fails(report: Report) -> set[str]:
    return {line.key for line in report.verdicts if _bad(line)}


def _bad(line: Line) -> bool:
    return line.due and line.judged is Verdict.FAIL
