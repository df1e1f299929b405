"""One folder of exports, read on a cluster; what is known of it while nothing in it changes."""

import math
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import msgspec

from exporter.files import Found
from exporter.model import LISTED_REJECTIONS
from exporter.spark.apart import apart
from exporter.spark.counting import Counting
from exporter.spark.gathering import Gathering
from exporter.spark.noted import File, Noted
from exporter.spark.session import connected
from exporter.spark.work import Site, versions
from exporter.telemetry.folder import bounds_of, opened
from exporter.telemetry.measure import measure
from exporter.telemetry.protocol import Cluster, Reply, Request
from exporter.telemetry.raw import write_day
from exporter.telemetry.scan import scan
from exporter.telemetry.store import Stamp, stamp_of
from exporter.telemetry.tally import Tally


@dataclass(frozen=True, slots=True)
class Known:
    """What a folder adds up to with these files, until that time; how many bytes were decoded."""

    stamps: dict[str, Stamp]
    tally: Tally
    until: float
    decoded: int


class Folder:
    """The exports of one release, read with one set of settings."""

    def __init__(self, request: Request) -> None:
        """Open the store; raises SourceError for rules that cannot be used."""
        if request.cluster is None:
            raise ValueError("a request without a cluster is for the other engine")
        self._cluster: Cluster = request.cluster
        self._request = request
        self._store, self._options = opened(request)
        self._known: Known | None = None

    def read(self, now: float, day: date | None = None, raw: Path | None = None) -> Reply:
        """Return what the folder says now, and how many bytes were decoded for it.

        With a day, what it says without anything later; `raw` is the file for that day's events.
        """
        request = self._request
        found = scan(Path(request.folder), request.patterns)
        with self._store.locked():
            known = self._look(found.files, now, day, raw)
        if day is not None:
            now = min(now, known.tally.counts.bounds.until - 1)
        rules = self._options.rules
        reading = measure(known.tally, rules, request.privacy_moved, found.rejections, now)
        names = tuple(one.name for one in found.files[:LISTED_REJECTIONS])
        return Reply(replace(reading, files=names), known.decoded)

    def _look(
        self, files: Sequence[Found], now: float, day: date | None, raw: Path | None
    ) -> Known:
        stamps = {one.name: stamp_of(one.stat) for one in files}
        if day is not None:
            return apart(lambda: self._read(files, now, day, raw))
        known = self._known
        if known is None or known.stamps != stamps or now >= known.until:
            self._known = None
            known = apart(lambda: self._read(files, now))
            self._known = replace(known, decoded=0)
        return known

    def _read(
        self,
        files: Sequence[Found],
        now: float,
        day: date | None = None,
        raw: Path | None = None,
    ) -> Known:
        """Return what the files add up to; with `raw`, write the day's events there."""
        request, store = self._request, self._store
        site = Site(msgspec.structs.replace(request, now=0.0), store.seed, versions())
        with self._scratch() as scratch, connected(self._cluster, scratch) as session:
            gathering = Gathering(session, store, site, now)
            unread = {one.name: one for one in files if not store.is_fresh(one)}
            gathering.read(list(unread.values()))
            store.sweep(one.name for one in files)
            gathered = gathering.files(files)
            decoded = sum(one.decoded for one in gathered if one.name in unread)
            kept = [self._acceptable(one, now) for one in gathered]
            noted = Noted(kept)
            counting = Counting(session, noted, bounds_of(request), now)
            counting.prepare(site, scratch)
            until = min([noted.expires(now), *(self._until(one) for one in kept)])
            if day is not None and raw is not None:
                write_day(counting, day, self._options.rules, raw)
            tally = counting.tally(self._options.rules, day)
        return Known({one.name: stamp_of(one.stat) for one in files}, tally, until, decoded)

    @contextmanager
    def _scratch(self) -> Iterator[Path]:
        """Yield an empty folder beside the store, where workers see it, too."""
        folder = Path(self._request.state).with_name("rows")
        shutil.rmtree(folder, ignore_errors=True)  # what a killed process left behind
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _acceptable(self, file: File, now: float) -> File:
        """Return the file, without its last good content where that was kept for too long."""
        return file if now < self._until(file) else replace(file, notes=())

    def _until(self, file: File) -> float:
        """Return until when its last good content stands for the file."""
        if file.refused is None or not file.notes:
            return math.inf
        return file.since + self._request.max_age
