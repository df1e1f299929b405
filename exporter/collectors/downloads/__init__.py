"""Downloads of the published package, from its registry: the first week, by day and in all.

release_first_week_downloads{scope="version"} 285
release_package_downloads 1204
release_downloads_daily{day="2026-01-24",scope="version"} 96
"""

import re
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field, HttpUrl

from exporter.collectors.downloads import crates, npm, pypi
from exporter.collectors.downloads.asked import Asked
from exporter.collectors.downloads.measure import measure
from exporter.collectors.settings import HOUR, SourceSettings
from exporter.config.duration import Duration
from exporter.config.patterns import Pattern
from exporter.config.release_file import Name
from exporter.model import Context, ErrorClass, Reading, SourceError
from exporter.upstream.exchange import USER_AGENT
from exporter.upstream.session import Service, Session

SERVICES = {"crates.io": crates, "pypi": pypi, "npm": npm}

# crates.io's own rule; the others have none that is stricter.
PAUSE = 1.0

FIXES = {
    ErrorClass.NOT_FOUND: "is package right in the release file?",
    ErrorClass.AUTH: "does it want to know who asks? set sources.downloads.contact",
}


_FIRST_YEAR, _LAST_YEAR = 2000, 2199


def _address(url: HttpUrl) -> HttpUrl:
    if url.username is not None or url.password is not None:
        raise ValueError("write no user or password here, it would be shown")
    if url.query is not None or url.fragment is not None:
        raise ValueError("write the service's address alone, without '?' and '#'")
    return url


def _moment(published: datetime) -> datetime:
    if not _FIRST_YEAR <= published.year <= _LAST_YEAR:
        raise ValueError(f"write a time from {_FIRST_YEAR} to {_LAST_YEAR}")
    return published


class Settings(SourceSettings):
    """Which version is counted from when on, and who asks; `package` says of what."""

    interval: Duration = Field(HOUR, description="time between two runs")
    url: Annotated[HttpUrl, AfterValidator(_address)] | None = Field(
        None, description="the service, where it is not the registry's usual one"
    )
    version: Name | None = Field(
        None, description="as the registry writes it; the release without its 'v' by default"
    )
    published: Annotated[AwareDatetime, AfterValidator(_moment)] | None = Field(
        None,
        description=(
            "when, such as 2026-01-24T18:00:00Z; only crates.io tells it itself, and for the others"
            " the release milestone's actual day is taken by default"
        ),
    )
    contact: (
        Annotated[
            str,
            Pattern(r"^[!-~]{3,200}$", "write an address of the web or of mail, without spaces"),
        ]
        | None
    ) = Field(
        None,
        description=(
            "where whoever runs the service reaches you, as crates.io asks; the release's"
            " repository by default"
        ),
    )


def collect(settings: Settings, context: Context) -> Reading:
    """Return the downloads as the package's registry counts them; raises SourceError."""
    if context.package is None:
        message = "package is missing; write package: {registry: crates.io, name: caro}"
        raise SourceError(ErrorClass.MISSING, message)
    registry, name = context.package
    module = SERVICES[registry]
    with Session(service_of(settings, context, module.BASE), context, settings.deadline) as session:
        asked = Asked(
            session,
            name,
            version_of(settings, context),
            settings.published or context.plan.published(),
            context.now,
            context.state,
        )
        return measure(module.read(asked), context.now)


def service_of(settings: Settings, context: Context, base: str) -> Service:
    """Return the registry's service, usually at `base`, and as who we ask it."""
    return Service(
        str(settings.url or base),
        headers={"User-Agent": _agent(settings.contact, context.repository)},
        pause=PAUSE,
        fixes=FIXES,
    )


def version_of(settings: Settings, context: Context) -> str:
    """Return the version as the registry writes it."""
    return settings.version or re.sub(r"^v(?=\d)", "", context.release)


def _agent(contact: str | None, repository: str | None) -> str:
    who = contact or (f"https://github.com/{repository}" if repository else None)
    return f"{USER_AGENT} ({who})" if who else USER_AGENT
