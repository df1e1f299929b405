"""Real files, damaged: some edits, each of which is cut, put in, doubled or swapped somewhere."""

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

# What parsers stumble over, whatever they parse.
TOKENS = (
    *(b"", b"\0", b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b"\xed\xa0\x80", b"\r", b"\n\n", b"\t"),
    *(b'"', b"'", b"\\", b"\\u0000", b"\\ud800", b"{", b"}", b"[", b"]", b",", b":", b"<", b">"),
    *(b"-1", b"0", b"1e400", b"1e-400", b"NaN", b"Infinity", b"9" * 40, b"0x1f", b"1_0", b"null"),
    *(b"true", b"{}", b"[]", b'""', b"[" * 2000, b'{"a":' * 2000, b"&a *a", b"<<: *a", b"!!python"),
    *(
        b"<![CDATA[",
        b"]]>",
        b"<!DOCTYPE x [<!ENTITY a 'b'>]>",
        b"&a;",
        b"<testsuite>",
        b"</testsuite>",
    ),
    *(b"- [ ] ", b"- [x] ", b"```", b"=1+1", b"2026-02-30", b"0000-00-00", b"9999-12-31T23:59:60Z"),
    *("٣".encode(), "\u202e".encode(), "é".encode(), b"a" * 70_000),
)


@dataclass(frozen=True, slots=True)
class Edit:
    """Replaces so much of the content from some place on; both are shares of the whole."""

    place: float
    share: float
    put: bytes
    doubled: bool

    def apply(self, content: bytes) -> bytes:
        start = int(self.place * len(content))
        end = start + int(self.share * (len(content) - start))
        middle = content[start:end] * 2 if self.doubled else b""
        return content[:start] + middle + self.put + content[end:]


SHARES = st.floats(0, 1) | st.just(0.0)
EDITS = st.builds(
    Edit,
    place=st.floats(0, 1),
    share=SHARES.map(lambda one: one**4),
    put=st.sampled_from(TOKENS) | st.binary(max_size=12),
    doubled=st.booleans(),
)


def damaged(seeds: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """Return one of the contents with some edits."""

    def edited(content: bytes, edits: Sequence[Edit]) -> bytes:
        for edit in edits:
            content = edit.apply(content)
        return content

    return st.builds(edited, st.sampled_from(seeds), st.lists(EDITS, max_size=6))
