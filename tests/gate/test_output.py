"""A hundred hostile texts through every output: none comes alive, and none is lost."""

import html
import json
import re
from xml.etree import ElementTree as ET

import pytest

from exporter.gate.document import load_all
from exporter.gate.output import FORMS, explain
from exporter.inert import inert
from tests.gate.hostile import TEXTS, say

CALM = say("calm")


def show(text: str) -> str:
    return f"{TEXTS.index(text)}: {text[:20].encode(errors='replace').decode()!a}"


def alive(line: str) -> bool:
    """Tell whether a build server would take a command from the line."""
    return line.strip().startswith("::") or bool(re.search(r"##\w*\[", line))


def structure(root: ET.Element) -> list[tuple[str, list[str]]]:
    return sorted((one.tag, sorted(one.attrib)) for one in root.iter())


def words(text: str) -> str:
    """Return the start of what is shown of the text, however it is spaced."""
    return "".join(inert(text)[:40].split())


def test_there_are_more_than_a_hundred_of_them() -> None:
    assert len(set(TEXTS)) >= 150


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("text", TEXTS, ids=show)
def test_no_output_has_what_a_terminal_or_a_build_would_run(form: str, text: str) -> None:
    output = FORMS[form]([say(text)])
    output.encode()
    assert [line for line in output.split("\n") if alive(line)] == []
    assert [one for one in output if not one.isprintable() and one != "\n"] == []


@pytest.mark.parametrize("text", TEXTS, ids=show)
def test_the_table_keeps_its_lines(text: str) -> None:
    # A text without anything to see leaves a column without anything to see.
    output, calm = FORMS["table"]([say(text)]), FORMS["table"]([CALM])
    assert output.count("\n") == calm.count("\n")


@pytest.mark.parametrize("text", TEXTS, ids=show)
def test_json_says_the_text_and_nothing_else_changes(text: str) -> None:
    output = FORMS["json"]([say(text)])
    (report,) = json.loads(output)["reports"]
    assert output.isascii()
    assert {line["title"] for line in report["verdicts"]} == {inert(text)}
    assert report.keys() == json.loads(FORMS["json"]([CALM]))["reports"][0].keys()
    (again,) = load_all(output)
    assert FORMS["json"]([again]) == output


# What the rules of Markdown allow for text alone: letters, digits, a few signs without meaning,
# and characters by number, which cannot take the place of a structural sign.
TEXT = re.compile(r"(?:[A-Za-z0-9 ,%;()]|&#\d+;|[^\x00-\x7f])*")
OURS = re.compile(r"^## |^\*\*UNKNOWN\*\* |^- |: CANNOT TELL$|^(Decided by|Also):$|^\|(---\|)+$|\|")


@pytest.mark.parametrize("text", TEXTS, ids=show)
def test_markdown_holds_the_text_as_text_alone(text: str) -> None:
    output = FORMS["markdown"]([say(text)])
    for line in output.split("\n"):
        assert TEXT.fullmatch(OURS.sub("", line)), line
    calm = FORMS["markdown"]([CALM])
    assert [line.count("|") for line in output.split("\n")] == [
        line.count("|") for line in calm.split("\n")
    ]


@pytest.mark.parametrize("text", TEXTS, ids=show)
def test_markdown_comes_out_without_mention_reference_or_address(text: str) -> None:
    shown = html.unescape(FORMS["markdown"]([say(text)]))
    assert not re.search(r"[@#]\w", shown.replace("## ", ""))
    assert not re.search(r"(?i)\bGH-\d|\bwww\.|:\w+:|://", shown)
    assert words(text) in "".join(shown.replace("\u200b", "").split())


@pytest.mark.parametrize("text", TEXTS, ids=show)
def test_junit_keeps_its_elements_and_says_the_text(text: str) -> None:
    root = ET.fromstring(FORMS["junit"]([say(text)]))  # noqa: S314 - our own output
    calm = ET.fromstring(FORMS["junit"]([CALM]))  # noqa: S314 - as above
    # The order follows the keys, one of which is the text.
    assert structure(root) == structure(calm)
    assert words(text) in "".join((root[0].get("name") or "").split())


@pytest.mark.parametrize("text", TEXTS, ids=show)
def test_an_explanation_is_as_inert(text: str) -> None:
    output = explain.render(say(text), "X-2")
    assert [line for line in output.split("\n") if alive(line)] == []
    assert [one for one in output if not one.isprintable() and one != "\n"] == []
    assert output.count("\n") == explain.render(CALM, "X-2").count("\n")


def test_only_a_pass_is_green_in_junit() -> None:
    root = ET.fromstring(FORMS["junit"]([CALM]))  # noqa: S314 - our own output
    outcomes = {case.get("name"): [one.tag for one in case] for case in root[0]}
    # One fails, one is waived, one has nothing to judge; so that nothing can be told.
    assert outcomes == {
        "decision": ["error"],
        "X-2 calm": [],
        "X-3 calm": ["skipped"],
        "calm calm": ["skipped"],
    }


def test_what_decides_stands_first_in_the_table() -> None:
    lines = FORMS["table"]([CALM]).split("\n")
    assert lines[0].startswith("calm calm   2026-01-17 12:00 PST   phase: beta day 5")
    assert lines[1] == "OVERALL STATUS: ❔ CANNOT TELL (UNKNOWN)"
    assert lines[3:5] == ["DECIDED BY", "  calm"]
