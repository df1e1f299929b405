import os
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.files import (
    Found,
    ItemError,
    find,
    find_one,
    matches,
    open_regular,
    read_bytes,
    read_text,
    source_error,
)
from exporter.model import ErrorClass, Reason, SourceError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inside = tmp_path / "data"
    inside.mkdir()
    return inside


def write(folder: Path, *names: str, content: bytes = b"x") -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def names(folder: Path, *patterns: str) -> list[str]:
    found, rejections = find(folder, patterns)
    assert rejections == []
    return [one.name for one in found]


def only(folder: Path, name: str) -> Found:
    (found,) = [one for one in find(folder, ("**",))[0] if one.name == name]
    return found


TREE = (
    "a.csv",
    "b.json",
    "raw/c.json",
    "raw/d.csv",
    "raw/day 1/e.json",
    "raw/day 1/deep/f.json",
    "raw.json/g.csv",
    "ä/h.csv",
    "[x]/i.csv",
)


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (("a.csv",), ["a.csv"]),
        (("./a.csv",), ["a.csv"]),
        (("*.csv",), ["a.csv"]),
        (("*.CSV",), []),
        (("?.json",), ["b.json"]),
        (("[ab].*",), ["a.csv", "b.json"]),
        (("raw/*.json",), ["raw/c.json"]),
        (("*/*.json",), ["raw/c.json"]),
        (("**/*.json",), ["b.json", "raw/c.json", "raw/day 1/deep/f.json", "raw/day 1/e.json"]),
        (("raw/**/*.json",), ["raw/c.json", "raw/day 1/deep/f.json", "raw/day 1/e.json"]),
        (("raw/**/deep/*",), ["raw/day 1/deep/f.json"]),
        (("**/deep/**",), ["raw/day 1/deep/f.json"]),
        (("**/**/f.json",), ["raw/day 1/deep/f.json"]),
        # The name of a folder means every file below it.
        (("raw",), ["raw/c.json", "raw/d.csv", "raw/day 1/deep/f.json", "raw/day 1/e.json"]),
        (("raw/day 1",), ["raw/day 1/deep/f.json", "raw/day 1/e.json"]),
        (("raw.json",), ["raw.json/g.csv"]),
        (("[x]",), ["[x]/i.csv"]),
        ((".",), sorted(TREE)),
        (("**",), sorted(TREE)),
        # Any of several, each file once.
        (("a.csv", "*.csv", "raw/d.csv"), ["a.csv", "raw/d.csv"]),
        (("ä/*",), ["ä/h.csv"]),
        (("missing.csv",), []),
        (("raw/c.json/x",), []),
        ((), []),
        # Nothing outside, however it is written.
        (("../secret.csv",), []),
        (("raw/../a.csv",), []),
        (("..",), []),
        (("/etc/passwd",), []),
    ],
)
def test_patterns_select_files_inside_the_folder_by_name(
    folder: Path, patterns: tuple[str, ...], expected: list[str]
) -> None:
    write(folder, *TREE)
    write(folder.parent, "secret.csv")
    assert names(folder, *patterns) == expected


def test_hidden_files_and_folders_are_passed_over(folder: Path) -> None:
    write(folder, "a.csv", ".a.csv.swp", ".git/config", "raw/.b.csv", "raw/.tmp/c.csv")
    assert names(folder, "**", ".git", ".a.csv.swp", "raw/.tmp/*") == ["a.csv"]


PARTS = st.lists(st.sampled_from(["a", "b", "ab", "a.json"]), min_size=1, max_size=5)
PATTERNS = st.lists(st.sampled_from(["a", "b", "*", "**", "a*", "?", "[ab]"]), max_size=5)


@settings(max_examples=150, deadline=None)
@given(PARTS, PATTERNS)
def test_a_pattern_matches_as_its_parts_say(parts: list[str], pattern: list[str]) -> None:
    def fits(left: list[str], wanted: list[str]) -> bool:
        if not wanted:
            return not left
        if wanted[0] == "**":
            return any(fits(left[skip:], wanted[1:]) for skip in range(len(left) + 1))
        one = {"a": "a", "b": "b"}.get(wanted[0])
        first: Callable[[str], bool] = {
            "*": lambda _: True,
            "a*": lambda name: name.startswith("a"),
            "?": lambda name: len(name) == 1,
            "[ab]": lambda name: name in ("a", "b"),
        }.get(wanted[0], lambda name: name == one)
        return bool(left) and first(left[0]) and fits(left[1:], wanted[1:])

    expected = fits(parts, pattern) or parts[: len(pattern)] == pattern
    assert matches("/".join(parts), "/".join(pattern)) is expected


