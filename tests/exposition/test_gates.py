"""What /metrics says about the gate."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from exporter.exposition.publisher import collect_families
from exporter.freshness import SourceState
from exporter.release import Release
from exporter.view import View
from tests.gate.cases import TODAY, WAIVER, build
from tests.releases import NOW, view_of

Labels = frozenset[tuple[str, str]]


def series(view: View, name: str) -> dict[Labels, float]:
    return {
        frozenset((k, v) for k, v in sample.labels.items() if k not in ("project", "release")): (
            sample.value
        )
        for family in collect_families(view, NOW)
        for sample in family.samples
        if sample.name == name
    }


def decision(release: Release, states: dict[str, SourceState]) -> dict[str, float]:
    found = series(view_of(release, states), "release_gate_decision")
    return {dict(labels)["decision"]: value for labels, value in found.items()}


def test_exactly_one_of_four_decisions_is_one() -> None:
    for conditions, expected in (
        ({}, "GO"),
        ({"EM-3": "fail"}, "CONDITIONAL"),
        ({"QM-3": "fail"}, "NO_GO"),
        ({"QM-4": "missing"}, "UNKNOWN"),
    ):
        found = decision(*build(conditions))
        assert found == dict.fromkeys(("GO", "CONDITIONAL", "NO_GO", "UNKNOWN"), 0) | {expected: 1}


def test_the_verdicts_are_counted_by_their_word() -> None:
    release, states = build({"EM-3": "waived fail", "QM-2": "warn", "EM-5": "not due"})
    found = series(view_of(release, states), "release_gate_reasons")
    assert {dict(labels)["verdict"]: value for labels, value in found.items()} == {
        "pass": 14,
        "warn": 1,
        "fail": 0,
        "unknown": 0,
        "not_due": 1,
        "waived": 1,
    }


def test_a_waiver_says_when_it_ends_under_the_labels_of_its_verdict() -> None:
    release, states = build({})
    waivers = tuple(
        replace(WAIVER, metric=key, expires=day)
        for key, day in (
            ("QM-2", date(2026, 1, 10)),
            ("EM-3", TODAY),
            ("PM-5/P1", date(2026, 2, 1)),
            ("PM-5/P1", date(2026, 1, 20)),
            ("QM-3", TODAY),
        )
    )
    view = view_of(replace(release, waivers=waivers), states)
    zone = ZoneInfo("America/Los_Angeles")
    assert series(view, "release_waiver_expiry_timestamp_seconds") == {
        frozenset({("metric", "QM-2")}): datetime(2026, 1, 11, tzinfo=zone).timestamp(),
        frozenset({("metric", "EM-3")}): datetime(2026, 1, 18, 8, tzinfo=UTC).timestamp(),
        frozenset({("metric", "PM-5"), ("priority", "P1")}): datetime(
            2026, 2, 2, tzinfo=zone
        ).timestamp(),
    }


def test_an_old_decision_is_not_kept_for_a_file_that_went_bad() -> None:
    release, states = build({})
    view = view_of(release, states)
    bad = replace(view.releases[0], problems=("its release file is invalid now",))
    found = series(replace(view, releases=(bad,)), "release_gate_decision")
    assert [dict(labels)["decision"] for labels, value in found.items() if value] == ["UNKNOWN"]
