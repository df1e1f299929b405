"""The description of the API, from the same table and shapes that answer."""

import json
from collections.abc import Iterator
from typing import Any

from pydantic import TypeAdapter

from exporter import __version__
from exporter.api import shapes
from exporter.api.operations import (
    DESCRIPTION,
    JSON,
    OF_NOW,
    OPERATIONS,
    PROBLEM,
    REVALIDATED,
    SVG,
    Operation,
)

REF = "#/components/schemas/{model}"
TEXT = "text/plain"

_NAME = {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$"}
PARAMETERS: dict[str, dict[str, Any]] = {
    "project": {"description": "as the release file names it", "schema": _NAME},
    "release": {"description": "as the release file names it", "schema": _NAME},
    "day": {
        "description": "a day where the release lives, such as 2026-01-17",
        "schema": {"type": "string", "format": "date"},
    },
}

INFO = {
    "title": "release-exporter",
    "version": __version__,
    "summary": "Release health: decisions, verdicts, sources and records of releases.",
    "description": (
        "Everything can be asked with GET and HEAD, nothing can be changed. What is answered is of "
        "the moment `time`, which is a few seconds ago at most; the gates decide when they are "
        "asked. A metric without an acceptable value has `null`, and its verdict is `unknown`."
    ),
    "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
}

_Json = dict[str, Any]


def render() -> str:
    """Return the description as JSON text."""
    return json.dumps(describe(), indent=2, ensure_ascii=True) + "\n"


def describe() -> _Json:
    """Return the description: OpenAPI 3.1."""
    paths = {one.path: {"get": _operation(one)} for one in OPERATIONS}
    return {
        "openapi": "3.1.0",
        "x-generated": "by `release-exporter generate`; do not edit",
        "info": INFO,
        "servers": [{"url": "/"}],
        # Passwords are asked for where web.config.yml names users.
        "security": [{}, {"password": []}],
        "paths": paths | {DESCRIPTION: {"get": _itself()}},
        "components": {
            "securitySchemes": {"password": {"type": "http", "scheme": "basic"}},
            "schemas": dict(sorted(_schemas().items())),
        },
    }


def _operation(one: Operation) -> _Json:
    responses = _answers(one.summary, _content(one.media, _schema(one)), one.caching)
    if one.name in LINKS:
        responses["200"]["links"] = LINKS[one.name]
    if one.absent:
        responses["404"] = {"description": one.missing, "content": responses["200"]["content"]}
        responses["503"]["content"] |= responses["200"]["content"]
    elif one.missing:
        responses["404"] = _problem(one.missing)
    parameters = [
        {"name": name, "in": "path", "required": True} | parameter
        for name, parameter in PARAMETERS.items()
        if f"{{{name}}}" in one.path
    ]
    described = {"operationId": one.name, "summary": one.summary}
    return described | ({"parameters": parameters} if parameters else {}) | {"responses": responses}


def _itself() -> _Json:
    answers = _answers("This description.", _content(JSON, {"type": "object"}), REVALIDATED)
    return {
        "operationId": "getDescription",
        "summary": "This description.",
        "responses": answers,
    }


def _answers(description: str, content: _Json, caching: str) -> _Json:
    good = {"description": description, "content": content}
    answers = {"200": good} | dict(_always())
    if caching == OF_NOW:
        return answers
    tag = {"ETag": {"required": True, "schema": {"type": "string"}}}
    unchanged = {"description": "It is as `If-None-Match` says.", "headers": tag}
    return answers | {"200": good | {"headers": tag}, "304": unchanged}


def _always() -> Iterator[tuple[str, _Json]]:
    """Yield what stands before every answer: the guard, and the bound on connections."""
    text = _content(TEXT, {"type": "string"})
    yield "401", {"description": "A user's password is asked for.", "content": text}
    yield "429", {"description": "Too many passwords are being tried.", "content": text}
    yield "500", {"description": "The web configuration is invalid.", "content": text}
    stopped = _problem("Rendering has stopped, see the log; or there are too many connections.")
    yield "503", stopped | {"content": stopped["content"] | text}


def _content(media: str, schema: _Json) -> _Json:
    return {media: {"schema": schema}}


def _problem(description: str) -> _Json:
    schema = {"$ref": REF.format(model=shapes.Problem.__name__)}
    return {"description": description, "content": _content(PROBLEM, schema)}


def _schema(one: Operation) -> _Json:
    if one.media == SVG:
        return {"type": "string"}
    return {"$ref": REF.format(model=one.shape.__name__)}


def _schemas() -> _Json:
    shown = [one.shape for one in OPERATIONS if one.shape] + [shapes.Problem]
    _, found = TypeAdapter.json_schemas(
        [(shape.__name__, "serialization", TypeAdapter(shape)) for shape in shown],
        ref_template=REF,
    )
    schemas: _Json = found["$defs"]
    return schemas


def _follow(name: str, where: str, **more: str) -> _Json:
    ids = {
        "project": f"$response.body#{where}/project",
        "release": f"$response.body#{where}/release",
    }
    return {name: {"operationId": name, "parameters": ids | more}}


_OF_RELEASE = ("listMetrics", "listSources", "listRecords", "getGate", "drawBadge", "getBadge")

# Where to go on from an answer.
LINKS: dict[str, _Json] = {
    "listReleases": _follow("getRelease", "/releases/0"),
    "getRelease": {name: link for one in _OF_RELEASE for name, link in _follow(one, "").items()},
    "listRecords": _follow("getRecord", "", day="$response.body#/days/0"),
}
