"""The API of a running exporter against its own description, by Schemathesis with every check."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import bcrypt
import httpx
import pytest

from tests.live.conftest import Exporter, Program, until

pytestmark = pytest.mark.live

# More of them: `API_EXAMPLES=200 pytest tests/live/test_api.py`.
EXAMPLES = os.environ.get("API_EXAMPLES", "15")
SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
RELEASE = "/api/v1/releases/caro/v1.1.0"

# Names that are there, so that more than 404 is answered.
KNOWN = """
[parameters]
"path.project" = "caro"
"path.release" = "v1.1.0"
"path.day" = "{day}"
"""


class Demo(Exporter):
    """`release-exporter demo` on a free port."""

    def __init__(self, *flags: str) -> None:
        command = [sys.executable, "-m", "exporter", "demo", "--web.listen-address=127.0.0.1:0"]
        Program.__init__(self, [*command, *flags])


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    """Return a demo that has kept its first records."""
    started = Demo()
    started.ready()
    until(lambda: started.get(f"{RELEASE}/records").json()["days"])
    yield started
    started.kill()


def schemathesis(url: str, folder: Path, config: str, *flags: str) -> None:
    """Run it with every check; fails with its whole report."""
    if not SCHEMATHESIS.exists():
        pytest.skip("schemathesis is not installed: scripts/setup requirements-dev.txt")
    (folder / "schemathesis.toml").write_text(config)
    command = [
        str(SCHEMATHESIS),
        "--config-file=schemathesis.toml",
        "run",
        f"{url}/api/v1/openapi.json",
        "--checks=all",
        f"--max-examples={EXAMPLES}",
        "--seed=1",
        "--no-color",
        "--warnings=off",
        "--suppress-health-check=all",
        *flags,
    ]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=1800
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Tested: 10" in done.stdout
    assert "passed" in done.stdout
    assert "failed" not in done.stdout


def test_what_is_asked_at_random_is_answered_as_described(demo: Demo, tmp_path: Path) -> None:
    schemathesis(demo.url, tmp_path, "")


def test_what_is_there_is_answered_as_described(demo: Demo, tmp_path: Path) -> None:
    day = demo.get(f"{RELEASE}/records").json()["days"][0]
    schemathesis(demo.url, tmp_path, KNOWN.format(day=day))


def test_a_protected_exporter_answers_as_described_and_nobody_else(tmp_path: Path) -> None:
    hashed = bcrypt.hashpw(b"s3cret", bcrypt.gensalt(4)).decode()
    (tmp_path / "web.yml").write_text(f"basic_auth_users: {{alice: {hashed}}}\n")
    protected = Demo(f"--web.config.file={tmp_path / 'web.yml'}")
    try:
        url, alice = protected.url, ("alice", "s3cret")
        until(lambda: httpx.get(f"{url}/-/ready", auth=alice).is_success)
        for path in ("/api/v1/releases", f"{RELEASE}/badge.svg", "/api/v1/openapi.json", "/api"):
            assert httpx.get(url + path).status_code == httpx.codes.UNAUTHORIZED
        config = KNOWN.format(day="2026-01-17")
        schemathesis(url, tmp_path, config, "--auth=alice:s3cret", "--phases=coverage,fuzzing")
    finally:
        protected.kill()


def test_the_figures_are_those_of_the_metrics_page_and_the_gate(demo: Demo) -> None:
    metrics = {one["key"]: one for one in demo.get(f"{RELEASE}/metrics").json()["metrics"]}
    gate = {one["key"]: one for one in demo.get(f"{RELEASE}/gate").json()["verdicts"]}
    page = demo.get("/metrics").text
    assert metrics.keys() == gate.keys()
    for key, one in metrics.items():
        for figure in ("value", "n", "verdict", "due", "shown", "target"):
            assert one[figure] == gate[key][figure]
    ratio = metrics["QM-2"]["value"]
    series = 'release_command_success_ratio{project="caro",release="v1.1.0"}'
    assert f"{series} {ratio}" in page
    release = demo.get(RELEASE).json()
    assert f'release_gate_decision{{decision="{release["decision"]}",' in page
