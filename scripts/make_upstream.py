"""The recordings of the example's repository and crate: made data, the same on every run.

Called by `make_example.py`; the shapes are GitHub's and crates.io's own, the facts made up.
Times that are still to come are midnights where the release lives: `demo` shifts those exactly.
"""
# ruff: noqa: INP001 - a script, not a package

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from exporter.recorded import run_shapes
from exporter.recorded.crate_shapes import crate
from exporter.recorded.shapes import Shapes, counted, node

NAME, ID = "wildcard/caro", 712_000_001
ROOM = f"upstream/github/{NAME}"
CRATE_ROOM = "upstream/crates.io/caro"
PEOPLE = ("octo-ada", "octo-bela", "octo-cleo", "octo-dmitri", "octo-edith", "octo-farid")
CREATED = datetime(2025, 6, 2, 16, tzinfo=UTC)
LAST_DAY = date(2026, 1, 17)
HOUR = timedelta(hours=1)

LABELS = (
    ("bug", "d73a4a", "Something is not working"),
    ("enhancement", "a2eeef", "New feature or request"),
    ("documentation", "0075ca", "Improvements or additions to documentation"),
    ("P0", "b60205", "Blocks the release"),
    ("P1", "d93f0b", "Fixed within two days"),
    ("P0-candidate", "fbca04", "Somebody thinks that it may block the release"),
    ("not-P0", "c2e0c6", "Looked at: does not block the release"),
    ("P1-later", "fef2c0", "P1 once the release is out"),
    ("beta-tester", "5319e7", "Reported in the beta"),
)
RELEASE, BETA = "v1.1.0", "v1.1.0-beta"


def at(text: str) -> datetime:
    """Return the moment of `2026-01-14 18:00` in UTC; without a year, in January 2026."""
    full = text if text.startswith("20") else f"2026-{text}"
    return datetime.fromisoformat(full).replace(tzinfo=UTC)


# Title, labels, opened, hours until closed (None: open), why closed, milestone.
Row = tuple[str, str, str, float | None, str | None, str | None]
DONE, NOT_PLANNED, DUPLICATE = "completed", "not_planned", "duplicate"

