"""What each review is told: the user's list, with changes, and N/A where nothing is known."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from exporter.catalog import CATALOG
from exporter.digest.contents import NUMBERS, SUBJECTS, Digest, digest_of
from exporter.digest.reviews import Due, Review, due, on_demand
from exporter.digest.text import render, subject
from exporter.digest.told import Before
from exporter.freshness import SourceState
from exporter.gate.decision import Decision
from exporter.model import Reading, labels
from exporter.series import SUPPORTING
from exporter.view import ReleaseView
from tests.records.reports import at, released
from tests.releases import best_states, plan_of, release_of, sample_of
from tests.status_page.hostile import TEXTS

NINE = datetime(2026, 1, 15, 17, tzinfo=UTC)
MONDAY = datetime(2026, 2, 2, 18, tzinfo=UTC)
BESIDE = (
    ("testers", "release_beta_participants", 5, labels(day="2026-01-13")),
    ("testers", "release_beta_participants", 4, labels(day="2026-01-14")),
    ("telemetry", "release_command_success_ratio_daily", 0.7, labels(day="2026-01-13")),
    ("telemetry", "release_command_success_ratio_daily", 0.755, labels(day="2026-01-14")),
    ("github", "release_new_issues", 3, ()),
    ("github", "release_open_issues", 12, ()),
    ("github", "release_open_discussions", 2, ()),
    ("github", "release_repository_stars", 412, ()),
    ("downloads", "release_package_downloads", 1204, ()),
)


def states() -> dict[str, SourceState]:
    """Return the best states with the numbers beside the verdicts."""
    found = best_states()
    for source, gauge, value, where in BESIDE:
        reading = found[source].reading
        assert reading is not None
        samples = (*reading.samples, sample_of(gauge, value, where, n=5))
        found[source] = replace(found[source], reading=replace(reading, samples=samples))
    return found


def daily(
    found: dict[str, SourceState] | None = None, before: Before | None = None, now: datetime = NINE
) -> Digest:
    view = ReleaseView(
        release_of(plan_of()).as_of(now), at(states() if found is None else found, now)
    )
    review = due(view.release.plan, now) or on_demand(view.release.plan, now)
    return digest_of(view, review, before, now)


def weekly(found: dict[str, SourceState] | None = None, before: Before | None = None) -> Digest:
    view = ReleaseView(released().as_of(MONDAY), at(states() if found is None else found, MONDAY))
    review = due(view.release.plan, MONDAY)
    assert review is not None
    return digest_of(view, review, before, MONDAY)


DAILY = """\
Daily Review 2026-01-15: READY FOR RELEASE (caro v1.1.0)
✅ READY FOR RELEASE (GO), beta, day 3, as of 2026-01-15 09:00 PST

Must be zero
  ✅ P0 Bugs: 0 (pass, target 0), -1
  ✅ Privacy Violations: 0 (pass, target 0), unchanged

Participation
  ⏳ Beta Completion: 80% (not due, target ≥80%), -20 percentage points
  Took part: Tue 13 5 of 5 → Wed 14 4 of 5

New issues
  Opened in the last 24 hours: 3, +2
  Open issues: 12, new

Success rate
  ✅ Success Rate: 94.8% (pass, target ≥80%), +16 percentage points
  By day: Tue 13 70% → Wed 14 75.5%

Performance
  ✅ P95 Gen Time: 850ms (pass, target <2s), -150ms
  ✅ Static Backend: 95% (pass, target >80%), unchanged
  ✅ Telemetry Overhead: 0.0001% (pass, target <5%), unchanged

Risks
  None: every metric that is due passes

Changes are since 2026-01-14 09:00 PST
"""


def test_the_daily_summary_has_everything_that_the_user_lists() -> None:
    values = {
        "QM-1": 1.0,
        "QM-3": 0.0,
        "EM-1": 1.0,
        "release_new_issues": 1.0,
        "QM-2": 0.788,
        "PM-1": 1.0,
        "PM-2": 0.95,
        "PM-3": 0.000001,
    }
    before = Before(NINE - timedelta(days=1), values)
    assert render(daily(before=before)) == DAILY


WEEKLY = """\
Weekly Review 2026-02-02: READY FOR RELEASE (caro v1.1.0)
✅ READY FOR RELEASE (GO), post release, as of 2026-02-02 10:00 PST

Quality
  ✅ P0 Bugs: 0 (pass, target 0)
  ✅ Success Rate: 94.8% (pass, target ≥80%)
  ✅ Privacy Violations: 0 (pass, target 0)
  ✅ Test Pass Rate: 100% (pass, target 100%)
  ✅ Installation: 100% (pass, target ≥95%)

