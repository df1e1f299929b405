"""The description is OpenAPI, complete, and what every document follows."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from exporter.api.documents import Asked
from exporter.api.openapi import describe, render
from exporter.api.operations import OPERATIONS, Operation
from exporter.moment import Moment
from exporter.view import View
from tests.gate.hostile import TEXTS, view_of
from tests.gate.test_output import alive, show
from tests.releases import NOW

ROOT = Path(__file__).parents[2]
DESCRIPTION = describe()
MADE = [one for one in OPERATIONS if one.shape and not one.of_files]


def asked(text: str) -> Asked:
    """Return a question for the one release, which says the text wherever it can."""
    view = View(releases=(view_of(text),), mistakes={text: f"{text}\n{text}"}, loaded=True)
    return Asked(Moment(view, NOW), lambda *_: None, text, text, text)


def validator(operation: Operation) -> Draft202012Validator:
    answers: Any = DESCRIPTION["paths"][operation.path]["get"]["responses"]
    schema = answers["200"]["content"][operation.media]["schema"]
    return Draft202012Validator(schema | {"components": DESCRIPTION["components"]})


def test_the_committed_description_is_what_is_served() -> None:
    assert (ROOT / "docs/openapi.json").read_text() == render()


def test_every_name_that_a_reference_or_a_link_gives_is_there() -> None:
    known = {f"#/components/schemas/{name}" for name in DESCRIPTION["components"]["schemas"]}
    assert set(values_of(DESCRIPTION, "$ref")) == known
    linked = {
        link["operationId"]
        for path in DESCRIPTION["paths"].values()
        for link in path["get"]["responses"]["200"].get("links", {}).values()
    }
    names = {path["get"]["operationId"] for path in DESCRIPTION["paths"].values()}
    assert linked < names
    assert len(names) == len(OPERATIONS) + 1


def values_of(value: Any, key: str) -> list[str]:
    if isinstance(value, dict):
        inner = [found for one in value.values() for found in values_of(one, key)]
        return [value[key], *inner] if isinstance(value.get(key), str) else inner
    return [x for one in value for x in values_of(one, key)] if isinstance(value, list) else []


def test_only_reading_is_described() -> None:
    assert {method for path in DESCRIPTION["paths"].values() for method in path} == {"get"}


@pytest.mark.parametrize("operation", MADE, ids=lambda one: one.name)
@pytest.mark.parametrize("text", TEXTS, ids=show)
def test_a_hostile_release_is_told_by_the_description_and_inert(
    operation: Operation, text: str
) -> None:
    said = operation.answer(asked(text))
    assert said is not None
    assert said.isascii()
    assert [line for line in said.split("\n") if alive(line)] == []
    assert list(validator(operation).iter_errors(json.loads(said))) == []
