import os
import traceback
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import HttpUrl

from exporter.alerting.links import DASHBOARDS, EXPORTER, RUNBOOKS
from exporter.config.environment import PREFIX, SECRETS, SEEN, Environment, load_environment
from exporter.config.receivers import ReceiverSettings
from exporter.model import UserError

SECRET = "s3cr3t-canary-token"
TOKEN = "RELEASE_EXPORTER_PROMETHEUS_TOKEN"


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.upper().startswith(PREFIX):
            monkeypatch.delenv(name)


KEY = f"-----BEGIN RSA PRIVATE KEY-----\n{SECRET}\n{SECRET}\n-----END RSA PRIVATE KEY-----"
APP = {"GITHUB_APP_ID": "7", "GITHUB_APP_INSTALLATION_ID": "8", "GITHUB_APP_PRIVATE_KEY": KEY}


def token(environment: Environment) -> str | None:
    secret = environment.prometheus_token
    return secret.get_secret_value() if secret else None


def test_without_any_variable_the_defaults_work() -> None:
    environment = load_environment()
    receivers = set(ReceiverSettings.model_fields)
    assert environment.model_dump(exclude=receivers) == {
        "config_file": Path("release.yaml"),
        "storage_path": Path("data"),
        "web_listen_address": "127.0.0.1:10150",
        "web_enable_lifecycle": False,
        "web_config_file": None,
        "log_level": "info",
        "log_format": "logfmt",
        "runbook_url": RUNBOOKS,
        "dashboard_url": DASHBOARDS,
        "exporter_url": EXPORTER,
        "records_raw": True,
        "records_retention": None,
        "digest": True,
        "alertmanager_url": (),
        "prometheus_token": None,
        "prometheus_token_file": None,
        "github_url": HttpUrl("https://api.github.com"),
        "github_token": None,
        "github_token_file": None,
        "github_app_id": None,
        "github_app_installation_id": None,
        "github_app_private_key": None,
        "github_app_private_key_file": None,
        "from_token": None,
        "from_token_file": None,
        "from_user": None,
        "from_password": None,
        "from_password_file": None,
        "from_ca_file": None,
    }


@pytest.mark.parametrize(
    ("name", "written", "field", "value"),
    [
        ("CONFIG_FILE", "/etc/releases", "config_file", Path("/etc/releases")),
        ("STORAGE_PATH", "/var/lib/releases", "storage_path", Path("/var/lib/releases")),
        ("WEB_LISTEN_ADDRESS", ":9", "web_listen_address", ":9"),
        ("WEB_ENABLE_LIFECYCLE", "true", "web_enable_lifecycle", True),
        ("WEB_ENABLE_LIFECYCLE", "0", "web_enable_lifecycle", False),
        ("RECORDS_RAW", "false", "records_raw", False),
        ("RECORDS_RETENTION", "400d", "records_retention", timedelta(days=400)),
        ("DIGEST", "false", "digest", False),
        ("ALERTMANAGER_URL", "http://a:9093", "alertmanager_url", ("http://a:9093",)),
        (
            "ALERTMANAGER_URL",
            "http://a:9093, https://b/am",
            "alertmanager_url",
            ("http://a:9093", "https://b/am"),
        ),
        ("LOG_LEVEL", "debug", "log_level", "debug"),
        ("LOG_FORMAT", "json", "log_format", "json"),
        ("GITHUB_URL", "https://git.host/api/v3", "github_url", HttpUrl("https://git.host/api/v3")),
    ],
)
def test_each_variable_sets_its_field(
    monkeypatch: pytest.MonkeyPatch, name: str, written: str, field: str, value: Any
) -> None:
    monkeypatch.setenv(PREFIX + name, written)
    assert getattr(load_environment(), field) == value
    monkeypatch.delenv(PREFIX + name)
    monkeypatch.setenv((PREFIX + name).lower(), written)
    assert getattr(load_environment(), field) == value


@pytest.mark.parametrize("field", Environment.model_fields)
def test_an_empty_variable_is_one_that_is_not_set(
    monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    monkeypatch.setenv((PREFIX + field).upper(), "")
    assert load_environment() == Environment.model_construct()


def test_other_programs_variables_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONFIG_FILE", "/etc/other")
    monkeypatch.setenv("RELEASE_EXPORTERS", "x")
    assert load_environment().config_file == Path("release.yaml")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("LOG_LEVL", "LOG_LEVEL"),
        ("CONFIG", "CONFIG_FILE"),
        ("PROMETHEUS_TOKEN_FIEL", "PROMETHEUS_TOKEN_FILE"),
        ("PROMETHEUS_TOKN", "PROMETHEUS_TOKEN"),
    ],
)
def test_a_misspelt_variable_is_a_mistake_with_a_suggestion(
    monkeypatch: pytest.MonkeyPatch, name: str, meant: str
) -> None:
    monkeypatch.setenv(PREFIX + name, SECRET)
    with pytest.raises(UserError) as caught:
        load_environment()
    start = f"environment: unknown variable '{PREFIX}{name}'; did you mean '{PREFIX}{meant}'? known"
    assert str(caught.value).startswith(start)
    assert SECRET not in str(caught.value)


