"""The systemd unit: what it says is known to systemd, and leads to settings that exist."""

import shutil
import subprocess
from pathlib import Path

import pytest

from exporter.config.environment import Environment
from tests.alerting.promtool import ROOT

FOLDER = ROOT / "deploy/systemd"
UNIT = FOLDER / "release-exporter.service"
SECRETS = FOLDER / "release-exporter.service.d/secrets.conf"

# Tenths of what systemd calls exposure; below 2 it says OK. Without any hardening it is 9.6.
EXPOSURE = 15


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """Return the unit, its drop-in beside it, with a program that is there."""
    unit = tmp_path / UNIT.name
    there = shutil.which("true")
    unit.write_text(
        UNIT.read_text().replace("/opt/release-exporter/bin/release-exporter", f"{there}")
    )
    (tmp_path / SECRETS.parent.name).mkdir()
    shutil.copy(SECRETS, tmp_path / SECRETS.parent.name)
    return unit


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not installed")
    command = ["systemd-analyze", *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def service() -> dict[str, list[str]]:
    settings: dict[str, list[str]] = {}
    for file in (UNIT, SECRETS):
        lines = file.read_text().split("[Service]")[1].split("[Install]")[0].splitlines()
        for line in lines:
            key, equals, value = line.partition("=")
            if equals and not line.startswith("#"):
                settings.setdefault(key, []).append(value)
    return settings


def test_systemd_knows_every_line(installed: Path) -> None:
    verified = analyze("verify", "--man=no", str(installed))
    assert (verified.returncode, verified.stderr) == (0, "")


def test_a_line_that_systemd_does_not_know_is_noticed(installed: Path) -> None:
    installed.write_text(installed.read_text().replace("PrivateTmp=", "PrivateTemp="))
    assert "PrivateTemp" in analyze("verify", "--man=no", str(installed)).stderr


def test_the_service_can_do_little_harm(installed: Path) -> None:
    judged = analyze("security", "--offline=true", f"--threshold={EXPOSURE}", str(installed))
    assert judged.returncode == 0, judged.stdout


def test_every_variable_is_one_that_the_exporter_knows() -> None:
    names = [one.partition("=")[0] for one in service()["Environment"]]
    known = {f"RELEASE_EXPORTER_{field}".upper() for field in Environment.model_fields}
    assert len(names) == 4
    # The other one is the C library's.
    assert set(names) - known == {"MALLOC_ARENA_MAX"}


def test_state_limits_reload_and_secrets_are_told() -> None:
    settings = service()
    assert settings["StateDirectory"] == ["release-exporter"]
    assert settings["MemoryMax"] == ["512M"]
    assert settings["ExecReload"] == ["/bin/kill -HUP $MAINPID"]
    assert settings["RestartPreventExitStatus"] == ["2"]
    (credential,) = settings["LoadCredential"]
    assert f"%d/{credential.partition(':')[0]}" in settings["Environment"][-1]
