"""What Prometheus kept, judged by the release file; what it did not keep is never a pass."""

from dataclasses import replace

import pytest

from exporter.exposition.publisher import collect_families
from exporter.freshness import SourceState
from exporter.gate.report import Report
from exporter.gate.reporting import report_of
from exporter.model import Inapplicable, Sample, labels
from exporter.recall.prometheus import expression, kept, measure, read_prometheus
from exporter.release import Release
from exporter.upstream.prometheus import Point, Result
from exporter.view import ReleaseView
from tests.gate.cases import CONDITIONS, KEYS, build, expected, possible
from tests.releases import NOW, view_of

SINCE = "release_privacy_since_timestamp_seconds"

Found = list[tuple[dict[str, str], float]]


def scraped(release: Release, states: dict[str, SourceState]) -> Found:
    """Return what Prometheus has after a scrape, as it answers to the gate's query."""
    target = {"job": "release", "instance": "127.0.0.1:10150"}
    return [
        ({"__name__": sample.name, **sample.labels, **target}, sample.value)
        for family in collect_families(view_of(release, states), NOW)
        for sample in family.samples
    ]


def recall(found: Found, release: Release, *, warned: bool = False) -> Report:
    points = [Point(NOW.timestamp(), repr(value)) for _, value in found]
    result = Result(points, warned, [names for names, _ in found])
    return measure(kept(result), release, NOW)


@pytest.mark.parametrize("condition", CONDITIONS)
def test_it_decides_as_the_exporter_did(condition: str) -> None:
    for key in KEYS:
        if possible(key, condition):
            release, states = build({key: condition})
            live = report_of(ReleaseView(release, states), NOW)
            past = recall(scraped(release, states), release)
            assert past.decision == live.decision == expected({key: condition})
            assert [(x.key, x.verdict, x.value, x.n) for x in past.verdicts] == [
                (x.key, x.verdict, x.value, x.n) for x in live.verdicts
            ]


def test_any_series_that_is_missing_costs_the_go() -> None:
    release, states = build({})
    every = scraped(release, states)
    judged = {metric.gauge for metric in release.metrics}
    assert recall(every, release).decision == "GO"
    for gauge in judged:
        rest = [one for one in every if one[0]["__name__"] != gauge]
        assert recall(rest, release).decision != "GO"


def test_nothing_at_all_cannot_be_told() -> None:
    release, _ = build({})
    found = recall([], release)
    assert found.decision == "UNKNOWN"
    assert {line.verdict for line in found.verdicts} == {"unknown"}
    assert "Prometheus has no value" in found.reasons[0].text


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0, 1.5])
def test_what_cannot_be_is_missing(value: float) -> None:
    release, states = build({})
    every = [
        (names, value if names["__name__"] == "release_test_pass_ratio" else old)
        for names, old in scraped(release, states)
    ]
    assert recall(every, release).decision == "UNKNOWN"


def test_no_bugs_is_told_by_the_due_gauge_and_only_where_nothing_blocks() -> None:
    release, states = build({"PM-5/P0": "missing", "QM-4": "missing"})
    state = states["PM-5"]
    assert state.reading is not None
    nothing = Inapplicable("release_bug_resolution_seconds", labels(priority="P0"), "no bugs")
    states["PM-5"] = replace(state, reading=replace(state.reading, inapplicable=(nothing,)))
    every = scraped(release, states)
    # As if the exporter had had a later due phase for the tests.
    due = "release_metric_due"
    every = [
        (names, 0.0 if names["__name__"] == due and names["metric"] == "QM-4" else value)
        for names, value in every
    ]
    found = {line.key: line.verdict for line in recall(every, release).verdicts}
    assert (found["PM-5/P0"], found["PM-5/P1"], found["QM-4"]) == ("not_due", "pass", "unknown")


def test_a_moved_audit_is_told() -> None:
    release, states = build({})
    release = replace(
        release,
        metrics=tuple(
            replace(one, source="telemetry" if one.id == "QM-3" else one.source)
            for one in release.metrics
        ),
    )
    states["telemetry"] = states.pop("QM-3")
    every = scraped(release, states)
    name = {"__name__": SINCE, "moved": "true"}
    assert recall(every, release).decision == "GO"
    assert recall([*every, (name, NOW.timestamp())], release).decision == "CONDITIONAL"
    calm = ({"__name__": SINCE, "moved": "false"}, NOW.timestamp())
    assert recall([*every, calm], release).decision == "GO"


def test_of_two_instances_the_worse_counts() -> None:
    release, states = build({})
    bad_release, bad_states = build({"QM-3": "fail"})
    both = scraped(release, states) + [
        (names | {"instance": "other"}, value) for names, value in scraped(bad_release, bad_states)
    ]
    assert recall(both, release).decision == "NO_GO"


def test_warnings_keep_the_gate_shut() -> None:
    release, states = build({})
    assert recall(scraped(release, states), release, warned=True).decision == "UNKNOWN"


def test_a_bug_that_is_open_too_long_counts_beside_the_mean() -> None:
    release, states = build({})
    state = states["PM-5"]
    assert state.reading is not None
    old = Sample("release_oldest_open_bug_seconds", 9e5, labels(priority="P0"))
    reading = replace(state.reading, samples=(*state.reading.samples, old))
    states["PM-5"] = replace(state, reading=reading)
    line = recall(scraped(release, states), release).line("PM-5/P0")
    assert line is not None
    assert (line.verdict, line.value) == ("fail", 9e5)


def test_the_query_names_the_release_and_every_gauge() -> None:
    release, _ = build({})
    text = expression(release)
    assert text.endswith(',project="caro",release="v1.1.0"}')
    for metric in release.metrics:
        assert metric.gauge in text


def test_a_server_that_is_not_there_cannot_be_told() -> None:
    release, _ = build({})
    found = read_prometheus("http://127.0.0.1:9", release, NOW)
    assert (found.decision, found.release) == ("UNKNOWN", "v1.1.0")
    assert "cannot connect" in found.reasons[0].text
