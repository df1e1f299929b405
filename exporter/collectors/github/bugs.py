"""What the bugs of one priority come to: how many are open, how long they take."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from exporter.collectors.github.shapes import Issue
from exporter.model import Inapplicable, Reason, Rejection, Sample, labels

OPEN, OLDEST = "release_open_bugs", "release_oldest_open_bug_seconds"
RESOLUTION = "release_bug_resolution_seconds"

# Clocks differ: what was made a moment from now was made now.
SKEW = timedelta(minutes=5)
# More numbers say nothing new: the tracker's list is behind the link.
NAMED = 5
_COMPLETED = ("completed", None)  # older servers give no reason


@dataclass(frozen=True, slots=True)
class Bugs:
    """A priority's issues; `carrying` says which they are, `link` where the tracker lists them."""

    priority: str
    issues: tuple[Issue, ...]
    carrying: str
    link: str
    now: datetime

    @property
    def open(self) -> list[Issue]:
        """The open ones, the oldest first."""
        found = (one for one in self.issues if one.state == "open")
        return sorted(found, key=lambda one: (one.created_at, one.number))

    @property
    def completed(self) -> list[Issue]:
        """Those that were closed as completed: neither as not planned nor as a duplicate."""
        return [x for x in self.issues if x.state == "closed" and x.state_reason in _COMPLETED]

    @property
    def rejections(self) -> dict[int, Rejection]:
        """By number what has times that cannot be."""
        found = ((one, _impossible(one, self.now)) for one in (*self.open, *self.completed))
        return {
            one.number: Rejection(Reason.TIME, "issues", f"#{one.number}", why)
            for one, why in found
            if why
        }

    @property
    def problem(self) -> str:
        """Why a mean time cannot be told although bugs were resolved; empty when it can."""
        if not self.completed or self._resolved:
            return ""
        return f"{self.priority}: no resolved bug has times that can be"

    @property
    def inapplicable(self) -> list[Inapplicable]:
        """Says what this priority does not have, so that no older value of it stands."""
        found = []
        if not self.completed:
            reason = "no bug is resolved" if self.open else "no bugs"
            found.append(Inapplicable(RESOLUTION, self._labels, reason))
        if not self.open:
            found.append(Inapplicable(OLDEST, self._labels, "no bug is open"))
        return found

    def samples(self, others_open: int) -> list[Sample]:
        """Return what can be told; `others_open` is how many open issues were looked through."""
        found = [self._count(others_open)]
        if self.open:
            found.append(self._oldest(self.open[0]))
        if self._resolved:
            found.append(self._mean(self._resolved))
        return found

    def _count(self, looked_through: int) -> Sample:
        named = ", ".join(f"#{one.number}" for one in self.open[:NAMED])
        more = ", …" if len(self.open) > NAMED else ""
        which = f": {named}{more}" if named else ""
        text = f"{len(self.open):,} of {looked_through:,} open issues {self.carrying}{which}"
        link = f" ({self.link})" if self.link else ""
        # Looking through nothing is no reason to doubt a zero.
        n = looked_through or None
        return Sample(OPEN, len(self.open), self._labels, n, self.now, text + link)

    def _oldest(self, issue: Issue) -> Sample:
        age = max(0.0, (self.now - issue.created_at).total_seconds())
        text = f"#{issue.number} is open since {issue.created_at:%Y-%m-%d %H:%M} UTC"
        return Sample(OLDEST, age, self._labels, len(self.open), self.now, text)

    def _mean(self, resolved: list[tuple[datetime, datetime]]) -> Sample:
        seconds = sum((closed - created).total_seconds() for created, closed in resolved)
        newest = min(self.now, max(closed for _, closed in resolved))
        left_out = len(self.completed) - len(resolved)
        text = f"{len(resolved):,} closed as completed, the last {newest:%Y-%m-%d %H:%M} UTC"
        more = f"; {left_out:,} more have times that cannot be" if left_out else ""
        n = len(resolved)
        return Sample(RESOLUTION, seconds / n, self._labels, n, newest, text + more)

    @property
    def _labels(self) -> tuple[tuple[str, str], ...]:
        return labels(priority=self.priority)

    @property
    def _resolved(self) -> list[tuple[datetime, datetime]]:
        rejected = self.rejections
        return [
            (one.created_at, one.closed_at)
            for one in self.completed
            if one.closed_at is not None and one.number not in rejected
        ]


def _impossible(issue: Issue, now: datetime) -> str:
    """Return what is wrong with an issue's times; empty when nothing is."""
    if issue.created_at > now + SKEW:
        return "was opened in the future"
    if issue.state == "open":
        return ""
    if issue.closed_at is None:
        return "is closed without a time"
    if issue.closed_at > now + SKEW:
        return "was closed in the future"
    return "was closed before it was opened" if issue.closed_at < issue.created_at else ""


def is_bug(issue: Issue, names: Iterable[str], milestone: str | None) -> bool:
    """Tell whether it carries all those labels, letter by letter, and belongs to the milestone."""
    inside = milestone is None or (issue.milestone and issue.milestone.title == milestone)
    return issue.pull_request is None and bool(inside) and issue.names.issuperset(names)