def test_every_misspelt_variable_has_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RELEASE_EXPORTER_A", "release_exporter_b"):
        monkeypatch.setenv(name, "")
    with pytest.raises(UserError) as caught:
        load_environment()
    lines = [line.partition(";")[0] for line in str(caught.value).splitlines()]
    assert lines == [
        "environment: unknown variable 'RELEASE_EXPORTER_A'",
        "environment: unknown variable 'release_exporter_b'",
    ]


@pytest.mark.parametrize(
    ("name", "written", "message"),
    [
        ("LOG_LEVEL", "loud", "input should be 'debug', 'info', 'warning' or 'error'"),
        ("LOG_FORMAT", "xml", "input should be 'logfmt' or 'json'"),
        ("WEB_ENABLE_LIFECYCLE", "perhaps", "input should be a valid boolean"),
        ("GITHUB_URL", "https://user:word@git.host/api/v3", "write no user or password here"),
        ("GITHUB_URL", "git.host", "input should be a valid URL"),
    ],
)
def test_a_mistake_names_the_variable_and_what_is_accepted(
    monkeypatch: pytest.MonkeyPatch, name: str, written: str, message: str
) -> None:
    monkeypatch.setenv(PREFIX + name, written)
    with pytest.raises(UserError) as caught:
        load_environment()
    assert str(caught.value).startswith(f"environment: {PREFIX}{name}: {message}")


@pytest.mark.parametrize("secret", SECRETS)
def test_every_secret_has_a_field_for_its_file(secret: str) -> None:
    assert {secret, f"{secret}_file"} <= set(Environment.model_fields)


@pytest.mark.parametrize("content", [SECRET, f"{SECRET}\n", f"  {SECRET}\r\n"])
def test_a_secret_comes_from_its_variable_or_its_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str
) -> None:
    monkeypatch.setenv(TOKEN, SECRET)
    assert token(load_environment()) == SECRET
    monkeypatch.delenv(TOKEN)
    (tmp_path / "token").write_text(content)
    monkeypatch.setenv(f"{TOKEN}_FILE", str(tmp_path / "token"))
    assert token(load_environment()) == SECRET


def test_an_empty_variable_beside_a_file_is_not_both(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text(SECRET)
    monkeypatch.setenv(f"{TOKEN}_FILE", str(tmp_path / "token"))
    monkeypatch.setenv(TOKEN, "")
    assert token(load_environment()) == SECRET


def test_both_at_once_is_a_mistake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("other")
    monkeypatch.setenv(f"{TOKEN}_FILE", str(tmp_path / "token"))
    monkeypatch.setenv(TOKEN, SECRET)
    with pytest.raises(UserError) as caught:
        load_environment()
    assert str(caught.value) == f"environment: set {TOKEN} or {TOKEN}_FILE, not both"


def no_file(_: Path) -> None:
    pass


def a_loop(path: Path) -> None:
    path.symlink_to(path)


def empty(path: Path) -> None:
    path.write_text(" \n")


def no_text(path: Path) -> None:
    path.write_bytes(SECRET.encode() + b"\xff")


def too_long(path: Path) -> None:
    path.write_text(SECRET * 10_000)


def of_two_lines(path: Path) -> None:
    path.write_text(f"{SECRET}\nX-Other: header\n")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (no_file, "no such file or directory"),
        (Path.mkdir, "is a directory"),
        (a_loop, "too many levels of symbolic links"),
        (empty, "is empty; write the secret into it"),
        (no_text, "write the secret alone, one line of plain characters"),
        (too_long, "longer than 64 KiB"),
        (of_two_lines, "write the secret alone, one line of plain characters"),
    ],
)
def test_a_secrets_file_that_cannot_be_taken_is_named(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    make: Callable[[Path], None],
    message: str,
) -> None:
    make(tmp_path / "token")
    monkeypatch.setenv(f"{TOKEN}_FILE", str(tmp_path / "token"))
    with pytest.raises(UserError) as caught:
        load_environment()
    assert str(caught.value) == f"environment: {TOKEN}_FILE: {tmp_path / 'token'}: {message}"
    assert SECRET not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("more", ["\udcff", "\nX-Other: header", "ü", "\x1b"])
