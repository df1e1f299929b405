"""Rate limits: so many requests an hour and caller."""

from dataclasses import dataclass
from datetime import datetime, timedelta

ANONYMOUS, KNOWN = 60, 5_000
HOUR = timedelta(hours=1)


@dataclass
class Window:
    """One caller's hour of one resource (`core`, `graphql`)."""

    resource: str
    limit: int
    reset: datetime
    used: int = 0

    @property
    def remaining(self) -> int:
        """What is left of it."""
        return max(0, self.limit - self.used)

    def headers(self) -> dict[str, str]:
        """Return the window as headers."""
        return {
            "x-ratelimit-limit": str(self.limit),
            "x-ratelimit-remaining": str(self.remaining),
            "x-ratelimit-reset": str(int(self.reset.timestamp())),
            "x-ratelimit-used": str(self.used),
            "x-ratelimit-resource": self.resource,
        }

    def facts(self) -> dict[str, object]:
        """Return the window as `/rate_limit` tells it."""
        return {
            "limit": self.limit,
            "used": self.used,
            "remaining": self.remaining,
            "reset": int(self.reset.timestamp()),
        }


class Quota:
    """The windows of every caller; a test may set `known` and `anonymous`, or spend."""

    def __init__(self) -> None:
        """Begin without any window."""
        self.known = KNOWN
        self.anonymous = ANONYMOUS
        self._windows: dict[tuple[str | None, str], Window] = {}

    def window(self, caller: str | None, resource: str, now: datetime) -> Window:
        """Return the caller's window; None is whoever sends no token."""
        found = self._windows.get((caller, resource))
        if found is None or now >= found.reset:
            found = Window(resource, 0, now.replace(microsecond=0) + HOUR)
            self._windows[caller, resource] = found
        found.limit = self.anonymous if caller is None else self.known
        if caller is None and resource == "graphql":
            found.limit = 0
        return found

    def spend(self, requests: int, now: datetime, resource: str = "core") -> None:
        """Take so many requests from everyone who has asked so far, and from the anonymous."""
        callers = {None, *(caller for caller, _ in self._windows)}
        for caller in callers:
            self.window(caller, resource, now).used += requests
