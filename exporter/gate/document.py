"""The report as a JSON document, and back: the same inputs give the same bytes, anywhere.

Its schema is docs/gate.schema.json. A document is believed only if its decision and its waivers
follow from its verdicts: `load` decides again and compares.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from exporter.gate.decision import Decision, worst
from exporter.gate.report import VERSION, Report, settle
from exporter.gate.verdicts import STRICT
from exporter.inert import inert

# Far above what a hundred own metrics with all their rejections take.
LIMIT = 16 * 1024 * 1024


class DocumentError(ValueError):
    """A text is no gate document, in one line without its content."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """The reports of several releases, by project and release, and the worst decision."""

    __pydantic_config__ = STRICT

    version: Literal[1]
    decision: Decision
    reports: tuple[Report, ...]

    @classmethod
    def of(cls, reports: Iterable[Report]) -> "Bundle":
        """Return the reports in their order; of none, nothing can be told."""
        ordered = sorted(reports, key=_order)
        return cls(VERSION, worst(one.decision for one in ordered), tuple(ordered))


def dump(content: Report | Bundle) -> str:
    """Return the document: ASCII, in a fixed order, times in UTC, texts made inert."""
    return write(_either().dump_python(content, mode="json"))


def write(plain: Any) -> str:
    """Return what JSON can hold as the text of a document: ASCII, with every text made inert."""
    text = json.dumps(_inert(plain), indent=2, ensure_ascii=True, allow_nan=False)
    # Two of them begin a command to some build servers, wherever they stand in a line.
    return text.replace("##", "#\\u0023") + "\n"


def load(text: str | bytes) -> Report:
    """Return the report of one release; raises DocumentError."""
    found = _parse(text)
    if isinstance(found, Bundle):
        raise DocumentError("holds several releases; one is wanted")
    return _checked(found)


def load_all(text: str | bytes) -> tuple[Report, ...]:
    """Return the reports of a document of one release or of several; raises DocumentError."""
    found = _parse(text)
    reports = found.reports if isinstance(found, Bundle) else (found,)
    return tuple(_checked(one) for one in reports)


def schema() -> dict[str, Any]:
    """Return the JSON schema of both."""
    return _either().json_schema(mode="serialization")


@cache
def _either() -> TypeAdapter[Report | Bundle]:
    return TypeAdapter(Report | Bundle)


def _parse(text: str | bytes) -> Report | Bundle:
    if len(text) > LIMIT:
        raise DocumentError(f"longer than {LIMIT // 1024 // 1024} MiB; is it a gate document?")
    try:
        return _either().validate_json(text, strict=True)
    except ValidationError as error:
        # Its own words would quote what stands there.
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise DocumentError(f"no gate document: {inert(where, 100)}: {first['type']}") from None


def _checked(report: Report) -> Report:
    """Return the report if all that follows in it follows; a changed verdict must not pass."""
    again = settle(report, [line.waiver() for line in report.waivers])
    # The words may have been cut; what they are about may not.
    told = tuple(
        replace(cause, text=said.text)
        for cause, said in zip(again.reasons, report.reasons, strict=False)
    )
    whole = len(again.reasons) == len(report.reasons)
    if not whole or replace(again, reasons=told) != report:
        raise DocumentError("its decision does not follow from its verdicts; write it anew")
    return report


def _order(report: Report) -> tuple[str, str, str, datetime]:
    return inert(report.project), inert(report.release), inert(report.file), report.time


def _inert(value: Any) -> Any:
    if isinstance(value, str):
        return inert(value)
    if isinstance(value, dict):
        return {inert(key): _inert(one) for key, one in value.items()}
    return [_inert(one) for one in value] if isinstance(value, list) else value
