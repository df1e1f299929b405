"""The JSON schema of a release file, each source's settings included, for editors."""

from typing import Any

from exporter.config.release_file import ReleaseFile
from exporter.sources import COLLECTORS, OWN_COLLECTORS


def release_schema() -> dict[str, Any]:
    """Return the schema; unknown sources are errors in it as they are in the loader."""
    schema = ReleaseFile.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Release file of release-exporter"
    definitions = schema["$defs"]
    schema["properties"]["sources"] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            name: {"anyOf": [_settings(module.Settings, name, definitions), {"type": "null"}]}
            for name, module in COLLECTORS.items()
        },
    }
    definitions["OwnMetric"]["properties"]["source"] = {
        "type": "object",
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
        "properties": {
            name: _settings(module.Settings, name, definitions, hidden=("gauge",))
            for name, module in OWN_COLLECTORS.items()
        },
    }
    return schema


def _settings(
    model: Any, name: str, definitions: dict[str, Any], hidden: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Move a source's settings into the definitions and return the reference to them."""
    prefix = f"source_{name}"
    schema = model.model_json_schema(ref_template=f"#/$defs/{prefix}_{{model}}")
    for inner, definition in schema.pop("$defs", {}).items():
        definitions[f"{prefix}_{inner}"] = definition
    for key in hidden:
        schema["properties"].pop(key, None)
        if key in schema.get("required", ()):
            schema["required"].remove(key)
    definitions[prefix] = schema
    return {"$ref": f"#/$defs/{prefix}"}
