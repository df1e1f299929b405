"""A request and its answer, without a socket."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Any

import msgspec

JSON = "application/json; charset=utf-8"


class Delivery(Enum):
    """How an answer travels."""

    WHOLE = auto()
    TRUNCATED = auto()  # half of what content-length promised
    DRIPPING = auto()  # a byte at a time
    NEVER = auto()  # accepted, not answered
    RESET = auto()  # the connection is reset instead


@dataclass(frozen=True)
class Request:
    """What was asked, when, and at which addresses the services live."""

    method: str
    path: str  # percent-encoded, as sent
    query: Mapping[str, str]
    headers: Mapping[str, str]  # by lower-case name
    body: bytes
    now: datetime
    base: str
    storage: str

    @property
    def authorized(self) -> bool:
        """Whether the request carried a secret."""
        return "authorization" in self.headers


@dataclass(frozen=True)
class Answer:
    """What is sent back; `cost` is what it took from the caller's quota."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    delivery: Delivery = Delivery.WHOLE
    cost: int = 0


Answering = Callable[[Request], Answer]


def json_answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """Return the value as JSON."""
    return Answer(status, msgspec.json.encode(value), {"content-type": JSON, **(headers or {})})


def not_recorded(what: str) -> Answer:
    """Return a loud refusal: a real service would answer, this one does not know how."""
    return json_answer({"message": f"not recorded: {what}"}, 501)


def iso(moment: datetime) -> str:
    """Return the time as GitHub writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