def test_many_double_stars_cost_no_time() -> None:
    assert not matches("a/" * 200 + "a", "**/a/" * 99 + "b")


def test_a_link_to_a_file_inside_is_that_file_under_the_links_name(folder: Path) -> None:
    write(folder, "raw/a.csv", content=b"rows")
    (folder / "latest.csv").symlink_to(folder / "raw" / "a.csv")
    (found,), rejections = find(folder, ("latest.csv",))
    assert (found.name, read_bytes(found), rejections) == ("latest.csv", b"rows", [])


def test_the_folder_itself_may_be_a_link(folder: Path) -> None:
    write(folder, "a.csv")
    link = folder.parent / "current"
    link.symlink_to(folder)
    assert names(link, "*.csv") == ["a.csv"]


def link_out(path: Path) -> None:
    write(path.parent.parent, "secret.txt", content=b"secret")
    path.symlink_to(path.parent.parent / "secret.txt")


def link_up(path: Path) -> None:
    path.symlink_to("..")


def link_to_folder(path: Path) -> None:
    write(path.parent, "inner/b.txt")
    path.symlink_to(path.parent / "inner")


def link_to_itself(path: Path) -> None:
    path.symlink_to(path)


def link_in_a_circle(path: Path) -> None:
    path.symlink_to(path.parent / "other")
    (path.parent / "other").symlink_to(path)


def link_to_nothing(path: Path) -> None:
    path.symlink_to("nowhere")


def link_to_a_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def unix_socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # the whole path may be longer than an address
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(path.name)
    os.chdir(here)


@pytest.mark.parametrize(
    ("make", "reason", "message"),
    [
        (link_out, Reason.SECURITY, "a link out of the folder"),
        (link_up, Reason.SECURITY, "a link out of the folder"),
        (link_to_a_device, Reason.SECURITY, "a link out of the folder"),
        (link_to_folder, Reason.SECURITY, "not a regular file"),
        (link_to_itself, Reason.SECURITY, "a loop of links"),
        (link_in_a_circle, Reason.SECURITY, "a loop of links"),
        (link_to_nothing, Reason.UNREADABLE, "no such file or directory"),
        (os.mkfifo, Reason.SECURITY, "not a regular file"),
        (unix_socket, Reason.SECURITY, "not a regular file"),
    ],
)
def test_what_is_no_file_of_the_folder_is_rejected_and_its_neighbours_are_found(
    folder: Path, make: Callable[[Path], None], reason: Reason, message: str
) -> None:
    write(folder, "a.txt", "z.txt")
    make(folder / "bad.txt")
    found, (rejection,) = find(folder, ("*.txt",))
    assert [one.name for one in found] == ["a.txt", "z.txt"]
    assert (rejection.reason, rejection.file, rejection.message) == (reason, "bad.txt", message)


def test_what_matches_no_pattern_is_not_even_looked_at(folder: Path) -> None:
    write(folder, "a.csv")
    os.mkfifo(folder / "pipe")
    link_to_itself(folder / "loop")
    assert names(folder, "*.csv") == ["a.csv"]


def test_a_folder_that_cannot_be_listed_is_rejected_where_it_matters(folder: Path) -> None:
    write(folder, "a.csv", "raw/b.csv")
    # Fifteen names of 250 letters fit into a path beside the folder's own; the last one does not.
    here = Path.cwd()
    os.chdir(folder)
    for _ in range(17):
        Path("d" * 250).mkdir()
        os.chdir("d" * 250)
    os.chdir(here)
    found, (rejection,) = find(folder, ("**/*.csv",))
    assert [one.name for one in found] == ["a.csv", "raw/b.csv"]
    assert (rejection.reason, rejection.message) == (Reason.UNREADABLE, "file name too long")
    assert names(folder, "*.csv", "raw/*") == ["a.csv", "raw/b.csv"]


