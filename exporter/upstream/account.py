"""How one service stands to us: one request at a time, what it still allows, and when to ask again.

Kept on disk, so that a restart asks no earlier than the service told us to.
"""

import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256
from pathlib import Path

import msgspec

from exporter import atomic
from exporter.model import ErrorClass, SourceError
from exporter.plan import DAY
from exporter.upstream.exchange import Answer

# GitHub's rule where it names no time: a minute, twice as long each time again.
LEAST_WAIT = timedelta(minutes=1)
MOST_WAIT = timedelta(hours=1)

RESOURCES = ("core", "graphql", "search")

_FORBIDDEN, _TOO_MANY, _UNAVAILABLE = 403, 429, 503
_FIRST_REFUSAL = 400
_LONGEST_NUMBER = 15


class Quota(msgspec.Struct, frozen=True):
    """Requests that a service allows in its current window; `reset` is in seconds since 1970."""

    limit: int
    remaining: int
    reset: float


class Known(msgspec.Struct, frozen=True):
    """What a service last told: `not_before` and `expires` (the token) in seconds since 1970."""

    not_before: float = 0.0
    strikes: int = 0
    quotas: dict[str, Quota] = {}
    expires: float | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """An account as /metrics shows it; `asked` counts answers by outcome since the start."""

    host: str
    known: Known
    asked: Mapping[str, int]


class Account:
    """One host with one credential, for every source in this process."""

    def __init__(self, host: str, file: Path) -> None:
        """Remember what is in the file."""
        self.host = host
        self._file = file
        self._known = _load(file)
        self._asked: Counter[str] = Counter()
        self._turn = threading.Lock()
        self._last = 0.0

    @property
    def standing(self) -> Standing:
        """What is known now."""
        return Standing(self.host, self._known, dict(self._asked))

    @contextmanager
    def turn(self, *, pause: float, seconds: float) -> Iterator[None]:
        """Wait, at most so long, until nobody else asks and `pause` seconds are over."""
        if not self._turn.acquire(timeout=max(0.0, seconds)):
            raise SourceError(ErrorClass.TIMEOUT, f"{self.host}: other requests took too long")
        try:
            time.sleep(max(0.0, self._last + pause - time.monotonic()))
            yield
        finally:
            self._last = time.monotonic()
            self._turn.release()

    def check(self, now: datetime, resource: str, reserve: float) -> None:
        """Raise SourceError while the service wants no request, or only the reserve is left.

        `reserve` is a share of the limit that is left to others who use the same credential.
        """
        if now.timestamp() < self._known.not_before:
            raise self._limited("asked us to wait", self._known.not_before)
        quota = self._known.quotas.get(resource)
        if quota is None or now.timestamp() >= quota.reset:
            return
        if quota.remaining <= quota.limit * reserve:
            left = f"{quota.remaining:,} of {quota.limit:,} requests left, which are the reserve"
            raise self._limited(left, quota.reset)

    def heed(self, answer: Answer, now: datetime, resource: str) -> None:
        """Remember what the answer says about quota, waiting and the token's end."""
        headers, quotas = answer.headers, dict(self._known.quotas)
        quota = _quota(headers, now)
        if quota is not None:
            # It becomes a label, and is the service's to say only within what we know.
            told = headers.get("x-ratelimit-resource")
            quotas[told if told in RESOURCES else resource] = quota
        limited = is_limited(answer)
        wait = _wait(answer, quota, now, self._known.strikes) if limited else timedelta()
        until = (now + wait).timestamp() if wait else self._known.not_before
        good = answer.status < _FIRST_REFUSAL
        strikes = self._known.strikes + 1 if limited else 0 if good else self._known.strikes
        expires = _expiry(headers) or self._known.expires
        known = Known(max(until, self._known.not_before), strikes, quotas, expires)
        self._asked[_outcome(answer)] += 1
        told_to_wait = known.not_before != self._known.not_before
        self._known = known
        if told_to_wait:
            self.save()

    def save(self) -> None:
        """Keep what is known; a full disk is no reason to stop asking."""
        with suppress(OSError):
            atomic.write(self._file, msgspec.json.encode(self._known))

    def _limited(self, why: str, until: float) -> SourceError:
        moment = datetime.fromtimestamp(until, UTC)
        message = f"{self.host}: {why}; no request before {moment:%Y-%m-%d %H:%M:%S} UTC"
        return SourceError(ErrorClass.RATE_LIMITED, message)


