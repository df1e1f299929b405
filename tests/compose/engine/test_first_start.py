"""First starts: one that is killed, and one of a real installation."""

import os
import re
import signal
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.compose.audit import ROOT
from tests.compose.engine.stack import MAIL, SERVING, Stack, ask, docker, mails
from tests.compose.engine.test_stack import LIMIT, check_history
from tests.live.conftest import until

pytestmark = pytest.mark.engine

Fresh = Callable[..., Stack]

RELEASE = """\
project: other
release: v2.0.0
milestones:
  - {{name: planning, planned: {start}, actual: {start}, closes: planning}}
  - {{name: preflight, planned: {today}, opens: preflight}}
sources:
  tests: {{files: ["*.xml"]}}
"""
FAILED = '<testsuite name="a"><testcase name="b"><failure message="no"/></testcase></testsuite>'


@pytest.mark.parametrize("service", ["setup", "blocks"])
def test_a_first_start_that_was_killed_is_made_good_by_the_next(fresh: Fresh, service: str) -> None:
    stack = fresh()
    stack.compose("up", "--no-start")
    starting = subprocess.Popen(
        ["docker", "compose", "--project-name", "release-exporter-test", "up", "--detach"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    pid = until(lambda: stack.inspect(service)["State"]["Pid"], LIMIT)
    os.kill(pid, signal.SIGKILL)
    assert starting.wait(timeout=LIMIT) != 0
    stack.up()
    assert all(map(stack.is_healthy, SERVING))
    assert check_history(stack) == 5


def test_a_real_installation_needs_a_folder_and_two_lines(fresh: Fresh, tmp_path: Path) -> None:
    now = datetime.now(UTC)  # noqa: TID251 - a live test
    text = RELEASE.format(start=f"{now - timedelta(days=3):%Y-%m-%d}", today=f"{now:%Y-%m-%d}")
    (tmp_path / "other.yaml").write_text(text)
    (tmp_path / "junit.xml").write_text(FAILED)
    for path in (tmp_path.parent.parent, tmp_path.parent, tmp_path):
        path.chmod(0o755)
    stack = fresh(
        COMPOSE_FILE="docker-compose.yml:compose.release.yml",
        COMPOSE_PROFILES="catcher",
        RELEASE_CONFIG=str(tmp_path),
        SMTP_HOST="mail",
        SMTP_TO="team@example.com",
        SMTP_PORT="1025",
        SMTP_REQUIRE_TLS="false",
    )
    stack.up()
    until(mails, LIMIT)
    assert mails()[-1].endswith("(other v2.0.0)")
    assert ask(f"{MAIL}/api/v1/messages")["messages"][-1]["To"] == [{"Address": "team@example.com"}]
    assert ask("http://127.0.0.1:3000/api/search?type=dash-db") is None  # without a login


def test_the_example_of_an_env_file_is_a_valid_installation() -> None:
    shown = docker("compose", "--env-file", "compose/env.example", "config")
    assert 'GF_AUTH_ANONYMOUS_ENABLED: "false"' in shown
    assert re.search(r"command:\n\s+- serve\n", shown)
