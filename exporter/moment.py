"""All that is known at one moment, and what the gate makes of it."""

from dataclasses import dataclass, field
from datetime import datetime

from exporter.gate.report import Report
from exporter.gate.reporting import report_of, reports_of
from exporter.view import ReleaseView, View

Id = tuple[str, str]


@dataclass(frozen=True, eq=False)
class Moment:
    """A view with its time; reports are made when first asked for, and `texts` kept beside it."""

    view: View
    time: datetime
    texts: dict[tuple[str, ...], str] = field(default_factory=dict, repr=False)
    _reports: dict[Id, Report] = field(default_factory=dict, repr=False)

    def release(self, project: str, release: str) -> ReleaseView | None:
        """Return the release; None when none of that name is under preparation."""
        wanted = (project, release)
        return next((one for one in self.view.releases if one.release.id == wanted), None)

    def report(self, one: ReleaseView) -> Report:
        """Return the report of a release of this view."""
        made = self._reports.get(one.release.id)
        if made is None:
            made = self._reports[one.release.id] = report_of(one, self.time)
        return made

    def reports(self) -> list[Report]:
        """Return every report, also of each bad file that describes none of the releases."""
        return reports_of(self.view, self.time)
