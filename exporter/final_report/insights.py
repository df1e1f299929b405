"""Key insights: sentences that the records bear out, with their figures and days."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from exporter.digest.changes import difference
from exporter.final_report.figures import History, Insight, Kind, Point, Row, Series, Source
from exporter.gate.verdicts import Outcome
from exporter.model import Verdict

# Of many alike, the first say enough; the tables have all.
MOST = 5

OFF = (Verdict.WARN, Verdict.FAIL)
JUDGED = (Verdict.PASS, *OFF)


def insights_of(history: History, rows: Sequence[Row]) -> tuple[Insight, ...]:
    """Return every insight, those from data first, the lessons last."""
    found = [one for find in FINDERS for one in find(history, rows)]
    return tuple(sorted(found, key=lambda one: tuple(Kind).index(one.kind)))


def _largest_change(history: History, _rows: Sequence[Row]) -> Iterator[Insight]:
    """Yield the metric whose first and last value differ most, as a share of the larger one."""
    changed = [one for one in history.series if len(one.known) > 1 and _change(one)]
    if not changed:
        yield _without("No metric has two different values on two recorded days", history)
        return
    most, *others = sorted(changed, key=_change, reverse=True)[:3]
    share = f"{_change(most):.0%} of the larger of the two"
    yield _changed(f"Largest change, {share}: {_told(most)}", [most])
    if others:
        yield _changed(f"Next largest: {'; '.join(map(_told, others))}", others)


def _changed(text: str, series: Sequence[Series]) -> Insight:
    days = {one.known[at].day for one in series for at in (0, -1)}
    return Insight(Kind.DATA, text, tuple(one.key for one in series), tuple(sorted(days)))


def _told(series: Series) -> str:
    first, last = series.known[0], series.known[-1]
    by = difference(series.unit, first.value or 0.0, last.value or 0.0)
    return f"{series.name} from {first.shown} on {first.day} to {last.shown} on {last.day} ({by})"


def _change(series: Series) -> float:
    first, last = series.known[0].value or 0.0, series.known[-1].value or 0.0
    return abs(last - first) / max(abs(first), abs(last), 1e-300)


def _longest_off(history: History, _rows: Sequence[Row]) -> Iterator[Insight]:
    """Yield the longest run of days off target; only a pass ends one, an unknown day does not."""
    runs = [(one, run) for one in history.series if (run := longest_run(one))]
    if not runs:
        yield _without("No metric was out of its target on a day on which it was judged", history)
        return
    series, run = max(runs, key=lambda pair: len(pair[1]))
    first, last = run[0], run[-1]
    still = ", and still is" if last is _judged(series)[-1] else ""
    text = (
        f"Longest out of target: {series.name} ({series.target}), {_days(len(run))} from"
        f" {first.day} ({first.shown}) to {last.day} ({last.shown}){still}"
    )
    yield Insight(Kind.DATA, text, (series.key,), tuple(one.day for one in run))


def longest_run(series: Series) -> list[Point]:
    """Return the longest run of days that warned or failed without a pass between."""
    runs = [
        list(group) for off, group in groupby(_judged(series), lambda x: x.judged in OFF) if off
    ]
    return max(runs, key=len, default=[])


def _judged(series: Series) -> list[Point]:
    return [one for one in series.points if one.judged in JUDGED]


def _first_on_target(history: History, _rows: Sequence[Row]) -> Iterator[Insight]:
    late = [one for one in history.series if _judged(one) and _judged(one)[0].judged in OFF]
    for series in late[:MOST]:
        yield _arrival(series)
    always = [one for one in history.series if _judged(one) and one not in late]
    if always and not late:
        yield _without("Every metric was on target on the first day it was judged", history)


def _arrival(series: Series) -> Insight:
    judged = _judged(series)
    start = judged[0]
    reached = next((one for one in judged if one.judged is Verdict.PASS), None)
    begun = f"{start.shown} on {start.day}"
    if reached is None:
        last = judged[-1]
        text = f"{series.name} was on target ({series.target}) on none of {_days(len(judged))}"
        text += f" judged: {begun}" + f", {last.shown} on {last.day}" * (last is not start)
        return Insight(Kind.TREND, text, (series.key,), tuple(one.day for one in judged))
    text = (
        f"{series.name} was first on target ({series.target}) on {reached.day} with"
        f" {reached.shown}, after {begun}"
    )
    return Insight(Kind.TREND, text, (series.key,), (start.day, reached.day))


def _decisions(history: History, _rows: Sequence[Row]) -> Iterator[Insight]:
    """Yield how the gate's decision went over the days that have one."""
    decided = [one for one in history.days if one.decision is not None]
    parts = []
    for decision, group in groupby(decided, lambda one: one.decision):
        days = [one.day for one in group]
        span = f"on {days[0]}" if len(days) == 1 else f"from {days[0]} to {days[-1]}"
        parts.append(f"{decision} {span}")
    shown = [*parts[:1], "…", *parts[-MOST:]] if len(parts) > MOST + 1 else parts
    text = f"The gate's decision: {', '.join(shown)}"
    yield Insight(Kind.TREND, text, (), tuple(one.day for one in decided))


def _gaps(history: History, _rows: Sequence[Row]) -> Iterator[Insight]:
    """Yield what the records do not know: it is no good news."""
    without = [one for one in history.days if one.source in (Source.MISSING, Source.UNREADABLE)]
    if without:
        text = f"No record that can be read on {len(without)} of {_days(len(history.days))}"
        yield Insight(Kind.DATA, text, (), tuple(one.day for one in without))
    recorded = [one.day for one in history.days if one not in without]
    thin = [one for one in history.series if len(one.known) < len(recorded)]
    if thin and len(recorded) > 1:
        least = sorted(thin, key=lambda one: len(one.known))[:MOST]
        parts = ", ".join(f"{one.name} on {len(one.known)}" for one in least)
        text = (
            f"Least is known of what has a value on few of {len(recorded)} recorded days: {parts}"
        )
        yield Insight(Kind.DATA, text, tuple(one.key for one in least), tuple(recorded))


def _lessons(history: History, rows: Sequence[Row]) -> Iterator[Insight]:
    """Yield what ends off target or unknown, with the band's own sentence."""
    today = history.days[-1].day
    open_ends = [row for row in rows if row.judged in OFF or row.verdict is Outcome.UNKNOWN]
    for row in open_ends:
        text = f"{row.name} ends at {row.actual} (target {row.target}), {row.status}"
        yield Insight(Kind.LESSON, text, (row.key,), (today,))
    if not open_ends:
        yield Insight(Kind.LESSON, "No metric that is due ends off its target", (), (today,))


FINDERS: tuple[Callable[[History, Sequence[Row]], Iterator[Insight]], ...] = (
    _largest_change,
    _longest_off,
    _gaps,
    _first_on_target,
    _decisions,
    _lessons,
)


def _without(text: str, history: History) -> Insight:
    days = tuple(one.day for one in history.days if one.decision is not None)
    kind = Kind.TREND if text.startswith("Every") else Kind.DATA
    span = f" (recorded: {_days(len(days))}, {days[0]} to {days[-1]})"
    return Insight(kind, text + span, (), days)


def _days(count: int) -> str:
    return f"{count} day" if count == 1 else f"{count} days"
