"""One folder of exports: what is known of it, and what it takes to know what it holds now."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from exporter.files import Found
from exporter.model import LISTED_REJECTIONS, ErrorClass, Reason, Rejection, SourceError
from exporter.privacy import RULES, Audit, Rule
from exporter.telemetry.counts import Bounds
from exporter.telemetry.events import Options
from exporter.telemetry.index import Index
from exporter.telemetry.ingest import ingest
from exporter.telemetry.measure import measure
from exporter.telemetry.protocol import Reply, Request
from exporter.telemetry.raw import write_day
from exporter.telemetry.scan import scan
from exporter.telemetry.store import NEVER, Export, Stamp, Store, stamp_of

# The rule of fields that must be null; its bit is the first.
NULL_CHECK = "field"

# So many more files are added to an index before making it anew is faster.
_FEW = 32


class Folder:
    """The exports of one release, read with one set of settings."""

    def __init__(self, request: Request) -> None:
        """Open the store; raises SourceError for rules that cannot be used."""
        self._request = request
        self._store, self.options = opened(request)
        self._index: Index | None = None
        self._stamps: dict[str, Stamp] = {}
        self._decoded: dict[str, int] = {}
        self._kept_until = math.inf  # the first of the broken files' last good content

    def read(self, now: float, day: date | None = None, raw: Path | None = None) -> Reply:
        """Return what the folder says now, and how many bytes were decoded for it.

        With a day, what it says without anything later; `raw` is the file for that day's events.
        """
        request = self._request
        found = scan(Path(request.folder), request.patterns)
        with self._store.locked():
            index, decoded = self._update(found.files, now)
        if day is not None and raw is not None:
            write_day(index, day, self.options.rules, raw)
        if day is not None:
            index = index.as_of(day)
            now = min(now, index.bounds.until - 1)
        rules, moved = self.options.rules, request.privacy_moved
        reading = measure(index.tally(rules, now), rules, moved, found.rejections, now)
        names = tuple(one.name for one in found.files[:LISTED_REJECTIONS])
        return Reply(replace(reading, files=names), decoded)

    def _update(self, files: Sequence[Found], now: float) -> tuple[Index, int]:
        """Return the index of the files, and how many bytes were decoded for it."""
        gone = self._stamps.keys() - {one.name for one in files}
        new = [one for one in files if self._stamps.get(one.name) != stamp_of(one.stat)]
        expires = min(self._index.expires, self._kept_until) if self._index else now
        index = self._index if now < expires and not gone else None
        if index is not None and not new:
            return index, 0
        unread = [one for one in new if not self._store.is_fresh(one)]
        # Of a process that holds an index a copy would take as much memory again.
        ingest(unread, self._store, self.options, now, helped=self._index is None)
        if index is None:
            self._store.sweep(one.name for one in files)
        only_added = len(new) <= _FEW and not any(one.name in self._stamps for one in new)
        if index is None or not only_added or not index.extend(self._exports(new, now), now):
            index = None  # before there is a new one: there is no room for two
            index = self._index = self._rebuilt(files, now)
        return index, sum(self._decoded[one.name] for one in unread)

    def _rebuilt(self, files: Sequence[Found], now: float) -> Index:
        self._index, self._stamps, self._kept_until = None, {}, math.inf
        return Index(self._exports(files, now), bounds_of(self._request), now)

    def _exports(self, files: Sequence[Found], now: float) -> Iterator[Export]:
        """Return what the store has of each file; what was damaged meanwhile is read again."""
        for found in files:
            export = self._store.load(found.name)
            if export is None:
                ingest([found], self._store, self.options, now)
                export = self._store.load(found.name)
            if export is None:
                export = damaged(found.name)
            self._stamps[found.name] = export.stamp
            fresh = () if export.refused else export.parts
            self._decoded[found.name] = sum(part.decoded for part in fresh)
            yield self._acceptable(export, now)

    def _acceptable(self, export: Export, now: float) -> Export:
        """Return the export, without its last good content where that was kept for too long."""
        if export.refused is None or not export.parts:
            return export
        until = export.since + self._request.max_age
        if now >= until:
            return replace(export, parts=[])
        self._kept_until = min(self._kept_until, until)
        return export


def opened(request: Request) -> tuple[Store, Options]:
    """Return the request's store, and what reading its events depends on.

    Raises SourceError for rules that cannot be used.
    """
    own = [Rule(one.name, one.pattern) for one in request.rules]
    try:
        audit = Audit([*RULES, *own], request.allow)
    except ValueError as error:
        raise SourceError(ErrorClass.MALFORMED, str(error)) from error
    rules = (NULL_CHECK, *dict.fromkeys(one.name for one in (*RULES, *own)))
    settings = repr((audit.fingerprint, rules, request.fields, request.zone))
    store = Store(Path(request.state), settings)
    return store, Options(audit, rules, request.fields, ZoneInfo(request.zone), store.seed)


def bounds_of(request: Request) -> Bounds:
    """Return from when on the request counts."""
    since, privacy_since = _or_ever(request.since), _or_ever(request.privacy_since)
    return Bounds(ZoneInfo(request.zone), since, privacy_since)


def damaged(name: str) -> Export:
    """Return what is known of a file whose sidecar cannot be read however often it is made."""
    message = "what was read of it is damaged, twice"
    return Export(name, NEVER, [], Rejection(Reason.UNREADABLE, name, "", message))


def _or_ever(since: float | None) -> float:
    return -math.inf if since is None else since
