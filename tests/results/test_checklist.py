"""Checklists in Markdown and YAML, and what is none."""

import pytest

from exporter.files import ItemError
from exporter.model import Reason
from exporter.results.checklist import NAME_LENGTH, Check, parse


def ticks(text: str, file: str = "checklist.md") -> dict[str, bool]:
    checks, rejections = parse(text, file)
    assert not rejections
    return {check.name: check.passed for check in checks}


MARKDOWN = """# Documentation

- [x] README.md accurate
* [ ] TELEMETRY.md accurate
+ [X] Installation works

1. [x] numbered
2) [ ] numbered in another way
   - [x] nested
       - [ ] nested deeper

> - [x] quoted
- an item without a box, [a link](x), [x](x) and `[x]` a quoted box in mid-line
- [text] in brackets
- (an aside) and f() or ()
- [![badge](a.svg)](b) and [^1]
-
[^1]: a note, `[ ]` quoted
[1] another
---
| a | table | `[ ]` |
|---|:-:|---|
✅ prose, and a ❌ in it, or a question?
  - does a note ask?
- a question? No.
- see https://example.com/?
- [link](https://example.com)
- [x](link)
- [x][link]

\t- [ ] a tab in
"""


def test_every_item_of_a_markdown_task_list_is_a_check() -> None:
    assert ticks(MARKDOWN) == {
        "README.md accurate": True,
        "TELEMETRY.md accurate": False,
        "Installation works": True,
        "numbered": True,
        "numbered in another way": False,
        "nested": True,
        "nested deeper": False,
        "quoted": True,
        "a tab in": False,
    }


@pytest.mark.parametrize(
    "hidden",
    [
        "```\n- [x] hidden\n```",
        "```markdown\n- [x] hidden\n````",
        "~~~ `x`\n- [x] hidden\n```\n- [x] hidden\n~~~~",
        "   ```\n- [x] hidden\n   ```",
        "<!-- - [x] hidden -->",
        "<!--\n- [x] hidden\n-->",
        "text <!-- a --> <!-- b\n- [x] hidden -->",
        "<!--\n```\n-->",
        "```\n<!--\n```",
        "A paragraph:\n\n    - [x] hidden, as this is code",
        "A paragraph:\n\n\t- [x] hidden, as this is code",
        "`<!--` quoted",
        "``` inline ``` code",
    ],
)
def test_code_and_comments_are_no_checks(hidden: str) -> None:
    text = f"- [x] first\n\n# Next\n\n{hidden}\n\n- [ ] last\n"
    assert ticks(text) == {"first": True, "last": False}


def test_a_comment_behind_a_check_is_not_its_name() -> None:
    assert ticks("- [x] first <!-- who -->\n") == {"first": True}


def test_a_paragraph_that_runs_on_does_not_end_its_list() -> None:
    assert ticks("- [x] first\nruns on\n    - [ ] nested\n") == {"first": True, "nested": False}


ODD = (
    "- [x",
    "- [ ",
    "- [",
    "-[ ] b",
    "-[x] b",
    "[ ] b",
    "[] b",
    "  [ ] b",
    "[x",
    "- ( ) c",
    "- (x) c",
    "- [ ) c",
    "- **[ ]** c",
    "- **[ ] c**",
    "- `[ ]` c",
    "- c [ ]",
    "- c: [x] d",
    "- [x] c [ ] d",
    "- [ ](c.md) d",
    "- - [ ] c",
    "• [ ] c",
    "\N{EN DASH} [ ] c",
    "1.[ ] c",
    "# [ ] c",
    "| [ ] | c |",
    "- ☐ c",
    "☐ c",
    "| c | [ ] |",
    "| c | [x] | ann |",
    "c | [ ]",
    "| c | ❌ |",
    "- ❌ c",
    "- ✅ c",
    "- **✔\ufe0f c**",
    "- c ❌",
    "- c: ✅.",
    '<input type="checkbox"> c',
    "<li><INPUT disabled type=checkbox checked> c</li>",
    "- README.md accurate?",
    "1. Do the instructions work?",
)


@pytest.mark.parametrize("line", ODD)
@pytest.mark.parametrize("ending", ["\n", "\n- [ ] last", "\n\nmore text\n"])
def test_a_box_that_makes_no_item_is_rejected_and_its_neighbours_count(
    line: str, ending: str
) -> None:
    checks, (found,) = parse(f"- [x] first\n\n{line}{ending}", "c.md")
    assert checks[0] == Check("first", passed=True)
    assert len(checks) == 1 + ending.count("[ ]")
    assert (found.reason, found.file, found.position) == (Reason.FIELD, "c.md", "line 3")


@pytest.mark.parametrize("line", ["- [x", "- [ ", "- [", "-", "- ", "1.", "[", "- **[ "])
def test_a_file_that_ends_inside_an_item_is_truncated(line: str) -> None:
    checks, (found,) = parse(f"- [x] first\n{line}", "c.md")
    assert checks == [Check("first", passed=True)]
    assert (found.reason, found.file, found.position) == (Reason.TRUNCATED, "c.md", "line 2")


def test_windows_line_ends_change_nothing() -> None:
    assert ticks("- [x] first\r\n- [ ] last\r\n") == {"first": True, "last": False}