_ACCOUNTS: dict[Path, Account] = {}
_OPENING = threading.Lock()


def account_of(host: str, identity: str, folder: Path) -> Account:
    """Return the only account for that host and credential; `identity` is not kept in clear."""
    name = sha256(f"{host}\0{identity}".encode()).hexdigest()[:16]
    file = folder / f"{name}.json"
    with _OPENING:
        if file not in _ACCOUNTS:
            _ACCOUNTS[file] = Account(host, file)
        return _ACCOUNTS[file]


def standings() -> tuple[Standing, ...]:
    """Return how each host stands to this process; what it told several credentials is joined."""
    by_host: dict[str, Standing] = {}
    for one in sorted((account.standing for account in _ACCOUNTS.values()), key=_latest):
        other = by_host.get(one.host)
        by_host[one.host] = one if other is None else _joined(other, one)
    return tuple(by_host[host] for host in sorted(by_host))


def _latest(standing: Standing) -> float:
    return max((quota.reset for quota in standing.known.quotas.values()), default=0.0)


def _joined(older: Standing, newer: Standing) -> Standing:
    known = Known(
        max(older.known.not_before, newer.known.not_before),
        max(older.known.strikes, newer.known.strikes),
        older.known.quotas | newer.known.quotas,
        newer.known.expires or older.known.expires,
    )
    return Standing(newer.host, known, Counter(older.asked) + Counter(newer.asked))


def is_limited(answer: Answer) -> bool:
    """Tell whether the service asks for fewer requests: GitHub says so with 403 as with 429."""
    headers = answer.headers
    if answer.status == _TOO_MANY:
        return True
    if answer.status == _UNAVAILABLE:
        return "retry-after" in headers
    if answer.status != _FORBIDDEN:
        return False
    told = "retry-after" in headers or headers.get("x-ratelimit-remaining") == "0"
    return told or b"rate limit" in answer.body[:2000].lower()


def _outcome(answer: Answer) -> str:
    not_modified = 304
    if answer.status == not_modified:
        return "not_modified"
    return "ok" if answer.status < _FIRST_REFUSAL else "refused"


def _wait(answer: Answer, quota: Quota | None, now: datetime, strikes: int) -> timedelta:
    """Return how long to ask nothing: what is told, else what GitHub's rule says."""
    told = _retry_after(answer.headers.get("retry-after", ""), now)
    if told is None and quota is not None and quota.remaining == 0:
        told = timedelta(seconds=max(0.0, quota.reset - now.timestamp()))
    if told is None:
        told = min(LEAST_WAIT * 2 ** min(strikes, 10), MOST_WAIT)
    # Nobody means longer; a broken header must not silence a source for years.
    return min(told, DAY)


def _retry_after(text: str, now: datetime) -> timedelta | None:
    """Return the header's seconds, or the time to its date; None for neither."""
    if (seconds := _number(text)) is not None:
        return timedelta(seconds=min(seconds, DAY.total_seconds()))
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(timedelta(), aware - now)


def _quota(headers: Mapping[str, str], now: datetime) -> Quota | None:
    limit = _number(headers.get("x-ratelimit-limit", ""))
    remaining = _number(headers.get("x-ratelimit-remaining", ""))
    reset = _number(headers.get("x-ratelimit-reset", ""))
    if limit is None or remaining is None or reset is None:
        return None
    # Windows are hours: a reset next year would stop everything until then.
    return Quota(limit, remaining, min(float(reset), (now + DAY).timestamp()))


def _expiry(headers: Mapping[str, str]) -> float | None:
    text = headers.get("github-authentication-token-expiration", "").replace(" UTC", "+00:00")
    with suppress(ValueError, OverflowError):
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    return None


def _number(text: str) -> int | None:
    plain = text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER
    return int(text) if plain else None


def _load(file: Path) -> Known:
    try:
        return msgspec.json.decode(file.read_bytes(), type=Known)
    except (OSError, ValueError):
        return Known()
