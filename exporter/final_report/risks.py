"""What metrics off their target mean for the risk register."""

from collections.abc import Iterator, Sequence

from exporter.digest.changes import difference
from exporter.final_report.figures import History, Risk, Row, Series
from exporter.gate.verdicts import Outcome
from exporter.gate.waivers import WaiverLine, WaiverState
from exporter.model import Verdict

# Metrics below target raise the likelihood of what they stand for.
LIKELIHOOD = {
    Verdict.FAIL: "raise to high",
    Verdict.WARN: "raise by one step",
    Verdict.UNKNOWN: "raise by one step: it cannot be told",
}
BLOCKS = "blocks the release"


def risks_of(
    rows: Sequence[Row], history: History, waivers: Sequence[WaiverLine]
) -> tuple[Risk, ...]:
    """Return a risk for each due verdict that is no pass, the most likely first."""
    found = [row for row in rows if row.judged in LIKELIHOOD]
    found.sort(key=lambda row: (tuple(LIKELIHOOD).index(row.judged), not row.blocking))
    return tuple(_risk(row, history.of(row.key), waivers) for row in found)


def trend(series: Series | None) -> str:
    """Return how the value moved since the record before the last: trends tell of mitigation."""
    known = series.known if series else ()
    if series is None or len(known) < 2:  # noqa: PLR2004 - it takes two to tell
        return "unknown: fewer than two recorded values"
    last, before = known[-1], known[-2]
    if last is not series.points[-1]:
        return f"unknown: last known {last.shown} on {last.day}"
    by = difference(series.unit, before.value or 0.0, last.value or 0.0)
    return f"{by} since {before.day} ({before.shown})"


def _risk(row: Row, series: Series | None, waivers: Sequence[WaiverLine]) -> Risk:
    return Risk(
        key=row.key,
        name=row.name,
        state=f"{row.actual} (target {row.target}), {row.status}",
        likelihood=LIKELIHOOD[row.judged],
        impact=BLOCKS if row.blocking else f"{row.tier.value} tier",
        trend=trend(series),
        response="; ".join(_responses(row, waivers)),
    )


def _responses(row: Row, waivers: Sequence[WaiverLine]) -> Iterator[str]:
    if row.verdict is Outcome.UNKNOWN:
        yield "get the data; what is unknown can be neither passed nor waived"
    else:
        yield row.reason
    for one in waivers:
        if one.metric == row.key and one.state is WaiverState.APPLIED:
            yield f"waived until {one.expires} by {one.owner}: {one.reason}"
