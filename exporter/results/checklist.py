"""Checklists that people tick: a Markdown task list, or YAML.

- [x] README.md accurate            - check: README.md accurate
- [ ] Installation works              passed: true
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from exporter.files import MEBIBYTE, ItemError
from exporter.model import Reason, Rejection
from exporter.results.tasks import parse_tasks
from exporter.yaml_text import YamlError, load_yaml

LIMIT = MEBIBYTE
NAME_LENGTH = 300

_KEYS = {"check", "passed"}


@dataclass(frozen=True, slots=True)
class Check:
    """One item, ticked or not."""

    name: str
    passed: bool


def parse(text: str, file: str) -> tuple[list[Check], list[Rejection]]:
    """Return the items in their order, and those that could not be taken.

    The file's name tells YAML from Markdown. Raises ItemError when it is no checklist at all.
    """
    checks: list[Check] = []
    rejections: list[Rejection] = []
    parse_items = _yaml if file.lower().endswith((".yaml", ".yml")) else parse_tasks
    for item in parse_items(text, file):
        if isinstance(item, Rejection):
            rejections.append(item)
            continue
        position, entry = item
        try:
            checks.append(_check(entry))
        except ValueError as error:
            rejections.append(Rejection(Reason.FIELD, file, position, str(error)))
    if not checks and not rejections:
        message = "no check in it; write some, such as '- [ ] README.md accurate'"
        raise ItemError(Reason.SHAPE, file, "", message)
    return checks, rejections


def _check(entry: Any) -> Check:
    if not isinstance(entry, Mapping) or not entry.keys() <= _KEYS:
        raise ValueError("expected the keys check and passed")
    name, passed = entry.get("check"), entry.get("passed")
    if not isinstance(name, str) or not name.strip():
        raise ValueError("expected a name in words; in Markdown a space stands before it")
    if not isinstance(passed, bool | None):
        raise ValueError("expected true, false or nothing; in Markdown [x] or [ ]")  # noqa: TRY004 - a rejection, no bug
    return Check(name.strip()[:NAME_LENGTH], passed=bool(passed))


def _yaml(text: str, file: str) -> Iterator[tuple[str, Any]]:
    try:
        data = load_yaml(text)
    except YamlError as error:
        message = "not plain YAML, or with an alias, a tag or the same key twice"
        raise ItemError(Reason.SYNTAX, file, f"line {error.line}", message) from error
    if isinstance(data, Mapping):
        data = [{"check": name, "passed": passed} for name, passed in data.items()]
    if not isinstance(data, list):
        message = "expected a list of checks, or names with true or false"
        raise ItemError(Reason.SHAPE, file, "", message)
    for count, entry in enumerate(data, 1):
        yield f"entry {count}", entry
