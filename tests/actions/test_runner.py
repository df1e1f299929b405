"""The runner of the tests obeys what GitHub's would: else nothing that follows is proven."""

import pytest

from tests.actions.runner import Command, obeyed, parse_outputs


@pytest.mark.parametrize(
    ("line", "name", "message"),
    [
        ("::error::x", "error", "x"),
        ("  ::set-output name=a::b%0Ac", "set-output", "b\nc"),
        ("\t::add-mask::x", "add-mask", "x"),
        ("x ##[error]y", "error", "y"),
    ],
)
def test_a_command_is_obeyed_wherever_it_would_be(line: str, name: str, message: str) -> None:
    (found,) = obeyed([line])
    assert (found.name, found.message) == (name, message)


def test_properties_are_unescaped() -> None:
    (found,) = obeyed(["::error title=a%3A b%2C c%25,line=1::100%25"])
    assert found == Command("error", {"title": "a: b, c%", "line": "1"}, "100%")


def test_nothing_is_obeyed_while_commands_are_stopped() -> None:
    lines = ["::stop-commands::t", "::error::x", "##[error]x", "::other::", "::t::", "::debug::y"]
    assert [one.message for one in obeyed(lines)] == ["y"]


def test_what_is_no_command_is_not_obeyed() -> None:
    assert obeyed(["x ::error::y", ": :error::x", "# #[error]x", "::unheard-of::x"]) == []


def test_outputs_are_lines_or_blocks() -> None:
    assert parse_outputs("a=1\nb<<end\nx\ny=2\nend\nc=\n") == {"a": "1", "b": "x\ny=2", "c": ""}
