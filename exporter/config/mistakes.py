"""Mistakes in a file the user wrote, each one line: where, what, and what would be accepted."""

import re
import types
from collections.abc import Iterator
from datetime import date
from difflib import get_close_matches
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

_SHOWN = 10
_LONGEST = 60

_ID = re.compile(r"[A-Za-z0-9_-]{1,20}")

# How pydantic marks that a mistake is in a key.
_KEY = "[key]"

_MESSAGES = {
    "missing": "is missing; write it",
    "string_type": "write text",
    "invalid_key": "write text",
    "dict_type": "write keys with values",
    "model_type": "write keys with values",
    "too_short": "write at least one entry",
    "list_type": "write a list, '- ' before each entry",
}


def describe(
    model: type[BaseModel], error: ValidationError, prefix: str = "", written: Any = None
) -> list[str]:
    """Return a line for each mistake, `key: what is wrong`, with a suggestion for unknown keys.

    `written` is what the model was made from: its entries with an id are called by that.
    """
    details = error.errors(include_url=False, include_context=False)
    lines = list(
        dict.fromkeys(_line(model, x, prefix, written) for x in details if _own(x, details))
    )
    more = [f"and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
    return lines[:_SHOWN] + more


def unknown(kind: str, written: str, known: list[str]) -> str:
    """Return `unknown KIND 'x'; did you mean 'y'? known are …`."""
    parts = [one for one in known if one.startswith(f"{written}/")]
    near = parts or get_close_matches(written[:_LONGEST], known, 1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return f"unknown {kind} {written[:_LONGEST]!r}; {hint}known are {', '.join(known)}"


def _own(detail: ErrorDetails, details: list[ErrorDetails]) -> bool:
    """Tell whether it is more than the consequence of another: bad entries leave a short list."""
    where = detail["loc"]
    below = (one["loc"] for one in details if one is not detail)
    return detail["type"] != "too_short" or all(one[: len(where)] != where for one in below)


def _line(model: type[BaseModel], detail: ErrorDetails, prefix: str, written: Any) -> str:
    location, message = list(detail["loc"]), _message(detail)
    if detail["type"] == "extra_forbidden":
        *parents, key = location
        message = unknown("key", str(key), sorted(_keys(model, parents)))
    elif detail["type"] == "invalid_key" or location[-1:] == [_KEY]:
        # The mistake is in the key, not below it; as the location has it, `1` would be an index.
        location = location[: -2 if location[-1] == _KEY else -1]
        message = f"key {str(detail['input'])[:_LONGEST]!r}: {message}"
    where = _place(prefix, location, written)
    return f"{where}: {message}" if where else message


def _place(prefix: str, location: list[int | str], written: Any) -> str:
    where = prefix
    for part in location:
        written = _below(written, part)
        name = _id(written) if isinstance(part, int) else _word(part)
        if name:
            where += f".{name}" if where else name
        else:
            where += f"[{int(part) + 1}]"
    return where


def _below(written: Any, part: int | str) -> Any:
    try:
        return written[part]
    except (LookupError, TypeError):
        return None


def _id(entry: Any) -> str:
    """Return the id of an entry of a list, if it has one that can stand in a line."""
    name = entry.get("id") if isinstance(entry, dict) else None
    return name if isinstance(name, str) and _ID.fullmatch(name) else ""


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
        yield from (field.alias or name for name, field in one.model_fields.items())


def _into(annotation: Any, part: Any) -> Any:
    for model in _models(annotation):
        for name, field in model.model_fields.items():
            if part == (field.alias or name):
                return field.annotation
    arguments = [one for one in get_args(_without_none(annotation)) if one is not Ellipsis]
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
