"""Names and values that say together what neither does."""

import json

import pytest

from exporter.privacy import Audit, named

AUDIT = Audit()

SECRETS = [
    ("password", "hunter2"),
    ("dbPassword", "hunter2"),
    ("user_passwd", "hunter2"),
    ("pwd", "hunter2"),
    ("PWD", "hunter2"),
    ("client_secret", "hunter2"),
    ("apiKey", "abc"),
    ("api_key", "abcdef0123456789"),
    ("x-api-key", "abc"),
    ("private_key", "MIIE"),
    ("credentials", "jane hunter2"),
    ("Authorization", "Basic amFuZTpodW50ZXIy"),
    ("token", "abcdef0123456789"),
    ("access_token", "0123456789abcdef0123456789abcdef"),
]
ORDINARY = [
    ("password", ""),
    ("password", "***"),
    ("password", "<redacted>"),
    ("password", "null"),
    ("password_length", "eight"),
    ("pwd", "/work"),
    ("token", "identifier"),
    ("token", "unexpected_identifier"),
    ("token", "the 2nd word of the sentence"),
    ("next_token", "17"),
    ("authorization", "none"),
    ("key", "abcdef0123456789"),
    ("name", "hunter2"),
]


@pytest.mark.parametrize(("name", "value"), SECRETS)
def test_a_secret_is_told_by_its_name(name: str, value: str) -> None:
    assert "credential" in AUDIT.findings(named(name, value))


@pytest.mark.parametrize(("name", "value"), SECRETS)
@pytest.mark.parametrize("separators", [(",", ":"), (" , ", " : ")])
@pytest.mark.parametrize("form", [str, lambda value: [value]])
def test_raw_json_with_a_secret_is_suspect(
    name: str, value: str, separators: tuple[str, str], form: type
) -> None:
    raw = json.dumps({"a": 1, name: form(value)}, separators=separators)
    assert AUDIT.suspects(raw.encode())


@pytest.mark.parametrize(("name", "value"), ORDINARY)
def test_an_ordinary_value_is_none(name: str, value: str) -> None:
    assert AUDIT.findings(named(name, value)) == set()
