"""Texts as text in Markdown and XML; tests/gate/test_output.py has the hostile ones."""

from xml.etree import ElementTree as ET

import pytest

from exporter.inert import plain
from exporter.markup import markdown, xml_attribute, xml_text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Success Rate", "Success Rate"),
        ("85.5%", "85&#46;5%"),
        ("@someone", "&#64;&#8203;someone"),
        ("#12", "&#35;&#8203;12"),
        ("GH-12", "GH&#45;&#8203;12"),
        ("a|b", "a&#124;b"),
        ("  ≥80%\n", "≥80%"),
        ("<b>", "&#60;b&#62;"),
        ("\ue000", "\ufffd"),
    ],
)
def test_what_means_something_to_markdown_is_written_by_number(text: str, written: str) -> None:
    assert markdown(text) == written


@pytest.mark.parametrize("text", ["a & b", "<x y='1'>\"", "]]>", "##[x]", "é ≥"])
def test_xml_gives_the_text_back(text: str) -> None:
    element = ET.fromstring(f"<x y={xml_attribute(text)}>{xml_text(text)}</x>")  # noqa: S314 - ours
    assert (element.get("y"), element.text) == (text, text)


def test_xml_holds_no_command() -> None:
    assert "##" not in xml_text("##[error]###")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("tests::it", "tests::it"),
        ("::error::x", ": :error::x"),
        ("  ::x", "  : :x"),
        ("##[x]", "# #[x]"),
        ("####", "# # # #"),
        ("#1", "#1"),
    ],
)
def test_a_command_of_a_build_is_no_command_any_more(text: str, shown: str) -> None:
    assert plain(text) == shown
