"""A day's snapshot, field for field in the user's own format."""

import json
from collections.abc import Iterator

from exporter.catalog import CATALOG
from exporter.gate.report import Report
from exporter.gate.verdicts import Line
from exporter.plan import Phase
from exporter.units import BY_NAME, COUNT, DAYS, MILLISECONDS, POINTS

# The user's order; a field's place in the catalog is that of the executive view.
FIELDS = (
    "quality.p0_bugs",
    "quality.test_pass_rate",
    "quality.success_rate",
    "quality.privacy_violations",
    "quality.installation_success",
    "engagement.beta_completion",
    "engagement.survey_response",
    "engagement.satisfaction",
    "engagement.nps",
    "performance.p95_generation_time_ms",
    "performance.static_backend_pct",
    "performance.telemetry_overhead_pct",
    "process.schedule_variance_days",
    "process.p0_resolution_hours",
    "process.documentation_accuracy",
)

# Of these a whole number is written without a fraction.
_WHOLE = {one.name for one in (COUNT, DAYS, MILLISECONDS, POINTS)}


def render(report: Report) -> str:
    """Return the snapshot; a metric without an acceptable value is null."""
    content: dict[str, object] = {"date": report.day.isoformat(), "phase": phase_of(report)}
    values = dict(_values(report))
    for field in FIELDS:
        group, name = field.split(".")
        place = content.setdefault(group, {})
        if isinstance(place, dict):
            place[name] = values.get(field)
    return json.dumps(content, indent=2, allow_nan=False) + "\n"


def phase_of(report: Report) -> str | None:
    """Return the phase, with its day during the beta: `beta_day_1`."""
    if report.phase == Phase.BETA and report.beta_day is not None:
        return f"beta_day_{report.beta_day}"
    return report.phase


def keys() -> Iterator[tuple[str, str]]:
    """Yield every snapshot field of the catalog with the key of its verdict."""
    for metric in CATALOG:
        for series in metric.judged:
            if series.snapshot:
                yield series.snapshot, metric.key(series)


def users(line: Line | None) -> float | None:
    """Return the metric's own value in the user's unit, whatever else its verdict is on."""
    own = [fact.value for fact in line.facts if fact.gauge == line.gauge] if line else []
    if line is None or not own:
        return None
    return BY_NAME[line.unit].user(line.value if line.value in own else own[0])


def _values(report: Report) -> Iterator[tuple[str, float | None]]:
    for field, key in keys():
        line = report.line(key)
        yield field, _written(line) if line else None


def _written(line: Line) -> float | None:
    value = users(line)
    if value is None or line.unit not in _WHOLE or not value.is_integer():
        return value
    return int(value)
