"""Which of two records of one day is kept."""

from dataclasses import replace
from datetime import timedelta

from exporter.gate.report import Report
from exporter.records.better import known, replaces
from exporter.records.marks import RECOMPUTED
from tests.records.reports import LATER, report
from tests.releases import best_states, sample_of, state_of

HOUR = timedelta(hours=1)


def made(hours: int = 0, *without: str, problems: tuple[str, ...] = (), **values: float) -> Report:
    """Return the day's report so many hours later, without some sources or with other values."""
    states = {name: state for name, state in best_states().items() if name not in without}
    if "plan" in values:
        gauge = "release_schedule_variance_seconds"
        states["plan"] = state_of([sample_of(gauge, values["plan"])])
    return report(now=LATER + HOUR * hours, states=states, problems=problems)


def test_any_record_is_better_than_none() -> None:
    assert replaces(made(), None)


def test_a_later_one_that_knows_as_much_is_better() -> None:
    assert replaces(made(2), made(1))
    assert not replaces(made(1), made(2))


def test_one_that_knows_less_is_worse_however_late() -> None:
    assert known(made(2, "github")) < known(made(1))
    assert not replaces(made(2, "github"), made(1))
    assert replaces(made(1), made(2, "github"))


def test_bad_news_is_never_dropped_although_less_is_known() -> None:
    late = made(2, "github", plan=9 * 86400.0)
    assert known(late) < known(made(1))
    assert replaces(late, made(1))
    assert not replaces(made(0, "github", plan=9 * 86400.0), made(1))


def test_the_same_is_written_again_and_changes_nothing() -> None:
    assert replaces(made(), made())


def test_what_was_looked_at_stands_against_what_was_recomputed() -> None:
    recomputed = made(5, problems=(RECOMPUTED,))
    assert not replaces(recomputed, made())
    assert replaces(made(), recomputed)
    assert replaces(recomputed, made(0, "github"))
    assert replaces(recomputed, recomputed)


def test_that_of_another_release_is_none() -> None:
    assert replaces(made(0, "github"), replace(made(5), release="v2"))


def test_values_that_are_not_due_count_for_nothing() -> None:
    early = report(now=LATER - timedelta(days=20))
    assert known(early) == sum(line.due for line in early.verdicts) < known(made())
