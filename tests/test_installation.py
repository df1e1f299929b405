"""What the release files set up together, and what a reload keeps of it."""

from pathlib import Path

import pytest

from exporter.installation import Installation, load_installation
from exporter.model import UserError

RELEASE = """
project: {project}
release: v1
milestones: [{{name: start, planned: 2026-01-13, opens: beta}}]
"""


def write(folder: Path, name: str, project: str) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(RELEASE.format(project=project))
    return file


def served(installation: Installation) -> dict[str, str]:
    return {file: release.project for file, (release, _) in installation.releases.items()}


def test_a_bad_source_is_a_mistake_of_its_file_alone(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", "a")
    write(tmp_path, "b.yaml", "b").write_text(
        RELEASE.format(project="b") + "sources: {telemtry: {}}"
    )
    installation = load_installation(tmp_path)
    assert served(installation) == {"a.yaml": "a"}
    assert "did you mean 'telemetry'?" in installation.mistakes["b.yaml"]


def test_a_file_that_went_bad_keeps_what_it_said(tmp_path: Path) -> None:
    file = write(tmp_path, "a.yaml", "a")
    write(tmp_path, "b.yaml", "b")
    old = load_installation(tmp_path)
    file.write_text("project: [")
    new = load_installation(tmp_path).keeping(old)
    assert served(new) == {"a.yaml": "a", "b.yaml": "b"}
    assert list(new.mistakes) == ["a.yaml"]


def test_a_file_that_is_gone_is_served_no_more(tmp_path: Path) -> None:
    file = write(tmp_path, "a.yaml", "a")
    write(tmp_path, "b.yaml", "b")
    old = load_installation(tmp_path)
    file.unlink()
    assert served(load_installation(tmp_path).keeping(old)) == {"b.yaml": "b"}


def test_a_twin_does_not_take_over_from_a_file_that_went_bad(tmp_path: Path) -> None:
    file = write(tmp_path, "a/release.yaml", "a")
    twin = write(tmp_path, "dup.yaml", "a")
    twin.write_text(twin.read_text() + "time_zone: Asia/Tokyo\n")
    old = load_installation(tmp_path)
    (good,) = old.releases
    bad = tmp_path / good
    bad.write_text("project: [")
    new = load_installation(tmp_path).keeping(old)
    assert served(new) == {good: "a"}
    assert len(new.mistakes) == 2
    assert file.exists()


def test_a_release_that_moved_to_another_file_is_served_from_there(tmp_path: Path) -> None:
    file = write(tmp_path, "a.yaml", "a")
    old = load_installation(tmp_path)
    file.rename(tmp_path / "b.yaml")
    assert served(load_installation(tmp_path).keeping(old)) == {"b.yaml": "a"}


def test_a_folder_without_any_file_says_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no release file in this folder; looked for \*\.yaml"):
        load_installation(tmp_path)


def test_what_did_not_change_is_not_read_anew(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", "a")
    changed = write(tmp_path, "b.yaml", "b")
    old = load_installation(tmp_path)
    changed.write_text(changed.read_text().replace("01-13", "01-14"))
    new = load_installation(tmp_path, old)
    assert new.releases["a.yaml"] is old.releases["a.yaml"]
    assert new.releases["b.yaml"][0].plan != old.releases["b.yaml"][0].plan
    assert load_installation(tmp_path, new).releases["b.yaml"] is new.releases["b.yaml"]


def test_the_same_text_in_another_folder_is_read_anew(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(tmp_path / name, "release.yaml", "a")
    link = tmp_path / "now"
    link.symlink_to("one")
    old = load_installation(link)
    link.unlink()
    link.symlink_to("two")
    (release, _) = load_installation(link, old).releases["release.yaml"]
    assert release.folder == tmp_path / "two"
