"""What workers are asked to read, and what is known of every file when they are done."""

import os
from collections.abc import Sequence
from dataclasses import replace

from exporter.files import Found, ItemError, open_regular
from exporter.model import ErrorClass, Reason, Rejection, SourceError
from exporter.spark import work
from exporter.spark.frame import Unit
from exporter.spark.noted import File
from exporter.spark.session import Session
from exporter.spark.work import APART, Site
from exporter.telemetry.folder import damaged
from exporter.telemetry.ingest import Task, tasks_of
from exporter.telemetry.store import Store, stamp_of


class Gathering:
    """The exports of one request, read by workers."""

    def __init__(self, session: Session, store: Store, site: Site, now: float) -> None:
        """`site` is what workers are told of it, `now` in seconds since 1970."""
        self._session = session
        self._store = store
        self._site = site
        self._now = now

    def read(self, files: Sequence[Found]) -> None:
        """Read files into the store; what cannot be read is refused there."""
        self._perform([task for found in files for task in tasks_of(found)])

    def files(self, files: Sequence[Found]) -> list[File]:
        """Return what the store has of each file; what is damaged is read again, once."""
        known = self._look(files)
        torn = [found for found in files if found.name not in known]
        if torn:
            self.read(torn)
            known |= self._look(torn)
        return [known.get(found.name) or _damaged(found.name) for found in files]

    def _perform(self, tasks: Sequence[Task]) -> None:
        site = self._site
        rejections = self._session.map(work.perform, [site], tasks)
        for task, rejection in zip(tasks, rejections, strict=True):
            if rejection and task.stretch is None:
                self._refuse(task.found, rejection)
        lasts = {task.found.name: task for task in tasks if task.stretch is not None}
        joined = self._session.map(work.join, [site], list(lasts.values()))
        # What could not be read in stretches is read as a whole.
        again = [
            Task(task.found) for task, done in zip(lasts.values(), joined, strict=True) if not done
        ]
        if again:
            self._perform(again)

    def _refuse(self, found: Found, rejection: Rejection) -> None:
        if rejection.reason is Reason.UNREADABLE:
            try:
                os.close(open_regular(found))
            except ItemError as error:
                rejection = error.rejection
            else:
                raise SourceError(ErrorClass.UNREADABLE, APART)
        self._store.refuse(found.name, stamp_of(found.stat), rejection, self._now)

    def _look(self, files: Sequence[Found]) -> dict[str, File]:
        """Return what is known of each file of which all is good."""
        headers = {found.name: self._store.header(found.name) for found in files}
        units = [
            Unit(name, index)
            for name, header in headers.items()
            if header
            for index in range(header.parts)
        ]
        notes = iter(self._session.map(work.note, [self._site, self._now], units))
        known = {}
        for name, header in headers.items():
            if header is None:
                continue
            of_file = [next(notes) for _ in range(header.parts)]
            whole = tuple(note for note in of_file if note is not None)
            if len(whole) == len(of_file):
                refused = replace(header.refused, file=name) if header.refused else None
                known[name] = File(name, whole, refused, header.since)
        return known


def _damaged(name: str) -> File:
    return File(name, (), damaged(name).refused)
