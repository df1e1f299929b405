"""What `generate` and `config check` make of who is told."""

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from exporter.cli import cli
from exporter.model import UserError
from tests.example import EXAMPLE

RELEASE = str(EXAMPLE / "release.yaml")
PREFIX = "RELEASE_EXPORTER_"
MAIL = {"SMTP_HOST": "smtp.example.com", "SMTP_FROM": "from@x", "SMTP_TO": "team@x"}


def generate(out: Path, **variables: str) -> Result:
    environment = {PREFIX + name: value for name, value in variables.items()}
    arguments = ["generate", "--config", RELEASE, "--out", str(out)]
    return CliRunner().invoke(cli, arguments, env=environment)


def test_an_installation_gets_its_receivers_and_the_templates_that_they_name(
    tmp_path: Path,
) -> None:
    assert generate(tmp_path, **MAIL, SMTP_PROJECT_TO="caro=caro@x").exit_code == 0
    folder = tmp_path / "alertmanager"
    config = yaml.safe_load((folder / "alertmanager.yml").read_text("utf-8"))
    assert [one["name"] for one in config["receivers"]] == [
        "default",
        "digest",
        "project caro",
        "digest project caro",
        "not-sent",
    ]
    assert config["templates"] == ["templates/*.tmpl"]
    committed = sorted(Path(__file__).parents[2].glob("alertmanager/templates/*.tmpl"))
    assert len(committed) == 4
    assert {one.name: one.read_text("utf-8") for one in folder.glob("templates/*.tmpl")} == {
        one.name: one.read_text("utf-8") for one in committed
    }


def test_it_says_loudly_that_nobody_is_told(tmp_path: Path) -> None:
    done = generate(tmp_path)
    assert done.exit_code == 0
    assert "alerts: nobody is told of alerts: they go to the mail catcher" in done.stderr
    assert "alerts: nobody notices when Prometheus or Alertmanager dies" in done.stderr


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        (
            MAIL | {"SMTP_PROJECT_TO": "coro=a@x"},
            "no release file is of project 'coro'; there are caro",
        ),
        (
            {"SMTP_HOST": "h", "SMTP_FROM": "a@x", "SMTP_PROJECT_TO": "caro=a@x"},
            "receiver 'default' sends to nobody",
        ),
        ({"SLACK_API_URL_FILE": "/dev/no-such-file"}, "/dev/no-such-file: there is no such file"),
    ],
)
def test_a_dead_end_writes_nothing(tmp_path: Path, variables: dict[str, str], said: str) -> None:
    done = generate(tmp_path, **variables)
    assert isinstance(done.exception, UserError)
    assert said in str(done.exception)
    assert str(done.exception).startswith("environment: ")
    assert list(tmp_path.iterdir()) == []


def test_check_ends_with_2_at_a_dead_end_and_with_0_otherwise() -> None:
    arguments = ["config", "check", "--config.file", RELEASE]
    good = {PREFIX + name: value for name, value in MAIL.items()}
    assert CliRunner().invoke(cli, arguments, env=good).exit_code == 0
    done = CliRunner().invoke(cli, arguments, env=good | {f"{PREFIX}SMTP_USERNAME": "u"})
    assert done.exit_code == 2
    assert "SMTP_USERNAME: reaches nobody without" in done.stderr
