"""The report as of a past moment, from the gauges that Prometheus has kept.

The release file's plan and bands judge them. The exporter withdraws what may not be believed, so
that a missing series is unknown; of what had nothing to judge it said that it was not due.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import isfinite, nan

from exporter.catalog import Judged, Metric
from exporter.freshness import Limits, SourceState
from exporter.gate.report import Report, SourceLine, SourceWord, cannot_tell
from exporter.gate.reporting import SINCE, report_of
from exporter.model import Inapplicable, Labels, Reading, Sample, SourceError
from exporter.release import Release
from exporter.upstream.prometheus import Result, query
from exporter.view import ReleaseView

SECONDS = 30.0

DUE = "release_metric_due"
N = "release_metric_observations"
OBSERVED = "release_metric_observed_timestamp_seconds"
UP = "release_source_up"
SUCCEEDED = "release_source_last_success_timestamp_seconds"
READ = "release_source_items_read"
ABOUT = (DUE, N, OBSERVED, UP, SUCCEEDED, READ, SINCE)

# What Prometheus adds to whatever it scrapes, or what names the release.
ADDED = frozenset({"__name__", "project", "release", "job", "instance"})

# What answers was acceptable at that moment.
BELIEVED = Limits(timedelta(days=1))

Values = Mapping[str, Sequence[tuple[dict[str, str], float]]]


@dataclass(frozen=True, slots=True)
class Kept:
    """What Prometheus has of one release at one moment: values by series, and its warnings."""

    values: Values
    warned: bool = False


def read_prometheus(url: str, release: Release, at: datetime, secret: str = "") -> Report:
    """Return the report of that moment; what cannot be asked cannot be told."""
    try:
        result = query(url, expression(release), seconds=SECONDS, secret=secret, at=at)
    except SourceError as error:
        named = {"project": release.project, "release": release.name}
        return cannot_tell(release.file, [f"Prometheus: {error}"], at, **named)
    return measure(kept(result), release, at)


def expression(release: Release) -> str:
    """Return the query for everything that the gate needs of a release."""
    gauges = {gauge for metric in release.metrics for gauge in _gauges(metric)}
    names = "|".join(sorted(gauges | set(ABOUT)))
    return f'{{__name__=~"{names}",project="{release.project}",release="{release.name}"}}'


def kept(result: Result) -> Kept:
    """Return the values by name; what is no number is NaN."""
    values: dict[str, list[tuple[dict[str, str], float]]] = {}
    for point, labels in zip(result.points, result.labels, strict=True):
        own = {key: text for key, text in labels.items() if key not in ADDED}
        name, value = labels.get("__name__", ""), _number(point.text) if point else nan
        values.setdefault(name, []).append((own, value))
    return Kept(values, result.warned)


def measure(found: Kept, release: Release, at: datetime) -> Report:
    """Return the report that the release file makes of these values."""
    values = found.values
    missing = f"Prometheus has no value of {at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    states: dict[str, SourceState] = {}
    for source in sorted({metric.source for metric in release.metrics}):
        mine = [metric for metric in release.metrics if metric.source == source]
        since = _since(values, at) if source == "telemetry" else ()
        reading = Reading(
            samples=(*(one for metric in mine for one in _samples(metric, values, at)), *since),
            inapplicable=tuple(one for metric in mine for one in _inapplicable(metric, values)),
            withheld={one.gauge: missing for one in mine},
        )
        states[source] = SourceState(BELIEVED, reading, succeeded=at, attempted=at)
    warning = ("Prometheus warned that its answer may not be whole",) if found.warned else ()
    report = report_of(ReleaseView(release, states, warning), at)
    return replace(report, sources=tuple(_sources(values)))


def _gauges(metric: Metric) -> Iterator[str]:
    yield metric.gauge
    yield from (series.worst for series in metric.judged if series.worst)


def _samples(metric: Metric, values: Values, at: datetime) -> Iterator[Sample]:
    found = [
        (gauge, labels, value)
        for gauge in sorted(set(_gauges(metric)))
        for labels, value in values.get(gauge, ())
    ]
    # As no source may, Prometheus may not say what cannot be; half of a metric is none.
    if all(isfinite(x) and metric.unit.low <= x <= metric.unit.high for _, _, x in found):
        for gauge, labels, value in found:
            yield _sample(metric, gauge, labels, value, values, at)


def _sample(
    metric: Metric, gauge: str, labels: dict[str, str], value: float, values: Values, at: datetime
) -> Sample:
    where = tuple(sorted(labels.items()))
    about = _about(metric, where)
    n = min(_of(values, N, about), default=None)
    seconds = min(_of(values, OBSERVED, about), default=None)
    return Sample(
        gauge,
        value,
        where,
        None if n is None else int(n),
        None if seconds is None else min(at, _moment(seconds)),
        f"as Prometheus has it of {at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC",
    )


def _about(metric: Metric, labels: Labels) -> dict[str, str]:
    """Return the labels of the series about a verdict, whose own gauge has these labels."""
    for series in metric.judged:
        if set(series.labels) <= set(labels):
            return _of_series(metric, series)
    return {"metric": metric.id}


def _of_series(metric: Metric, series: Judged) -> dict[str, str]:
    return {"metric": metric.id} | (dict(series.labels) if len(metric.judged) > 1 else {})


def _of(values: Values, name: str, labels: Mapping[str, str]) -> Iterable[float]:
    found = (value for own, value in values.get(name, ()) if labels.items() <= own.items())
    return [value for value in found if isfinite(value)]


def _inapplicable(metric: Metric, values: Values) -> Iterator[Inapplicable]:
    for series in metric.judged:
        due = list(_of(values, DUE, _of_series(metric, series)))
        # What blocks is not excused by a word: the exporter may have had another due phase.
        if due and not any(due) and not any(band.blocks for band in series.bands):
            reason = f"nothing to judge: {DUE} was 0"
            yield Inapplicable(metric.gauge, series.labels, reason)


def _since(values: Values, at: datetime) -> Iterator[Sample]:
    for labels, value in values.get(SINCE, ()):
        day = _moment(value).date()
        evidence = f"violations are counted since {day}"
        yield Sample(SINCE, value, tuple(sorted(labels.items())), None, at, evidence)


def _sources(values: Values) -> Iterator[SourceLine]:
    for labels, up in sorted(values.get(UP, ()), key=lambda one: sorted(one[0].items())):
        name = labels.get("source", "")
        succeeded = [_moment(x) for x in _of(values, SUCCEEDED, {"source": name})]
        read = min(_of(values, READ, {"source": name}), default=None)
        yield SourceLine(
            name=name,
            state=SourceWord.OK if up else SourceWord.FAILING,
            why="" if up else f"{UP} was 0",
            error=None,
            succeeded=min(succeeded, default=None),
            facts_from=None,
            read=None if read is None else int(read),
            rejected={},
            rejections=(),
            findings=(),
        )


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return nan


def _moment(seconds: float) -> datetime:
    """Return the moment, within the years that a calendar knows."""
    return datetime.fromtimestamp(min(max(seconds, 0.0), 4e9), UTC)
