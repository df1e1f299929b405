"""Open discussions: GraphQL alone counts them, and has no conditional requests, so ask seldom."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from exporter import atomic
from exporter.upstream.github import graphql
from exporter.upstream.session import Session

AGE = timedelta(hours=1)

_QUERY = """\
query OpenDiscussions($owner: String!, $name: String!) {
  repository(owner: $owner, name: $name) { discussions(states: OPEN) { totalCount } }
}"""


class _Count(msgspec.Struct, rename="camel"):
    total_count: int


class _Repository(msgspec.Struct):
    discussions: _Count


class _Data(msgspec.Struct):
    repository: _Repository


class _Kept(msgspec.Struct):
    of: str
    count: int
    asked: float


@dataclass(frozen=True, slots=True)
class Discussions:
    """How many are open, and when that was asked."""

    count: int
    asked: datetime


def count_discussions(
    session: Session, repository: str, folder: Path, now: datetime
) -> Discussions:
    """Return the open discussions of the last hour; raises SourceError."""
    file, of = folder / "discussions.json", f"{session.service.base} {repository}"
    kept = _load(file)
    if (
        kept is not None
        and kept.of == of
        and 0 <= now.timestamp() - kept.asked < AGE.total_seconds()
    ):
        return Discussions(kept.count, datetime.fromtimestamp(kept.asked, now.tzinfo))
    owner, _, name = repository.partition("/")
    data = graphql(session, _QUERY, {"owner": owner, "name": name}, _Data)
    count = data.repository.discussions.total_count
    with suppress(OSError):
        atomic.write(file, msgspec.json.encode(_Kept(of, count, now.timestamp())))
    return Discussions(count, now)


def _load(file: Path) -> _Kept | None:
    try:
        return msgspec.json.decode(file.read_bytes(), type=_Kept)
    except (OSError, ValueError):
        return None