P0: tuple[Row, ...] = (  # completed ones: 1, 2, 3 and 4 hours
    ("Deletes the wrong folder when a name has a space", "bug P0", "01-13 19:10", 3, DONE, RELEASE),
    ("Panics without a home folder", "bug P0 beta-tester", "01-14 17:30", 1, DONE, RELEASE),
    ("Model download never ends behind a proxy", "bug P0", "01-14 20:05", 4, DONE, RELEASE),
    ("Safety check passes pipes to shells", "bug P0 beta-tester", "01-15 18:20", 2, DONE, RELEASE),
    ("Crashes on a terminal without colours", "bug P0", "01-05 18:00", 212.5, NOT_PLANNED, None),
    ("Panics without a home", "bug P0 beta-tester", "01-14 18:01", 0.1, DUPLICATE, None),
)
P1: tuple[Row, ...] = (  # completed ones: 6, 10, 14, 20, 26 and 32 hours
    ("Slow first answer on battery", "bug P1", "01-06 17:00", 26, DONE, RELEASE),
    ("Quotes are lost in German requests", "bug P1", "01-08 18:30", 14, DONE, RELEASE),
    ("Completion overwrites the prompt", "bug P1 beta-tester", "01-13 20:00", 20, DONE, RELEASE),
    ("Version is missing in the bug report", "bug P1", "01-14 16:00", 6, DONE, RELEASE),
    ("Timeout is not honoured for embedded models", "bug P1", "01-12 19:00", 32, DONE, RELEASE),
    ("History file grows for ever", "bug P1 beta-tester", "01-15 17:00", 10, DONE, RELEASE),
    ("Arrow keys print letters", "bug P1", "01-02 17:00", 290, NOT_PLANNED, None),
    ("History file is large", "bug P1", "01-15 19:00", 0.5, DUPLICATE, None),
    ("Wrong units on macOS", "bug P1 beta-tester", "01-17 02:00", None, None, RELEASE),
)
ALIKE: tuple[Row, ...] = (
    ("Exit code is 0 after a refusal", "bug P0-candidate", "01-10 18:00", None, None, RELEASE),
    ("Strange command for an empty request", "bug P0-candidate", "01-12 17:00", None, None, BETA),
    ("Help text wraps badly", "bug P0-candidate", "01-15 21:00", None, None, None),
    ("Warning is printed twice", "bug not-P0", "01-09 18:00", None, None, None),
    ("Spinner flickers", "bug not-P0", "01-13 22:00", 5, DONE, None),
    ("Aliases are not expanded", "bug P1-later", "2025-12-11 18:00", None, None, "v1.2.0"),
    ("No completion for fish", "enhancement P1-later", "2025-12-18 18:00", None, None, "v1.2.0"),
    ("Remember the last backend", "enhancement P1-later", "01-03 18:00", None, None, "v1.2.0"),
    ("Offline documentation", "documentation P1-later", "01-07 18:00", None, None, "v1.2.0"),
)
OTHERS: tuple[Row, ...] = (
    ("First release", "", "2025-06-03 16:00", 700, DONE, "v1.0.0"),
    ("Pattern for disk usage", "enhancement", "2025-07-01 16:00", 96, DONE, "v1.0.0"),
    ("Pattern for finding files", "enhancement", "2025-07-02 16:00", 120, DONE, "v1.0.0"),
    ("Pattern for processes", "enhancement", "2025-07-04 16:00", 190, DONE, "v1.0.0"),
    ("Choose the backend by an option", "enhancement", "2025-08-11 16:00", 260, DONE, "v1.0.0"),
    ("Publish to crates.io", "", "2025-09-01 16:00", 48, DONE, "v1.0.0"),
    ("Homebrew formula", "enhancement", "2025-09-15 16:00", 340, DONE, "v1.0.0"),
    ("Typing mistake in the guide", "documentation", "2025-10-05 16:00", 5, DONE, None),
    ("Support PowerShell", "enhancement", "2025-10-20 16:00", None, None, "v1.2.0"),
    ("Ask before deleting", "enhancement", "2025-11-03 16:00", 410, DONE, RELEASE),
    ("Local telemetry", "enhancement", "2025-11-20 16:00", 600, DONE, RELEASE),
    ("Telemetry without personal data", "enhancement", "2025-12-01 16:00", 350, DONE, RELEASE),
    ("Explain a command before it runs", "enhancement", "2025-12-08 16:00", None, None, None),
    ("Guide for beta testers", "documentation", "01-08 16:00", 30, DONE, BETA),
    ("Speak Esperanto", "enhancement", "01-08 20:00", 1, NOT_PLANNED, None),
    # Opened in the last 24 hours of the beta.
    ("Which shells are known?", "documentation beta-tester", "01-17 15:00", None, None, None),
    ("Colour of hints is hard to read", "bug beta-tester", "01-17 17:30", None, None, None),
    ("Telemetry export has no header", "enhancement beta-tester", "01-17 19:15", None, None, BETA),
    ("Man page", "documentation", "01-17 22:40", None, None, None),
    ("Sort suggestions by use", "enhancement beta-tester", "01-18 03:20", None, None, None),
)
# The hours are until it was merged, or closed unmerged when the reason says so.
PULLS: tuple[Row, ...] = (
    ("Add the disk usage pattern", "enhancement", "2025-07-03 16:00", 20, DONE, "v1.0.0"),
    ("Add the process pattern", "enhancement", "2025-07-08 16:00", 30, DONE, "v1.0.0"),
    ("Publish with a workflow", "", "2025-09-02 16:00", 12, DONE, "v1.0.0"),
    ("Ask before deleting", "enhancement", "2025-11-10 16:00", 70, DONE, RELEASE),
    ("Count events locally", "enhancement", "2025-12-03 16:00", 90, DONE, RELEASE),
    ("Keep queries out of telemetry", "enhancement", "2025-12-12 16:00", 44, DONE, RELEASE),
    ("Try another model", "", "2025-12-20 16:00", 200, NOT_PLANNED, None),
    ("Quote names with spaces", "bug P0", "01-13 20:00", 2, DONE, RELEASE),
    ("Do without a home folder", "bug P0", "01-14 17:50", 0.5, DONE, RELEASE),
    ("Honour the timeout", "bug P1", "01-13 01:00", 20, DONE, RELEASE),
    ("Trim the history file", "bug P1", "01-15 20:00", 6, DONE, RELEASE),
    ("Check pipes as commands of their own", "bug P0", "01-15 19:00", 1, DONE, RELEASE),
    # Open, and no bugs although their labels say so.
    ("Refuse pipes into interpreters", "bug P0", "01-16 18:00", None, None, RELEASE),
    ("Right units on macOS", "bug P1", "01-17 18:00", None, None, RELEASE),
    ("Release notes", "documentation", "01-17 20:30", None, None, RELEASE),
)
REOPENED = "Model download never ends behind a proxy"
STARS = 127

