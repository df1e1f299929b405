"""What the records bear out, with figures and days; and what they do not."""

from datetime import date, timedelta

from exporter.final_report.figures import FinalReport, Insight, Kind
from tests.final_report.days import LAST, Conditions, told

DAY = timedelta(days=1)
WARN: Conditions = {"QM-2": "warn"}
FAIL: Conditions = {"QM-2": "fail"}
GONE: Conditions = {"QM-2": "missing"}
GOOD: Conditions = {}


def texts(report: FinalReport, kind: Kind) -> list[str]:
    return [one.text for one in report.insights if one.kind is kind]


def about(report: FinalReport, start: str) -> Insight:
    (found,) = (one for one in report.insights if one.text.startswith(start))
    return found


def test_the_largest_change_names_both_values_and_both_days() -> None:
    found = about(told([FAIL, WARN, GOOD]), "Largest change")
    assert found.text == (
        "Largest change, 47% of the larger of the two: Success Rate from 50% on 2026-01-15"
        " to 94.8% on 2026-01-17 (+44.8 percentage points)"
    )
    assert (found.keys, found.days) == (("QM-2",), (LAST - 2 * DAY, LAST))


def test_the_longest_time_out_of_target_ends_with_a_pass_and_with_nothing_else() -> None:
    found = about(told([GOOD, WARN, GONE, FAIL, None, WARN, GOOD]), "Longest out of target")
    assert found.days == tuple(LAST - back * DAY for back in (5, 3, 1))
    assert "3 days from 2026-01-12" in found.text
    assert "still" not in found.text
    assert "and still is" in about(told([GOOD, WARN, FAIL]), "Longest out of target").text


def test_an_unknown_last_day_does_not_end_it() -> None:
    assert "and still is" in about(told([WARN, WARN, GONE]), "Longest out of target").text


def test_the_first_day_on_target_is_told_of_what_began_off_it() -> None:
    found = about(told([FAIL, WARN, GOOD, GOOD]), "Success Rate was first on target")
    assert found.days == (LAST - 3 * DAY, LAST - DAY)
    assert "on 2026-01-16 with 94.8%, after" in found.text


def test_what_never_was_on_target_is_said_to_be_so() -> None:
    (trend,) = (x for x in texts(told([FAIL, GONE, WARN]), Kind.TREND) if "Success" in x)
    assert "was on target (≥80%) on none of 2 days judged" in trend


def test_a_waiver_does_not_make_a_day_one_on_target() -> None:
    found = about(told([{"QM-2": "waived fail"}, {"QM-2": "waived warn"}]), "Longest out")
    assert "2 days from 2026-01-16" in found.text


def test_days_without_a_record_are_no_good_news() -> None:
    report = told([GOOD, None, GOOD, GOOD], unreadable=[LAST - DAY * 2])
    found = about(report, "No record that can be read on 1 of 4 days")
    assert found.days == (date(2026, 1, 15),)
    assert "fewer" not in " ".join(texts(report, Kind.DATA))


def test_what_is_seldom_known_is_named() -> None:
    found = about(told([GONE, GONE, GOOD]), "Least is known of")
    assert found.text.endswith("few of 3 recorded days: Success Rate on 1")


def test_the_gates_decisions_are_told_with_their_days() -> None:
    found = about(told([FAIL, FAIL, WARN]), "The gate's decision")
    assert found.text.endswith("NO_GO from 2026-01-15 to 2026-01-16, CONDITIONAL on 2026-01-17")


def test_a_lesson_is_what_ends_off_target_with_the_bands_own_words() -> None:
    (lesson,) = texts(told([GOOD, WARN]), Kind.LESSON)
    assert "Success Rate ends at" in lesson
    assert "document issues, release with caveats" in lesson
    (lesson,) = texts(told([GOOD]), Kind.LESSON)
    assert lesson == "No metric that is due ends off its target"


def test_one_day_tells_of_no_change() -> None:
    (text, *_) = texts(told([GOOD]), Kind.DATA)
    assert text == (
        "No metric has two different values on two recorded days"
        " (recorded: 1 day, 2026-01-17 to 2026-01-17)"
    )


def test_every_insight_has_its_days() -> None:
    report = told([FAIL, None, WARN, GONE, GOOD])
    recorded = {one.day for one in report.history.days}
    assert all(one.days and set(one.days) <= recorded for one in report.insights)
