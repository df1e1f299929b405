"""The reports as text: for people, for a job's summary, and for a test report."""

from collections.abc import Callable, Sequence

from exporter.gate.document import Bundle, dump
from exporter.gate.output import junit, markdown, table
from exporter.gate.report import Report

FORMS: dict[str, Callable[[Sequence[Report]], str]] = {
    "table": table.render,
    "json": lambda reports: dump(Bundle.of(reports)),
    "markdown": markdown.render,
    "junit": junit.render,
}
