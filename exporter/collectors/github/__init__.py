"""Bugs, issues, stars and discussions of the repository on GitHub.

release_open_bugs{priority="P0"} 0
release_bug_resolution_seconds{priority="P0"} 9000
release_oldest_open_bug_seconds{priority="P1"} 86400
release_open_issues 14
release_new_issues 3
release_repository_stars 1204
release_open_discussions 8
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import quote_plus

from pydantic import BeforeValidator, Field, StrictBool

from exporter.collectors.github.bugs import OLDEST, OPEN, RESOLUTION, SKEW, Bugs, is_bug
from exporter.collectors.github.discussions import Discussions, count_discussions
from exporter.collectors.github.listing import list_issues
from exporter.collectors.github.milestones import Tracked, track
from exporter.collectors.github.naming import find_unknown
from exporter.collectors.github.shapes import Issue, Repository
from exporter.collectors.settings import HOUR, MINUTE, SECOND, SourceSettings
from exporter.config.addresses import Address
from exporter.config.duration import Duration
from exporter.config.patterns import Pattern
from exporter.config.release_file import Line
from exporter.config.release_file import Repository as RepositoryName
from exporter.model import Context, ErrorClass, Reading, Sample, SourceError
from exporter.plan import DAY
from exporter.upstream.github import RESERVE, github_session
from exporter.upstream.session import Session

DISCUSSIONS = "release_open_discussions"
MOST_PRIORITIES = MOST_LABELS = 10

_WEB = re.compile(r"https?://[A-Za-z0-9.:-]+/[A-Za-z0-9._/-]+")


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


PriorityName = Annotated[
    str,
    Pattern(
        r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$",
        "write at most 32 letters, digits and _ . - such as P0",
    ),
]
LabelName = Annotated[
    str,
    Pattern(
        r"^[^\x00-\x1f\x7f,]{1,100}$",
        "write a label as it stands on GitHub; one with a comma cannot be asked for",
    ),
]
LabelNames = Annotated[
    tuple[LabelName, ...],
    Field(min_length=1, max_length=MOST_LABELS),
    BeforeValidator(_several, json_schema_input_type=str | tuple[LabelName, ...]),
]


class Settings(SourceSettings):
    """Which issues are bugs, and of which priority."""

    ONE_AT_A_TIME = "github"

    interval: Duration = Field(default=5 * MINUTE, ge=SECOND, description="time between two runs")
    # The user's own limit for open P0 bugs during the beta; an outage is mostly shorter.
    max_age: Duration = Field(default=4 * HOUR, description="oldest acceptable successful read")
    repository: RepositoryName | None = Field(
        default=None, description="owner/name; by default the release file's own"
    )
    url: Address | None = Field(
        default=None,
        description=(
            "REST API of another GitHub than RELEASE_EXPORTER_GITHUB_URL; it is told no token"
        ),
    )
    priorities: dict[PriorityName, LabelNames] = Field(
        default={"P0": ("P0",), "P1": ("P1",)},
        min_length=1,
        max_length=MOST_PRIORITIES,
        description="labels by priority; of several, a bug carries all",
    )
    labels: tuple[LabelName, ...] = Field(
        default=(), max_length=MOST_LABELS, description="labels that a bug carries beside those"
    )
    milestone: Line | None = Field(
        default=None, description="title of the milestone that a bug belongs to"
    )
    discussions: StrictBool | Literal["auto"] = Field(
        default="auto", description="count open discussions; auto: where there is a token"
    )
    reserve: float = Field(
        default=RESERVE, ge=0, lt=1, description="share of the rate limit that is left to others"
    )

    @property
    def label_sets(self) -> dict[str, tuple[str, ...]]:
        """By priority, all labels that a bug carries."""
        return {
            priority: tuple(dict.fromkeys((*names, *self.labels)))
            for priority, names in self.priorities.items()
        }


@dataclass(frozen=True, slots=True)
class Facts:
    """What GitHub said; `unknown` is by priority, `note` is said beside every count of bugs."""

    repository: Repository
    issues: Sequence[Issue]
    unknown: Mapping[str, str] = field(default_factory=dict)
    discussions: Discussions | SourceError | None = None
    note: str = ""
    milestones: Tracked = field(default_factory=Tracked)


def collect(settings: Settings, context: Context) -> Reading:
    """Return what GitHub says of the repository; raises SourceError."""
    url = str(settings.url) if settings.url else None
    session = github_session(context, settings.deadline, url=url, reserve=settings.reserve)
    with session as opened:
        return measure(fetch(opened, settings, context), settings, context.now)


def fetch(session: Session, settings: Settings, context: Context) -> Facts:
    """Return everything that is counted; raises SourceError."""
    asked = settings.repository or context.repository
    if asked is None:
        message = "write the repository, such as repository: wildcard/caro, into the release file"
        raise SourceError(ErrorClass.MISSING, message)
    found = session.get(f"repos/{asked}", Repository).value
    name = found.full_name
    issues = list_issues(session, name, settings.label_sets.values(), context.now)
    unknown = find_unknown(session, name, issues, settings.label_sets, settings.milestone)
    note = (
        "" if session.service.authorization or settings.url is None else "; asked without a token"
    )
    if name.casefold() != asked.casefold():
        note += f"; {asked} is called {name} now: correct repository"
    discussions = _discussions(session, settings, context, found)
    milestones = track(session, name, context.plan)
    return Facts(found, issues, unknown, discussions, note, milestones)


def _discussions(
    session: Session, settings: Settings, context: Context, repository: Repository
) -> Discussions | SourceError | None:
    """Return the count, or why there is none: no verdict waits for it, so it stops no other."""
    wanted = settings.discussions
    if wanted == "auto":
        wanted = bool(session.service.authorization)
    if not wanted or repository.has_discussions is False:
        return None
    try:
        return count_discussions(session, repository.full_name, context.state, context.now)
    except SourceError as error:
        return error


def measure(facts: Facts, settings: Settings, now: datetime) -> Reading:
    """Count and time the bugs of each priority; one that cannot be known is withheld."""
    issues = [issue for issue in facts.issues if issue.pull_request is None]
    opened = [issue for issue in issues if issue.state == "open"]
    known = [
        _bugs(priority, names, facts, settings, now)
        for priority, names in settings.label_sets.items()
        if priority not in facts.unknown
    ]
    samples = [sample for bugs in known for sample in bugs.samples(len(opened))]
    samples += _of_repository(facts, len(opened), _new(issues, now), now)
    samples += facts.milestones.samples
    return Reading.of(
        samples,
        read=len(issues),
        rejections=(
            *{at: one for bugs in known for at, one in bugs.rejections.items()}.values(),
            *facts.milestones.rejections,
        ),
        facts_from=now,
        withheld=_withheld(facts, known),
        inapplicable=[one for bugs in known for one in bugs.inapplicable],
    )


def _bugs(
    priority: str, names: tuple[str, ...], facts: Facts, settings: Settings, now: datetime
) -> Bugs:
    found = tuple(one for one in facts.issues if is_bug(one, names, settings.milestone))
    inside = f" in milestone {settings.milestone}" if settings.milestone else ""
    carrying = f"carry {' and '.join(names)}{inside}{facts.note}"
    return Bugs(priority, found, carrying, _link(facts, names, settings.milestone), now)


def _link(facts: Facts, names: tuple[str, ...], milestone: str | None) -> str:
    """Return where the tracker lists the open ones; empty when its address is a strange one."""
    web = facts.repository.html_url
    if not _WEB.fullmatch(web):
        return ""
    words = ["is:issue", "is:open", *(f'label:"{name}"' for name in names)]
    words += [f'milestone:"{milestone}"'] if milestone else []
    return f"{web}/issues?q={quote_plus(' '.join(words))}"


def _new(issues: Sequence[Issue], now: datetime) -> int:
    return sum(now - DAY < issue.created_at <= now + SKEW for issue in issues)


def _of_repository(facts: Facts, opened: int, new: int, now: datetime) -> list[Sample]:
    name = facts.repository.full_name
    found = [
        Sample("release_open_issues", opened, (), None, now, f"{name}, without pull requests"),
        Sample("release_new_issues", new, (), None, now, f"{name}, opened in the last 24 hours"),
    ]
    stars = facts.repository.stargazers_count
    if stars is not None:
        found.append(Sample("release_repository_stars", stars, (), None, now, name))
    if isinstance(facts.discussions, Discussions):
        one = facts.discussions
        text = f"{name}, as of {one.asked:%Y-%m-%d %H:%M} UTC"
        found.append(Sample(DISCUSSIONS, one.count, (), None, one.asked, text))
    return found


def _withheld(facts: Facts, known: Sequence[Bugs]) -> dict[str, str]:
    withheld = {}
    if facts.unknown:
        why = "; ".join(dict.fromkeys(facts.unknown.values()))
        withheld = dict.fromkeys((OPEN, OLDEST, RESOLUTION), why)
    problems = [bugs.problem for bugs in known if bugs.problem]
    if problems:
        withheld[RESOLUTION] = "; ".join(filter(None, (withheld.get(RESOLUTION), *problems)))
    if isinstance(facts.discussions, SourceError):
        withheld[DISCUSSIONS] = str(facts.discussions)
    return withheld
