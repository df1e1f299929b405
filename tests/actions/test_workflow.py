"""The project's own workflow runs what the README promises, and nothing that can change."""

import re
from typing import Any

import yaml

from tests.compose.audit import ROOT

TEXT = (ROOT / ".github/workflows/ci.yml").read_text("utf-8")
WORKFLOW: dict[str, Any] = yaml.load(TEXT, yaml.BaseLoader)  # noqa: S506 - `on` is no boolean here
STEPS = [step for job in WORKFLOW["jobs"].values() for step in job["steps"]]


def test_it_runs_the_tests_and_the_audit_as_a_person_would() -> None:
    commands = [step["run"] for step in STEPS if "run" in step and "apt-get" not in step["run"]]
    assert commands == ["bash .ci/run", "scripts/supply audit"]
    assert (ROOT / ".ci/run").is_file()
    assert (ROOT / "scripts/supply").is_file()


def test_what_it_uses_is_named_by_its_content() -> None:
    used = re.findall(r"uses: (.+)", TEXT)
    assert used
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v[\d.]+", one) for one in used)


def test_it_may_read_the_clone_and_nothing_else() -> None:
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert TEXT.count("persist-credentials: false") == TEXT.count("actions/checkout@")
    assert "secrets." not in TEXT
    assert "pull_request_target" not in TEXT


def test_no_job_runs_for_ever() -> None:
    assert all(int(job["timeout-minutes"]) <= 45 for job in WORKFLOW["jobs"].values())
