"""Cut the published descriptions of the services down to what we use, for the tests.

    python scripts/contracts.py github  FILE VERSION   # @octokit/openapi's api.github.com.json
    python scripts/contracts.py crates  FILE VERSION   # crates.io's own OpenAPI description
    python scripts/contracts.py graphql FILE VERSION   # @octokit/graphql-schema's schema.graphql

VERSION is the package's, or the commit that the description is from. The results are written to
tests/contracts and committed.
"""
# ruff: noqa: INP001 - a script, not a package

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    NamedTypeNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    TypeNode,
    parse,
    print_ast,
)

TARGET = Path(__file__).parents[1] / "tests" / "contracts"
REPOSITORY = "/repos/{owner}/{repo}"
PATHS = {
    "github": {
        REPOSITORY: "get",
        f"{REPOSITORY}/issues": "get",
        f"{REPOSITORY}/labels": "get",
        f"{REPOSITORY}/labels/{{name}}": "get",
        f"{REPOSITORY}/milestones": "get",
        f"{REPOSITORY}/actions/workflows/{{workflow_id}}/runs": "get",
        f"{REPOSITORY}/actions/runs/{{run_id}}/artifacts": "get",
        f"{REPOSITORY}/actions/artifacts/{{artifact_id}}/{{archive_format}}": "get",
        "/rate_limit": "get",
        "/app/installations/{installation_id}/access_tokens": "post",
    },
    "crates": {
        "/api/v1/crates/{name}": "get",
        "/api/v1/crates/{name}/downloads": "get",
        "/api/v1/crates/{name}/{version}": "get",
        "/api/v1/crates/{name}/{version}/downloads": "get",
    },
}
ORIGINS = {
    "github": "npm package @octokit/openapi, MIT, Copyright (c) 2020 Octokit contributors",
    "crates": "rust-lang/crates.io, MIT, Copyright (c) 2014 The Rust Project Developers",
    "graphql": "npm package @octokit/graphql-schema, MIT, Copyright (c) GitHub 2025",
}
# Words for people and for generators: no test reads them.
LEFT_OUT = ("description", "summary", "example", "examples", "externalDocs", "tags", "title")

FIELDS = {
    "Query": ("repository", "rateLimit"),
    "Repository": ("discussions",),
    "DiscussionConnection": ("nodes", "totalCount"),
    "Discussion": ("closed", "createdAt", "id", "isAnswered", "number", "title", "url"),
    "RateLimit": ("cost", "limit", "nodeCount", "remaining", "resetAt", "used"),
}

Json = dict[str, Any]
Definition = (
    ObjectTypeDefinitionNode
    | EnumTypeDefinitionNode
    | InputObjectTypeDefinitionNode
    | ScalarTypeDefinitionNode
)
BUILT_IN = ("Int", "Float", "String", "Boolean", "ID")


def main(kind: str, file: str, version: str) -> None:
    """Write one description."""
    text = Path(file).read_text(encoding="utf-8")
    origin = f"{ORIGINS[kind]}; {version}; cut down by scripts/contracts.py"
    if kind == "graphql":
        (TARGET / "github.graphql").write_text(f"# {origin}\n\n{cut_schema(parse(text))}\n")
        return
    cut = {"x-origin": origin, **cut_openapi(json.loads(text), PATHS[kind])}
    (TARGET / f"{kind}.json").write_text(json.dumps(cut, indent=1, sort_keys=True) + "\n")


def cut_openapi(whole: Json, paths: Mapping[str, str]) -> Json:
    """Return the description with these operations and what they refer to."""
    kept: Json = {"openapi": whole["openapi"], "paths": {}, "components": {}}
    for path, method in paths.items():
        operation = whole["paths"][path][method]
        parts = {key: operation[key] for key in ("parameters", "responses") if key in operation}
        kept["paths"][path] = {method: plain(parts)}
    todo = list(references(kept["paths"]))
    while todo:
        section, name = todo.pop().removeprefix("#/components/").split("/")
        home = kept["components"].setdefault(section, {})
        if name not in home:
            home[name] = plain(whole["components"][section][name])
            todo += references(home[name])
    return kept


def plain(value: Any, *, named: bool = False) -> Any:
    """Return the value without words; where keys are `named` by the service, all of them stay."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: plain(item, named=key == "properties" and not named)
        for key, item in value.items()
        if named or not (key in LEFT_OUT or key.startswith("x-"))
    }


def references(value: Any) -> Iterator[str]:
    """Yield every reference in the value."""
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from references(item)


def cut_schema(whole: DocumentNode) -> str:
    """Return the schema with the fields of FIELDS and the types that they need."""
    types = {one.name.value: one for one in whole.definitions if isinstance(one, Definition)}
    texts, todo = {}, list(FIELDS)
    while todo:
        name = todo.pop()
        if name not in texts and name not in BUILT_IN:
            texts[name], needed = cut_type(types[name])
            todo += needed
    return "\n\n".join(texts[name] for name in sorted(texts))


def cut_type(definition: Definition) -> tuple[str, list[str]]:
    """Return a type's text, and the names of the types that it needs."""
    bare = {"description": None, "directives": ()}
    if isinstance(definition, ObjectTypeDefinitionNode):
        wanted = FIELDS[definition.name.value]
        fields = [one for one in definition.fields or () if one.name.value in wanted]
        needed = [name for one in fields for name in types_of(one)]
        bare |= {"fields": tuple(map(undocumented, fields)), "interfaces": ()}
    elif isinstance(definition, InputObjectTypeDefinitionNode):
        needed = [named(one.type) for one in definition.fields or ()]
    else:
        needed = []
    return print_ast(copied(definition, **bare)), needed


def types_of(field: FieldDefinitionNode) -> list[str]:
    """Return the names of a field's type and of its arguments' types."""
    return [named(field.type), *(named(one.type) for one in field.arguments or ())]


def undocumented(field: FieldDefinitionNode) -> FieldDefinitionNode:
    """Return the field without descriptions."""
    arguments = tuple(copied(one, description=None) for one in field.arguments or ())
    return copied(field, description=None, directives=(), arguments=arguments)


def copied(node: Any, **changes: Any) -> Any:
    """Return a copy of the node with other attributes."""
    every = {key: getattr(node, key) for key in node.keys}
    return type(node)(**{**every, **changes})


def named(kind: TypeNode) -> str:
    """Return the name inside lists and exclamation marks."""
    return kind.name.value if isinstance(kind, NamedTypeNode) else named(kind.type)


if __name__ == "__main__":
    main(*sys.argv[1:])
