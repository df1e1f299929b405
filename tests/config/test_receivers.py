import os
from typing import Any

import pytest

from exporter.config.environment import PREFIX, load_environment
from exporter.config.week_hours import Hours
from exporter.model import UserError


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.upper().startswith(PREFIX):
            monkeypatch.delenv(name)


@pytest.mark.parametrize(
    ("name", "written", "field", "value"),
    [
        ("SMTP_HOST", "smtp.example.com", "smtp_host", "smtp.example.com"),
        ("SMTP_HOST", "[::1]", "smtp_host", "[::1]"),
        ("SMTP_PORT", "465", "smtp_port", 465),
        ("SMTP_FROM", "a@example.com", "smtp_from", "a@example.com"),
        ("SMTP_TO", "a@example.com, b@example.com", "smtp_to", ("a@example.com", "b@example.com")),
        (
            "SMTP_PROJECT_TO",
            "caro=a@x,b@x; my project=c=d@x;",
            "smtp_project_to",
            {"caro": ("a@x", "b@x"), "my project": ("c=d@x",)},
        ),
        ("SMTP_REQUIRE_TLS", "false", "smtp_require_tls", False),
        ("SLACK_CHANNEL", "#release", "slack_channel", "#release"),
        ("SLACK_PROJECT_CHANNEL", "caro=C0123", "slack_project_channel", {"caro": "C0123"}),
        ("WEBHOOK_URL", "http://h:9/x", "webhook_url", "http://h:9/x"),
        (
            "WARNING_HOURS",
            "Mon-Fri 09:00-24:00 America/Los_Angeles",
            "warning_hours",
            Hours("monday:friday", "09:00", "24:00", "America/Los_Angeles"),
        ),
    ],
)
def test_each_variable_sets_its_field(
    monkeypatch: pytest.MonkeyPatch, name: str, written: str, field: str, value: Any
) -> None:
    monkeypatch.setenv(PREFIX + name, written)
    assert getattr(load_environment(), field) == value


@pytest.mark.parametrize(
    ("name", "written", "fix"),
    [
        ("SMTP_HOST", "smtp.example.com:25", "write the host alone"),
        ("SMTP_HOST", "x\nsmtp_hello: y", "write the host alone"),
        ("SMTP_PORT", "0", "greater than or equal to 1"),
        ("SMTP_FROM", "a@x, b@x", "write one address"),
        ("SMTP_TO", "a@x,,b@x", "number 2 is no address"),
        ("SMTP_TO", "{{ .Labels.x }}@x", "number 1 is no address"),
        ("SMTP_TO", "a@x\r\nBcc:b@x", "number 1 is no address"),
        ("SMTP_TO", ",".join(["someone@example.com"] * 60), "write the address of a list"),
        ("SMTP_PROJECT_TO", "caro", "write PROJECT=…"),
        ("SMTP_PROJECT_TO", "caro=a@x;caro=b@x", "each project once"),
        ("SMTP_PROJECT_TO", "caro=a", "number 1 is no address"),
        ("SMTP_PASSWORD_FILE", "secrets/password", "write an absolute path"),
        ("SLACK_CHANNEL", "#a b", "write a channel's name"),
        ("SLACK_PROJECT_CHANNEL", "caro=<!channel>", "write a channel's name"),
        ("WEBHOOK_URL", "ftp://x/", "write http://"),
        ("WEBHOOK_URL", "https://u:s3cret@x/", "so a secret; write it into a file"),
        ("WEBHOOK_URL", "https://x/?token=s3cret", "so a secret; write it into a file"),
        ("WEBHOOK_URL", "https://x/{{ . }}", "write http://"),
        ("DEADMAN_URL", "https://[x", "DEADMAN_URL"),
        ("WARNING_HOURS", "09:00-17:00", "write 'Mon-Fri 09:00-17:00"),
        ("WARNING_HOURS", "Mon-Xyz 09:00-17:00 UTC", "write 'Mon-Fri 09:00-17:00"),
        ("WARNING_HOURS", "Fri-Mon 09:00-17:00 UTC", "begin before the end"),
        ("WARNING_HOURS", "Mon-Fri 17:00-09:00 UTC", "begin before the end"),
        ("WARNING_HOURS", "Mon-Fri 09:00-24:30 UTC", "from 00:00 to 24:00"),
        ("WARNING_HOURS", "Mon-Fri 09:75-10:00 UTC", "write 'Mon-Fri 09:00-17:00"),
        ("WARNING_HOURS", "Mon-Fri 09:00-17:00 Mars/Base", "no time zone 'Mars/Base'"),
        ("WARNING_HOURS", "Mon-Fri 09:00-17:00 ../../etc/passwd", "no time zone"),
    ],
)
def test_a_mistake_names_variable_and_fix_and_never_the_secret(
    monkeypatch: pytest.MonkeyPatch, name: str, written: str, fix: str
) -> None:
    monkeypatch.setenv(PREFIX + name, written)
    with pytest.raises(UserError) as caught:
        load_environment()
    assert str(caught.value).startswith(f"environment: {PREFIX}{name}: ")
    assert fix in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "s3cret" not in str(caught.value)
