from pathlib import Path
from typing import Any

import pytest

from exporter.alerting.dead_ends import dead_ends, find_mistakes, find_notices
from exporter.artifacts.alertmanager import build
from exporter.config.receivers import ReceiverSettings

MAIL = {"smtp_host": "smtp.example.com", "smtp_from": "from@x", "smtp_to": "team@x"}
ELSEWHERE = Path("/no-such-folder/secret")


def settings(**written: object) -> ReceiverSettings:
    return ReceiverSettings.model_validate(written)


def mistakes(**written: object) -> list[str]:
    return find_mistakes(settings(**written), ["caro"])


def without(key: str) -> dict[str, str]:
    return {one: value for one, value in MAIL.items() if one != key}


@pytest.mark.parametrize(
    "written",
    [
        {},
        MAIL,
        without("smtp_to") | {"smtp_project_to": "caro=a@x"},
        MAIL | {"smtp_username": "u", "smtp_password_file": ELSEWHERE},
        {"slack_api_url_file": ELSEWHERE},
        {"slack_bot_token_file": ELSEWHERE, "slack_channel": "#x"},
        {"webhook_url": "https://h/x", "webhook_token_file": ELSEWHERE},
        {"deadman_url_file": ELSEWHERE},
    ],
)
def test_what_reaches_somebody_is_no_mistake(written: dict[str, object]) -> None:
    assert mistakes(**written) == []


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (without("smtp_from"), "SMTP_HOST: reaches nobody without RELEASE_EXPORTER_SMTP_FROM"),
        (
            without("smtp_to"),
            "SMTP_HOST: reaches nobody without RELEASE_EXPORTER_SMTP_TO or RELEASE_EXPORTER_SMTP_",
        ),
        ({"smtp_to": "a@x"}, "SMTP_TO: reaches nobody without RELEASE_EXPORTER_SMTP_HOST"),
        ({"smtp_project_to": "caro=a@x"}, "SMTP_PROJECT_TO: reaches nobody without"),
        (MAIL | {"smtp_username": "u"}, "SMTP_USERNAME: reaches nobody without"),
        (MAIL | {"smtp_password_file": ELSEWHERE}, "SMTP_PASSWORD_FILE: reaches nobody without"),
        (
            MAIL
            | {
                "smtp_username": "u",
                "smtp_password_file": ELSEWHERE,
                "smtp_require_tls": False,
            },
            "SMTP_REQUIRE_TLS: the password would travel in clear; take it out",
        ),
        (MAIL | {"smtp_project_to": "coro=a@x"}, "no release file is of project 'coro'; there are"),
        ({"slack_bot_token_file": ELSEWHERE}, "SLACK_BOT_TOKEN_FILE: reaches nobody without"),
        ({"slack_channel": "#x"}, "SLACK_CHANNEL: reaches nobody without"),
        ({"slack_project_channel": "caro=#x"}, "SLACK_PROJECT_CHANNEL: reaches nobody without"),
        (
            {
                "slack_api_url_file": ELSEWHERE,
                "slack_bot_token_file": ELSEWHERE,
                "slack_channel": "#x",
            },
            "SLACK_API_URL_FILE or RELEASE_EXPORTER_SLACK_BOT_TOKEN_FILE, not both",
        ),
        ({"webhook_token_file": ELSEWHERE}, "WEBHOOK_TOKEN_FILE: reaches nobody without"),
        ({"webhook_url": "https://h", "webhook_url_file": ELSEWHERE}, "not both"),
        ({"deadman_url": "https://h", "deadman_url_file": ELSEWHERE}, "not both"),
    ],
)
def test_what_reaches_nobody_is_one_mistake(written: dict[str, object], said: str) -> None:
    (mistake,) = mistakes(**written)
    assert said in mistake


def test_a_secret_that_is_not_where_it_should_be_is_a_mistake(tmp_path: Path) -> None:
    (empty := tmp_path / "empty").touch()
    (folder := tmp_path / "folder").mkdir()
    (good := tmp_path / "good").write_text("https://hooks.slack.example/x")
    said = {one: mistakes(slack_api_url_file=one) for one in (tmp_path / "no", empty, folder, good)}
    variable = "RELEASE_EXPORTER_SLACK_API_URL_FILE"
    assert said == {
        tmp_path / "no": [f"{variable}: {tmp_path / 'no'}: there is no such file"],
        empty: [f"{variable}: {empty}: is empty; write the secret into it"],
        folder: [f"{variable}: {folder}: there is no such file"],
        good: [],
    }


def test_a_secret_on_another_machine_is_noticed() -> None:
    (notice,) = find_notices(settings(slack_api_url_file=ELSEWHERE, deadman_url="https://h"))
    assert notice.endswith("/no-such-folder/secret: not on this machine; Alertmanager must find it")


def test_the_mail_catcher_and_a_watchdog_that_nobody_hears_are_noticed() -> None:
    nobody, unheard = find_notices(settings())
    assert nobody.startswith("nobody is told of alerts: they go to the mail catcher mail:1025;")
    assert unheard.startswith("nobody notices when Prometheus or Alertmanager dies:")
    assert find_notices(settings(webhook_url="https://h", deadman_url="https://h")) == []


@pytest.mark.parametrize(
    "written",
    [
        {},
        MAIL | {"smtp_project_to": "caro=a@x"},
        {"webhook_url": "https://h", "deadman_url": "https://h"},
    ],
)
def test_every_receiver_is_reached_and_sends(written: dict[str, object]) -> None:
    assert dead_ends(build(settings(**written))) == []


def test_a_team_that_only_a_project_has_leaves_the_rest_to_nobody() -> None:
    only = without("smtp_to") | {"smtp_project_to": "caro=a@x"}
    assert dead_ends(build(settings(**only))) == [
        "receiver 'default' sends to nobody",
        "receiver 'digest' sends to nobody",
    ]


def test_routes_and_receivers_that_miss_each_other_are_named() -> None:
    config: dict[str, Any] = build(settings())
    config["route"]["routes"][0]["receiver"] = "gone"
    config["receivers"].append({"name": "lonely"})
    assert dead_ends(config) == [
        "route to 'gone', which is no receiver",
        "no route to receiver 'lonely'",
        "receiver 'lonely' sends to nobody",
    ]
    config["route"]["receiver"] = "not-sent"
    assert "receiver 'not-sent' sends to nobody" in dead_ends(config)