JUNIT = ("disk_usage", "find_files", "git_history", "process_list", "quoting", "refusals")

DISCUSSIONS = (
    ("Welcome to the beta", "2026-01-12 18:00", False, None),
    ("Which model do you use?", "2026-01-13 21:00", False, True),
    ("Show and tell: my aliases", "2026-01-15 20:00", False, None),
    ("How do I switch telemetry off?", "2026-01-14 19:00", True, True),
    ("Roadmap after 1.1", "2025-12-15 18:00", False, None),
)

PUBLISHED = {
    "0.8.0": "2025-08-04 17:05",
    "0.9.0": "2025-09-03 16:40",
    "1.0.0": "2025-10-01 17:12",
    "1.0.1": "2025-10-21 15:30",
    "1.0.2": "2025-12-02 16:21",
    "1.1.0-beta.1": "2026-01-12 23:48",
}
SHARES = {"0.8.0": 1, "0.9.0": 1, "1.0.0": 3, "1.0.1": 5, "1.0.2": 22, "1.1.0-beta.1": 6}
WEEKEND = (5, 6)
TOLD, EARLIER = 90, 1_310  # days, and downloads before them


def upstream() -> dict[str, bytes]:
    """Return every recording by the name of its file."""
    shapes = Shapes(NAME, ID)
    shapes.user("wildcard", "Organization")
    labels = {name: shapes.label(n, name, *rest) for n, (name, *rest) in enumerate(LABELS, 1)}
    milestones = {one["title"]: one for one in plan(shapes)}
    issues = list(tracked(shapes, labels, milestones))
    counted(milestones.values(), issues)
    runs = list(workflow(shapes))
    repository = shapes.repository(
        CREATED, at("01-17 20:30"), issues=issues, stars=STARS, description="Made data"
    )
    artifact = run_shapes.artifact(
        shapes, 1, "junit", runs[-2], size=1_024, expires=datetime(2026, 4, 17, 7, tzinfo=UTC)
    )
    documents: dict[str, Any] = {
        "repository": repository,
        "issues": issues,
        "labels": list(labels.values()),
        "milestones": list(milestones.values()),
        "runs": {"total_count": len(runs), "workflow_runs": runs},
        "artifacts": {"total_count": 1, "artifacts": [artifact]},
        "discussions": discussions(),
    }
    return {
        **{f"{ROOM}/{name}.json": lines(value) for name, value in documents.items()},
        f"{ROOM}/artifacts/{artifact['id']}/junit.xml": "".join(junit()).encode(),
        **dict(registry()),
    }


def plan(shapes: Shapes) -> Iterator[dict[str, Any]]:
    """Yield the milestones on GitHub; due dates are midnights, as GitHub keeps them."""
    owner = PEOPLE[0]
    done = at("2025-10-01 17:00")
    yield shapes.milestone(1, "v1.0.0", CREATED, creator=owner, closed=done)
    start = at("2025-11-03 17:00")
    beta, release = at("01-17 08:00"), at("01-24 08:00")
    yield shapes.milestone(2, BETA, start, creator=owner, due=beta)
    yield shapes.milestone(3, RELEASE, start, creator=owner, due=release)
    yield shapes.milestone(4, "v1.2.0", at("2025-12-11 18:30"), creator=owner)


