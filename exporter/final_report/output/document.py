"""The final report as JSON; its schema is docs/report.schema.json."""

from functools import cache
from typing import Any

from pydantic import TypeAdapter

from exporter.final_report.figures import FinalReport
from exporter.gate.document import write


def render(report: FinalReport) -> str:
    """Return the document: ASCII, in a fixed order, times in UTC, texts made inert."""
    return write(_adapter().dump_python(report, mode="json"))


def schema() -> dict[str, Any]:
    """Return its JSON schema."""
    return _adapter().json_schema(mode="serialization")


@cache
def _adapter() -> TypeAdapter[FinalReport]:
    return TypeAdapter(FinalReport)
