"""docs/github-action.md: a workflow that can be copied, and tables that leave nothing out."""

import re
from typing import Any

import yaml

from tests.actions.runner import ACTION, ROOT

PAGE = (ROOT / "docs" / "github-action.md").read_text()
WORKFLOW: Any = yaml.safe_load(re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[0])
STEPS = WORKFLOW["jobs"]["gate"]["steps"]


def listed(head: str) -> set[str]:
    table = PAGE.partition(f"| {head} |")[2].partition("\n\n")[0]
    rows = [line.split("|")[1] for line in table.split("\n")[2:]]
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row)}


def test_the_workflow_may_read_alone_and_pins_what_it_runs() -> None:
    assert set(WORKFLOW["permissions"].values()) == {"read"}
    for step in STEPS:
        if "uses" in step:
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", step["uses"])
        assert "${{" not in step.get("run", "")


def test_the_workflow_names_inputs_and_outputs_that_there_are() -> None:
    (ours,) = [step for step in STEPS if "release-exporter@" in step.get("uses", "")]
    assert ours["with"].keys() <= ACTION["inputs"].keys()
    used = set(re.findall(r"steps\.gate\.outputs\.([a-z-]+)", PAGE))
    assert used
    assert used <= ACTION["outputs"].keys()


def test_the_tables_list_every_input_and_every_output() -> None:
    assert listed("input") == set(ACTION["inputs"])
    assert listed("output") == set(ACTION["outputs"])