@pytest.mark.parametrize(("levels", "found"), [(32, True), (33, False), (200, False)])
def test_a_folder_is_looked_into_up_to_a_depth(folder: Path, levels: int, found: bool) -> None:
    write(folder, "d/" * levels + "a.csv", "d/b.csv")
    if found:
        assert names(folder, "d/**/*.csv") == ["d/b.csv", "d/" * levels + "a.csv"]
        return
    (neighbour,), (rejection,) = find(folder, ("d/**/*.csv",))
    assert neighbour.name == "d/b.csv"
    assert (rejection.reason, rejection.message) == (Reason.DEPTH, "more than 32 folders deep")
    assert rejection.file == "/".join("d" * 33)


def test_a_name_that_is_no_text_is_written_out(folder: Path) -> None:
    write(folder, os.fsdecode(b"caf\xe9.csv"), "a.csv", content=b"rows")
    found, _ = find(folder, ("*.csv",))
    assert [one.name for one in found] == ["a.csv", "caf\\udce9.csv"]
    assert read_bytes(found[1]) == b"rows"


@pytest.mark.parametrize("name", ["missing", "file", "x" * 300, "loop", "file/below"])
def test_without_its_folder_a_source_is_missing(folder: Path, name: str) -> None:
    write(folder, "file")
    link_to_itself(folder / "loop")
    with pytest.raises(SourceError, match="there is no such folder") as caught:
        find(folder / name, ("*.csv",))
    assert caught.value.kind is ErrorClass.MISSING


@pytest.mark.parametrize(
    ("present", "kind", "message"),
    [
        (
            (),
            ErrorClass.MISSING,
            "sources.x.file: there is no file '*.csv' in the release's folder",
        ),
        (("a.csv", "b.csv"), ErrorClass.MALFORMED, "sources.x.file: 2 files match '*.csv'; name"),
    ],
)
def test_of_one_file_there_must_be_one(
    folder: Path, present: tuple[str, ...], kind: ErrorClass, message: str
) -> None:
    write(folder, *present, "other.json")
    with pytest.raises(SourceError) as caught:
        find_one(folder, "*.csv", "sources.x.file")
    assert caught.value.kind is kind
    assert str(caught.value).startswith(message)


def test_the_only_file_is_returned_even_beside_one_that_cannot_be_taken(folder: Path) -> None:
    write(folder, "a.csv")
    os.mkfifo(folder / "b.csv")
    assert find_one(folder, "*.csv", "file").name == "a.csv"
    (folder / "a.csv").unlink()
    with pytest.raises(
        SourceError, match=r"file: b.csv: not a regular file \(security\)"
    ) as caught:
        find_one(folder, "*.csv", "file")
    assert caught.value.kind is ErrorClass.UNREADABLE


def test_a_file_knows_when_it_was_written(folder: Path) -> None:
    write(folder, "a.csv")
    os.utime(folder / "a.csv", (0, 1_768_651_200))
    assert only(folder, "a.csv").modified == datetime(2026, 1, 17, 12, tzinfo=UTC)


def test_a_time_beyond_the_calendar_is_its_last_moment(folder: Path) -> None:
    write(folder, "a.csv")
    status = list((folder / "a.csv").stat())
    for seconds in (2**55, 2**62, -(2**55)):
        # Not every file system keeps such times, so the stat is made by hand.
        found = Found("a.csv", folder / "a.csv", os.stat_result([*status[:8], seconds, 0]))
        assert found.modified == datetime.max.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("replace_by", "reason"),
    [
        (None, Reason.UNREADABLE),
        (link_out, Reason.UNREADABLE),
        (os.mkfifo, Reason.SECURITY),
        (Path.mkdir, Reason.SECURITY),
    ],
)
def test_a_file_that_became_something_else_is_not_opened(
    folder: Path, replace_by: Callable[[Path], None] | None, reason: Reason
) -> None:
    write(folder, "a.csv")
    found = only(folder, "a.csv")
    (folder / "a.csv").unlink()
    if replace_by:
        replace_by(folder / "a.csv")
    before = set(Path("/proc/self/fd").iterdir())
    with pytest.raises(ItemError) as caught:
        open_regular(found)
    assert (caught.value.rejection.reason, caught.value.rejection.file) == (reason, "a.csv")
    assert set(Path("/proc/self/fd").iterdir()) == before


