"""What is judged how in which releases: the catalog's way, and each other way beside it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

from exporter.alerting.promql import identity, select
from exporter.bands import Interval
from exporter.catalog import CATALOG, Judged, Metric
from exporter.model import Labels
from exporter.release import Release

Id = tuple[str, str]

_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Scope:
    """The releases that a rule is about: `only` these, or all `but` these."""

    only: tuple[Id, ...] = ()
    but: tuple[Id, ...] = ()

    def select(self, name: str, labels: Labels = ()) -> str:
        """Return the series of that name in the scope."""
        if self.only:
            return _any(select(name, (*labels, *identity(*one))) for one in self.only)
        if self.but:
            others = _any(select(name, (*labels, *identity(*one))) for one in self.but)
            return f"({select(name, labels)} unless {others})"
        return select(name, labels)


EVERYWHERE = Scope()


def _any(selectors: Iterable[str]) -> str:
    terms = list(selectors)
    return terms[0] if len(terms) == 1 else f"({' or '.join(terms)})"


@dataclass(frozen=True, slots=True)
class Definition:
    """One judged series, the observations that its verdict needs, and where that holds."""

    metric: Metric
    series: Judged
    minimum_n: int = 1
    scope: Scope = EVERYWHERE

    @property
    def key(self) -> str:
        """What names the verdict: `QM-2`, or `PM-5/P0`."""
        return self.metric.key(self.series)

    @property
    def labels(self) -> Labels:
        """The labels of its alerts beside project and release: `metric`, of several `priority`."""
        several = self.series.labels if len(self.metric.judged) > 1 else ()
        return (("metric", self.metric.id), *several)


def definitions(releases: Iterable[Release]) -> list[Definition]:
    """Return the catalog's definitions first, each without the releases that have another."""
    releases = list(releases)
    usual = {_text(metric, series, 1): (metric, series) for metric, series in _judged(CATALOG)}
    keys = {metric.key(series): text for text, (metric, series) in usual.items()}
    deviating: dict[str, list[Id]] = {}
    others: dict[str, tuple[Metric, Judged, int, list[Id]]] = {}
    for release in releases:
        for metric, series in _judged(release.metrics):
            key = metric.key(series)
            least = release.minimum_n.get(key, 1)
            text = _text(metric, series, least)
            if text in usual:
                continue
            if key in keys:
                deviating.setdefault(keys[key], []).append(release.id)
            others.setdefault(text, (metric, series, least, []))[3].append(release.id)
    default = [
        Definition(metric, series, 1, Scope(but=tuple(sorted(deviating.get(text, ())))))
        for text, (metric, series) in usual.items()
    ]
    return default + [
        Definition(metric, series, least, Scope(only=tuple(sorted(ids))))
        for metric, series, least, ids in others.values()
    ]


def fingerprint(metrics: Iterable[Metric], minimum_n: Mapping[str, int]) -> str:
    """Return the hash of everything that a release's rules derive from."""
    texts = sorted(
        _text(metric, series, minimum_n.get(metric.key(series), 1))
        for metric, series in _judged(metrics)
    )
    return sha256("\n".join(texts).encode()).hexdigest()[:_DIGITS]


def _judged(metrics: Iterable[Metric]) -> Iterator[tuple[Metric, Judged]]:
    return ((metric, series) for metric in metrics for series in metric.judged)


def _text(metric: Metric, series: Judged, least: int) -> str:
    """Return what rules derive from: two that agree in it have the same rules."""
    bands = [(*_text_of(one.range), one.verdict, one.text, one.target) for one in series.bands]
    own = (metric.id, metric.gauge, metric.source, metric.unit.name, series.title)
    return json.dumps((*own, series.labels, series.worst, bands, least))


def _text_of(range_: Interval) -> tuple[str, bool, str, bool]:
    # JSON has no infinity.
    return str(range_.low), range_.low_in, str(range_.high), range_.high_in
