"""The user's four tables: which verdict stands where, and what it is called there."""

from exporter.catalog import CATALOG
from exporter.final_report.figures import Row, Section
from exporter.gate.output.wording import local
from exporter.gate.report import Report
from exporter.gate.verdicts import OUTCOME_WORDS, Line, Outcome, word

# Names and order are the user's; the second row of PM-5 is beside the first.
TABLES: dict[str, dict[str, str]] = {
    "Quality Metrics": {
        "QM-1": "P0 Bugs",
        "QM-2": "Success Rate",
        "QM-3": "Privacy",
        "QM-4": "Tests",
        "QM-5": "Install",
    },
    "Engagement Metrics": {
        "EM-1": "Beta Completion",
        "EM-2": "Survey Response",
        "EM-3": "Satisfaction",
        "EM-4": "NPS",
        "EM-5": "Downloads (Week 1)",
    },
    "Performance Metrics": {
        "PM-1": "P95 Time",
        "PM-2": "Static Backend",
        "PM-3": "Overhead",
    },
    "Process Metrics": {
        "PM-4": "Schedule",
        "PM-5/P0": "P0 Resolution",
        "PM-5/P1": "P1 Resolution",
        "PM-6": "Documentation",
    },
}
OWN = "This Release's Own Metrics"
NAMES = {key: name for table in TABLES.values() for key, name in table.items()}

_METRICS = {metric.key(series): metric for metric in CATALOG for series in metric.judged}


def sections_of(report: Report) -> tuple[Section, ...]:
    """Return every table; a metric that is not judged has a row that says so."""
    tables = [
        Section(title, tuple(_row(report, key, name) for key, name in names.items()))
        for title, names in TABLES.items()
    ]
    own = [line for line in report.verdicts if line.key not in NAMES]
    if own:
        tables.append(Section(OWN, tuple(_of(report, line, line.title) for line in own)))
    return tuple(tables)


def actual(line: Line) -> str:
    """Return the value; what has none says why, never 0."""
    if line.value is not None:
        return line.shown
    return "unknown" if line.verdict is Outcome.UNKNOWN else "none yet"


def status(line: Line) -> str:
    """Return the verdict in words, with the reason for anything but a pass."""
    said = word(line)
    return said if line.verdict is Outcome.PASS or not line.reason else f"{said}: {line.reason}"


def _row(report: Report, key: str, name: str) -> Row:
    line = report.line(key)
    return _of(report, line, name) if line else _missing(report, key, name)


def _of(report: Report, line: Line, name: str) -> Row:
    return Row(
        name=name,
        key=line.key,
        target=line.target,
        actual=actual(line),
        status=status(line),
        verdict=line.verdict,
        replaces=line.replaces,
        gauge=line.gauge,
        labels=line.labels,
        value=line.value,
        user_value=line.user_value,
        unit=line.unit,
        n=line.n,
        facts=local(report, line.observed).date() if line.observed else None,
        reason=line.reason,
        evidence=line.evidence,
        blocking=line.blocking,
        tier=line.tier,
    )


def _missing(report: Report, key: str, name: str) -> Row:
    """Return the row of a metric of which not even a verdict is there."""
    metric = _METRICS[key]
    why = report.problems[0] if report.problems else "it is not judged in this release"
    return Row(
        name=name,
        key=key,
        target="unknown",
        actual="unknown",
        status=f"{OUTCOME_WORDS[Outcome.UNKNOWN]}: {why}",
        verdict=Outcome.UNKNOWN,
        replaces=None,
        gauge=metric.gauge,
        labels={},
        value=None,
        user_value=None,
        unit=metric.unit.name,
        n=None,
        facts=None,
        reason=why,
        evidence="",
        blocking=False,
        tier=metric.tier,
    )
