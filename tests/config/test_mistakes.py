from typing import Annotated, Any

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from exporter.config.mistakes import describe, unknown


class Inner(BaseModel):
    """A part of a source's settings."""

    model_config = ConfigDict(extra="forbid")

    size: int = 1


class Entry(Inner):
    """One that has an id, and a key that Python has a word for."""

    id: str = ""
    with_: Inner | None = Field(None, alias="with")


class Settings(BaseModel):
    """Settings with parts at every kind of place."""

    model_config = ConfigDict(extra="forbid")

    one: Inner | None = None
    many: Annotated[list[Inner], Field(max_length=3)] = []
    named: dict[str, Inner] = {}
    maybe: dict[str, Inner | None] | None = None
    text: str = ""
    either: Inner | int = 1
    listed: list[Entry] = []
    several: tuple[Inner, ...] = ()
    numbers: Annotated[tuple[int, ...], Field(min_length=1)] = (1,)


@pytest.mark.parametrize(
    ("written", "lines"),
    [
        ({"zzz": 1}, ["sources.x.zzz: unknown key 'zzz'; known are either, listed, many,"]),
        ({"one": {"sise": 1}}, ["sources.x.one.sise: unknown key 'sise'; did you mean 'size'?"]),
        ({"many": [{}, {"sise": 1}]}, ["sources.x.many[2].sise: unknown key 'sise'; did you mean"]),
        ({"several": [{"sise": 1}]}, ["sources.x.several[1].sise: unknown key 'sise'; did you"]),
        ({"named": {"a": {"sise": 1}}}, ["sources.x.named.a.sise: unknown key 'sise'; did you"]),
        ({"maybe": {"a": {"sise": 1}}}, ["sources.x.maybe.a.sise: unknown key 'sise'; did you"]),
        ({"one": 3}, ["sources.x.one: write keys with values"]),
        ({"many": {}}, ["sources.x.many: write a list, '- ' before each entry"]),
        ({"named": []}, ["sources.x.named: write keys with values"]),
        ({"text": 1.1}, ["sources.x.text: is no text to YAML; put it in quotes"]),
        ({"text": []}, ["sources.x.text: write text"]),
        ({"named": {1: {}}}, ["sources.x.named: key '1': is no text to YAML; put it in quotes"]),
        ({1: 1}, ["sources.x: key '1': is no text to YAML; put it in quotes"]),
        ({"one": {"size": "x"}, "text": 1}, ["sources.x.one.size: input", "sources.x.text: is no"]),
        ({"named": {"a\nb": 1}}, ["sources.x.named.'a\\nb': write keys with values"]),
        ({"numbers": []}, ["sources.x.numbers: write at least one entry"]),
        ({"numbers": ["a"]}, ["sources.x.numbers[1]: input should be a valid integer"]),
        ({"numbers": [], "text": 1}, ["sources.x.text: is no", "sources.x.numbers: write at"]),
        ({"listed": [{"id": "X-1", "size": "a"}]}, ["sources.x.listed.X-1.size: input should be"]),
        ({"listed": [{"id": "X 1", "size": "a"}]}, ["sources.x.listed[1].size: input should be"]),
        ({"listed": [{"id": 1, "size": 1}]}, ["sources.x.listed[1].id: is no text to YAML"]),
        ({"listed": [{}, 3]}, ["sources.x.listed[2]: write keys with values"]),
        ({"listed": [{"siz": 1}]}, ["sources.x.listed[1].siz: unknown key 'siz'; did you mean"]),
        (
            {"listed": [{"z": 1}]},
            ["sources.x.listed[1].z: unknown key 'z'; known are id, size, with"],
        ),
        (
            {"listed": [{"with": {"z": 1}}]},
            ["sources.x.listed[1].with.z: unknown key 'z'; known are size"],
        ),
        ({"either": {"sise": 1}}, ["sources.x.either.Inner.sise: unknown key 'sise'", "sources.x"]),
    ],
)
def test_each_mistake_is_a_line_with_its_place(written: Any, lines: list[str]) -> None:
    with pytest.raises(ValidationError) as caught:
        Settings.model_validate(written)
    described = describe(Settings, caught.value, "sources.x", written)
    assert len(described) == len(lines)
    for line, start in zip(described, lines, strict=True):
        assert line.startswith(start)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("githb", "unknown source 'githb'; did you mean 'github'? known are github, survey, x/y"),
        ("zzz", "unknown source 'zzz'; known are github, survey, x/y"),
        ("x", "unknown source 'x'; did you mean 'x/y'? known are github, survey, x/y"),
        ("z" * 100, f"unknown source '{'z' * 60}'; known are github, survey, x/y"),
        ("a\nb", "unknown source 'a\\nb'; known are github, survey, x/y"),
    ],
)
def test_what_is_unknown_is_shown_with_what_is_near_and_known(written: str, said: str) -> None:
    assert unknown("source", written, ["github", "survey", "x/y"]) == said
