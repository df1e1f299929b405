"""Releases whose values lie in each band, fail, are stale or waived: as an exporter tells them."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import generate_latest

from exporter.bands import OTHERWISE, Band, at_least, find_band, target_range
from exporter.catalog import CATALOG, Judged, Metric
from exporter.dashboards import verdicts
from exporter.exposition.publisher import ViewCollector
from exporter.freshness import Limits, SourceState
from exporter.model import ErrorClass, Reading, Sample, Tier, Verdict
from exporter.release import Release, Waiver
from exporter.units import SHARE
from exporter.view import ReleaseView, View
from tests.releases import BEST, plan_of, release_of

# After the beta and a week after the publication: everything is due.
NOW = datetime(2026, 2, 5, 20, 0, tzinfo=UTC)
LIMITS = Limits(timedelta(hours=26))
# Would be rounded onto the bound where one digit of a percentage is shown.
NEAR = (-0.0004, 0.0004)
OWN = Metric(
    id="X-1",
    title="Crash-free sessions",
    gauge="release_crash_free_ratio",
    help="Share of sessions without a crash.",
    source="own_crash_free_ratio",
    unit=SHARE,
    tier=Tier.PROCESS,
    due=CATALOG[0].due,
    judged=(
        Judged(
            "Crash-free sessions",
            (Band(at_least(0.99), Verdict.PASS, "good"), Band(OTHERWISE, Verdict.FAIL, "poor")),
        ),
    ),
)


@dataclass(frozen=True)
class Case:
    """A release in which one verdict's value lies in one band."""

    metric: Metric
    series: Judged
    band: Band
    value: float

    @property
    def near(self) -> bool:
        bounds = {bound + step for bound in target_range(self.series.bands).bounds for step in NEAR}
        return self.metric.unit is SHARE and self.value in bounds

    @property
    def name(self) -> str:
        return f"{self.metric.key(self.series)} {self.value!r}"


def cases() -> Iterator[Case]:
    """Yield a value for each side of each bound of each metric, and the bounds themselves."""
    for metric in CATALOG:
        for series in metric.judged:
            bounds = {bound for band in series.bands for bound in band.range.bounds}
            sides = {math.nextafter(bound, end) for bound in bounds for end in (-1e9, 1e9)}
            for value in sorted(
                bounds | sides | {bound + step for bound in bounds for step in NEAR}
            ):
                if value >= metric.unit.low and value <= metric.unit.high:
                    band = find_band(series.bands, value)
                    assert band is not None
                    yield Case(metric, series, band, value)


CASES = list(cases())

SIGNS = {
    Verdict.PASS: verdicts.PASS,
    Verdict.WARN: verdicts.WARN,
    Verdict.FAIL: verdicts.FAIL,
}


Changed = Mapping[tuple[str, tuple[tuple[str, str], ...]], float]


def states(changed: Changed = MappingProxyType({})) -> dict[str, SourceState]:
    """Return every source read well just now: the best values but for those changed, by series."""
    by_source: dict[str, list[Sample]] = {}
    for source, gauge, value, labels in BEST:
        judged = () if gauge == "release_first_week_downloads" else labels
        now = changed.get((gauge, judged), value)
        by_source.setdefault(source, []).append(Sample(gauge, now, labels, 100, NOW))
    return {source: read(samples) for source, samples in by_source.items()}


def read(samples: list[Sample]) -> SourceState:
    return SourceState(LIMITS, Reading.of(samples, read=10, facts_from=NOW), NOW, NOW, 0.1)


def failing() -> dict[str, SourceState]:
    """Return every source failing since the start."""
    error = (ErrorClass.UNREADABLE, "nothing could be read")
    return {
        source: SourceState(LIMITS, attempted=NOW, error=error, errors={ErrorClass.UNREADABLE: 1})
        for source in {source for source, *_ in BEST}
    }


def stale() -> dict[str, SourceState]:
    """Return every source with values that are too old to be believed."""
    old = NOW - timedelta(days=30)
    return {name: replace(one, succeeded=old) for name, one in states().items()}


def named(name: str, project: str = "caro", **changes: Any) -> Release:
    return replace(release_of(plan_of()), name=name, project=project, **changes)


def served() -> View:
    """Return all releases of the test."""
    own = read([Sample(OWN.gauge, 0.42, (), 100, NOW)])
    waiver = Waiver("QM-2", "known", "https://example.com", "lead", date(2099, 1, 1))
    low = states({("release_command_success_ratio", ()): 0.75})
    views = [
        *(
            ReleaseView(named(one.name), states({(one.metric.gauge, one.series.labels): one.value}))
            for one in CASES
        ),
        ReleaseView(named("good"), states()),
        ReleaseView(named("failing"), failing()),
        ReleaseView(named("stale"), stale()),
        ReleaseView(named("waived", waivers=(waiver,)), low),
        ReleaseView(named("own", metrics=(*CATALOG, OWN)), states() | {OWN.source: own}),
        ReleaseView(named("same", "one"), states({("release_test_pass_ratio", ()): 0.5})),
        ReleaseView(named("same", "two"), states()),
    ]
    return View(tuple(views), {"release.yaml": True}, loaded=True, reloaded=NOW)


def exposed(view: View, now: datetime = NOW) -> str:
    registry = CollectorRegistry()
    registry.register(ViewCollector(lambda: view, lambda: now))
    return generate_latest(registry).decode()
