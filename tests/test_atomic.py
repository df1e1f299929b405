import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from exporter.atomic import write, write_atomically


def test_the_content_is_replaced_and_nothing_else_is_left(tmp_path: Path) -> None:
    file = tmp_path / "out.json"
    for text in ("first\n", "ü\r\n"):
        write_atomically(file, text)
        assert file.read_bytes().decode() == text
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("synced", [True, False])
def test_the_disk_is_waited_for_unless_that_is_not_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, synced: bool
) -> None:
    forced: list[int] = []
    monkeypatch.setattr("os.fsync", forced.append)
    write(tmp_path / "made" / "file", b"x", synced=synced)
    assert (len(forced), (tmp_path / "made" / "file").read_bytes()) == (synced, b"x")


def test_what_cannot_be_written_leaves_the_old_content(tmp_path: Path) -> None:
    file = tmp_path / "out.json"
    file.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        write_atomically(file, "new \ud800")
    assert (file.read_text(), list(tmp_path.iterdir())) == ("old", [file])
    with pytest.raises(OSError, match="No such file"):
        write_atomically(tmp_path / "no" / "file", "x")


def test_a_file_of_the_working_folder_is_written_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(Path("out.json"), b"x")
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("out.json", b"x")]


def test_what_the_system_takes_in_parts_is_written_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.write
    monkeypatch.setattr("os.write", lambda to, what: real(to, what[:3]))
    write(tmp_path / "out.json", b"0123456789")
    assert (tmp_path / "out.json").read_bytes() == b"0123456789"


def test_a_full_disk_leaves_the_old_content_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "out.json"
    write(file, b"old")
    real, taken = os.write, iter([4])

    def full(to: int, what: bytes) -> int:
        for size in taken:
            return real(to, what[:size])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.write", full)
    with pytest.raises(OSError, match="No space left"):
        write(file, b"0123456789")
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("out.json", b"old")]


WRITES: dict[str, Callable[[Path], None]] = {
    "bytes": lambda file: write(file, b"x"),
    "text": lambda file: write_atomically(file, "x"),
}


@pytest.mark.parametrize("writes", WRITES.values(), ids=WRITES)
def test_a_link_in_the_place_of_the_temporary_file_is_not_followed(
    tmp_path: Path, writes: Callable[[Path], None]
) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (tmp_path / f".out.{os.getpid()}").symlink_to(victim)
    with pytest.raises(OSError):  # noqa: PT011 - which one is the system's word
        writes(tmp_path / "out")
    assert victim.read_text() == "mine"
