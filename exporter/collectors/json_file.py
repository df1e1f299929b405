"""A metric of the user's own: one number in a JSON file, found by a path expression.

release_crash_free_ratio 0.992
"""

import re
from datetime import datetime
from math import isfinite
from sys import float_info
from typing import Annotated, Any

import jmespath
import msgspec
from jmespath.exceptions import JMESPathError
from jmespath.functions import Functions
from pydantic import AfterValidator, Field

from exporter.collectors.own import OwnSettings
from exporter.collectors.scale import Scale, scaled
from exporter.collectors.settings import InnerPath
from exporter.config.mistakes import unknown
from exporter.config.patterns import ONE_LINE
from exporter.files import MEBIBYTE, ItemError, find_one, read_text, source_error
from exporter.json_text import check_keys
from exporter.model import Context, Reading, Reason, Sample

# The worst file of this size, nothing but empty lists, takes 80 MiB and 0.6 s.
LENGTH = 4 * MEBIBYTE

_KINDS = {
    type(None): "nothing",
    bool: "true or false",
    str: "text",
    list: "a list",
    dict: "an object",
}
_BYTE = re.compile(r"(.*) \((byte [0-9]+)\)")
# What JMESPath lets through besides its own errors when a function meets odd data.
_EVALUATION = (ValueError, TypeError, ArithmeticError, RecursionError)


def _check(written: str) -> str:
    """Return the expression; raises ValueError with what JMESPath wants instead."""
    try:
        parsed = jmespath.compile(written).parsed
    except JMESPathError as error:
        reason = str(error).partition("\n")[0].removesuffix(", for expression:").rstrip(":")
        raise ValueError(f"{written!r} is no JMESPath expression: {reason}") from error
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    _check_functions(parsed)
    return written


def _check_functions(node: dict[str, Any]) -> None:
    """Raise ValueError on an unknown function, which JMESPath notices only when it is called."""
    known = Functions.FUNCTION_TABLE
    if node["type"] == "function_expression" and node["value"] not in known:
        raise ValueError(unknown("function", node["value"], sorted(known)))
    for child in node["children"]:
        if isinstance(child, dict):
            _check_functions(child)


Expression = Annotated[str, Field(min_length=1, max_length=300), ONE_LINE, AfterValidator(_check)]


class Settings(OwnSettings):
    """The file, and JMESPath expressions for the number and how many observations are behind it."""

    REMADE = True

    file: InnerPath = Field(description="the JSON file, in the release's folder")
    path: Expression = Field(
        description="JMESPath expression of the number, such as sessions.crash_free"
    )
    n: Expression | None = Field(
        None, description="JMESPath expression of the number of observations behind it"
    )
    scale: Scale = 1.0


def collect(settings: Settings, context: Context) -> Reading:
    """Return the file's number; none when there are no observations behind it."""
    try:
        file = find_one(context.folder, settings.file, "file")
        observed = file.written(context.now)
        document = parse(read_text(file, LENGTH), file.name)
        sample = measure(document, settings, file.name, observed)
    except ItemError as error:
        raise source_error(error) from error
    return Reading.of([sample] if sample else [], read=1, facts_from=observed)


def parse(text: str, file: str) -> Any:
    """Return the document as plain data; raises ItemError with its place, never its content."""
    check_keys(text, file)
    try:
        return msgspec.json.decode(text)
    except msgspec.ValidationError as error:
        raise ItemError(Reason.FIELD, file, "", "a number is out of range") from error
    except msgspec.DecodeError as error:
        if match := _BYTE.fullmatch(str(error)):
            raise ItemError(Reason.SYNTAX, file, match[2], match[1]) from error
        message = "it ends too early, or half of a surrogate pair stands in a text"
        raise ItemError(Reason.TRUNCATED, file, "", message) from error
    except RecursionError as error:
        raise ItemError(Reason.DEPTH, file, "", "nested too deep") from error


def measure(document: Any, settings: Settings, file: str, observed: datetime) -> Sample | None:
    """Return the number in base units, None with n = 0; raises ItemError on anything else."""
    n = 1 if settings.n is None else _count(document, settings.n, file)
    if n == 0:
        return None
    value = scaled(_number(document, settings.path, file), settings.scale)
    if not isfinite(value):
        raise ItemError(Reason.FIELD, file, settings.path, "a number too large once it is scaled")
    behind = "" if settings.n is None else f", n = {n:,} from {settings.n}"
    evidence = f"{settings.path}{behind} ({file})"
    return Sample(settings.gauge, value, n=n, observed=observed, evidence=evidence)


def _count(document: Any, expression: str, file: str) -> int:
    count = _number(document, expression, file)
    if count < 0 or not count.is_integer():
        raise ItemError(Reason.FIELD, file, expression, "not a whole number of observations")
    return int(count)


def _number(document: Any, expression: str, file: str) -> float:
    try:
        found = jmespath.search(expression, document)
    except _EVALUATION as error:
        # The error's own words quote the data.
        message = "JMESPath cannot apply it to what is in the file"
        raise ItemError(Reason.FIELD, file, expression, message) from error
    if type(found) not in (int, float):
        message = f"{_KINDS.get(type(found), 'something else')} where one number is wanted"
        raise ItemError(Reason.SHAPE, file, expression, message)
    if not abs(found) <= float_info.max:
        raise ItemError(Reason.FIELD, file, expression, "not a finite number")
    return float(found)
