"""Workflow commands: lines of a job's log that the runner obeys.

What is foreign is printed while it obeys nothing, and stands escaped in a command of ours.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from secrets import token_hex

import click

from exporter.inert import plain

_IN_MESSAGE = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTY = _IN_MESSAGE | {":": "%3A", ",": "%2C"}


def command(name: str, message: str, **properties: str) -> str:
    """Return the line of a command; texts from outside are inert in it."""
    given = ",".join(f"{key}={_escape(one, _IN_PROPERTY)}" for key, one in properties.items())
    return f"::{name}{' ' * bool(given)}{given}::{_escape(message, _IN_MESSAGE)}"


def say(line: str) -> None:
    """Print a line at once, whatever the system takes for its encoding."""
    click.echo(line.encode("utf-8", "backslashreplace"))


@contextmanager
def foreign() -> Iterator[None]:
    """Let the runner obey no line that is printed meanwhile: nobody can guess what ends that."""
    token = token_hex(32)
    say(f"::stop-commands::{token}")
    try:
        yield
    finally:
        say(f"::{token}::")


def _escape(text: str, signs: dict[str, str]) -> str:
    return "".join(signs.get(sign, sign) for sign in plain(text))
