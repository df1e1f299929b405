import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.inert import LONGEST, MOST_MARKS, inert
from exporter.status_page.links import linked, web_link


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain words", "plain words"),
        ("", ""),
        ("日本語 · Größe · עברית · ≥80%", "日本語 · Größe · עברית · ≥80%"),
        ("⚠️ careful", "⚠️ careful"),
        ("two\nlines\tand\r\nmore", "two lines and  more"),
        ("no\u00a0break\u2028line", "no break line"),
        ("nul\0", "nul\ufffd"),
        ("\x1b[31mred", "\ufffd[31mred"),
        ("fail\u202ella", "fail\ufffdlla"),
        ("\u2066isolated\u2069", "\ufffdisolated\ufffd"),
        ("zero\u200bwidth\u200d\ufeff", "zero\ufffdwidth\ufffd\ufffd"),
        ("lone \ud800 surrogate", "lone \ufffd surrogate"),
        ("unassigned \U000e0fff", "unassigned \ufffd"),
        ("private \ue000", "private \ufffd"),
        ("e" + "\u0301" * 50, "e" + "\u0301" * MOST_MARKS),
        ("a" + "\u20dd" * 50, "a" + "\u20dd" * MOST_MARKS),
        ("<b>&amp;</b>", "<b>&amp;</b>"),
    ],
)
def test_what_cannot_be_seen_is_shown_as_such(text: str, expected: str) -> None:
    assert inert(text) == expected


@given(st.text())
@settings(max_examples=50)
def test_every_text_becomes_one_short_printable_line(text: str) -> None:
    result = inert(text)
    assert result.isprintable()
    assert len(result) <= LONGEST
    assert inert(result) == result
    result.encode()


def test_a_long_text_ends_in_a_mark_that_says_so() -> None:
    assert inert("x" * LONGEST) == "x" * LONGEST
    assert inert("x" * (LONGEST + 1)) == "x" * (LONGEST - 1) + "…"


@pytest.mark.parametrize(
    "address", ["https://github.com/wildcard/caro/issues/1", "http://tracker:8080/x?y=1#z"]
)
def test_a_web_address_may_be_followed(address: str) -> None:
    assert web_link(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "issue 12",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "//example.com/x",
        "https:",
        "https:///x",
        "http://[::1",
        "https://a\u202eb.example",
        "https://a.example/\nx",
        "ht\ttps://a.example",
        "https://a.example/" + "x" * LONGEST,
    ],
)
def test_anything_else_is_text_and_no_link(address: str) -> None:
    assert web_link(address) == ""


TRACKER = "https://github.com/wildcard/caro/issues?q=is%3Aissue+label%3A%22P0%22"


@pytest.mark.parametrize(
    ("text", "links"),
    [
        (f"2 of 14 open issues carry P0: #1, #2 ({TRACKER})", [TRACKER]),
        (f"{TRACKER}. And {TRACKER}, too", [TRACKER, TRACKER]),
        ("see http://github.com/wildcard/caro", []),
        ("see javascript:alert(1) and ftp://x and //x", []),
        ("see https://", []),
        ("see https://[::1", []),
        ("see https://g\u0456thub.com/wildcard", []),
        (f"{'x' * 450} {TRACKER}{'9' * 100}", []),
        (f"{TRACKER}<script>", [TRACKER]),
        ("nothing", []),
        ("", []),
    ],
)
def test_whole_https_addresses_in_a_sentence_are_links_and_no_text_is_lost(
    text: str, links: list[str]
) -> None:
    pieces = list(linked(text))
    assert "".join(piece for piece, _ in pieces) == inert(text)
    assert [link for _, link in pieces if link] == links
