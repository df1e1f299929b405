"""A release's sources: its raw settings, checked and joined with their collectors."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

from pydantic import ValidationError

from exporter.collectors import (
    benchmark,
    csv_file,
    documentation,
    json_file,
    plan,
    promql,
    survey,
    telemetry,
    testers,
    tests,
)
from exporter.collectors.settings import SourceSettings
from exporter.config.mistakes import describe, unknown
from exporter.model import Context, ErrorClass, Reading, SourceError, UserError
from exporter.release import Release

# One module each, with `Settings` and `collect(settings, context)`.
COLLECTORS: dict[str, ModuleType] = {
    "benchmark": benchmark,
    "documentation": documentation,
    "plan": plan,
    "survey": survey,
    "telemetry": telemetry,
    "testers": testers,
    "tests": tests,
}

# Sources of one own metric each; the release file names them inside the metric.
OWN_COLLECTORS: dict[str, ModuleType] = {
    "csv": csv_file,
    "json": json_file,
    "promql": promql,
}


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
        units = {metric.gauge: metric.unit for metric in self.release.metrics}
        for sample in reading.samples:
            unit = units.get(sample.gauge)
            # 99.2 for a share is no pass: somebody forgot `scale: 0.01`.
            if unit is not None and not unit.low <= sample.value <= unit.high:
                reach = f"{unit.show(unit.low)} to {unit.show(unit.high)}"
                message = f"{sample.gauge}: {unit.show(sample.value)} is outside {reach}"
                raise SourceError(ErrorClass.MALFORMED, message)
        return reading


def load_sources(release: Release) -> tuple[Source, ...]:
    """Return the release's sources by name; raises UserError naming file, key and fix."""
    own = {metric.source: metric.gauge for metric in release.metrics}
    return tuple(
        _load(release, name, settings, own.get(name, ""))
        for name, settings in sorted(release.sources.items())
    )


def _load(release: Release, name: str, written: Any, gauge: str) -> Source:
    where = f"sources.{name}"
    if name.startswith("own_"):
        where = f"metrics.{name.removeprefix('own_')}.source"
        if len(written) != 1 or not isinstance(next(iter(written.values())), dict):
            known = ", ".join(OWN_COLLECTORS)
            raise UserError(f"{release.file}: {where}: write exactly one of {known}, with settings")
        ((kind, written),) = written.items()
        if "gauge" in written:
            raise UserError(f"{release.file}: {where}.{kind}.gauge: follows from the name; drop it")
        collector = _find(f"{release.file}: {where}", OWN_COLLECTORS, kind)
        where, written = f"{where}.{kind}", written | {"gauge": gauge}
    else:
        collector = _find(f"{release.file}: sources", COLLECTORS, name)
    try:
        settings = collector.Settings.model_validate(written)
    except ValidationError as error:
        lines = describe(collector.Settings, error, where)
        raise UserError("\n".join(f"{release.file}: {line}" for line in lines)) from error
    return Source(release, name, collector, settings)


def _find(where: str, table: dict[str, ModuleType], name: str) -> ModuleType:
    if name not in table:
        raise UserError(f"{where}: {unknown('source', name, sorted(table))}")
    return table[name]
