"""amtool accepts what is rendered, and its routes are the ones that people were promised."""

import subprocess
from pathlib import Path

import pytest

from exporter.alerting.watching import WATCHES, WITHOUT_DATA
from exporter.artifacts.alertmanager import render
from tests.live.alertmanagers import ROOT, command, settings

pytestmark = pytest.mark.live

SECRET = Path("/run/secrets/secret")
FULL = settings(
    smtp_host="smtp.example.com",
    smtp_from="release-exporter@example.com",
    smtp_to="team@example.com",
    smtp_project_to="caro=caro@example.com",
    smtp_username="release",
    smtp_password_file=SECRET,
    slack_bot_token_file=SECRET,
    slack_channel="#release",
    webhook_url="https://h.example/x",
    webhook_token_file=SECRET,
    deadman_url="https://h.example/ping",
    warning_hours="Mon-Fri 09:00-17:00 America/Los_Angeles",
)


def amtool(*arguments: str | Path) -> str:
    """Return what amtool prints; fails when it finds a mistake."""
    done = subprocess.run(
        [*command("amtool"), *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a configuration in which everything is set."""
    file = tmp_path_factory.mktemp("amtool") / "alertmanager.yml"
    file.write_text(render(FULL))
    return file


def test_the_committed_configuration_and_its_templates_are_accepted() -> None:
    told = amtool("check-config", ROOT / "alertmanager/alertmanager.yml")
    assert " - 3 receivers\n" in told
    assert told.count("SUCCESS") == 2


def test_a_configuration_with_everything_is_accepted(full: Path) -> None:
    assert " - 6 receivers\n" in amtool("check-config", full)


@pytest.mark.parametrize(
    ("labels", "receiver"),
    [
        ("alertname=ReleaseWatchdog severity=none", "deadman"),
        ("alertname=A severity=info project=caro metric=QM-2", "not-sent"),
        ("alertname=A severity=critical project=caro metric=QM-2", "project caro"),
        ("alertname=A severity=warning project=caro metric=QM-2", "project caro"),
        ("alertname=A severity=critical project=other metric=QM-2", "default"),
        ("alertname=A severity=new project=caro metric=QM-2", "project caro"),
        ("alertname=A", "default"),
        ("alertname=ReleaseDailyReview severity=digest project=caro", "digest project caro"),
        ("alertname=ReleaseWeeklyReview severity=digest project=other", "digest"),
        (f"alertname={WITHOUT_DATA.name} severity=warning project=caro metric=Q", "project caro"),
        *(
            (f"alertname={one.name} severity={one.severity}", "default")
            for one in WATCHES
            if one.severity != "none"
        ),
    ],
)
def test_everything_goes_to_exactly_one_receiver(full: Path, labels: str, receiver: str) -> None:
    told = amtool("config", "routes", "test", f"--config.file={full}", *labels.split())
    assert told.strip().splitlines()[-1].strip() == receiver
