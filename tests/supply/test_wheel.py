"""The wheel: the same bytes wherever and whenever it is built, with the bill of materials in it."""

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.supply.lock import ROOT

EPOCH = "1767225600"


def copy_clone(folder: Path, mode: int, when: float) -> Path:
    """Return a copy of what git knows of the clone, with other times and modes."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes((ROOT / name).read_bytes())
            (folder / name).chmod(mode)
            os.utime(folder / name, (when, when))
    return folder


def build(folder: Path, **environment: str) -> Path:
    """Return the wheel that pip builds there, without an index."""
    wheels = folder.parent / f"{folder.name}-wheels"
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check"),
            *("--no-index", "--no-deps", "--no-build-isolation", "--wheel-dir", wheels, folder),
        ],
        check=True,
        capture_output=True,
        env=os.environ | environment,
    )
    (wheel,) = wheels.iterdir()
    return wheel


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return two wheels of the same clone, built in different circumstances."""
    base = tmp_path_factory.mktemp("wheel")
    now = time.time()
    first = copy_clone(base / "one", 0o644, now - 10**7)
    second = copy_clone(base / "a longer name", 0o600, now)
    return [
        build(first, SOURCE_DATE_EPOCH=EPOCH, TZ="UTC", LC_ALL="C"),
        build(second, SOURCE_DATE_EPOCH=EPOCH, TZ="Asia/Tokyo", LC_ALL="C.UTF-8"),
    ]


def test_two_builds_are_the_same_to_the_last_byte(wheels: list[Path]) -> None:
    first, second = (hashlib.sha256(one.read_bytes()).hexdigest() for one in wheels)
    assert first == second
    assert wheels[0].name == wheels[1].name


def test_the_wheel_holds_the_bill_of_materials_the_example_and_no_test(wheels: list[Path]) -> None:
    with ZipFile(wheels[0]) as wheel:
        names = wheel.namelist()
        (bill,) = (one for one in names if ".dist-info/sboms/" in one)
        assert wheel.read(bill) == (ROOT / "sbom.cdx.json").read_bytes()
    assert "exporter/examples/caro-v1.1.0/release.yaml" in names
    assert not any(one.startswith("tests/") for one in names)


def test_another_file_makes_another_wheel(wheels: list[Path], tmp_path: Path) -> None:
    changed = copy_clone(tmp_path / "changed", 0o644, time.time())
    with (changed / "exporter/inert.py").open("a") as file:
        file.write("# one more line\n")
    other = build(changed, SOURCE_DATE_EPOCH=EPOCH)
    assert other.read_bytes() != wheels[0].read_bytes()
