"""crates.io's API: a crate, one of its versions, and that version's downloads a day."""

from datetime import date, datetime
from typing import Annotated
from urllib.parse import quote

import msgspec

from exporter.model import ErrorClass, SourceError
from exporter.upstream.daily import Downloads, by_day, check_same
from exporter.upstream.session import RefusedError, Session

NAME, BASE = "crates.io", "https://crates.io"

# The year of the first crate.
FOUNDED = 2014


class Crate(msgspec.Struct, frozen=True):
    """A crate and its downloads since it exists."""

    name: str
    downloads: Downloads


class Version(msgspec.Struct, frozen=True):
    """A published version; `yanked` ones are still downloaded by whoever has locked them."""

    id: int
    crate: str
    num: str
    created_at: Annotated[datetime, msgspec.Meta(tz=True)]
    yanked: bool = False


class _CrateAnswer(msgspec.Struct, frozen=True):
    crate: Crate


class _VersionAnswer(msgspec.Struct, frozen=True):
    version: Version


class _Row(msgspec.Struct, frozen=True):
    version: int
    day: date = msgspec.field(name="date")
    downloads: Downloads


class _DownloadsAnswer(msgspec.Struct, frozen=True):
    version_downloads: list[_Row]


def load_crate(session: Session, name: str) -> Crate:
    """Return the crate; raises SourceError."""
    # Without `include`, the answer holds every version there is.
    crate = session.get(_path(name), _CrateAnswer, {"include": "downloads"}).value.crate
    check_same(NAME, "crate", _plain(name), _plain(crate.name))
    return crate


def load_version(session: Session, name: str, number: str) -> Version | None:
    """Return that version; None when crates.io says that the crate has none. Raises SourceError."""
    try:
        version = session.get(_path(name, number), _VersionAnswer).value.version
    except RefusedError as error:
        # Only in its own words: a proxy, too, says 404.
        if error.kind is not ErrorClass.NOT_FOUND:
            raise
        if "does not have a version" in error.said:
            return None
        message = (
            f"{NAME} has {name}, but 404 without {NAME}'s own words is no answer about its version"
            f" {number}: unknown, not unpublished; does sources.downloads.url pass on"
            f" /{_path(name, number)}?"
        )
        raise SourceError(ErrorClass.NOT_FOUND, message) from error
    check_same(NAME, "crate", _plain(name), _plain(version.crate))
    check_same(NAME, "version", number, version.num)
    if version.created_at.year < FOUNDED:
        message = f"{NAME}: {name} {number} was published in {version.created_at.year}"
        raise SourceError(ErrorClass.MALFORMED, message)
    return version


def load_downloads(session: Session, name: str, version: Version, until: date) -> dict[date, int]:
    """Return the downloads of the 90 days up to `until`, which a day without any is not among.

    Raises SourceError.
    """
    # In spite of its name, the date itself is included.
    query = {"before_date": until.isoformat()}
    rows = session.get(_path(name, version.num, "downloads"), _DownloadsAnswer, query).value
    if any(row.version != version.id for row in rows.version_downloads):
        message = f"{NAME}: downloads of another version than {version.num}"
        raise SourceError(ErrorClass.MALFORMED, message)
    return by_day(NAME, ((row.day, row.downloads) for row in rows.version_downloads), until)


def _path(*parts: str) -> str:
    return "/".join(("api/v1/crates", *(quote(part, safe="") for part in parts)))


def _plain(name: str) -> str:
    """Return the name without what makes no other crate."""
    return name.lower().replace("_", "-")
