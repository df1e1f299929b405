"""YAML from people: plain data only, with the line of every mistake."""

import re
from contextlib import suppress
from typing import Any

import yaml

DEPTH = 50
LENGTH = 256 * 1024
NUMBER_LENGTH = 100

_NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
# Where libyaml reads on and PyYAML does not: tabs, line breaks other than \n, byte order marks,
# question marks in flow, and a comment that begins in the header of a block.
_ODD = re.compile(
    r"[^\n -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
    r"|\?|[|>][-+0-9]*#"
)
_SURROGATE = re.compile("[\ud800-\udfff]")


class YamlError(ValueError):
    """Text that is no plain YAML data; `line` counts from 1, 0 when it is about the whole text."""

    def __init__(self, message: str, line: int = 0) -> None:
        """Keep the line apart from the message: callers put the file before both."""
        super().__init__(message)
        self.line = line


class _Plain(yaml.composer.Composer, yaml.constructor.SafeConstructor):
    """Plain data: no tags of Python's, no aliases (they multiply), no key twice.

    Composed in Python on purpose: libyaml's own composer has no bound and dies of deep nesting.
    """

    check_event: Any
    peek_event: Any
    _depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise YamlError("aliases are not supported; write the value out", _line(self))
        if getattr(self.peek_event(), "tag", None) is not None:
            raise YamlError("tags are not supported; write plain values", _line(self))
        self._depth += 1
        if self._depth > DEPTH:
            raise YamlError(f"nested deeper than {DEPTH} levels", _line(self))
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            text = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
            if text in seen and text != "<<":
                raise YamlError(f"key {text[:60]!r} stands here twice", _line_of(key))
            seen.add(text)
        return super().construct_mapping(node, deep)

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        if isinstance(node, yaml.ScalarNode):
            _check_scalar(node)
        try:
            return super().construct_object(node, deep)
        except YamlError:
            raise
        except (ValueError, OverflowError) as error:
            # Dates such as 2026-02-30 come out of the constructors bare.
            raise YamlError(str(error), _line_of(node)) from error


class _Loader(_Plain, yaml.SafeLoader):
    """In Python throughout: people read what it says of their mistakes."""


if yaml.__with_libyaml__:

    class _Quick(_Plain, yaml.CSafeLoader):
        """With libyaml's scanner and parser, in a fraction of the time."""

        def __init__(self, text: str) -> None:
            yaml.CSafeLoader.__init__(self, text)
            yaml.composer.Composer.__init__(self)


def load_yaml(text: str) -> Any:
    """Return the one document in the text as plain data; raises YamlError on anything else."""
    if len(text) > LENGTH:
        raise YamlError(f"longer than {LENGTH // 1024} KiB")
    if yaml.__with_libyaml__ and not _ODD.search(text):
        # Whatever it has against the text, the other one says with its line.
        with suppress(yaml.YAMLError, ValueError):
            return _data(_Quick(text))
    return _load_carefully(text)


def _load_carefully(text: str) -> Any:
    try:
        loader = _Loader(text)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise YamlError("a character that no text has", line) from error
    try:
        return _data(loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = ", ".join(part for part in (error.context, error.problem) if part)
        raise YamlError(said or "not YAML", mark.line + 1 if mark else 0) from error


def _data(loader: Any) -> Any:
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()


def _check_scalar(node: yaml.ScalarNode) -> None:
    if node.tag in _NUMBERS and (":" in node.value or len(node.value) > NUMBER_LENGTH):
        # YAML 1.1 takes 12:30 for 750, and takes its time for long ones.
        raise YamlError("a number with ':' or very long; put it in quotes", _line_of(node))
    if _SURROGATE.search(node.value):
        # Written as an escape; no UTF-8 can carry it on.
        raise YamlError("half a character; write the character itself", _line_of(node))


def _line(loader: Any) -> int:
    return _line_of(loader.peek_event())


def _line_of(place: Any) -> int:
    """Return the line where an event or a node begins."""
    return int(place.start_mark.line) + 1
