"""Bands, due phases and own metrics of a release file, turned into catalog entries."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from math import inf, nextafter

from exporter.bands import (
    OTHERWISE,
    Band,
    Interval,
    above,
    at_least,
    at_most,
    below,
    check_bands,
    find_band,
    within,
)
from exporter.catalog import BETA_OVER, CATALOG, Due, Judged, Metric
from exporter.config.mistakes import unknown
from exporter.config.release_file import BandEntry, OwnMetric, ReleaseFile
from exporter.model import Tier, UserError
from exporter.plan import DAY, PHASES, Phase
from exporter.series import SUPPORTING
from exporter.units import UNITS, Unit

PRIVACY = "QM-3"
NO_GRACE = timedelta()

CONDITIONS: Mapping[str, Callable[[float], Interval]] = {
    "at_least": at_least,
    "above": above,
    "at_most": at_most,
    "below": below,
    "within": within,
}

# Series of the exporter itself: an own metric of such a name would stand between them.
RESERVED = re.compile(
    r"release_(info|phase|beta_day|(metric|source|config|exporter|upstream|gate|waiver|rules)_.*)"
)

# What Prometheus' formats append to counters, histograms and infos; own metrics are gauges.
SUFFIXES = ("_total", "_bucket", "_count", "_sum", "_info", "_created")


def build_metrics(file: ReleaseFile) -> tuple[Metric, ...]:
    """Return the catalog as this release judges it; raises UserError naming key and fix."""
    own = tuple(_own(entry) for entry in file.metrics)
    taken = {metric.gauge for metric in CATALOG} | set(SUPPORTING)
    for metric in own:
        if metric.id in {one.id for one in CATALOG}:
            raise UserError(f"metrics.{metric.id}: this id is taken; choose another, such as X-1")
        if metric.gauge in taken or RESERVED.fullmatch(metric.gauge):
            raise UserError(f"metrics.{metric.id}: the gauge {metric.gauge} is taken; rename it")
        if metric.gauge.endswith(SUFFIXES):
            ending = metric.gauge.rpartition("_")[2]
            what = f"_{ending} would be read as a part of a counter, histogram or info"
            raise UserError(f"metrics.{metric.id}.name: {what}; end the name in another word")
    metrics = (*CATALOG, *own)
    keys = [metric.key(series) for metric in metrics for series in metric.judged]
    ids = [metric.id for metric in metrics]
    _known("bands", file.bands, keys)
    _known("minimum_n", file.minimum_n, keys)
    _known("due", file.due, ids)
    _known("waivers", [one.metric for one in file.waivers], keys)
    return tuple(_overridden(metric, file) for metric in metrics)


def own_source(entry: OwnMetric) -> str:
    """Return the name of the source that an own metric brings along."""
    return f"own_{entry.name}"


def _own(entry: OwnMetric) -> Metric:
    unit = UNITS[entry.unit]
    where = f"metrics.{entry.id}"
    return Metric(
        id=entry.id,
        title=entry.title,
        gauge=f"release_{entry.name}",
        help=entry.help,
        source=own_source(entry),
        unit=unit,
        tier=entry.tier,
        due=_due(f"{where}.due", entry.due),
        judged=(
            Judged(
                title=entry.title,
                bands=_bands(f"{where}.bands", entry.bands, unit),
                executive=entry.tier is not Tier.ENGAGEMENT,
            ),
        ),
    )


def _overridden(metric: Metric, file: ReleaseFile) -> Metric:
    judged = tuple(
        replace(series, bands=_bands(f"bands.{key}", file.bands[key], metric.unit))
        if (key := metric.key(series)) in file.bands
        else series
        for series in metric.judged
    )
    if metric.id == PRIVACY and metric.id in file.bands:
        _check_privacy(judged[0].bands)
    due = metric.due
    if metric.id in file.due:
        due = _due(f"due.{metric.id}", file.due[metric.id], grace=due.grace)
    return replace(metric, judged=judged, due=due)


def _check_privacy(bands: Sequence[Band]) -> None:
    """Raise UserError where a violation would not block: what no waiver can do, no band can."""
    bounds = {0.0}.union(*(band.range.bounds for band in bands))
    probes = bounds.union(*((nextafter(one, -inf), nextafter(one, inf)) for one in bounds))
    for probe in probes:
        band = find_band(bands, probe)
        # Nothing but a fail can block.
        if probe > 0 and band and not band.blocks:
            message = "privacy stands: every value above 0 must be a fail with 'blocks: true'"
            raise UserError(f"bands.{PRIVACY}: {message}")


def _bands(where: str, entries: Sequence[BandEntry], unit: Unit) -> tuple[Band, ...]:
    bands = tuple(
        Band(
            _condition(f"{where}[{number}]", entry, unit),
            entry.verdict,
            entry.text,
            entry.blocks,
            entry.target,
        )
        for number, entry in enumerate(entries, start=1)
    )
    try:
        check_bands(bands)
    except ValueError as error:
        raise UserError(f"{where}: {error}") from error
    return bands


def _condition(where: str, entry: BandEntry, unit: Unit) -> Interval:
    ((name, written),) = entry.conditions().items()
    if name == "otherwise":
        return OTHERWISE
    try:
        bound = unit.parse(written)
    except ValueError as error:
        raise UserError(f"{where}.{name}: {error}") from error
    return CONDITIONS[name](bound)


def _due(where: str, written: str, grace: timedelta = NO_GRACE) -> Due:
    """Return when it is due; having no data is excused for `grace`, on the beta's first day always.

    In the beta the facts have yet to come about; what earlier phases ask for is there or missing.
    """
    if written == "always":
        return Due()
    if written == "after beta":
        return BETA_OVER
    after, name = written.startswith("after "), written.removeprefix("after ")
    if name not in PHASES:
        known = ", ".join(PHASES)
        raise UserError(f"{where}: write always, a phase, or 'after <phase>'; phases are {known}")
    if name == Phase.BETA:
        grace = DAY
    return Due(Phase(name), after=after, grace=NO_GRACE if after else grace)


def _known(section: str, written: Mapping[str, object] | Sequence[str], keys: list[str]) -> None:
    for key in written:
        if key not in keys:
            raise UserError(f"{section}: {unknown('metric', key, keys)}")
