"""Whether an answer has the shape that the service's published description gives it."""

import json
from collections.abc import Mapping
from typing import Any

from tests.contracts.description import Json, find, first_mistake, resolve


def check_response(method: str, path: str, status: int, body: bytes) -> None:
    """Raise AssertionError unless the description has this status with this shape."""
    operation = find(method, path)
    assert operation, f"{method} {path} is in no description"
    response = _of_status(operation.name, operation.spec["responses"], status)
    assert response is not None, f"{operation.template} never answers {status}"
    content = response.get("content", {}).get("application/json")
    if content is None:
        return
    mistake = operation.mistake(content["schema"], json.loads(body))
    assert mistake is None, f"{operation.template}: {mistake}"


def _of_status(name: str, responses: Mapping[str, Json], status: int) -> Json | None:
    for key in (str(status), f"{status // 100}XX"):
        if key in responses:
            return resolve(name, responses[key])
    return None


def check_object(name: str, schema: str, value: Any) -> None:
    """Raise AssertionError unless the value fits a schema of the description by its name."""
    mistake = first_mistake(name, {"$ref": f"#/components/schemas/{schema}"}, value)
    assert mistake is None, f"{schema}: {mistake}"
