"""The services' published descriptions: which operation a path is, and what it may say."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import best_match
from jsonschema.protocols import Validator

HERE = Path(__file__).parent
GITHUB = "/api/v3"
FORMATS = FormatChecker(formats=())
FULL_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")

Json = dict[str, Any]


@FORMATS.checks("date-time", raises=ValueError)
def _time(value: object) -> bool:
    return not isinstance(value, str) or bool(
        FULL_TIME.fullmatch(value) and datetime.fromisoformat(value)
    )


@FORMATS.checks("date", raises=ValueError)
def _date(value: object) -> bool:
    return not isinstance(value, str) or bool(date.fromisoformat(value))


@FORMATS.checks("uri")
def _uri(value: object) -> bool:
    return not isinstance(value, str) or bool(re.match(r"[a-z][a-z0-9+.-]*://[^\s/]+", value))


@dataclass(frozen=True)
class Operation:
    """One path and method of a description, and the values in the path of a request."""

    name: str
    template: str
    method: str
    values: Mapping[str, str]

    @property
    def spec(self) -> Json:
        """What the description says of it."""
        spec: Json = described(self.name)["paths"][self.template][self.method]
        return spec

    def parameters(self, place: str) -> dict[str, Json]:
        """Return the schemas of the parameters in the path, or in the query, by name."""
        every = [resolve(self.name, one) for one in self.spec.get("parameters", [])]
        return {one["name"]: one for one in every if one["in"] == place}

    def mistake(self, schema: Json, value: Any) -> str | None:
        """Return what is wrong with the value by a schema of this description."""
        return first_mistake(self.name, schema, value)


def find(method: str, path: str) -> Operation | None:
    """Return the operation for a request to the recorded server, None for an unknown one."""
    name = "github" if path.startswith(GITHUB) else "downloads"
    name = "crates" if path.startswith("/api/v1/crates/") else name
    below = path.removeprefix(GITHUB)
    # Where GitHub's own links and redirects lead.
    below = re.sub(r"^/repositories/[0-9]+", "/repos/owner/name", below)
    for template, methods in described(name)["paths"].items():
        found = _pattern(template).fullmatch(below)
        if found and method.lower() in methods:
            values = {key: unquote(text) for key, text in found.groupdict().items()}
            return Operation(name, template, method.lower(), values)
    return None


def _pattern(template: str) -> re.Pattern[str]:
    segment = r"[^/]+" if not template.startswith("/downloads/") else r"(?:@[^/]+/)?[^/]+"
    return re.compile(re.sub(r"\{(\w+)\}", rf"(?P<\1>{segment})", template))


@cache
def described(name: str) -> Json:
    """Return a description with `nullable` written as JSON Schema has it."""
    document: Json = json.loads((HERE / f"{name}.json").read_text())
    return _modern(document) if document["openapi"].startswith("3.0") else document


def _modern(value: Any) -> Any:
    if isinstance(value, list):
        return [_modern(item) for item in value]
    if not isinstance(value, dict):
        return value
    modern = {key: _modern(item) for key, item in value.items()}
    # A property may be called so as well; then it is no boolean.
    if modern.get("nullable") is True:
        del modern["nullable"]
        return {"anyOf": [modern, {"type": "null"}]}
    return modern


def resolve(name: str, value: Json) -> Json:
    """Return what a reference in the description leads to, or the value itself."""
    if "$ref" not in value:
        return value
    section, key = value["$ref"].removeprefix("#/components/").split("/")
    found: Json = described(name)["components"][section][key]
    return found


def first_mistake(name: str, schema: Json, value: Any) -> str | None:
    """Return the mistake that matters most, None when the value fits."""
    error = best_match(_validator(name, json.dumps(schema)).iter_errors(value))
    return None if error is None else f"{error.json_path}: {error.message[:300]}"


@cache
def _validator(name: str, schema: str) -> Validator:
    components = {"components": described(name).get("components", {})}
    return Draft202012Validator({**json.loads(schema), **components}, format_checker=FORMATS)


def properties(name: str, schema: str) -> set[str]:
    """Return the names of an object's properties."""
    return set(described(name)["components"]["schemas"][schema]["properties"])


def readings(text: str) -> Iterator[object]:
    """Yield what a parameter's text may mean."""
    yield text
    if re.fullmatch(r"-?[0-9]+", text):
        yield int(text)
    if text in ("true", "false"):
        yield text == "true"
