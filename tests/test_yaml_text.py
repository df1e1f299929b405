from collections.abc import Callable
from datetime import date

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter import yaml_text as module
from exporter.yaml_text import DEPTH, LENGTH, YamlError, load_yaml
from tests.example import EXAMPLE

GOOD = [
    ("", None),
    ("a: 1", {"a": 1}),
    ("- a\n- 1.5\n- yes\n- ~\n", ["a", 1.5, True, None]),
    ("day: 2026-01-13", {"day": date(2026, 1, 13)}),
    ("quoted: '2026-01-13'", {"quoted": "2026-01-13"}),
    ("time: '12:30'", {"time": "12:30"}),
    ("text: |\n  a\n  b\n", {"text": "a\nb\n"}),
    ("{a: [1, 2], b: {c: d}}", {"a": [1, 2], "b": {"c": "d"}}),
    ("---\na: 1\n...\n", {"a": 1}),
    ("<<: {a: 1}\nb: 2", {"a": 1, "b": 2}),
    ("\N{GRINNING FACE}: ü", {"\N{GRINNING FACE}": "ü"}),
    ("1: a\n2026-01-13: b", {1: "a", date(2026, 1, 13): "b"}),
    ("[" * (DEPTH - 1) + "a" + "]" * (DEPTH - 1), None),
    ("#" + "x" * (LENGTH - 1), None),
]


@pytest.mark.parametrize(("text", "data"), GOOD)
def test_plain_data_is_read(text: str, data: object) -> None:
    loaded = load_yaml(text)
    assert data is None or loaded == data


MISTAKES = [
    ("a: 1\nb: c: d\n", 2, "mapping values are not allowed here"),
    ("a:\n\t- b\n", 2, "cannot start any token"),
    ("a: [1, 2\nb: 3\n", 2, "expected"),
    ("a: {b: 1\n", 2, "expected"),
    ("a: 'open\n", 2, "end of stream"),
    ('a: "\\q"\n', 1, "unknown escape"),
    ("- a\nb: 1\n", 2, "expected"),
    ("a: 1\n---\nb: 2\n", 2, "expected a single document"),
    ("a: @x\n", 1, "cannot start any token"),
    ("%YAML 9.9\n---\na: 1\n", 1, "incompatible"),
    # What may multiply, or be no plain data.
    ("a: &x 1\nb: *x\n", 2, "aliases are not supported"),
    ("a: *x\n", 1, "aliases are not supported"),
    ("*x : 1\n", 1, "aliases are not supported"),
    ("<<: *x\n", 1, "aliases are not supported"),
    ("a: 1\nb: !!python/object/apply:os.system [ls]\n", 2, "tags are not supported"),
    ("a: !!python/name:os.system\n", 1, "tags are not supported"),
    ("a: !!binary aGk=\n", 1, "tags are not supported"),
    ("a: !!set {x, y}\n", 1, "tags are not supported"),
    ("a: !!omap [x: 1]\n", 1, "tags are not supported"),
    ("!!map {a: 1}\n", 1, "tags are not supported"),
    # Tagged scalars that PyYAML's own constructors fall over.
    ("a: !!float ''\n", 1, "tags are not supported"),
    ("a: !!int ''\n", 1, "tags are not supported"),
    ("a: !!bool maybe\n", 1, "tags are not supported"),
    ("a: !!timestamp soon\n", 1, "tags are not supported"),
    ("!own a\n", 1, "tags are not supported"),
    ("! a\n", 1, "tags are not supported"),
    # Keys.
    ("a: 1\nb: 2\na: 3\n", 3, "key 'a' stands here twice"),
    ("a:\n  b: 1\n  b: 2\n", 3, "key 'b' stands here twice"),
    ("{a: 1, a: 1}", 1, "key 'a' stands here twice"),
    ("1: a\n'1': b\n", 2, "key '1' stands here twice"),
    ("x: 1\n? [a]\n: 1\n", 2, "unhashable key"),
    ("? {a: 1}\n: 1\n", 1, "unhashable key"),
    ("<<: 3\n", 1, "expected a mapping or list of mappings"),
    # Values that only look like something.
    ("a: 1\nday: 2026-02-30\n", 2, "day is out of range for month"),
    ("day: 2026-13-01\n", 1, "month must be in 1..12"),
    ("day: 0000-01-01\n", 1, "year 0 is out of range"),
    ("at: 2026-01-13 25:00:00\n", 1, "hour must be in 0..23"),
    ("at: 12:30\n", 1, "put it in quotes"),
    ("at: 1:30.5\n", 1, "put it in quotes"),
    ("n: 1" + ":1" * 100_000, 1, "put it in quotes"),
    ("n: 1" + ":1" * 100_000 + ".5", 1, "put it in quotes"),
    ("n: " + "9" * 100_000, 1, "put it in quotes"),
    ("n: 0x" + "f" * 100_000, 1, "put it in quotes"),
    ("n: 0b_\n", 1, "invalid literal"),
    ('a: 1\nb: "\\ud800"\n', 2, "half a character"),
    ('"\\ud83d\\ude00": 1\n', 1, "half a character"),
    # Sizes.
    ("x: 1\ny: " + "[" * DEPTH + "]" * DEPTH, 2, "deeper than 50 levels"),
    ("[" * 100_000, 1, "deeper than 50 levels"),
    ("{a: " * 60_000, 1, "deeper than 50 levels"),
    ("- " * 100_000, 1, "deeper than 50 levels"),
    ("#" + "x" * LENGTH, 0, "longer than 256 KiB"),
    ("a: \0\n", 1, "a character that no text has"),
    ("a: 1\nb: \x1b[31m\n", 2, "a character that no text has"),
    ("a: \ud800\n", 1, "a character that no text has"),
]


