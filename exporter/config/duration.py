"""A duration in a release file or the environment."""

from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from exporter.durations import parse, render

_JSON_PATTERN = r"^\d{1,9}(\.\d{1,9})?\s*(ms|s|min|m|h|d|w)$"

Duration = Annotated[
    timedelta,
    BeforeValidator(parse),
    PlainSerializer(render, return_type=str),
    WithJsonSchema({"type": "string", "pattern": _JSON_PATTERN, "examples": ["15m", "36h"]}),
]
