"""The judge and the rules agree: on random values, on every bound and on its neighbours.

AGREEMENT=2100 .venv/bin/pytest tests/alerting/test_agreement.py     # the full count; 2 minutes
"""

import os
import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from math import inf, nextafter
from pathlib import Path

import pytest

from exporter.catalog import CATALOG, Judged, Metric
from exporter.freshness import Limits, SourceState
from exporter.judge import judge
from exporter.model import Reading, Sample, Verdict
from exporter.plan import Plan
from tests.alerting.promtool import METRIC_RULES, Check, Scene, exporter, run, series
from tests.releases import NOW, release_of

pytestmark = pytest.mark.live

COUNT = int(os.environ.get("AGREEMENT", "120"))
LATER = NOW + timedelta(days=20)
SEVERITY = {Verdict.FAIL: "critical", Verdict.WARN: "warning"}
# Releases a scene: promtool's queries take 10,000 samples at most.
LARGEST = 150
# What waits longest has fired by then.
MINUTE = 12


def values(metric: Metric, one: Judged, rng: random.Random) -> Iterator[float]:
    """Yield every bound with its neighbours, then random values near and far from them."""
    bounds = sorted({bound for band in one.bands for bound in band.range.bounds})
    for bound in bounds:
        yield from (bound, nextafter(bound, -inf), nextafter(bound, inf))
    spread = max(abs(bound) for bound in bounds) or 1
    low, high = max(metric.unit.low, -4 * spread), min(metric.unit.high, 4 * spread)
    while True:
        yield rng.uniform(low, high)
        yield rng.choice(bounds) * (1 + rng.gauss(0, 1e-9))
        yield rng.choice(bounds) + rng.gauss(0, spread / 10)
        yield float(rng.randint(int(low), int(high)))


def samples(rng: random.Random) -> Iterator[tuple[Metric, Iterator[Sample]]]:
    """Yield every judged gauge with an endless row of samples."""
    for metric in CATALOG:
        for one in metric.judged:
            for gauge in filter(None, (metric.gauge, one.worst)):
                yield metric, _row(gauge, metric, one, random.Random(rng.random()))


def _row(gauge: str, metric: Metric, one: Judged, rng: random.Random) -> Iterator[Sample]:
    for value in values(metric, one, rng):
        # A mean is always of some; beside a worst case, its own n would not be told.
        n = rng.choice((None, 1, 7) if one.worst else (None, 0, 1, 7, 1000))
        yield Sample(gauge, value, one.labels, n, LATER)


def worst(metric: str, expected: list[dict[str, str]]) -> Check:
    """Return the check that these are the worst alerts of the metric in each release."""
    by = ("release", "metric", "priority", "severity")
    found = {
        severity: f"max by ({', '.join(by)})"
        f' (ALERTS{{alertstate="firing",metric="{metric}",severity="{severity}"}})'
        for severity in SEVERITY.values()
    }
    milder = f"{found['warning']} unless on (release, priority) {found['critical']}"
    return Check(MINUTE, expected, expr=f"{found['critical']} or ({milder})")


def identity(index: int) -> dict[str, str]:
    return {"project": "caro", "release": f"r{index}", "job": "release", "instance": "a:1"}


@pytest.mark.parametrize("start", range(0, COUNT, LARGEST))
def test_the_judge_and_the_rules_agree(plan: Plan, start: int, tmp_path: Path) -> None:
    rows = list(samples(random.Random(start)))
    made, expected = exporter(), defaultdict[str, list[dict[str, str]]](list)
    count = {Verdict.FAIL: 0, Verdict.WARN: 0, Verdict.PASS: 0, Verdict.UNKNOWN: 0}
    for index in range(start, min(start + LARGEST, COUNT)):
        by_source = defaultdict[str, list[Sample]](list)
        for metric, row in rows:
            by_source[metric.source].append(next(row))
        where, limits = identity(index), Limits(timedelta(hours=1))
        made[series("release_info", **where)] = "1x12"
        for sample in (sample for found in by_source.values() for sample in found):
            made[series(sample.gauge, **where, **dict(sample.labels))] = f"{sample.value!r}x12"
        states = {
            source: SourceState(limits, Reading.of(found, read=1), LATER, LATER)
            for source, found in by_source.items()
        }
        for one in judge(release_of(plan), states, LATER):
            assert one.due
            several = dict(one.series.labels) if len(one.metric.judged) > 1 else {}
            verdict = {"metric": one.metric.id, **several}
            made[series("release_metric_due", **where, **verdict)] = "1x12"
            if one.sample and one.sample.n is not None:
                n = series("release_metric_observations", **where, **verdict)
                made[n] = f"{one.sample.n}x12"
            count[one.verdict] += 1
            if one.verdict in SEVERITY:
                labels = {"release": where["release"], "severity": SEVERITY[one.verdict]}
                expected[one.metric.id].append(verdict | labels)
    checks = [worst(metric.id, expected[metric.id]) for metric in CATALOG]
    assert all(count.values())
    assert run(tmp_path, [Scene("agreement", made, checks)], METRIC_RULES, every="2m") == ""
