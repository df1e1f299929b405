"""Where the records of a release lie, and which there are.

raw/2026-01-13-telemetry.json         that day's events, each once, redacted
calculated/2026-01-13-metrics.json    the snapshot in the user's format
calculated/2026-01-13-verdicts.json   the record itself: the gate document
dashboards/2026-01-13-dashboard.txt   the executive view as text
summary/week-of-2026-01-13.json       weeks run from the beta's first day
summary/final-summary.json
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from exporter.gate.document import LIMIT, DocumentError, load
from exporter.gate.report import Report

_DATED = re.compile(
    r"(?:week-of-(\d{4}-\d\d-\d\d)\.json"
    r"|(\d{4}-\d\d-\d\d)-(?:(?:telemetry|metrics|verdicts)\.json|dashboard\.txt))",
    re.ASCII,
)
_VERDICTS = "-verdicts.json"
FOLDERS = ("raw", "calculated", "dashboards", "summary")


@dataclass(frozen=True, slots=True)
class Records:
    """The records of one release, in its folder below the storage."""

    folder: Path

    @classmethod
    def of(cls, storage: Path, project: str, release: str) -> "Records":
        """Return those of a release."""
        return cls(storage / project / release)

    def raw(self, day: date) -> Path:
        """Return the file of the day's events."""
        return self.folder / "raw" / f"{day}-telemetry.json"

    def metrics(self, day: date) -> Path:
        """Return the file of the snapshot."""
        return self.folder / "calculated" / f"{day}-metrics.json"

    def verdicts(self, day: date) -> Path:
        """Return the file of the gate document."""
        return self.folder / "calculated" / f"{day}{_VERDICTS}"

    def dashboard(self, day: date) -> Path:
        """Return the file of the text dashboard."""
        return self.folder / "dashboards" / f"{day}-dashboard.txt"

    def week(self, first: date) -> Path:
        """Return the file of the summary of the week that begins on that day."""
        return self.folder / "summary" / f"week-of-{first}.json"

    @property
    def final(self) -> Path:
        """The file of the summary of everything."""
        return self.folder / "summary" / "final-summary.json"

    def days(self) -> list[date]:
        """Return every day that has a record, in order, whether or not it can be read."""
        files = (self.folder / "calculated").glob(f"*{_VERDICTS}")
        return sorted(day for file in files if (day := dated(file.name)))

    def reports(self, first: date = date.min, last: date = date.max) -> Iterator[Report]:
        """Yield every record of these days that can be believed, in order."""
        for day in self.days():
            if first <= day <= last and (report := self.report(day)):
                yield report

    def before(self, day: date) -> Report | None:
        """Return the last record before that day that can be believed."""
        earlier = (one for one in reversed(self.days()) if one < day)
        return next((found for one in earlier if (found := self.report(one))), None)

    def report(self, day: date) -> Report | None:
        """Return the record of that day; None without one, and for one that cannot be believed."""
        try:
            with self.verdicts(day).open("rb") as file:
                found = load(file.read(LIMIT + 1))
        except (OSError, DocumentError):
            return None
        return found if found.day == day else None

    def dated_files(self) -> Iterator[tuple[date, Path]]:
        """Yield every file of a day or a week with its day."""
        for name in FOLDERS:
            for file in sorted((self.folder / name).glob("*")):
                day = dated(file.name)
                if day is not None:
                    yield day, file


def dated(name: str) -> date | None:
    """Return the day in the name of a record; None when it is none."""
    match = _DATED.fullmatch(name)
    try:
        return date.fromisoformat(match[1] or match[2]) if match else None
    except ValueError:
        return None
