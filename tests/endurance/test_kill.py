"""Killed at any moment, again and again: what was shown once is there, whole, and it serves on."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.endurance.figures import tell
from tests.live.conftest import Exporter
from tests.live.test_serve import variance

pytestmark = pytest.mark.endurance

KILLS = int(os.environ.get("ENDURANCE_KILLS", "200"))
EXAMPLE = Path("examples/caro-v1.1.0")


def test_nothing_that_was_shown_is_lost_or_damaged(
    start: Callable[..., Exporter], tmp_path: Path
) -> None:
    release, storage = tmp_path / "release", tmp_path / "data"
    shutil.copytree(EXAMPLE, release)
    text = (release / "release.yaml").read_text()
    head, _, rest = text.partition("  # QM-1 open P0 bugs")
    telemetry = rest[rest.index("  # QM-2 command success") :]
    file = release / "release.yaml"
    file.write_text(head + telemetry.replace("interval: 5m", "interval: 1s"))
    done = subprocess.run(
        [sys.executable, "-m", "tests.endurance.killed", str(file), str(storage), str(KILLS)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    lines = [tuple(map(int, line.split())) for line in done.stdout.splitlines()]
    lost = sum(shown - sound for shown, sound, _ in lines)
    damaged = sum(one for _, _, one in lines)
    tell(f"{len(lines)} kills", sources_shown=lines[-1][0], lost=lost, damaged=damaged)
    assert len(lines) == KILLS
    assert lines[-1][0] >= 5
    assert (lost, damaged) == (0, 0)
    exporter = start(file, storage).ready()
    assert variance(exporter) is not None
    assert exporter.get("/metrics").text.count("release_source_up{") >= 7
