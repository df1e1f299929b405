"""Which files of a folder are telemetry."""

import os
from pathlib import Path
from typing import Any

import pytest

from exporter.model import Reason, SourceError
from exporter.telemetry.scan import DEEPEST, scan


def names(folder: Path, *patterns: str) -> list[str]:
    return [found.name for found in scan(folder, patterns).files]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (
        "telemetry/a.json",
        "telemetry/B.JSON",
        "telemetry/deep/er/c.ndjson.gz",
        "telemetry/d.jsonl",
        "telemetry/README.md",
        "telemetry/e.json.part",
        "telemetry/.hidden.json",
        "telemetry/.git/f.json",
        "telemetry/g.txt",
        "other/h.json",
        "i.json",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path


def test_of_a_folder_what_is_named_like_telemetry(folder: Path) -> None:
    expected = ["B.JSON", "a.json", "d.jsonl", "deep/er/c.ndjson.gz"]
    assert names(folder, "telemetry") == [f"telemetry/{name}" for name in expected]
    assert names(folder, "telemetry/**") == [f"telemetry/{name}" for name in expected]


def test_of_a_folder_what_is_passed_over_is_said_but_notes(folder: Path) -> None:
    (folder / "telemetry" / "readme.txt").touch()
    (folder / "telemetry" / "link").symlink_to("/")
    for pattern in ("telemetry", "telemetry/**", "tele*/**"):
        rejections = scan(folder, (pattern,)).rejections
        assert [(one.file, one.reason) for one in sorted(rejections, key=str)] == [
            ("telemetry/e.json.part", Reason.SHAPE),
            ("telemetry/g.txt", Reason.SHAPE),
            ("telemetry/link", Reason.SHAPE),
        ]


@pytest.mark.parametrize("pattern", ["telemetry/*.json", "telemetry/a.json", "**/*.json"])
def test_what_a_glob_does_not_match_is_none_of_our_business(folder: Path, pattern: str) -> None:
    assert scan(folder, (pattern,)).rejections == ()


def test_a_folder_without_any_export_is_an_error(folder: Path) -> None:
    (folder / "notes").mkdir()
    (folder / "notes" / "a.txt").touch()
    with pytest.raises(SourceError, match="nothing matches notes"):
        scan(folder, ("notes",))


def test_the_whole_folder(folder: Path) -> None:
    assert len(names(folder, ".")) == 6


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("telemetry/*.txt", ["telemetry/g.txt"]),
        ("telemetry/a.json", ["telemetry/a.json"]),
        ("**/c.*", ["telemetry/deep/er/c.ndjson.gz"]),
        ("*.json", ["i.json"]),
    ],
)
def test_of_a_glob_what_matches(folder: Path, pattern: str, expected: list[str]) -> None:
    assert names(folder, pattern) == expected


def test_a_file_that_matches_twice_is_found_once(folder: Path) -> None:
    assert names(folder, "i.json", "*.json") == ["i.json"]


def test_endless_folders_end(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["d"] * (DEEPEST + 5))
    deep.mkdir(parents=True)
    (deep / "a.json").write_text("[]")
    (tmp_path / "b.json").write_text("[]")
    found = scan(tmp_path, (".",))
    assert [one.name for one in found.files] == ["b.json"]
    assert [one.reason for one in found.rejections] == [Reason.DEPTH]


def test_a_linked_folder_is_passed_over(folder: Path, tmp_path: Path) -> None:
    (folder / "telemetry" / "link").symlink_to("/")
    assert len(names(folder, "telemetry")) == 4


def test_names_that_are_not_text_are_shown_as_text(folder: Path) -> None:
    (folder / "other" / "n\udcff.json").write_text("[]")
    assert names(folder, "other") == ["other/h.json", "other/n\\udcff.json"]


def test_a_folder_that_no_pattern_reaches_is_not_looked_into(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    scandir = os.scandir

    def note(path: str) -> Any:
        looked.append(Path(path).name)
        return scandir(path)

    monkeypatch.setattr("exporter.telemetry.scan.os.scandir", note)
    names(folder, "telemetry", "tele*/deep")
    assert set(looked) == {folder.name, "telemetry", "deep", "er"}
