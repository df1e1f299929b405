"""Days, weeks and the release before, from records that are whole, damaged or missing."""

from datetime import date, timedelta

import pytest

from exporter.final_report.figures import Source
from exporter.final_report.history import MOST_DAYS, Kept, history_of
from exporter.final_report.making import Material, final_report, release_date
from exporter.gate.decision import Decision
from exporter.plan import Plan
from tests.final_report.days import LAST, Conditions, day, plan_then, told
from tests.releases import plan_of

DAY = timedelta(days=1)
GOOD: Conditions = {}


def test_every_day_is_there_whether_or_not_it_has_a_record() -> None:
    days = told([GOOD, None, GOOD, GOOD], unreadable=[LAST - 2 * DAY]).history.days
    assert [(one.day, one.source) for one in days] == [
        (LAST - 3 * DAY, Source.RECORDED),
        (LAST - 2 * DAY, Source.UNREADABLE),
        (LAST - DAY, Source.RECORDED),
        (LAST, Source.NOW),
    ]
    assert (days[1].decision, days[1].verdicts) == (None, {})


def test_an_unreadable_record_before_the_first_good_one_is_not_forgotten() -> None:
    days = told([GOOD], unreadable=[LAST - DAY]).history.days
    assert [one.source for one in days] == [Source.UNREADABLE, Source.NOW]


def test_a_record_of_the_same_or_a_later_day_is_not_of_the_past() -> None:
    kept = Kept((day(1), day(0, {"QM-1": "fail"}), day(-1)))
    history = history_of(day(0), kept)
    assert [one.day for one in history.days] == [LAST - DAY, LAST]
    assert history.days[-1].decision is Decision.GO


def test_what_is_older_than_the_records_keep_is_left_out() -> None:
    kept = Kept((day(MOST_DAYS + 1), day(MOST_DAYS), day(1)))
    assert len(history_of(day(), kept).days) == MOST_DAYS + 1


def test_an_unknown_day_has_no_value_in_the_series() -> None:
    series = told([GOOD, {"QM-2": "missing"}, GOOD]).history.of("QM-2")
    assert series is not None
    assert [one.shown for one in series.points] == ["94.8%", "unknown", "94.8%"]
    assert [one.value is None for one in series.points] == [False, True, False]
    assert len(series.known) == 2


def test_weeks_count_their_days_in_target() -> None:
    history = told([*[GOOD] * 6, {"QM-2": "warn"}, {"QM-2": "missing"}, GOOD]).history
    assert [(one.last - one.first).days for one in history.weeks] == [6] * len(history.weeks)
    assert sum(one.recorded for one in history.weeks) == 9
    cells = [cell for one in history.weeks for cell in one.metrics if cell.key == "QM-2"]
    assert sum(one.judged for one in cells) == 8
    assert sum(one.in_target for one in cells) == 7
    assert [one.complete for one in history.weeks][:-1] == [True] * (len(history.weeks) - 1)


def test_the_release_before_is_compared_at_its_last_record() -> None:
    old = [day(30, {"QM-2": "fail"}, "v1.0.0"), day(20, {"QM-2": "warn"}, "v1.0.0")]
    comparison = told([GOOD], others={"v1.0.0": old}).comparison
    assert (comparison.release, comparison.day) == ("v1.0.0", LAST - 20 * DAY)
    (row,) = (one for one in comparison.rows if one.key == "QM-2")
    assert (row.previous, row.previous_verdict, row.now) == ("75%", "warn", "94.8%")
    assert row.change == "+19.8 percentage points"
    assert comparison.score == "92.5/100"  # downloads were not due yet then


def test_the_newest_one_that_began_earlier_is_the_one_before() -> None:
    others = {
        "v1.2.0": [day(0, release="v1.2.0")],
        "v1.0.0": [day(40, release="v1.0.0"), day(10, release="v1.0.0")],
        "v0.9.0": [day(90, release="v0.9.0"), day(60, release="v0.9.0")],
    }
    assert told([GOOD, GOOD, GOOD], others=others).comparison.release == "v1.0.0"


def test_another_one_can_be_named() -> None:
    kept = {
        ("caro", name): Kept((day(back, release=name),))
        for name, back in (("v1.0.0", 10), ("v0.9.0", 60))
    }
    material = Material(day(), None, kept, compared="v0.9.0")
    assert final_report(material).comparison.release == "v0.9.0"


def test_without_one_the_report_says_so() -> None:
    comparison = told([GOOD]).comparison
    assert (comparison.release, comparison.rows) == ("", ())
    assert "there are no records of another release" in comparison.why


def test_what_one_of_them_does_not_know_cannot_be_told_to_have_changed() -> None:
    old = [day(20, {"QM-2": "missing"}, "v1.0.0")]
    (row,) = (
        one for one in told([GOOD], others={"v1.0.0": old}).comparison.rows if one.key == "QM-2"
    )
    assert (row.previous, row.change) == ("unknown", "cannot be told")


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (None, "unknown: only the release file tells it"),
        (plan_then(), "2025-12-25"),
        (plan_of(), "not published yet, planned for 2026-01-24"),
        (Plan((), plan_of().zone), "unknown: the plan has no milestone"),
    ],
)
def test_the_release_date_is_that_of_publication_and_else_says_why_not(
    plan: Plan | None, said: str
) -> None:
    assert release_date(plan).startswith(said)


def test_critical_metrics_are_met_only_where_each_of_them_passes() -> None:
    assert told([GOOD]).success == "All critical metrics met"
    assert told([{"QM-1": "fail"}]).success_icon == "❌"
    waived = told([{"QM-2": "waived fail"}])
    assert waived.success == "1 of 4 critical metrics not met: Success Rate (waived)"
    unknown = told([{"QM-3": "missing", "QM-4": "stale"}])
    assert (unknown.success_icon, unknown.success[:30]) == ("❔", "2 of 4 critical metrics cannot")


def test_the_history_begins_with_the_first_record() -> None:
    assert told([GOOD, GOOD]).history.days[0].day == date(2026, 1, 16)
