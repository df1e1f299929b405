"""Mistakes in a file the user wrote, each one line: where, what, and what would be accepted."""

import types
from collections.abc import Iterator
from datetime import date
from difflib import get_close_matches
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

_SHOWN = 10
_LONGEST = 60

# How pydantic marks that a mistake is in a key.
_KEY = "[key]"

_MESSAGES = {
    "missing": "is missing; write it",
    "string_type": "write text",
    "invalid_key": "write text",
    "dict_type": "write keys with values",
    "model_type": "write keys with values",
    "list_type": "write a list, '- ' before each entry",
}


def describe(model: type[BaseModel], error: ValidationError, prefix: str = "") -> list[str]:
    """Return a line for each mistake, `key: what is wrong`, with a suggestion for unknown keys."""
    details = error.errors(include_url=False, include_context=False)
    lines = list(dict.fromkeys(_line(model, one, prefix) for one in details))
    more = [f"and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
    return lines[:_SHOWN] + more


def unknown(kind: str, written: str, known: list[str]) -> str:
    """Return `unknown KIND 'x'; did you mean 'y'? known are …`."""
    parts = [one for one in known if one.startswith(f"{written}/")]
    near = parts or get_close_matches(written[:_LONGEST], known, 1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return f"unknown {kind} {written[:_LONGEST]!r}; {hint}known are {', '.join(known)}"


def _line(model: type[BaseModel], detail: ErrorDetails, prefix: str) -> str:
    location, message = list(detail["loc"]), _message(detail)
    if detail["type"] == "extra_forbidden":
        *parents, key = location
        message = unknown("key", str(key), sorted(_keys(model, parents)))
    elif detail["type"] == "invalid_key" or location[-1:] == [_KEY]:
        # The mistake is in the key, not below it; as the location has it, `1` would be an index.
        location = location[: -2 if location[-1] == _KEY else -1]
        message = f"key {str(detail['input'])[:_LONGEST]!r}: {message}"
    where = _place(prefix, location)
    return f"{where}: {message}" if where else message


def _place(prefix: str, location: list[int | str]) -> str:
    where = prefix
    for part in location:
        if isinstance(part, int):
            where += f"[{part + 1}]"
        else:
            where += f".{_word(part)}" if where else _word(part)
    return where


def _word(key: str) -> str:
    """Return a key as it stands in the file, if it can stand in a line."""
    key = key[:_LONGEST]
    return key if key.isprintable() else ascii(key)


def _message(detail: ErrorDetails) -> str:
    kind = detail["type"]
    if kind in ("string_type", "invalid_key") and isinstance(detail["input"], (int, float, date)):
        return "is no text to YAML; put it in quotes"
    message = _MESSAGES.get(kind, detail["msg"]).removeprefix("Value error, ")
    # A sentence becomes part of a line; a name such as QM-3 or URL stays as it is.
    return message[:1].lower() + message[1:] if message[1:2].islower() else message


def _keys(model: type[BaseModel], location: list[Any]) -> Iterator[str]:
    """Yield the keys that the model at that place in the file knows."""
    annotation: Any = model
    for part in location:
        annotation = _into(annotation, part)
    for one in _models(annotation):
        yield from one.model_fields


def _into(annotation: Any, part: Any) -> Any:
    for model in _models(annotation):
        if part in model.model_fields:
            return model.model_fields[part].annotation
    arguments = get_args(_without_none(annotation))
    return arguments[-1] if arguments else annotation


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) in (Union, types.UnionType):
        for one in get_args(annotation):
            yield from _models(one)
    elif get_origin(annotation) is Annotated:
        yield from _models(get_args(annotation)[0])


def _without_none(annotation: Any) -> Any:
    if get_origin(annotation) is Annotated:
        return _without_none(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return next(one for one in get_args(annotation) if one is not type(None))
    return annotation
