"""What the notes on all parts say together, without a look at a row."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from exporter.model import Reason, Rejection
from exporter.spark.frame import Unit
from exporter.spark.work import Note
from exporter.telemetry.index import FROM_AHEAD, Codes, Files, Rejections


@dataclass(frozen=True, slots=True)
class File:
    """A file: the notes on its parts, and why, since when its content now cannot be read."""

    name: str
    notes: tuple[Note, ...]
    refused: Rejection | None = None
    since: float = 0.0

    @property
    def decoded(self) -> int:
        """How many bytes its events take now."""
        return 0 if self.refused else sum(note.part.decoded for note in self.notes)

    @property
    def unaudited(self) -> bool:
        """Whether it could not be looked into, or not into all of it."""
        return self.refused is not None or any(note.unread for note in self.notes)


class Noted:
    """The files in their order, as an index registers them."""

    def __init__(self, files: Sequence[File]) -> None:
        """Give rows their numbers, and names their codes in the order of first appearance."""
        self.kinds = Codes("command_generation")
        self.backends = Codes("static")
        self.files = Files()
        self.units: list[tuple[Unit, Note]] = []
        self.rejections = Rejections()
        self.rows = 0
        for file in files:
            self._add(file)
        ahead = [unit.row + at for unit, note in self.units for at in note.ahead]
        self.rejections.list_rows(Reason.TIME, ahead, FROM_AHEAD, self.files)
        self.rejections.counts[Reason.TIME] += sum(note.many for _, note in self.units)
        self.unaudited = sum(file.unaudited for file in files)

    def expires(self, now: float) -> float:
        """Return when a time that is still to come may be one; at once where days may change."""
        notes = [note for _, note in self.units]
        if any(note.latest > now for note in notes):
            return now
        return min((note.expires for note in notes), default=math.inf)

    def _add(self, file: File) -> None:
        self.files.add(file.name, self.rows)
        events = lines = 0
        for index, note in enumerate(file.notes):
            self.rejections.add_part(file.name, note.part, events, lines)
            self.kinds.learn(note.part.kind_names)
            self.backends.learn(note.part.backend_names)
            if note.rows:
                self.units.append((Unit(file.name, index, self.rows, lines), note))
            events += note.rows
            lines += note.part.lines
            self.rows += note.rows
        if file.refused is not None:
            self.rejections.add(file.refused)
