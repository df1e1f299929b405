from pathlib import Path
from typing import Any

import pytest

from exporter.alerting.receivers import DEADMAN, DEFAULT, DIGEST, NOT_SENT, SLACK_POST
from exporter.artifacts.alertmanager import build, render
from exporter.config.receivers import ReceiverSettings

MAIL = {"smtp_host": "smtp.example.com", "smtp_from": "from@x", "smtp_to": "team@x"}
PASSWORD, TOKEN = Path("/run/secrets/password"), Path("/run/secrets/token")


def configure(**written: object) -> dict[str, Any]:
    return build(ReceiverSettings.model_validate(written))


def receivers(**written: object) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in configure(**written)["receivers"]}


def test_with_nothing_configured_the_mail_catcher_gets_everything() -> None:
    config = configure()
    assert config["global"] == {
        "smtp_smarthost": "mail:1025",
        "smtp_from": "release-exporter@localhost",
        "smtp_require_tls": False,
    }
    (mail,) = receivers()[DEFAULT]["email_configs"]
    assert mail["to"] == "release-team@localhost"
    assert receivers().keys() == {DEFAULT, DIGEST, NOT_SENT}


def test_the_catcher_is_gone_once_anybody_is_configured() -> None:
    told = receivers(webhook_url="https://h/x")
    assert told[DEFAULT].keys() == {"name", "webhook_configs"}
    assert "global" not in configure(webhook_url="https://h/x")


def test_who_listens_for_the_watchdog_does_not_get_the_alerts() -> None:
    told = receivers(deadman_url="https://h/ping")
    assert "email_configs" in told[DEFAULT]
    assert told[DEADMAN]["webhook_configs"] == [{"url": "https://h/ping", "send_resolved": False}]


def test_everything_that_is_sent_is_also_said_to_be_over() -> None:
    told = receivers(**MAIL, slack_api_url_file=TOKEN, webhook_url="https://h/x")[DEFAULT]
    kinds = ("email_configs", "slack_configs", "webhook_configs")
    assert all(one["send_resolved"] for kind in kinds for one in told[kind])


@pytest.mark.parametrize(
    ("written", "starts"),
    [
        ({}, True),
        ({"smtp_port": 25}, True),
        ({"smtp_port": 465}, False),  # TLS from the start
        ({"smtp_require_tls": False}, False),
    ],
)
def test_mail_is_encrypted_unless_it_is_said_otherwise(
    written: dict[str, object], starts: bool
) -> None:
    assert configure(**MAIL, **written)["global"]["smtp_require_tls"] is starts


def test_a_project_with_people_of_its_own_keeps_the_other_ways() -> None:
    told = receivers(
        **MAIL,
        smtp_project_to="caro=caro@x",
        slack_bot_token_file=TOKEN,
        slack_channel="#all",
        slack_project_channel="caro=#caro;other=#other",
        webhook_url="https://h/x",
    )
    ways = {
        name: (
            told[name]["email_configs"][0]["to"],
            told[name]["slack_configs"][0]["channel"],
            told[name]["webhook_configs"][0]["url"],
        )
        for name in (DEFAULT, "project caro", "project other")
    }
    assert ways == {
        DEFAULT: ("team@x", "#all", "https://h/x"),
        "project caro": ("caro@x", "#caro", "https://h/x"),
        "project other": ("team@x", "#other", "https://h/x"),
    }


def test_summaries_go_to_the_same_people_in_a_form_of_their_own_and_have_no_end() -> None:
    told = receivers(
        **MAIL, smtp_project_to="caro=caro@x", slack_api_url_file=TOKEN, webhook_url="https://h/x"
    )
    kinds = ("email_configs", "slack_configs", "webhook_configs")
    for alerts, digests in ((DEFAULT, DIGEST), ("project caro", "digest project caro")):
        for kind in kinds:
            ((one,), (other,)) = told[alerts][kind], told[digests][kind]
            assert (one["send_resolved"], other["send_resolved"]) == (True, False)
            assert str(one | {"send_resolved": False}).replace('"release.', '"release.digest.') == (
                str(other)
            )


def test_secrets_are_named_by_their_files_only(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("s3cret-canary")
    text = render(
        ReceiverSettings.model_validate(
            MAIL
            | {
                "smtp_username": "u",
                "smtp_password_file": file,
                "slack_bot_token_file": file,
                "slack_channel": "#x",
                "webhook_url_file": file,
                "webhook_token_file": file,
                "deadman_url_file": file,
            }
        )
    )
    assert text.count(str(file)) == 8
    assert "canary" not in text
    assert SLACK_POST in text
    assert "smtp_auth_password_file" in text
