"""The action as a job finds it: nothing is installed yet. Takes a minute or more."""

import sys
from pathlib import Path

import pytest

from exporter import demo
from exporter.cli import clock
from tests.actions.runner import ROOT, checkout, run
from tests.example import connected

pytestmark = pytest.mark.live


def test_it_installs_itself_by_its_lock_and_decides(tmp_path: Path) -> None:
    workspace = demo.prepare(tmp_path / "workspace", clock()).parent
    action, inputs = checkout(tmp_path), {"python": sys.executable}
    with connected(workspace / "release.yaml", clock) as environment:
        job = run(workspace, tmp_path / "first", inputs, environment, action)
        again = run(workspace, tmp_path / "again", inputs, environment, action)
    assert (job.code, job.outputs["decision"]) == (0, "CONDITIONAL"), job.log
    mark = (action / ".venv" / ".installed-requirements.txt").read_text()
    assert mark.startswith((ROOT / "requirements.txt").read_text())
    # What is there already is not installed once more.
    assert ("Setting up" in job.log, "Setting up" in again.log) == (True, False)
    assert again.outputs["decision"] == "CONDITIONAL"
