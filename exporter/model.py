"""The nouns every part shares: samples, readings, rejections, verdicts and phases."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Self

from exporter.plan import Plan

Labels = tuple[tuple[str, str], ...]

_LABEL_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")

# Listing more says nothing new; the counts by reason are always complete.
LISTED_REJECTIONS = 100


class Verdict(StrEnum):
    """What a metric's value means; `UNKNOWN` is due without an acceptable value."""

    PASS = "pass"  # noqa: S105 - a verdict, no password
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_DUE = "not_due"


class Tier(StrEnum):
    """The boxes of the executive view, in its order."""

    CRITICAL = "critical"
    HIGH = "high"
    PERFORMANCE = "performance"
    PROCESS = "process"
    ENGAGEMENT = "engagement"


class Reason(StrEnum):
    """Why one item of a source was not counted: the closed list behind the label `reason`."""

    SHAPE = "shape"  # valid, but no shape that this source knows
    SYNTAX = "syntax"  # not JSON, CSV, XML or YAML
    TRUNCATED = "truncated"  # half written
    ENCODING = "encoding"
    FIELD = "field"  # a field of the wrong type or out of its range
    DEPTH = "depth"
    SIZE = "size"
    TIME = "time"  # a time that cannot be, such as next week
    SECURITY = "security"  # DTD, link out of the folder, FIFO
    UNREADABLE = "unreadable"  # permission, vanished, input or output error
    CONFLICT = "conflict"  # the same identity with other content
    OTHER = "other"


class ErrorClass(StrEnum):
    """Why a whole source could not be read: the closed list behind the label `class`."""

    MISSING = "missing"
    MALFORMED = "malformed"
    UNREADABLE = "unreadable"
    TIMEOUT = "timeout"
    AUTH = "auth"
    NOT_FOUND = "not_found"
    RATE_LIMITED = "rate_limited"
    SERVER = "server"
    INTERNAL = "internal"


class UserError(Exception):
    """Something the user can fix, said in one line: file, key, and what would be accepted."""


class SourceError(Exception):
    """One source could not be read as a whole; its last good samples stand until their limit."""

    def __init__(self, kind: ErrorClass, message: str) -> None:
        """Keep the class for the metric and the message for people."""
        super().__init__(message)
        self.kind = kind


def labels(**values: str) -> Labels:
    """Return labels in their canonical order."""
    return tuple(sorted(values.items()))


@dataclass(frozen=True, slots=True)
class Sample:
    """A value of one gauge in base units, without the labels `project` and `release`.

    `n` counts the observations behind it, `observed` is the time the facts are from, and
    `evidence` says in plain words what it was computed from (never what an event said).
    `kept_since` is the time of its reading where a later one withheld it, `worst` what the value
    would be if all that could not be read were as bad as can be.
    Raises ValueError on NaN and infinities: every comparison with NaN is false, so it never alerts.
    """

    gauge: str
    value: float
    labels: Labels = ()
    n: int | None = None
    observed: datetime | None = None
    evidence: str = ""
    kept_since: datetime | None = None
    worst: float | None = None

    def __post_init__(self) -> None:
        """Refuse what Prometheus or a verdict could not take."""
        for value in (self.value, self.worst):
            if value is not None and not math.isfinite(value):
                raise ValueError(f"{self.gauge}: {value} is not a measurement")
        for name, text in self.labels:
            if not _LABEL_NAME.fullmatch(name):
                raise ValueError(f"{self.gauge}: {name!r} is not a label name")
            if not isinstance(text, str):
                raise TypeError(f"{self.gauge}: label {name} is {type(text).__name__}, not text")


@dataclass(frozen=True, slots=True)
class Rejection:
    """One item that was not counted: where it stands and why, never what it said."""

    reason: Reason
    file: str
    position: str
    message: str

    def __str__(self) -> str:
        """Return `file: position: message (reason)`."""
        place = f"{self.file}: {self.position}" if self.position else self.file
        return f"{place}: {self.message} ({self.reason})"


@dataclass(frozen=True, slots=True)
class Inapplicable:
    """A judged series with nothing to judge yet, and why: no bugs at all, or half a week counted.

    A sample of that series is shown, but gets no verdict.
    """

    gauge: str
    labels: Labels
    reason: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Where a privacy rule matches: the place and the rule's name, never the text."""

    file: str
    position: str
    rule: str

    def __str__(self) -> str:
        """Return `file: position: rule`."""
        return f"{self.file}: {self.position}: {self.rule}"


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything one source said in one run: all or nothing of it is published.

    `read` and `rejected` count items (events, rows, cases); `rejections` and `findings` list the
    first `LISTED_REJECTIONS`, `files` as many names of what was read; `facts_from` is the time of
    the newest fact. `withheld` says, by gauge, why a value that looks good is not given: a part of
    its facts could not be read. The last good samples of its other series then stand until the
    source's limit.
    """

    samples: tuple[Sample, ...] = ()
    read: int = 0
    rejected: Mapping[Reason, int] = field(default_factory=dict)
    rejections: tuple[Rejection, ...] = ()
    facts_from: datetime | None = None
    inapplicable: tuple[Inapplicable, ...] = ()
    findings: tuple[Finding, ...] = ()
    withheld: Mapping[str, str] = field(default_factory=dict)
    files: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        samples: Iterable[Sample],
        *,
        read: int,
        rejections: Iterable[Rejection] = (),
        facts_from: datetime | None = None,
        withheld: Mapping[str, str] | None = None,
        inapplicable: Iterable[Inapplicable] = (),
        files: Iterable[str] = (),
    ) -> Self:
        """Return a reading whose counts by reason follow from its rejections."""
        every = tuple(rejections)
        return cls(
            samples=tuple(samples),
            read=read,
            rejected=dict(sorted(Counter(one.reason for one in every).items())),
            rejections=every[:LISTED_REJECTIONS],
            facts_from=facts_from,
            withheld=withheld or {},
            inapplicable=tuple(inapplicable),
            files=tuple(sorted(files))[:LISTED_REJECTIONS],
        )


@dataclass(frozen=True, slots=True)
class Context:
    """What a collector is handed beside its settings.

    `folder` holds the release's files, nothing outside it is read; `state` is the source's own
    folder for what it keeps between runs, `shared` the one of all sources for what is known of web
    services (both made on first use); `now` is aware. `repository` is owner/name, `package` the
    registry and the name in it. `crowded` says that another source of the same line is being read.
    """

    project: str
    release: str
    folder: Path
    state: Path
    plan: Plan
    now: datetime
    shared: Path
    repository: str | None = None
    package: tuple[str, str] | None = None
    crowded: bool = False
