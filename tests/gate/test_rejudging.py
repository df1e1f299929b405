"""The same facts by other lines: what would have been, and that the same lines say the same."""

from dataclasses import replace
from datetime import timedelta

import pytest

from exporter.bands import OTHERWISE, Band, at_least
from exporter.catalog import ALWAYS
from exporter.gate.backtest import render_backtest
from exporter.gate.document import dump, load
from exporter.gate.rejudging import rejudge
from exporter.gate.reporting import report_of
from exporter.model import Inapplicable, UserError, Verdict, labels
from exporter.release import Release
from exporter.view import ReleaseView
from tests.gate.cases import CONDITIONS, KEYS, WAIVER, build, possible
from tests.releases import NOW, best_states, plan_of, release_of, sample_of, state_of
from tests.status_page import gallery


def with_bands(release: Release, key: str, *bands: Band) -> Release:
    return replace(
        release,
        metrics=tuple(
            replace(one, judged=tuple(replace(x, bands=bands) for x in one.judged))
            if one.id == key
            else one
            for one in release.metrics
        ),
    )


@pytest.mark.parametrize("condition", CONDITIONS)
def test_read_back_and_judged_by_the_same_file_it_is_the_same_report(condition: str) -> None:
    for key in KEYS:
        if possible(key, condition):
            release, states = build({key: condition})
            report = report_of(ReleaseView(release, states), NOW)
            assert rejudge(load(dump(report)), release) == report


@pytest.mark.parametrize("days", [-10, -4, 0, 1, 12])
def test_it_is_the_same_on_any_day_and_in_any_state(days: int) -> None:
    now = gallery.NOW + timedelta(days=days)
    for release, states in (
        (gallery.make_release(), gallery.make_states()),
        (release_of(plan_of()), best_states()),
        (release_of(plan_of()), {}),
    ):
        report = report_of(ReleaseView(release, states), now)
        again = rejudge(load(dump(report)), release)
        assert (again.decision, again.reasons) == (report.decision, report.reasons)
        assert [x.verdict for x in again.verdicts] == [x.verdict for x in report.verdicts]


def test_nothing_to_judge_stays_so_for_one_priority_alone() -> None:
    release, states = build({"PM-5/P0": "missing"})
    state = states["PM-5"]
    assert state.reading is not None
    nothing = Inapplicable("release_bug_resolution_seconds", labels(priority="P0"), "no bugs")
    states["PM-5"] = replace(state, reading=replace(state.reading, inapplicable=(nothing,)))
    report = report_of(ReleaseView(release, states), NOW)
    again = rejudge(load(dump(report)), release)
    line = again.line("PM-5/P0")
    assert line is not None
    assert (again, line.verdict, line.reason) == (report, "not_due", "no bugs")


def test_both_samples_of_a_metric_are_judged_anew() -> None:
    """A mean that was as bad as the oldest open bug must not hide that one from other lines."""
    release, states = build({})
    where = labels(priority="P0")
    samples = [
        sample_of("release_bug_resolution_seconds", 11 * 3600.0, where),
        sample_of("release_oldest_open_bug_seconds", 90 * 3600.0, where),
    ]
    report = report_of(ReleaseView(release, states | {"PM-5": state_of(samples)}), NOW)
    assert report.line("PM-5/P0").value == 11 * 3600.0  # type: ignore[union-attr]  # it is there
    wide = with_bands(
        release,
        "PM-5",
        Band(at_least(50 * 3600.0), Verdict.FAIL, "far too old"),
        Band(OTHERWISE, Verdict.PASS, "fine"),
    )
    line = rejudge(load(dump(report)), wide).line("PM-5/P0")
    assert line is not None
    assert (line.verdict, line.reason) == ("fail", "far too old")


def test_other_bands_minimum_n_and_waivers_are_the_proposals() -> None:
    release, states = build({"QM-2": "warn"})
    report = load(dump(report_of(ReleaseView(release, states), NOW)))
    stricter = with_bands(
        release,
        "QM-2",
        Band(at_least(0.9), Verdict.PASS, "good"),
        Band(OTHERWISE, Verdict.FAIL, "stop", blocks=True),
    )
    assert report.decision == "CONDITIONAL"
    assert rejudge(report, stricter).decision == "NO_GO"
    assert rejudge(report, replace(release, minimum_n={"QM-2": 101})).decision == "UNKNOWN"
    waived = replace(stricter, waivers=(replace(WAIVER, metric="QM-2"),))
    assert rejudge(report, waived).decision == "CONDITIONAL"


def test_what_was_not_measured_is_unknown_once_it_is_due() -> None:
    release, states = build({"QM-4": "not due"})
    states["QM-4"] = state_of([])
    report = load(dump(report_of(ReleaseView(release, states), NOW)))
    earlier = tuple(replace(one, due=ALWAYS) for one in release.metrics)
    again = rejudge(report, replace(release, metrics=earlier))
    line = again.line("QM-4")
    assert line is not None
    assert (line.verdict, again.decision) == ("unknown", "UNKNOWN")


def test_another_release_is_refused_with_the_fix() -> None:
    release, states = build({})
    report = report_of(ReleaseView(release, states), NOW)
    with pytest.raises(UserError, match=r"describes caro v2, not caro v1\.1\.0; write the same"):
        rejudge(report, replace(release, name="v2"))


def test_the_backtest_names_what_would_have_been_otherwise() -> None:
    release, states = build({"QM-2": "warn"})
    report = report_of(ReleaseView(release, states), NOW)
    proposal = with_bands(
        release,
        "QM-2",
        Band(at_least(0.7), Verdict.PASS, "good enough"),
        Band(OTHERWISE, Verdict.FAIL, "stop", blocks=True),
    )
    text = render_backtest([(report, rejudge(report, proposal))], "proposal.yaml")
    head, row, change, summary = text.splitlines()
    assert head.split() == ["DAY", "RELEASE", "DECIDED", "WOULD", "BE"]
    assert row.split() == ["2026-01-17", "caro", "v1.1.0", "CONDITIONAL", "GO"]
    assert change == "  QM-2: warn would be pass (good enough)"
    assert summary == "1 of 1 days would have been decided otherwise by proposal.yaml"