def test_a_secret_that_no_header_can_carry_is_not_repeated(
    monkeypatch: pytest.MonkeyPatch, more: str
) -> None:
    monkeypatch.setenv(TOKEN, SECRET + more)
    with pytest.raises(UserError) as caught:
        load_environment()
    assert str(caught.value).startswith(f"environment: {TOKEN}: write the secret alone")
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_a_secret_is_known_to_the_log_from_its_first_reading(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(f"{TOKEN}_FILE", str(tmp_path / "token"))
    for number in range(2):
        (tmp_path / "token").write_text(f"{SECRET}-{number}")
        assert token(load_environment()) == f"{SECRET}-{number}"
    assert {f"{SECRET}-0", f"{SECRET}-1"} <= SEEN


def test_a_mistake_elsewhere_does_not_repeat_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN, SECRET)
    monkeypatch.setenv(f"{PREFIX}LOG_LEVEL", SECRET)
    with pytest.raises(UserError) as caught:
        load_environment()
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_nothing_that_is_printed_of_the_environment_shows_a_secret(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text(SECRET)
    monkeypatch.setenv(f"{TOKEN}_FILE", str(tmp_path / "token"))
    environment = load_environment()
    for shown in (
        repr(environment),
        str(environment),
        f"{environment.model_dump()}",
        environment.model_dump_json(),
    ):
        assert SECRET not in shown


def test_what_kubernetes_writes_for_a_service_of_our_name_is_no_mistake(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RELEASE_EXPORTER_SERVICE_HOST", "10.0.0.1")
    monkeypatch.setenv("RELEASE_EXPORTER_PORT_10150_TCP_ADDR", "10.0.0.1")
    monkeypatch.setenv("RELEASE_EXPORTER_PORT", "tcp://10.0.0.1:10150")
    assert load_environment().log_level == "info"


def set_app(monkeypatch: pytest.MonkeyPatch, **changed: str) -> None:
    for name, value in (APP | changed).items():
        monkeypatch.setenv(PREFIX + name, value)


def key(environment: Environment) -> str | None:
    secret = environment.github_app_private_key
    return secret.get_secret_value() if secret else None


@pytest.mark.parametrize(
    "written", [KEY, f"{KEY}\n", KEY.replace("\n", "\r\n"), KEY.replace("\n", r"\n")]
)
def test_an_app_s_private_key_has_lines_or_says_where_they_end(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, written: str
) -> None:
    set_app(monkeypatch, GITHUB_APP_PRIVATE_KEY=written)
    assert key(load_environment()) == f"{KEY}\n"
    monkeypatch.delenv(f"{PREFIX}GITHUB_APP_PRIVATE_KEY")
    (tmp_path / "key.pem").write_text(written)
    monkeypatch.setenv(f"{PREFIX}GITHUB_APP_PRIVATE_KEY_FILE", str(tmp_path / "key.pem"))
    assert key(load_environment()) == f"{KEY}\n"
    assert KEY in SEEN


@pytest.mark.parametrize(
    "written", [SECRET, KEY[:-1], KEY[1:], KEY.replace("RSA", "RSÄ"), KEY.replace("RSA", "\x1b")]
)
def test_what_is_no_private_key_is_not_repeated(
    monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    set_app(monkeypatch, GITHUB_APP_PRIVATE_KEY=written)
    with pytest.raises(UserError) as caught:
        load_environment()
    start = f"environment: {PREFIX}GITHUB_APP_PRIVATE_KEY: write the whole private key"
    assert str(caught.value).startswith(start)
    assert SECRET not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("missing", APP)
def test_half_of_an_app_is_a_mistake_that_names_the_rest(
    monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    set_app(monkeypatch)
    monkeypatch.delenv(PREFIX + missing)
    with pytest.raises(UserError) as caught:
        load_environment()
    assert str(caught.value).endswith(f"; set {PREFIX}{missing} too")


def test_a_token_beside_an_app_is_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    set_app(monkeypatch)
    monkeypatch.setenv(f"{PREFIX}GITHUB_TOKEN", SECRET)
    with pytest.raises(UserError) as caught:
        load_environment()
    expected = "set either RELEASE_EXPORTER_GITHUB_TOKEN, or RELEASE_EXPORTER_GITHUB_APP_ID and"
    assert expected in str(caught.value)
    assert SECRET not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("name", "written"), [("GITHUB_APP_ID", "1/2"), ("GITHUB_APP_INSTALLATION_ID", "8/../../9")]
)
def test_an_app_s_numbers_are_plain(
    monkeypatch: pytest.MonkeyPatch, name: str, written: str
) -> None:
    set_app(monkeypatch, **{name: written})
    with pytest.raises(UserError) as caught:
        load_environment()
    assert str(caught.value).startswith(f"environment: {PREFIX}{name}: write the ")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"TOKEN": "x", "USER": "alice", "PASSWORD": SECRET}, "set either {}FROM_TOKEN, or"),
        ({"TOKEN": "x", "PASSWORD": SECRET}, "set either {}FROM_TOKEN, or"),
        ({"USER": "alice"}, "belong together; set {}FROM_PASSWORD too"),
        ({"PASSWORD": SECRET}, "belong together; set {}FROM_USER too"),
        ({"USER": "a:b", "PASSWORD": SECRET}, "write the user's name alone, without a colon"),
        ({"USER": "a\nb", "PASSWORD": SECRET}, "write the user's name alone, without a colon"),
    ],
)
def test_who_asks_an_exporter_has_a_token_or_a_name_with_a_password(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], said: str
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(f"{PREFIX}FROM_{name}", value)
    with pytest.raises(UserError) as caught:
        load_environment()
    assert said.format(PREFIX) in str(caught.value)
    assert SECRET not in str(caught.value)
