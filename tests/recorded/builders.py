"""Upstreams of made facts together with what a collector must make of them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from exporter.recorded import Crate, NpmPackage, Repository, Upstream
from exporter.recorded.crate_shapes import crate
from exporter.recorded.model import Json
from exporter.recorded.shapes import Shapes, counted

NAME, ID, STARS = "wildcard/caro", 712_000_001, 4_321
NAMES = ("bug", "P0", "P1", "beta-tester", "P0-candidate", "not-P0", "P1-later", "enhancement")
AUTHORS = ("octo-ada", "octo-bela", "octo-cleo", "octo-dmitri")
APART = timedelta(minutes=37)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)

FIRST_WEEK = (60, 55, 50, 40, 35, 25, 20)  # together the 285 of the user's example
LATER, EARLIER_VERSION = 10, 7  # downloads a day: after the week, and of the version before


@dataclass
class Expected:
    """What is true of a repository's issues; pull requests are counted in `pulls` only.

    `open` is the number of open issues by label, `completed` the seconds from opening to closing
    of those closed as completed, `oldest` the opening of the oldest open one.
    """

    issues: int = 0
    open_issues: int = 0
    pulls: int = 0
    opened_last_day: int = 0
    reopened: int = 0
    stars: int = STARS
    open: Counter[str] = field(default_factory=Counter)
    completed: dict[str, list[float]] = field(default_factory=dict)
    oldest: dict[str, datetime] = field(default_factory=dict)

    def mean(self, label: str) -> float:
        """Return the mean seconds to resolve."""
        return sum(self.completed[label]) / len(self.completed[label])


def many_issues(count: int, now: datetime) -> tuple[Repository, Expected]:
    """Return so many issues and pull requests, the newest opened 37 minutes ago.

    A fifth are pull requests, 30 % are closed, some of them as not planned or duplicate, some open
    ones were reopened; labels include all kinds of look-alikes.
    """
    shapes, expected = Shapes(NAME, ID), Expected()
    labels = {name: shapes.label(n, name, "ededed") for n, name in enumerate(NAMES, 1)}
    milestones = [
        shapes.milestone(n, title, now - 300 * DAY, creator=AUTHORS[0], due=now + n * DAY)
        for n, title in enumerate(("v1.1.0", "v1.2.0"), 1)
    ]
    issues = [
        _issue(
            shapes, number, now - APART * (count + 1 - number), now, labels, milestones, expected
        )
        for number in range(1, count + 1)
    ]
    counted(milestones, issues)
    facts = shapes.repository(now - 400 * DAY, now - HOUR, issues=issues, stars=STARS)
    repository = Repository(facts, issues[::-1], list(labels.values()), milestones)
    return repository, expected


def _issue(
    shapes: Shapes,
    number: int,
    opened: datetime,
    now: datetime,
    labels: dict[str, Json],
    milestones: Sequence[Json],
    expected: Expected,
) -> Json:
    names = _names(number)
    pull = number % 5 == 0
    closed = _closing(number, opened, now) if number % 10 < 3 else None
    reason = _reason(number, closed)
    issue = shapes.issue(
        number,
        f"Made {number}",
        opened,
        author=AUTHORS[number % len(AUTHORS)],
        labels=[labels[name] for name in names],
        milestone=milestones[number % 3] if number % 3 < 2 else None,
        closed=closed,
        reason=reason,
        comments=number % 7,
    )
    if pull:
        expected.pulls += 1
        return shapes.pull_request(issue, merged=closed)
    _count(expected, names, opened, closed, reason, now)
    return issue


def _names(number: int) -> list[str]:
    turns = {"P0": 101, "P1": 29, "P0-candidate": 31, "not-P0": 37, "P1-later": 23}
    names = [name for name, turn in turns.items() if number % turn == 0]
    names += ["beta-tester"] if number % 2 else []
    return ["bug" if names else "enhancement", *names]


def _closing(number: int, opened: datetime, now: datetime) -> datetime:
    closed = opened + min((1 + number % 50) * HOUR, (now - opened) / 2)
    return closed.replace(microsecond=0)


def _reason(number: int, closed: datetime | None) -> str | None:
    if closed is None:
        return "reopened" if number % 11 == 0 else None
    return {1: "not_planned", 2: "duplicate"}.get(number % 8, "completed")


def _count(
    expected: Expected,
    names: Sequence[str],
    opened: datetime,
    closed: datetime | None,
    reason: str | None,
    now: datetime,
) -> None:
    expected.issues += 1
    expected.opened_last_day += opened > now - DAY
    expected.reopened += reason == "reopened"
    for name in names:
        if closed is None:
            expected.open[name] += 1
            expected.oldest[name] = min(opened, expected.oldest.get(name, opened))
        elif reason == "completed":
            taken = (closed - opened).total_seconds()
            expected.completed.setdefault(name, []).append(taken)
    expected.open_issues += closed is None


@dataclass(frozen=True)
class Published:
    """Registries around the publication of 1.1.0 as `caro`, and `@wildcard/caro` on npm.

    `of_version` and `of_package` are the downloads of the first seven UTC days.
    """

    upstream: Upstream
    day: date
    of_version: int = sum(FIRST_WEEK)
    of_package: int = sum(FIRST_WEEK) + len(FIRST_WEEK) * EARLIER_VERSION


def published(at: datetime, now: datetime, *, before: int = 30) -> Published:
    """Return what the registries know now; today's day is partial, and 1 download so far."""
    first, today = at.astimezone(UTC).date(), now.astimezone(UTC).date()
    old = {str(first - before * DAY + n * DAY): EARLIER_VERSION for n in range(before)}
    new: dict[str, int] = {}
    for n in range((today - first).days):
        old[str(first + n * DAY)] = EARLIER_VERSION
        new[str(first + n * DAY)] = FIRST_WEEK[n] if n < len(FIRST_WEEK) else LATER
    if first <= today:
        new[str(today)] = 1
    versions = {"1.0.2": old, "1.1.0": new}
    upstream = Upstream(
        crates={"caro": _crate(at, now, versions)},
        pypi={"caro": pypi_rows(NpmPackage(versions).days)},
        npm={"caro": NpmPackage(versions), "@wildcard/caro": NpmPackage(versions)},
    )
    return Published(upstream, first)


def _crate(at: datetime, now: datetime, versions: dict[str, dict[str, int]]) -> Crate:
    dates = {"1.0.2": at - 60 * DAY, **({"1.1.0": at} if at <= now else {})}
    return crate("caro", dates, versions, earlier=1_000)


def pypi_rows(days: dict[str, int]) -> list[Json]:
    """Return the rows of the pypistats service; mirrors fetch as much again."""
    return [
        {"category": category, "date": day, "downloads": count * times}
        for day, count in days.items()
        for category, times in (("with_mirrors", 2), ("without_mirrors", 1))
    ]
