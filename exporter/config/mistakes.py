"""Mistakes in a file the user wrote, each one line: where, what, and what would be accepted."""

import types
from collections.abc import Iterator
from datetime import date
from difflib import get_close_matches
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

_SHOWN = 10


def describe(model: type[BaseModel], error: ValidationError, prefix: str = "") -> list[str]:
    """Return a line for each mistake, `key: what is wrong`, with a suggestion for unknown keys."""
    details = error.errors(include_url=False, include_context=False)
    lines = list(dict.fromkeys(_line(model, one, prefix) for one in details))
    more = [f"and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
    return lines[:_SHOWN] + more


def unknown(kind: str, written: str, known: list[str]) -> str:
    """Return `unknown KIND 'x'; did you mean 'y'? known are …`."""
    near = get_close_matches(written, known, 1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return f"unknown {kind} {written[:60]!r}; {hint}known are {', '.join(known)}"


def _line(model: type[BaseModel], detail: ErrorDetails, prefix: str) -> str:
    location = [part for part in detail["loc"] if not _is_union_branch(part)]
    where = prefix
    for part in location:
        where += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if where else str(part)
    if detail["type"] == "extra_forbidden":
        *parents, key = location
        return f"{where}: {unknown('key', str(key), sorted(_keys(model, parents)))}"
    return f"{where}: {_message(detail)}" if where else _message(detail)


def _message(detail: ErrorDetails) -> str:
    if detail["type"] == "missing":
        return "is missing; write it"
    if detail["type"] == "string_type" and isinstance(detail["input"], (int, float, date)):
        return "is no text to YAML; put it in quotes"
    message = detail["msg"].removeprefix("Value error, ")
    return message[:1].lower() + message[1:]


def _is_union_branch(part: int | str) -> bool:
    # pydantic names the branch of a union in the location: no key of the file.
    return isinstance(part, str) and part in ("str", "int", "float", "[key]")


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
