from typing import Annotated

import pytest
from pydantic import TypeAdapter, ValidationError

from exporter.config.patterns import ONE_LINE, Pattern

Word = Annotated[str, Pattern(r"^[a-z]+$", "write small letters")]


def test_a_text_of_another_form_is_refused_with_the_fix() -> None:
    words = TypeAdapter(Word)
    assert words.validate_python("caro") == "caro"
    for text in ("Caro", "", "caro\n"):
        with pytest.raises(ValidationError, match="write small letters") as caught:
            words.validate_python(text)
        assert caught.value.error_count() == 1


def test_what_is_no_text_is_refused_as_such() -> None:
    with pytest.raises(ValidationError, match="valid string"):
        TypeAdapter(Word).validate_python(1)


def test_editors_see_the_pattern() -> None:
    assert TypeAdapter(Word).json_schema() == {"type": "string", "pattern": "^[a-z]+$"}
    schema = TypeAdapter(dict[Word, int]).json_schema()
    assert schema["patternProperties"] == {"^[a-z]+$": {"type": "integer"}}


@pytest.mark.parametrize("text", ["a\nb", "\x00", "\x7f", "a\n"])
def test_one_line_is_one(text: str) -> None:
    with pytest.raises(ValidationError, match="write one line"):
        TypeAdapter(Annotated[str, ONE_LINE]).validate_python(text)
