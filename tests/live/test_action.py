"""The action's steps, run by bash as in a job, on the bundled example and its broken variants."""

import json
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from exporter import demo
from exporter.actions.annotations import MOST
from exporter.actions.summary import LIMIT
from exporter.cli import clock
from exporter.gate.document import Bundle, dump
from tests.actions.runner import ACTION, Job, checkout, run
from tests.example import connected
from tests.gate.hostile import TEXTS, say

pytestmark = pytest.mark.live

READY = {"RELEASE_GATE_VENV": str(Path(sys.executable).parents[1])}
COUNTS = ("go", "conditional", "no-go", "unknown")
EASIER = """
bands:
  QM-2:
    - {at_least: 70 %, verdict: pass, text: good enough}
    - {otherwise: true, verdict: fail, text: stop, blocks: true}
"""

Act = Callable[..., Job]


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Mapping[str, str]]]:
    """Return the example as if its beta ended today, and the environment of its services."""
    file = demo.prepare(tmp_path_factory.mktemp("example"), clock())
    with connected(file, clock) as environment:
        yield file.parent, environment


@pytest.fixture
def workspace(example: tuple[Path, Mapping[str, str]], tmp_path: Path) -> Path:
    """Return a copy of it, to be broken."""
    return shutil.copytree(example[0], tmp_path / "workspace")


@pytest.fixture
def act(example: tuple[Path, Mapping[str, str]], workspace: Path, tmp_path: Path) -> Act:
    """Return a function that runs the action there."""

    def act(**inputs: str) -> Job:
        return run(workspace, tmp_path / "runner", inputs, {**READY, **example[1]})

    return act


def unbroken(_folder: Path) -> None:
    pass


def easier(folder: Path) -> None:
    with (folder / "release.yaml").open("a") as file:
        file.write(EASIER)


def failing_test(folder: Path) -> None:
    (file,) = (folder / "test-results").glob("*-nextest.xml")
    failed = r'\1><failure message="::error::x"/></testcase>'
    text = re.sub(r"(<testcase [^>]*)/>", failed, file.read_text(), count=1)
    file.write_text(text.replace('failures="0"', 'failures="1"'))


def no_telemetry(folder: Path) -> None:
    shutil.rmtree(folder / "telemetry")


def misspelt(folder: Path) -> None:
    file = folder / "release.yaml"
    file.write_text(file.read_text().replace("milestones:", "::error::milestones:", 1))


def gone(folder: Path) -> None:
    (folder / "release.yaml").unlink()


@pytest.mark.parametrize(
    ("break_it", "strict", "code", "decision", "levels"),
    [
        (unbroken, "false", 0, "CONDITIONAL", {"warning"}),
        (unbroken, "true", 4, "CONDITIONAL", {"error"}),
        (unbroken, "TRUE", 4, "CONDITIONAL", {"error"}),
        (easier, "true", 0, "GO", {"notice"}),
        (failing_test, "false", 1, "NO_GO", {"error"}),
        (no_telemetry, "false", 3, "UNKNOWN", {"error"}),
        (misspelt, "false", 2, "UNKNOWN", {"error"}),
        (gone, "false", 2, "UNKNOWN", {"error"}),
    ],
)
def test_the_job_is_told_the_decision_in_every_way(
    act: Act,
    workspace: Path,
    break_it: Callable[[Path], None],
    strict: str,
    code: int,
    decision: str,
    levels: set[str],
) -> None:
    break_it(workspace)
    job = act(strict=strict)
    assert job.code == code, job.log
    assert (job.outputs["decision"], job.outputs["exit-code"]) == (decision, str(code))
    assert json.loads(job.outputs["badge"])["message"] == decision.replace("_", "-")
    assert bool(job.outputs["reasons"]) == (decision != "GO")
    counts = {name: job.outputs[name] for name in COUNTS}
    told = sum(map(int, counts.values()))
    assert counts[decision.lower().replace("_", "-")] == str(told)
    assert told == (0 if break_it is gone else 1)
    assert 0 < len(job.commands) <= MOST
    assert {one.name for one in job.commands} == levels
    assert 0 < len(job.summary) <= LIMIT
    assert job.summary.decode().startswith("## ")
    assert job.environment == b""


def test_the_log_has_the_table_and_the_progress(act: Act) -> None:
    job = act()
    assert "OVERALL STATUS: ⚠️ READY WITH CAVEATS (CONDITIONAL)" in job.log
    assert "caro v1.1.0 telemetry" in job.log
    assert "| ⚠️ warn | QM&#45;2 Success Rate | 78&#46;9% |" in job.summary.decode()


def test_inputs_are_words_and_nothing_of_them_is_run(act: Act, workspace: Path) -> None:
    evil = '$(touch ran)`touch ran`"; touch ran; #\n::error::x'
    job = act(release=evil, config="release.yaml", at="")
    assert (job.code, job.outputs["decision"]) == (2, "UNKNOWN")
    assert not (workspace / "ran").exists()
    assert [one.properties for one in job.commands] == [{"title": "Release gate"}]
    assert "there is no" in job.outputs["reasons"]


def test_the_exporter_is_not_looked_for_in_the_workspace(act: Act, workspace: Path) -> None:
    (workspace / "exporter").mkdir()
    (workspace / "exporter" / "__init__.py").write_text("raise SystemExit(0)\n")
    assert act(strict="true").code == 4


def test_a_source_whose_error_is_hostile_says_so_to_people_alone(act: Act, workspace: Path) -> None:
    file = workspace / "release.yaml"
    file.write_text(file.read_text().replace("file: testers.csv", "file: '##[error]x.csv'"))
    job = act()
    assert "# #[error]x.csv" in job.log
    assert job.outputs["decision"] == "UNKNOWN"
    assert [one for one in job.commands if one.properties.keys() != {"title"}] == []


def test_releases_that_are_hostile_everywhere_stay_text(tmp_path: Path) -> None:
    document = dump(Bundle.of(say(text) for text in TEXTS))
    (tmp_path / "gate.json").write_text(document)
    job = run(tmp_path, tmp_path / "runner", {"from": "gate.json"}, READY)
    assert (job.code, job.outputs["decision"]) == (3, "UNKNOWN")
    assert job.outputs["unknown"] == str(len(TEXTS))
    assert [one.name for one in job.commands] == ["error"] * (MOST - 1) + ["notice"]
    assert all(one.properties.keys() == {"title"} for one in job.commands)
    assert job.environment == b""


def test_when_nothing_can_be_installed_nothing_is_decided(workspace: Path, tmp_path: Path) -> None:
    job = run(workspace, tmp_path / "runner", {"python": "no-such-python"}, {}, checkout(tmp_path))
    assert (job.code, job.outputs["decision"], job.outputs["exit-code"]) == (70, "UNKNOWN", "70")
    assert job.commands == []


def test_no_input_is_left_out_and_none_is_read_from_elsewhere() -> None:
    used = {
        expression.strip()
        for step in ACTION["runs"]["steps"]
        for value in step.get("env", {}).values()
        for expression in re.findall(r"\$\{\{(.*?)\}\}", str(value))
    }
    assert used == {f"inputs.{name}" for name in ACTION["inputs"]}
