"""In whose name GitHub is asked, until when, what that allows, and how far clocks are apart."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from math import ceil

import msgspec

from exporter.config.environment import PREFIX, Environment
from exporter.doctor.finding import Finding, failed, ok, skipped, warning
from exporter.durations import render
from exporter.freshness import show_age
from exporter.model import ErrorClass, SourceError
from exporter.plan import DAY
from exporter.upstream.github import RESERVE
from exporter.upstream.session import Session

TOKEN, SCOPES, EXPIRY = "github.token", "github.scopes", "github.expiry"
CLOCK, QUOTA = "clock", "github.quota"
SECRET = f"{PREFIX}GITHUB_TOKEN or {PREFIX}GITHUB_TOKEN_FILE"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SOON = 14 * DAY
SKEW, MOST_SKEW = MINUTE, 5 * MINUTE

# What a classic token needs at most; whatever else it may do, whoever finds it may do too.
ENOUGH = ("repo", "repo:status", "public_repo", "read:org", "read:discussion", "read:packages")
FINE = "use a fine-grained token that may read metadata, issues, actions and discussions"


class Anything(msgspec.Struct, frozen=True):
    """An answer of which only the headers count."""


def ask(session: Session) -> None:
    """Let GitHub tell how it stands to us, which it counts as no request.

    Raises SourceError; an Enterprise Server without limits says that it has no such page.
    """
    try:
        session.get("rate_limit", Anything)
    except SourceError as error:
        if error.kind is not ErrorClass.NOT_FOUND:
            raise


def check_token(session: Session, environment: Environment) -> Iterator[Finding]:
    """Yield what the answer to `ask` tells of the secret."""
    host = session.service.host
    if not session.service.authorization:
        yield ok(TOKEN, f"{host} is asked without a token, 60 requests an hour on github.com")
        return
    app = environment.github_app_id
    who = f"GitHub App {app}, installation {environment.github_app_installation_id}"
    yield ok(TOKEN, f"{host} takes the {'token of ' + who if app else 'token'}")
    yield _scopes(session.told.get("x-oauth-scopes"))
    if not app:
        yield expiry(session.standing.known.expires, session.now)


def _scopes(told: str | None) -> Finding:
    if told is None:
        return ok(SCOPES, "a fine-grained token, or an app's")
    scopes = sorted(filter(None, (scope.strip() for scope in told.split(","))))
    more = [scope for scope in scopes if scope not in ENOUGH]
    if more:
        return warning(SCOPES, f"the token may do more than is read: {', '.join(more)}", FINE)
    return ok(SCOPES, f"a classic token with {', '.join(scopes) or 'no scopes: what is public'}")


def expiry(expires: float | None, now: datetime) -> Finding:
    """Return how long the token still lives, in seconds since 1970."""
    if expires is None:
        return ok(EXPIRY, "GitHub tells no end of the token")
    end = datetime.fromtimestamp(expires, UTC)
    fix = f"make a new one and set {SECRET} to it"
    if end <= now:
        return failed(EXPIRY, f"the token has ended on {end:%Y-%m-%d %H:%M} UTC", fix)
    left = f"the token ends on {end:%Y-%m-%d %H:%M} UTC, in {show_age(end - now)}"
    return warning(EXPIRY, left, fix) if end - now < SOON else ok(EXPIRY, left)


def check_clock(session: Session) -> Finding:
    """Return how far this machine's clock is from the server's, by its newest answer."""
    host = session.service.host
    try:
        theirs = parsedate_to_datetime(session.told.get("date", ""))
    except (ValueError, TypeError, IndexError):
        return skipped(CLOCK, f"{host} tells no time")
    theirs = theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC)
    apart = session.now - theirs
    side = "ahead of" if apart > timedelta() else "behind"
    what = f"this machine's clock is {show_age(abs(apart))} {side} {host}"
    fix = "let it follow a time server, such as with systemd-timesyncd or chrony"
    if abs(apart) > MOST_SKEW:
        return failed(CLOCK, what, fix)
    return warning(CLOCK, what, fix) if abs(apart) > SKEW else ok(CLOCK, what)


@dataclass(frozen=True, slots=True)
class Cost:
    """Requests that a cycle takes when nothing of it is known yet."""

    about: str
    requests: int
    interval: timedelta
    reserve: float | None = None

    @property
    def hourly(self) -> float:
        """Requests an hour, if none were free."""
        return self.requests * (HOUR / self.interval)


def check_quota(session: Session, costs: Sequence[Cost]) -> Finding:
    """Return what is left, and whether the cycles of all releases fit in."""
    host, quota = session.service.host, session.standing.known.quotas.get("core")
    if quota is None:
        return ok(QUOTA, f"{host} tells no limit")
    reserves = [one.reserve for one in costs if one.reserve is not None]
    usable = max(1.0, quota.limit * (1 - max(reserves, default=RESERVE)))
    left = f"{quota.remaining:,} of {quota.limit:,} requests left at {host}"
    if quota.remaining <= quota.limit - usable:
        again = datetime.fromtimestamp(quota.reset, UTC)
        what = f"{left}, which are the reserve; nothing is asked until {again:%H:%M} UTC"
        return failed(QUOTA, what, f"wait, and give this program a {SECRET} of its own")
    cold = sum(one.hourly for one in costs)
    if session.service.authorization:
        cost = f"a first cycle takes about {sum(one.requests for one in costs):,}"
        return ok(QUOTA, f"{left}; {cost}, what is unchanged then costs nothing")
    what = f"{left}; the cycles cost about {ceil(cold):,} an hour, of {int(usable):,} to use"
    if cold <= usable:
        return ok(QUOTA, what)
    longer = ", ".join(f"{one.about}: {_longer(one.interval, cold / usable)}" for one in costs)
    return warning(QUOTA, what, f"set {SECRET}, or these intervals: {longer}")


def _longer(interval: timedelta, times: float) -> str:
    return render(MINUTE * ceil(interval * times / MINUTE))
