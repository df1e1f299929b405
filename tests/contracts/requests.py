"""Whether a request is one that the service's published description allows."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from graphql import build_schema, graphql_sync, parse, validate

from exporter.recorded.requests_log import Logged
from tests.contracts.description import Operation, find, readings

# In GitHub's links, though not in its description; the limit stands there in words only.
UNDESCRIBED = {"/repos/{owner}/{repo}/issues": {"after", "before"}}
MOST_PER_PAGE = 100

SCHEMA = build_schema((Path(__file__).parent / "github.graphql").read_text())


def check_request(method: str, path: str, query: Mapping[str, str]) -> None:
    """Raise AssertionError unless path, parameters and values are in the description."""
    operation = find(method, path)
    assert operation, f"{method} {path} is in no description"
    described = operation.parameters("query")
    for name, text in query.items():
        if name in UNDESCRIBED.get(operation.template, ()):
            continue
        assert name in described, f"{operation.template} has no parameter {name}"
        _check_value(operation, described[name], text)
    for name, parameter in described.items():
        assert name in query or not parameter.get("required"), f"{name} is missing"
    for name, parameter in operation.parameters("path").items():
        _check_value(operation, parameter, operation.values[name])
    size = query.get("per_page", "1")
    assert size.isdigit() and 1 <= int(size) <= MOST_PER_PAGE, f"per_page={size}"  # noqa: PT018 - one fact


def _check_value(operation: Operation, parameter: Mapping[str, object], text: str) -> None:
    schema = parameter["schema"]
    assert isinstance(schema, dict)
    mistakes = [operation.mistake(schema, value) for value in readings(text)]
    assert None in mistakes, f"{operation.template}: {parameter['name']}={text}: {mistakes[-1]}"


def check_graphql(document: str) -> None:
    """Raise AssertionError unless GitHub's schema allows the query."""
    errors = validate(SCHEMA, parse(document))
    # A field may be missing only because the schema was cut: see scripts/contracts.py.
    assert not errors, "; ".join(error.message for error in errors)


def graphql_mistakes(document: str, data: Mapping[str, object]) -> list[str]:
    """Return where the data of an answer to the query has other types than the schema."""
    result = graphql_sync(SCHEMA, document, root_value=data)
    return [error.message for error in result.errors or ()]


def check_log(log: Iterable[Logged]) -> None:
    """Check every request that reached an interface of the recorded server."""
    for entry in log:
        if entry.host != "api":
            continue
        if entry.document is not None:
            check_graphql(entry.document)
        else:
            check_request(entry.method, entry.path, entry.query)
