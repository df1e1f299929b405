"""What other lines would have said on past days, day by day."""

from collections.abc import Iterator, Sequence

from exporter.gate.report import Report
from exporter.gate.verdicts import word
from exporter.inert import plain
from exporter.output.columns import columns


def render_backtest(pairs: Sequence[tuple[Report, Report]], proposal: str) -> str:
    """Return a row a day, what was decided and what would have been, above what differs."""
    head = ("DAY", "RELEASE", "DECIDED", "WOULD BE")
    rows = columns([head, *(_row(was, proposed) for was, proposed in pairs)])
    lines = rows[:1]
    for row, (was, proposed) in zip(rows[1:], pairs, strict=True):
        lines += [row, *(f"  {plain(one)}" for one in (*_changes(was, proposed), *was.problems))]
    changed = sum(was.decision is not proposed.decision for was, proposed in pairs)
    summary = f"{changed} of {len(pairs)} days would have been decided otherwise by {proposal}"
    return "\n".join([*lines, plain(summary)]) + "\n"


def _row(was: Report, proposed: Report) -> tuple[str, str, str, str]:
    return str(was.day), was.name, was.decision, proposed.decision


def _changes(was: Report, proposed: Report) -> Iterator[str]:
    before = {line.key: line for line in was.verdicts}
    for line in proposed.verdicts:
        old = before.pop(line.key, None)
        if old is None:
            yield f"{line.key}: new, {word(line)}"
        elif word(old) != word(line):
            yield f"{line.key}: {word(old)} would be {word(line)} ({line.reason})"
    yield from (f"{key}: no longer judged" for key in before)
