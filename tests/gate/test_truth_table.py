"""Every metric in every condition, alone and in pairs, against the contract's own table."""

from collections import Counter
from dataclasses import replace

import pytest

from exporter.gate.decision import Decision
from exporter.gate.report import Report, settle
from exporter.gate.reporting import report_of
from exporter.view import ReleaseView
from tests.gate.cases import CONDITIONS, KEYS, build, every_pair, expected, possible
from tests.releases import NOW


def decide(conditions: dict[str, str]) -> Report:
    release, states = build(conditions)
    return report_of(ReleaseView(release, states), NOW)


@pytest.fixture(scope="module")
def table() -> list[tuple[dict[str, str], Report]]:
    """Return every case with its report: one metric's from its sources, a pair's from two of those.

    See `test_a_pair_is_what_its_sources_say`.
    """
    every = every_pair()
    alone = {next(iter(case.items())): decide(case) for case in every if len(case) == 1}
    calm = decide({})
    return [(case, compose(calm, [alone[pair] for pair in case.items()])) for case in every]


def compose(calm: Report, parts: list[Report]) -> Report:
    """Return the calm report with what is different in the parts, decided anew."""
    before = {line.key: line for line in calm.verdicts}
    lines = dict(before)
    for part in parts:
        lines |= {line.key: line for line in part.verdicts if line != before[line.key]}
    waivers = [line.waiver() for part in parts for line in part.waivers]
    return settle(replace(calm, verdicts=tuple(lines.values())), waivers)


def test_everything_passing_is_go() -> None:
    report = decide({})
    assert (report.decision, report.reasons) == (Decision.GO, ())
    assert {line.verdict for line in report.verdicts} == {"pass"}


def test_the_decision_is_the_contracts_in_every_case(
    table: list[tuple[dict[str, str], Report]],
) -> None:
    wrong = [
        (case, report.decision, expected(case))
        for case, report in table
        if report.decision != expected(case)
    ]
    assert wrong == []
    assert len(table) > 10_000


def test_a_pair_is_what_its_sources_say(table: list[tuple[dict[str, str], Report]]) -> None:
    for case, report in table[::60]:
        built = decide(case)
        assert (built.decision, built.reasons) == (report.decision, report.reasons)


def test_no_case_but_passing_and_early_ones_is_go(
    table: list[tuple[dict[str, str], Report]],
) -> None:
    for case, report in table:
        if report.decision is Decision.GO:
            assert set(case.values()) <= {"pass", "not due"}
            assert all(line.verdict == "pass" for line in report.verdicts if line.due)


def test_every_decision_occurs_often(table: list[tuple[dict[str, str], Report]]) -> None:
    counts = Counter(report.decision for _, report in table)
    assert min(counts[decision] for decision in Decision) > 50


def test_what_decides_is_named_first_and_is_one_of_the_case(
    table: list[tuple[dict[str, str], Report]],
) -> None:
    for case, report in table:
        decides = [cause.decides for cause in report.reasons]
        assert decides == sorted(decides, reverse=True)
        assert any(decides) or report.decision is Decision.GO
        # One source for both: what is stale for one priority is for the other.
        named = {cause.key.partition("/")[0] for cause in report.reasons}
        assert named <= {key.partition("/")[0] for key in case}


def test_every_metric_is_in_every_condition_that_it_has_a_band_for() -> None:
    assert len(KEYS) == 17
    cases = [(key, one) for key in KEYS for one in CONDITIONS if possible(key, one)]
    assert [next(iter(case.items())) for case in every_pair()[: len(cases)]] == cases