@pytest.mark.parametrize(("size", "taken"), [(0, True), (99, True), (100, True), (101, False)])
def test_a_file_is_read_up_to_its_limit(folder: Path, size: int, taken: bool) -> None:
    write(folder, "a.csv", content=b"x" * size)
    found = only(folder, "a.csv")
    if taken:
        assert len(read_bytes(found, 100)) == size
        return
    with pytest.raises(ItemError, match="larger than") as caught:
        read_bytes(found, 100)
    assert caught.value.rejection.reason is Reason.SIZE


def test_a_sparse_giant_is_refused_unread(folder: Path) -> None:
    with (folder / "a.csv").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(ItemError, match="larger than 1 MiB"):
        read_text(only(folder, "a.csv"), 1 << 20)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", ""),
        ("größe".encode(), "größe"),
        (b"\xef\xbb\xbfa;b", "a;b"),
        ("größe".encode("utf-16"), "größe"),
        (b"\xff\xfe" + "größe".encode("utf-16-le"), "größe"),
        (b"\xfe\xff" + "größe".encode("utf-16-be"), "größe"),
        (b"\xff\xfe", ""),
        (b"a\r\nb\rc\n", "a\r\nb\rc\n"),
        ("\N{GRINNING FACE}".encode("utf-16"), "\N{GRINNING FACE}"),
    ],
)
def test_text_is_utf_8_or_marked_utf_16(folder: Path, content: bytes, text: str) -> None:
    write(folder, "a.csv", content=content)
    assert read_text(only(folder, "a.csv")) == text


@pytest.mark.parametrize(
    ("content", "position", "message"),
    [
        (b"ab\xff", "byte 2", "not UTF-8 text; save it as UTF-8"),
        (b"\xef\xbb\xbfab\xff", "byte 5", "not UTF-8 text; save it as UTF-8"),
        ("größe".encode("latin-1"), "byte 2", "not UTF-8 text; save it as UTF-8"),
        (b"ab\xc3", "byte 2", "not UTF-8 text; save it as UTF-8"),
        (b"\xed\xa0\x80", "byte 0", "not UTF-8 text; save it as UTF-8"),
        (b"\xc0\x80", "byte 0", "not UTF-8 text; save it as UTF-8"),
        (b"\xff\xfea\x00b", "byte 4", "not UTF-16 text; save it as UTF-8"),
        (b"\xff\xfea\x00\x00\xd8", "byte 4", "not UTF-16 text; save it as UTF-8"),
        (b"ab\0c", "character 2", "a NUL character: not text"),
        ("ab".encode("utf-16-le"), "character 1", "a NUL character: not text"),
        ("ab".encode("utf-32"), "character 0", "a NUL character: not text"),
        (b"\x1f\x8b\x08\x00", "byte 1", "not UTF-8 text; save it as UTF-8"),
    ],
)
def test_what_is_no_text_is_refused_with_its_position(
    folder: Path, content: bytes, position: str, message: str
) -> None:
    write(folder, "a.csv", content=content)
    with pytest.raises(ItemError) as caught:
        read_text(only(folder, "a.csv"))
    rejection = caught.value.rejection
    assert (rejection.reason, rejection.file) == (Reason.ENCODING, "a.csv")
    assert rejection.position == position
    assert rejection.message.startswith(message)


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        (Reason.UNREADABLE, ErrorClass.UNREADABLE),
        (Reason.ENCODING, ErrorClass.MALFORMED),
        (Reason.SIZE, ErrorClass.MALFORMED),
    ],
)
def test_an_only_file_that_cannot_be_taken_fails_its_source(
    reason: Reason, kind: ErrorClass
) -> None:
    error = source_error(ItemError(reason, "a.csv", "byte 2", "not UTF-8 text"))
    assert (error.kind, str(error)) == (kind, f"a.csv: byte 2: not UTF-8 text ({reason.value})")