Community growth
  ✅ Downloads (Week 1): 285 (pass, target ≥100)
  Downloads since the beginning: 1,204
  Stars: 412
  Opened in the last 24 hours: 3
  Open issues: 12
  Open discussions: 2

Time to resolve
  ✅ P0 Resolution: 2.5h (pass, target <4h)
  ✅ P1 Resolution: 18h (pass, target <48h)

Schedule
  ✅ Schedule: on time (pass, target ±1 day)

Risks
  None: every metric that is due passes

Nothing earlier to compare with
"""


def test_the_weekly_summary_has_everything_that_the_user_lists() -> None:
    assert render(weekly()) == WEEKLY


def test_every_subject_is_a_verdict_or_a_series_that_exists() -> None:
    keys = {metric.key(series) for metric in CATALOG for series in metric.judged}
    named = {name for review in SUBJECTS.values() for _, names in review for name in names}
    assert named - keys <= SUPPORTING.keys()
    assert NUMBERS.keys() <= named


@pytest.mark.parametrize("digest", [daily, weekly])
def test_without_any_data_every_value_is_not_available_and_nothing_is_good(
    digest: Callable[[dict[str, SourceState]], Digest],
) -> None:
    made = digest({})
    text = render(made)
    assert "✅" not in text
    assert made.report.decision is Decision.UNKNOWN
    assert subject(made).endswith(": CANNOT TELL")
    rows = [row for section in made.sections[:-1] for row in section.rows]
    assert all(": N/A" in row for row in rows)
    assert made.values == {}
    assert len(made.sections[-1].rows) >= 3


def test_what_is_gone_says_what_it_was() -> None:
    found = states()
    del found["telemetry"]
    text = render(daily(found, Before(NINE, {"QM-2": 0.788, "release_open_issues": 12.0})))
    assert "❔ Success Rate: N/A (unknown, target ≥80%, " in text
    assert "), was 78.8%\n" in text
    assert "By day: N/A\n" in text
    assert "Open issues: 12, unchanged" in text


def test_what_is_too_old_to_be_believed_is_not_told() -> None:
    found = states()
    old = NINE - timedelta(hours=27)
    view = ReleaseView(
        release_of(plan_of()).as_of(NINE),
        at(found, NINE) | {"github": at({"github": found["github"]}, old)["github"]},
    )
    review = due(view.release.plan, NINE)
    assert review is not None
    made = digest_of(view, review, None, NINE)
    assert "Open issues: N/A" in render(made)
    assert "release_open_issues" not in made.values


def test_the_values_of_one_summary_are_what_the_next_one_compares_with() -> None:
    first = daily()
    following = daily(before=Before(NINE, first.values), now=NINE + timedelta(days=1))
    rows = [row for section in following.sections[:-1] for row in section.rows]
    without = ("Took part", "By day")
    assert all(row.endswith(", unchanged") for row in rows if not row.startswith(without))


def test_many_risks_are_cut_and_counted() -> None:
    metrics = tuple(
        replace(metric, id=f"X-{number}", gauge=f"release_x_{number}")
        for number in range(30)
        for metric in CATALOG[:1]
    )
    release = release_of(plan_of(), metrics=metrics).as_of(NINE)
    made = digest_of(ReleaseView(release, {}), Due(Review.DAILY, NINE, NINE.date()), None, NINE)
    assert len(made.sections[-1].rows) == 21
    assert made.sections[-1].rows[-1] == "… and 10 more"
    assert made.sections[0].rows[1] == "QM-3: N/A (not judged in this release)"


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: repr(text)[:30])
def test_hostile_titles_and_names_stay_on_their_line(text: str) -> None:
    metric = CATALOG[0]
    series = (replace(metric.judged[0], title=text),)
    release = release_of(
        plan_of(), project=text, name=text, metrics=(replace(metric, judged=series),)
    ).as_of(NINE)
    view = ReleaseView(release, at({"github": best_states()["github"]}, NINE))
    made = render(digest_of(view, Due(Review.DAILY, NINE, NINE.date()), None, NINE))
    calm = render(daily({"github": best_states()["github"]}))
    assert made.count("\n") <= calm.count("\n")
    assert all(line.isprintable() for line in made.split("\n"))


def test_an_empty_reading_is_no_number() -> None:
    found = states() | {"github": replace(states()["github"], reading=Reading())}
    assert "Open issues: N/A" in render(daily(found))
