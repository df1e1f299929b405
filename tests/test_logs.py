"""Logs: one line an event, whatever is in it, and no secret."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from exporter import logs


@pytest.fixture(autouse=True)
def _restore() -> Iterator[None]:
    yield
    structlog.reset_defaults()
    logging.basicConfig(force=True)


def test_a_hostile_text_cannot_forge_a_second_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info", "logfmt")
    logs.log.info("read", file="a\nlevel=error msg=forged\r\x1b[31m \ud800")
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_known_secret_is_hidden_wherever_it_stands(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("debug", "json", ("hunter2",))
    logs.log.debug("asked", url="http://x/?t=hunter2", nested={"a": ["hunter2"]})
    logging.getLogger("other").warning("with %s", "hunter2")
    lines = capsys.readouterr().err
    assert "hunter2" not in lines
    assert lines.count("[secret]") == 3


def test_a_secret_learnt_later_is_hidden_as_a_whole(capsys: pytest.CaptureFixture[str]) -> None:
    seen = {"hunter2"}
    logs.configure("info", "logfmt", seen)
    seen.add("hunter2-rotated")
    logs.log.info("asked", old="hunter2", new="hunter2-rotated")
    line = capsys.readouterr().err
    assert "hunter2" not in line
    assert "rotated" not in line


def test_json_lines_parse(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info", "json")
    logs.log.warning("item rejected", item="ünï\n")
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["item"] == "ünï "


def test_what_is_below_the_level_is_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("warning", "logfmt")
    logs.log.info("quiet")
    assert capsys.readouterr().err == ""
