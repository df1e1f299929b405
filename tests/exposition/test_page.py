"""A page's bytes: the same in pieces, in one and unpacked."""

import gzip
import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from exporter.exposition.page import PIECE, Page, in_pieces

# Around the length of a piece, and far below it.
PARTS = st.lists(
    st.integers(0, 40) | st.integers(PIECE - 2, PIECE + 2) | st.integers(0, 3 * PIECE), max_size=6
).map(lambda lengths: [bytes([65 + at]) * length for at, length in enumerate(lengths)])


@given(PARTS)
def test_pieces_are_the_same_bytes_and_none_is_much_larger(parts: list[bytes]) -> None:
    pieces = list(in_pieces(parts))
    assert b"".join(pieces) == b"".join(parts)
    assert all(PIECE <= len(one) < 2 * PIECE for one in pieces[:-1])
    assert all(0 < len(one) < 2 * PIECE for one in pieces[-1:])


@given(PARTS)
def test_a_page_is_its_parts_and_unpacks_to_them(parts: list[bytes]) -> None:
    page = Page.of(parts)
    assert page.plain == gzip.decompress(page.compressed) == b"".join(parts)
    assert page.length == len(page.plain)
    # No time and no name: the same page is the same bytes.
    assert page.compressed[:8] == b"\x1f\x8b\x08\0\0\0\0\0"


def test_a_large_page_is_not_kept_a_second_time() -> None:
    parts = [b"%08d\n" % at * 1000 for at in range(2000)]
    tracemalloc.start()
    try:
        page = Page.of(parts)
        kept, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert page.length == 18_000_000
    assert most < 4_000_000
    assert kept < 2_000_000


def test_a_small_page_is_in_one_part() -> None:
    assert Page.of([b"release_info 1\n", b"# EOF\n"]).parts == (b"release_info 1\n# EOF\n",)
