"""One folder of exports: what is known of it, and what it takes to know what it holds now."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from exporter.files import MEBIBYTE, Found
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
from exporter.telemetry.shelf import Shelf, Shelved
from exporter.telemetry.spill import RecordFile
from exporter.telemetry.store import NEVER, Export, Stamp, Store, stamp_of

# The rule of fields that must be null; its bit is the first.
NULL_CHECK = "field"

# So many more files are added to an index before making it anew is faster.
_FEW = 32

# Of what was read of files that are added, so many bytes fit into memory.
_MUCH = 16 * MEBIBYTE


@lru_cache(maxsize=8)
def audit_of(rules: tuple[Rule, ...], allow: tuple[str, ...]) -> Audit:
    """Return the audit, compiled once for all folders; raises ValueError for unusable rules."""
    audit = Audit(rules, allow)
    audit.suspects(b"{}")  # what it needs for the first search, it makes in it
    return audit


class Folder:
    """The exports of one release, read with one set of settings."""

    def __init__(self, request: Request) -> None:
        """Open the store; raises SourceError for rules that cannot be used."""
        self._request = request
        self._store, self.options = opened(request)
        self._bounds = bounds_of(request)
        settings = f"{self._store.settings} {request.max_age}"
        self._shelf = Shelf(self._store.folder, self._store.seed, settings, self._bounds)
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
        if self._index is None:
            self._recall(files)
        gone = self._stamps.keys() - {one.name for one in files}
        new = [one for one in files if self._stamps.get(one.name) != stamp_of(one.stat)]
        expires = min(self._index.expires, self._kept_until) if self._index else now
        index = self._index if now < expires and not gone else None
        if index is not None and not new:
            return index, 0
        unread = [one for one in new if not self._store.is_fresh(one)]
        ingest(unread, self._store, self.options, now, helped=True)
        if index is None or not self._extend(index, new, now):
            index = self._index = None  # before there is a new one
            index = self._index = self._rebuilt(files, now)
        return index, sum(self._decoded[one.name] for one in unread)

    def _recall(self, files: Sequence[Found]) -> None:
        """Go on from where another process was."""
        names = [one.name for one in files]
        self._store.sweep(names)
        if shelved := self._shelf.load(names):
            self._index, self._stamps = shelved.index, dict(shelved.stamps)
            self._kept_until = shelved.until

    def _extend(self, index: Index, new: Sequence[Found], now: float) -> bool:
        """Add files to the index; False, and it is void, where making it anew is better."""
        if len(new) > _FEW or any(one.name in self._stamps for one in new):
            return False
        if sum(self._store.size(one.name) for one in new) > _MUCH:
            return False
        return index.extend(self._exports(new, now), now)

    def _rebuilt(self, files: Sequence[Found], now: float) -> Index:
        self._stamps, self._kept_until = {}, math.inf
        self._store.sweep(one.name for one in files)

        def build(file: RecordFile) -> Shelved:
            index = Index(self._bounds, file)
            index.build(self._exports(files, now), now, self._store.folder)
            return Shelved(index, self._stamps, self._kept_until)

        return self._shelf.make(build).index

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
            self._decoded[found.name] = export.decoded
            yield self._acceptable(export, now)

    def _acceptable(self, export: Export, now: float) -> Export:
        """Return the export, without its last good content where that was kept for too long."""
        if export.refused is None or not export.parts:
            return export
        until = export.since + self._request.max_age
        if now >= until:
            return replace(export, parts=())
        self._kept_until = min(self._kept_until, until)
        return export


def opened(request: Request) -> tuple[Store, Options]:
    """Return the request's store, and what reading its events depends on.

    Raises SourceError for rules that cannot be used.
    """
    own = [Rule(one.name, one.pattern) for one in request.rules]
    try:
        audit = audit_of((*RULES, *own), request.allow)
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
    refused = Rejection(Reason.UNREADABLE, name, "", message)
    return Export(name, NEVER, (), refused=refused)


def _or_ever(since: float | None) -> float:
    return -math.inf if since is None else since