def tracked(
    shapes: Shapes, labels: dict[str, Any], milestones: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """Yield issues and pull requests, newest first, numbered by their opening."""
    rows = [(row, False) for row in (*P0, *P1, *ALIKE, *OTHERS)]
    rows += [(row, True) for row in PULLS]
    ordered = sorted(rows, key=lambda one: (at(one[0][2]), one[0][0]))
    made = []
    for number, ((title, names, opened, hours, reason, milestone), pull) in enumerate(ordered, 1):
        closed = at(opened) + hours * HOUR if hours is not None else None
        issue = shapes.issue(
            number,
            title,
            at(opened),
            author=PEOPLE[number % len(PEOPLE)],
            labels=[labels[name] for name in names.split()],
            milestone=milestones[milestone] if milestone else None,
            closed=closed,
            reason=reason,
            comments=number % 4,
            body=body_of(title),
        )
        merged = closed if reason == DONE else None
        made.append(shapes.pull_request(issue, merged=merged) if pull else issue)
    yield from reversed(made)


def body_of(title: str) -> str:
    """Return what an issue says."""
    if title == REOPENED:
        return "Made data. Closed after an hour, reopened, closed again: the last closing counts."
    return "Made data."


def workflow(shapes: Shapes) -> Iterator[dict[str, Any]]:
    """Yield the runs of one workflow, oldest first: the last but one is the newest finished."""
    rows = (
        ("01-12 20:00", "main", "push", "failure"),
        ("01-12 22:30", "v1.1.0-beta.1", "push", "success"),
        ("01-16 19:00", "refuse-pipes", "pull_request", "failure"),
        ("01-17 19:00", "main", "push", "success"),
    )
    for number, (started, branch, event, conclusion) in enumerate(rows, 1):
        start = at(started)
        yield run_shapes.run(
            shapes,
            number,
            start,
            start + timedelta(minutes=7),
            actor=PEOPLE[number],
            branch=branch,
            event=event,
            conclusion=conclusion,
        )
    yield run_shapes.run(
        shapes,
        len(rows) + 1,
        at("01-18 04:30"),
        at("01-18 04:31"),
        actor=PEOPLE[0],
        branch="main",
        status="in_progress",
        conclusion=None,
    )


def junit() -> Iterator[str]:
    """Yield the results in the run's artifact."""
    counts = f'tests="{len(JUNIT)}" failures="0" errors="0"'
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<testsuites name="nextest-run" {counts} timestamp="2026-01-17T19:05:00Z">\n'
    yield f'    <testsuite name="caro::website" {counts} disabled="0">\n'
    for test in JUNIT:
        yield f'        <testcase name="{test}" classname="caro::website" time="0.412"/>\n'
    yield "    </testsuite>\n</testsuites>\n"


def discussions() -> dict[str, Any]:
    """Return what GraphQL answers when asked for every discussion."""
    nodes = [
        {
            "id": node("D", ID + number),
            "number": 900 + number,
            "title": title,
            "url": f"https://github.com/{NAME}/discussions/{900 + number}",
            "closed": closed,
            "isAnswered": answered,
            "createdAt": at(created).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "author": {"login": PEOPLE[number % len(PEOPLE)]},
        }
        for number, (title, created, closed, answered) in enumerate(DISCUSSIONS, 1)
    ]
    found = {"totalCount": len(nodes), "nodes": nodes}
    return {"data": {"repository": {"discussions": found}}}


def registry() -> Iterator[tuple[str, bytes]]:
    """Yield the crate and the downloads of each of its versions; v1.1.0 is not published yet."""
    published = {number: at(text) for number, text in PUBLISHED.items()}
    days = [LAST_DAY - timedelta(days=back) for back in range(TOLD)][::-1]
    downloads = {
        number: {day.isoformat(): per_day(number, day) for day in days if day >= first.date()}
        for number, first in published.items()
    }
    caro = crate(
        "caro", published, downloads, earlier=EARLIER, repository=f"https://github.com/{NAME}"
    )
    told = {
        "crate": caro.facts,
        "versions": caro.versions,
        "keywords": caro.keywords,
        "categories": caro.categories,
    }
    yield f"{CRATE_ROOM}/crate.json", lines(told)
    for number, rows in caro.downloads.items():
        yield f"{CRATE_ROOM}/{number}-downloads.json", lines({"version_downloads": rows})


def per_day(number: str, day: date) -> int:
    """Return a version's downloads of one day: fewer at weekends."""
    share = SHARES[number]
    fewer = share // 2 if day.weekday() in WEEKEND else 0
    return share + day.toordinal() * (share + 3) % (share + 2) - fewer


def lines(value: Any) -> bytes:
    """Return JSON with one line for each item of its lists, so that a change shows."""
    return f"{''.join(_lines(value, 2))}\n".encode()


def _lines(value: Any, depth: int) -> Iterator[str]:
    if depth and isinstance(value, list) and value:
        yield from _joined("[]", ([item] for item in map(compact, value)))
    elif depth and isinstance(value, dict) and value:
        inner = ((f"{compact(key)}: ", *_lines(one, depth - 1)) for key, one in value.items())
        yield from _joined("{}", inner)
    else:
        yield compact(value)


def _joined(brackets: str, parts: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"{brackets[0]}\n"
    for index, part in enumerate(parts):
        yield ",\n" if index else ""
        yield from part
    yield f"\n{brackets[1]}"


def compact(value: Any) -> str:
    """Return the JSON on one line."""
    return json.dumps(value, separators=(",", ":"))
