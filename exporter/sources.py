"""A release's sources: its raw settings, checked and joined with their collectors."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any

from pydantic import ValidationError

from exporter.catalog import CATALOG, Metric
from exporter.collectors.settings import SourceSettings
from exporter.config.mistakes import describe, unknown
from exporter.model import Context, ErrorClass, Reading, SourceError, UserError
from exporter.release import Release
from exporter.units import SHARE, Unit


class Collectors(Mapping[str, ModuleType]):
    """Modules of `exporter.collectors` by what a release file calls them.

    Each has `Settings` and `collect(settings, context)`; it is imported when it is asked for, so
    that a command starts in the time of the sources that it reads.
    """

    def __init__(self, **modules: str) -> None:
        """Name the modules."""
        self._modules = modules

    def __getitem__(self, name: str) -> ModuleType:
        """Import the module; raises KeyError for a name that is not in the table."""
        return import_module(f"exporter.collectors.{self._modules[name]}")

    def __iter__(self) -> Iterator[str]:
        """Yield the names."""
        return iter(self._modules)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._modules)


COLLECTORS = Collectors(
    benchmark="benchmark",
    documentation="documentation",
    downloads="downloads",
    github="github",
    plan="plan",
    survey="survey",
    telemetry="telemetry",
    testers="testers",
    tests="tests",
)

# Sources of one own metric each; the release file names them inside the metric.
OWN_COLLECTORS = Collectors(csv="csv_file", json="json_file", promql="promql")


@dataclass(frozen=True, slots=True)
class Source:
    """One source of one release, ready to be read."""

    release: Release
    name: str
    collector: ModuleType
    settings: SourceSettings

    @property
    def id(self) -> tuple[str, str, str]:
        """The project, the release and the source's name."""
        return (*self.release.id, self.name)

    @property
    def fingerprint(self) -> str:
        """Text that changes whenever another thing would be read."""
        return f"{self.release.folder} {self.settings.model_dump_json()}"

    def collect(self, context: Context) -> Reading:
        """Return what the source says now; raises SourceError when it cannot be read or be true."""
        reading: Reading = self.collector.collect(self.settings, context)
        metrics = {metric.gauge: metric for metric in self.release.metrics}
        for sample in reading.samples:
            metric = metrics.get(sample.gauge)
            if metric and not metric.unit.low <= sample.value <= metric.unit.high:
                message = f"{metric.id}: {self._outside(sample.value, metric.unit)}"
                raise SourceError(ErrorClass.MALFORMED, message)
        return reading

    def _outside(self, value: float, unit: Unit) -> str:
        """Return what is wrong with the value, and the fix."""
        what = f"{unit.show(value)} is outside {unit.show(unit.low)} to {unit.show(unit.high)}"
        # 99.2 for a share is no pass: most often somebody wrote percent.
        if unit is SHARE and value > 1 and "scale" in type(self.settings).model_fields:
            return f"{what}; if the file has percentages, set scale: 0.01"
        return f"{what}; correct what the source {self.name} reads"


def load_sources(release: Release) -> tuple[Source, ...]:
    """Return the release's sources by name; raises UserError naming file, key and fix."""
    known = {metric.id for metric in CATALOG}
    own = {metric.source: metric for metric in release.metrics if metric.id not in known}
    return tuple(
        _load(release, name, settings, own.get(name))
        for name, settings in sorted(release.sources.items())
    )


def _load(release: Release, name: str, written: Any, own: Metric | None) -> Source:
    where = f"sources.{name}"
    if own is not None:
        where = f"metrics.{own.id}.source"
        if len(written) != 1 or not isinstance(next(iter(written.values())), dict):
            known = ", ".join(OWN_COLLECTORS)
            raise UserError(f"{release.file}: {where}: write exactly one of {known}, with settings")
        ((kind, written),) = written.items()
        if "gauge" in written:
            raise UserError(f"{release.file}: {where}.{kind}.gauge: follows from the name; drop it")
        collector = _find(f"{release.file}: {where}", OWN_COLLECTORS, kind)
        where, written = f"{where}.{kind}", written | {"gauge": own.gauge}
    else:
        collector = _find(f"{release.file}: sources", COLLECTORS, name)
    try:
        settings = collector.Settings.model_validate(written)
    except ValidationError as error:
        lines = describe(collector.Settings, error, where, written)
        raise UserError("\n".join(f"{release.file}: {line}" for line in lines)) from error
    return Source(release, name, collector, settings)


def _find(where: str, table: Collectors, name: str) -> ModuleType:
    if name not in table:
        raise UserError(f"{where}: {unknown('source', name, sorted(table))}")
    return table[name]
