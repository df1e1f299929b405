"""A metric of the user's own: the one sample that a PromQL query answers.

release_crash_free_ratio 0.992
"""

import re
from datetime import UTC, datetime
from math import isfinite
from typing import Annotated

from pydantic import AfterValidator, Field, HttpUrl

from exporter.collectors.own import OwnSettings
from exporter.config.environment import load_environment
from exporter.model import Context, ErrorClass, Reading, Sample, SourceError, UserError
from exporter.upstream.exchange import one_line
from exporter.upstream.prometheus import TOKEN, Result, query

# The runner's own deadline could not say what was waited for.
SHARE_OF_DEADLINE = 0.9

# `float` takes more: 1_0, digits of other scripts, spaces.
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?", re.IGNORECASE)


def _address(url: HttpUrl) -> HttpUrl:
    if url.username is not None or url.password is not None:
        message = "write no user or password here, it would be shown"
        raise ValueError(f"{message}; a bearer token is taken from {TOKEN} or {TOKEN}_FILE")
    if url.query is not None or url.fragment is not None:
        raise ValueError("write the server's address alone, without '?' and '#'")
    return url


class Settings(OwnSettings):
    """The server and the query; a bearer token comes from the environment."""

    url: Annotated[HttpUrl, AfterValidator(_address)] = Field(
        description="the Prometheus server, such as http://prometheus:9090"
    )
    query: str = Field(
        min_length=1, max_length=10_000, description="PromQL whose answer is one number"
    )

    @property
    def host(self) -> str:
        """The server's name and port."""
        return f"{self.url.host}:{self.url.port}"


def collect(settings: Settings, context: Context) -> Reading:
    """Return the query's one sample; no sample and no facts when no series answers."""
    result = query(
        str(settings.url),
        settings.query,
        seconds=settings.deadline.total_seconds() * SHARE_OF_DEADLINE,
        secret=_token(),
    )
    sample = measure(result, settings, context.now)
    return Reading.of(
        [sample] if sample else [],
        read=len(result.points),
        facts_from=sample.observed if sample else None,
    )


def _token() -> str:
    """Return the token of this moment, empty without one; raises SourceError."""
    try:
        token = load_environment().prometheus_token
    except UserError as error:
        raise SourceError(ErrorClass.AUTH, str(error)) from error
    return token.get_secret_value() if token else ""


def measure(result: Result, settings: Settings, now: datetime) -> Sample | None:
    """Return the only series' sample, None when there is none; raises SourceError on several."""
    if not result.points:
        return None
    if len(result.points) > 1:
        message = f"{len(result.points):,} series answer; aggregate them to one, e.g. sum(...)"
        raise SourceError(ErrorClass.MALFORMED, f"query: {message}")
    point = result.points[0]
    if point is None:
        message = "a histogram answers; take a number of it, e.g. histogram_quantile(0.95, ...)"
        raise SourceError(ErrorClass.MALFORMED, f"query: {message}")
    warned = ", with warnings" if result.warned else ""
    return Sample(
        settings.gauge,
        _value(point.text),
        n=1,
        observed=min(now, _time(point.seconds)),
        evidence=f"{one_line(settings.query, 120)} ({settings.host}{warned})",
    )


def _value(text: str) -> float:
    value = float(text) if _NUMBER.fullmatch(text) else float("nan")
    if not isfinite(value):
        message = "query: the answer is no finite number; does it divide by zero?"
        raise SourceError(ErrorClass.MALFORMED, message)
    return value


def _time(seconds: float) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError) as error:
        message = "query: the sample has a time that cannot be"
        raise SourceError(ErrorClass.MALFORMED, message) from error