@pytest.mark.parametrize(
    "text",
    [
        "- {check: a, passed: yes}\n- {check: b, passed: no}\n- check: c\n  passed:\n- check: d\n",
        "a: true\nb: false\nc: null\nd:\n",
        "a: yes\nb: no\nc: ~\nd:\n",
    ],
)
def test_yaml_is_a_list_or_names_with_answers(text: str) -> None:
    expected = {"a": True, "b": False, "c": False, "d": False}
    assert ticks(text, "checks.yaml") == ticks(text, "Checks.YML") == expected


NOT_ONE = {
    "empty": ("", "c.md", Reason.SHAPE, ""),
    "prose": ("All is well.\n", "c.md", Reason.SHAPE, ""),
    "hidden checks only": ("```\n- [x] a\n```\n", "c.md", Reason.SHAPE, ""),
    "a fence without end": ("- [x] a\n```\n- [ ] b\n", "c.md", Reason.TRUNCATED, "line 2"),
    "a shorter fence end": ("- [x] a\n````\n```\n", "c.md", Reason.TRUNCATED, "line 2"),
    "a comment without end": ("- [x] a\n<!--\n- [ ] b\n", "c.md", Reason.TRUNCATED, "line 2"),
    "a second comment without end": (
        "<!-- a --> <!-- b\n- [ ] b\n",
        "c.md",
        Reason.TRUNCATED,
        "line 1",
    ),
    "empty YAML": ("", "c.yaml", Reason.SHAPE, ""),
    "an empty list": ("[]", "c.yaml", Reason.SHAPE, ""),
    "a text": ("all well", "c.yaml", Reason.SHAPE, ""),
    "a number": ("1", "c.yaml", Reason.SHAPE, ""),
    "Markdown named YAML": ("- [x] a\n- [ ] b\n", "c.yaml", Reason.SYNTAX, "line 1"),
    "an alias": ("- &a {check: a}\n- *a\n", "c.yaml", Reason.SYNTAX, "line 2"),
    "a tag": ("- !!python/name:os.system {}\n", "c.yaml", Reason.SYNTAX, "line 1"),
    "a check twice": ("a: true\nb: true\na: false\n", "c.yaml", Reason.SYNTAX, "line 3"),
    "two documents": ("a: true\n---\nb: true\n", "c.yaml", Reason.SYNTAX, "line 2"),
    "a tab": ("a:\n\tb: true\n", "c.yaml", Reason.SYNTAX, "line 2"),
    "nested too deep": ("[" * 1000, "c.yaml", Reason.SYNTAX, "line 1"),
    "cut off": ("- {check: a, pas", "c.yaml", Reason.SYNTAX, "line 1"),
    "too long": ("# x\n" * 100_000, "c.yaml", Reason.SYNTAX, "line 0"),
}


@pytest.mark.parametrize(("text", "file", "reason", "position"), NOT_ONE.values(), ids=NOT_ONE)
def test_what_is_no_whole_checklist_is_rejected(
    text: str, file: str, reason: Reason, position: str
) -> None:
    with pytest.raises(ItemError) as caught:
        parse(text, file)
    found = caught.value.rejection
    assert (found.reason, found.file, found.position) == (reason, file, position)


BAD_ITEMS = {
    "no blank in the box": ("- [] a", "c.md"),
    "two blanks": ("- [  ] a", "c.md"),
    "a blank beside the tick": ("- [x ] a", "c.md"),
    "a blank before the tick": ("- [ x] a", "c.md"),
    "another tick": ("- [v] a", "c.md"),
    "a tick of its own": ("- [✓] a", "c.md"),
    "half done": ("- [~] a", "c.md"),
    "a word": ("- [yes] a", "c.md"),
    "no space behind the box": ("- [x]a", "c.md"),
    "no name": ("- [x]", "c.md"),
    "a blank name": ("- [x]   ", "c.md"),
    "a name alone": ("- a", "c.yaml"),
    "a list": ("- [a, true]", "c.yaml"),
    "nothing": ("-", "c.yaml"),
    "another key": ("- {check: a, passed: true, by: b}", "c.yaml"),
    "a key in other words": ("- {name: a, passed: true}", "c.yaml"),
    "a check without name": ("- {passed: true}", "c.yaml"),
    "an empty name": ("- {check: ' ', passed: true}", "c.yaml"),
    "a number as name": ("- {check: 1, passed: true}", "c.yaml"),
    "an answer in words": ("- {check: a, passed: 'true'}", "c.yaml"),
    "an answer in numbers": ("- {check: a, passed: 1}", "c.yaml"),
    "an answer with structure": ("- {check: a, passed: [true]}", "c.yaml"),
    "a number as key": ("1: true", "c.yaml"),
    "more below a name": ("a: {passed: true}", "c.yaml"),
}


@pytest.mark.parametrize(("item", "file"), BAD_ITEMS.values(), ids=BAD_ITEMS)
def test_an_item_that_cannot_be_understood_is_rejected_alone(item: str, file: str) -> None:
    good = {"c.md": "- [x] good\n", "c.yaml": "- {check: good, passed: true}\n"}[file]
    if not item.startswith("-"):
        good = "good: true\n"
    checks, (found,) = parse(good + item + "\n", file)
    assert checks == [Check("good", passed=True)]
    position = "line 2" if file == "c.md" else "entry 2"
    assert (found.reason, found.file, found.position) == (Reason.FIELD, file, position)


def test_a_name_is_kept_to_a_readable_length() -> None:
    checks, _ = parse("- [x] " + "x" * 5000, "c.md")
    assert len(checks[0].name) == NAME_LENGTH
