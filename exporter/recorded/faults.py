"""What goes wrong upstream, on demand: each kind makes a bad answer of the good one."""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from wsgiref.handlers import format_date_time

import msgspec

from exporter.recorded import words
from exporter.recorded.messages import JSON, Answer, Delivery, Request, json_answer

SOON = timedelta(seconds=30)
BOMB = 512  # MiB
MIB = 1 << 20

Fault = Callable[[Request, Answer], Answer]


@dataclass
class Planned:
    """A fault for every path that begins so; `times` is how often still, None for always."""

    prefix: str
    kind: str
    times: int | None


class Faults:
    """The faults to come; the one planned last goes first."""

    def __init__(self) -> None:
        """Begin with everything in order."""
        self._planned: list[Planned] = []

    def plan(self, prefix: str, kind: str, times: int | None) -> None:
        """Let requests below the path fail in that way; raises KeyError for an unknown kind."""
        if kind not in KINDS:
            raise KeyError(kind)
        self._planned.insert(0, Planned(prefix, kind, times))

    def clear(self) -> None:
        """Let everything work again."""
        self._planned.clear()

    def take(self, path: str) -> str | None:
        """Return the kind of fault that this request meets, and count it."""
        for planned in self._planned:
            if path.startswith(planned.prefix) and planned.times != 0:
                planned.times = None if planned.times is None else planned.times - 1
                return planned.kind
        return None


def limited(status: int, value: str | None) -> Fault:
    """Return a refusal to go on so fast, with that `retry-after`."""

    def fault(request: Request, answer: Answer) -> Answer:
        text = value
        if value == "DATE":
            text = format_date_time((request.now + SOON).timestamp())
        wait = {} if text is None else {"retry-after": text}
        return _like(answer, words.secondary_limit(status, wait))

    return fault


def plain(status: int, message: str) -> Fault:
    """Return an error of the server, as its front sends it: in HTML."""
    body = f"<html><head><title>{message}</title></head><body>{message}</body></html>\n"
    html = Answer(status, body.encode(), {"content-type": "text/html"})
    return lambda _, answer: _like(answer, html)


def _used_up(request: Request, answer: Answer) -> Answer:
    caller = "user ID 1001" if request.authorized else ""
    refused = _like(answer, words.primary_limit(caller, anonymous=not request.authorized))
    reset = str(int((request.now + SOON).timestamp()))
    empty = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": reset}
    return replace(refused, headers={**refused.headers, **empty})


def _wrong_type(_: Request, answer: Answer) -> Answer:
    # Where a list belongs an object, and the other way round.
    body = b"{}" if answer.body.lstrip()[:1] == b"[" else b"[]"
    return replace(answer, body=body)


def _html(_: Request, answer: Answer) -> Answer:
    body = b"<!doctype html><title>Sign in</title><form>Please sign in to the network</form>\n"
    return _like(answer, Answer(200, body, {"content-type": "text/html; charset=utf-8"}))


def _bomb(_: Request, answer: Answer) -> Answer:
    packed = {"content-type": JSON, "content-encoding": "gzip"}
    return _like(answer, Answer(200, bomb(), packed))


@cache
def bomb() -> bytes:
    """Return half a MiB of gzip that unpacks to 512 MiB of JSON: a list of nothing."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    blank = b" " * MIB
    head = packer.compress(b"[") + packer.flush(zlib.Z_FULL_FLUSH)
    # After a full flush nothing refers back: the same bytes again and again.
    part = packer.compress(blank) + packer.flush(zlib.Z_FULL_FLUSH)
    tail = packer.compress(b"]") + packer.flush()
    check = zlib.crc32(b"[")
    for _ in range(BOMB):
        check = zlib.crc32(blank, check)
    check = zlib.crc32(b"]", check)
    ends = check.to_bytes(4, "little") + (BOMB * MIB + 2).to_bytes(4, "little")
    return b"\x1f\x8b\x08\0\0\0\0\0\x02\xff" + head + part * BOMB + tail + ends


def _loop(request: Request, answer: Answer) -> Answer:
    turn = int(request.query.get("turn", "0")) + 1
    location = f"{request.base}{request.path}?turn={turn % 2}"
    return _like(answer, Answer(302, headers={"location": location}))


def _elsewhere(request: Request, answer: Answer) -> Answer:
    location = f"{request.storage}{request.path}"
    return _like(answer, Answer(302, headers={"location": location}))


def _delivered(delivery: Delivery) -> Fault:
    return lambda _, answer: replace(answer, delivery=delivery)


def _said(refused: Callable[[], Answer]) -> Fault:
    return lambda _, answer: _like(answer, refused())


def _like(answer: Answer, other: Answer) -> Answer:
    """Return the other answer with the service's usual headers, rate limits above all."""
    about_body = ("content-type", "content-encoding", "etag", "link")
    usual = {key: text for key, text in answer.headers.items() if key not in about_body}
    return replace(other, headers={**usual, **other.headers}, cost=answer.cost)


def _empty(_: Request, answer: Answer) -> Answer:
    return _like(answer, Answer(200, b"", {"content-type": JSON}))


def _garbled(_: Request, answer: Answer) -> Answer:
    return _like(answer, json_answer({"message": msgspec.Raw(b'"half')}))


KINDS: Mapping[str, Fault] = {
    "unauthorized": _said(words.bad_credentials),
    "forbidden": _said(words.forbidden),
    "primary_limit": _used_up,
    "secondary_limit": limited(403, "30"),
    "not_found": _said(words.not_found),
    "gone": _said(words.gone),
    "unprocessable": _said(words.too_deep),
    "429_seconds": limited(429, "30"),
    "429_date": limited(429, "DATE"),
    "429_nonsense": limited(429, "in a while"),
    "429": limited(429, None),
    "500": plain(500, "Internal Server Error"),
    "502": plain(502, "Bad Gateway"),
    "503": plain(503, "Service Unavailable"),
    "timeout": _delivered(Delivery.NEVER),
    "reset": _delivered(Delivery.RESET),
    "truncated": _delivered(Delivery.TRUNCATED),
    "dripping": _delivered(Delivery.DRIPPING),
    "wrong_type": _wrong_type,
    "not_json": _garbled,
    "html": _html,
    "gzip_bomb": _bomb,
    "redirect_loop": _loop,
    "cross_host": _elsewhere,
    "empty": _empty,
}
