"""Names of checks as label values."""

import pytest

from exporter.results.names import LENGTH, plain_names


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("README.md accurate?", "README.md accurate?"),
        ("**bold** `code` _word_", "bold code _word_"),
        ("the [install guide](docs/install.md) works", "the install guide works"),
        ("ask somebody@example.com first", "ask first"),
        ("see https://example.com/x?token=1 now", "see now"),
        ("open /home/somebody/notes.md", "open"),
        ("open ~/notes and C:\\Users\\somebody", "open and"),
        ("key ghp_0123456789abcdef0123456789abcdef012345 is gone", "key is gone"),
        ('quote " back \x00 and new\nline', "quote back and new line"),
        ("lone \ud800 surrogate", "lone surrogate"),
        ("Größe 日本語", "Größe 日本語"),
        ("@@@", "check"),
        ("x" * 39 + " " + "y" * 39, "x" * 39 + " " + "y" * 24),
    ],
)
def test_a_name_becomes_plain(name: str, plain: str) -> None:
    assert plain_names([name]) == [plain]


def test_repeated_names_are_numbered_within_the_length() -> None:
    words = " ".join(["word"] * 30)
    names = plain_names(["a", "a", "a (2)", "a", words, words])
    assert names[:4] == ["a", "a (2)", "a (2) (2)", "a (3)"]
    assert len(set(names)) == 6
    assert all(len(name) <= LENGTH for name in names)