@pytest.mark.parametrize(("text", "line", "message"), MISTAKES)
def test_a_mistake_is_refused_with_its_line(text: str, line: int, message: str) -> None:
    with pytest.raises(YamlError) as caught:
        load_yaml(text)
    assert message in str(caught.value)
    assert caught.value.line == line
    assert "\n" not in str(caught.value)


# Texts that libyaml's scanner takes otherwise than PyYAML's.
DIFFERENT = [
    "\\\t",
    "a: b\t: c",
    "[a?b]",
    "{a: b?}",
    "a: |#\n",
    "a: >-#\n",
    "a: |+1#\n",
    "\r\ufeff",
    "|2\n\ufeff",
    "a: \u2029\ufeff",
    "{\\\u2029c&- x\n!12|}",
    "a: b\x85c: d",
]


@pytest.mark.parametrize("text", DIFFERENT)
def test_what_libyaml_takes_otherwise_is_not_left_to_it(text: str) -> None:
    assert module._ODD.search(text)
    assert loaded(text) == carefully(text)


@pytest.mark.parametrize("text", [*(text for text, *_ in GOOD), *(text for text, *_ in MISTAKES)])
def test_libyaml_makes_no_difference(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = loaded(text)
    monkeypatch.setattr(yaml, "__with_libyaml__", False)
    assert quick == loaded(text) == carefully(text)


def test_libyaml_reads_the_example(monkeypatch: pytest.MonkeyPatch) -> None:
    assert yaml.__with_libyaml__
    monkeypatch.setattr(module, "_load_carefully", pytest.fail)
    assert load_yaml((EXAMPLE / "release.yaml").read_text())["project"] == "caro"


def loaded(text: str) -> str:
    """Return what it is read as, or what is wrong with it and where."""
    return said(load_yaml, text)


def carefully(text: str) -> str:
    """Return the same of PyYAML's own scanner and parser."""
    return said(module._load_carefully, text) if len(text) <= LENGTH else loaded(text)


def said(load: Callable[[str], object], text: str) -> str:
    try:
        return repr(load(text))
    except YamlError as error:
        return f"{error.line}: {error}"


FRAGMENTS = st.sampled_from(
    [*"-:?[]{},#&*!|>'\"%@`~<=\n\t 1a", "  ", ": ", "- ", "? ", "<<: ", "&a ", "*a", "!!int ",
     "2026-01-13", "12:30", ".inf", ".nan", "0x_", "yes", "---\n", "...\n", "\\ud800", "é"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(FRAGMENTS, max_size=25).map("".join) | st.text(max_size=40))
def test_any_text_is_data_or_a_yaml_error(text: str) -> None:
    line = 0
    try:
        load_yaml(text)
    except YamlError as error:
        line = error.line
    assert 0 <= line <= len(text.splitlines()) + 1


@settings(max_examples=300, deadline=None)
@given(st.lists(FRAGMENTS, max_size=25).map("".join) | st.text(max_size=40))
def test_any_text_is_read_as_if_there_were_no_libyaml(text: str) -> None:
    assert loaded(text) == carefully(text)
