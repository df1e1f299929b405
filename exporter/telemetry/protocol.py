"""What the exporter and its telemetry engine say to each other: one line of JSON each way."""

import msgspec

from exporter.model import ErrorClass, Reading


class PrivacyRule(msgspec.Struct, frozen=True):
    """A rule of the user's own: its name, and a pattern in RE2's syntax."""

    name: str
    pattern: str


class Cluster(msgspec.Struct, frozen=True):
    """A Spark cluster: its master, the address where it reaches us, and what it may give us.

    `python` is the interpreter on its workers, our own by default; `memory` is each executor's.
    """

    master: str
    address: str
    python: str | None = None
    cores: int | None = None
    memory: str = "1g"


class Request(msgspec.Struct, frozen=True):
    """Read this folder; times are seconds since 1970, `since` bounds what is counted.

    `max_age` bounds for how many seconds the last good content of a broken file stands.
    `privacy_moved` says from where, by whom and why `privacy_since` was moved. With a `day` (as in
    2026-01-13) nothing later counts; `raw` is the file to write that day's events to. Where there
    is a `cluster`, it does the work.
    """

    folder: str
    state: str
    patterns: tuple[str, ...]
    zone: str
    now: float
    max_age: float
    since: float | None = None
    privacy_since: float | None = None
    privacy_moved: str = ""
    fields: tuple[str, ...] = ("command", "query")
    rules: tuple[PrivacyRule, ...] = ()
    allow: tuple[str, ...] = ()
    day: str | None = None
    raw: str | None = None
    cluster: Cluster | None = None


class Failure(msgspec.Struct, frozen=True, tag=True):
    """The folder could not be read as a whole."""

    kind: ErrorClass
    message: str


class Reply(msgspec.Struct, frozen=True, tag=True):
    """The reading, and how many bytes of events were decoded for it."""

    reading: Reading
    decoded: int
