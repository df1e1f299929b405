"""Records as the series that /metrics had at the time, a sample a minute, for Prometheus' own tool.

Same names, labels and spellings as the live exposition, with the scrape's `job` and `instance`, so
that both are one series.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from prometheus_client import utils

from exporter.bands import Band, find_band
from exporter.exposition.families import Families
from exporter.exposition.gates import add_gate
from exporter.exposition.thresholds import add_thresholds
from exporter.gate.report import Report
from exporter.gate.verdicts import Line
from exporter.model import Sample, Verdict
from exporter.plan import PHASES
from exporter.release import Release
from exporter.schedule import DAY, start_of

Add = Callable[..., None]

# Prometheus keeps the last hours in memory; its tool makes no blocks that reach into them.
HEAD = timedelta(hours=3)
_OF_BANDS = (Verdict.PASS, Verdict.WARN, Verdict.FAIL)
MINUTE = 60


@dataclass(frozen=True, slots=True)
class Stretch:
    """The whole minutes of a day, in seconds since 1970; the end does not belong to it."""

    start: int
    end: int

    @classmethod
    def of(cls, day: date, release: Release, until: datetime) -> "Stretch":
        """Return the day where the release lives, as far as it is over at `until`."""
        start, end = (start_of(one, release.plan.zone) for one in (day, day + DAY))
        return cls(int(start.timestamp()), int(min(end, until).timestamp()))


@dataclass(slots=True)
class _Family:
    help: str
    series: dict[str, list[tuple[Stretch, str]]] = field(default_factory=dict)


class History:
    """The series of many days, by family and labels, in the order in which they came."""

    def __init__(self, job: str, instance: str) -> None:
        """`job` and `instance` are those that the scrape gives every series."""
        self._added = {"job": job, "instance": instance}
        self._families: dict[str, _Family] = {}

    def add(self, stretch: Stretch, families: Families) -> None:
        """Add what a release said throughout a stretch; its stretches come in their order."""
        for family in families:
            kept = self._families.setdefault(family.name, _Family(family.documentation))
            for sample in family.samples:
                series = _series(sample.name, sample.labels | self._added)
                kept.series.setdefault(series, []).append((stretch, _number(sample.value)))

    def render(self) -> Iterator[str]:
        """Yield the lines, a series' samples together and in their order, and `# EOF`."""
        for name, family in self._families.items():
            yield f"# HELP {name} {_escaped(family.help)}\n# TYPE {name} gauge\n"
            for series, stretches in family.series.items():
                for stretch, value in stretches:
                    times = range(stretch.start, stretch.end, MINUTE)
                    yield "".join(f"{series} {value} {time}\n" for time in times)
        yield "# EOF\n"


def families_of(report: Report, release: Release, others: Iterable[Sample]) -> Families:
    """Return the series of a record; `others` are samples of its day without a verdict."""
    families = Families()
    identity = {"project": report.project, "release": report.release}

    def add(name: str, help_text: str, value: float, kind: str = "gauge", **labels: str) -> None:
        families.add(name, help_text, identity | labels, value, kind)

    for line in report.verdicts:
        for fact in line.facts:
            add(fact.gauge, f"History of {line.title}.", fact.value, **fact.labels)
        _verdict(add, line)
        add_thresholds(add, _bands(release, line), _labels(line))
    for phase in PHASES if report.phase else ():
        add("release_phase", "Phase.", phase.value == report.phase, phase=phase.value)
    # A waiver's expiry is of today's release file, which need not know the metric any more.
    add_gate(add, release, replace(report, waivers=()))
    for sample in others:
        add(sample.gauge, "History.", sample.value, **dict(sample.labels))
    return families


def agrees(report: Report, samples: Iterable[Sample]) -> bool:
    """Tell whether samples say the same as the record wherever both say something."""
    said = {(one.gauge, one.labels): one.value for one in samples}
    facts = (fact.sample() for line in report.verdicts for fact in line.facts)
    return all(said.get((one.gauge, one.labels), one.value) == one.value for one in facts)


def _bands(release: Release, line: Line) -> tuple[Band, ...]:
    """Return the release's bands of today where the record was judged by the like, else none.

    A record has the target and the verdict, not the bands.
    """
    for metric in release.metrics:
        for series in metric.judged:
            if metric.key(series) == line.key and metric.target_value(series) == line.target_value:
                band = None if line.value is None else find_band(series.bands, line.value)
                told = line.judged in _OF_BANDS
                return series.bands if not told or (band and band.verdict is line.judged) else ()
    return ()


def _labels(line: Line) -> dict[str, str]:
    return {"metric": line.metric} | (line.labels if line.key != line.metric else {})


def _verdict(add: Add, line: Line) -> None:
    labels = _labels(line)
    for verdict in Verdict:
        value = line.judged is verdict
        add("release_metric_verdict", "Verdict.", value, verdict=verdict.value, **labels)
    add("release_metric_due", "Whether the verdict counts.", line.due, **labels)
    add("release_metric_target", "Bound of the target.", line.target_value, **labels)
    if line.n is not None:
        add("release_metric_observations", "Observations.", line.n, **labels)


def _series(name: str, labels: Mapping[str, str]) -> str:
    pairs = ",".join(f'{key}="{_escaped(text)}"' for key, text in sorted(labels.items()))
    return f"{name}{{{pairs}}}"


def _number(value: float) -> str:
    text: str = utils.floatToGoString(value)  # type: ignore[no-untyped-call]  # has no types
    return text


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
