"""Every alert of a band under promtool, in every situation that a gauge can get into."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.alerting.promtool import METRIC_RULES, Check, Scene, exporter, run, series
from tests.alerting.table import ROWS, Row

pytestmark = pytest.mark.live

# Values by the minute: a metric's, whether it is due, its observations, and the exporter's own.
# `stale` is what a scrape writes when a series is there no more; `_` is no scrape at all.
GAP = "1x12 _x12 1x20"
DOWN = "1x12 stale _x20"

# Situation: the series' values ({bad} and {good} of the alert), and whether it fires at minute
# 12 and at minute 30.
SITUATIONS: Mapping[str, tuple[dict[str, str], bool, bool]] = {
    "in the band": ({"gauge": "{bad}x32"}, True, True),
    "out of the band": ({"gauge": "{good}x32"}, False, False),
    "missing": ({}, False, False),
    "not due": ({"gauge": "{bad}x32", "due": "0x32"}, False, False),
    "not due any more": ({"gauge": "{bad}x32", "due": "1x12 0x20"}, True, False),
    "without observations": ({"gauge": "{bad}x32", "n": "0x32"}, False, False),
    "of a source that does not count": ({"gauge": "{bad}x32", "n": ""}, True, True),
    "withdrawn": ({"gauge": "{bad}x12 stale _x20", "n": "9x12 stale _x20"}, True, True),
    "withdrawn, then good": ({"gauge": "{bad}x12 stale _x10 {good}x30"}, True, False),
    "withdrawn before it was due": (
        {"gauge": "{bad}x9 stale _x22", "due": "0x12 1x20"},
        False,
        False,
    ),
    "withdrawn in the grace": (
        {"gauge": "{bad}x12 stale _x20", "due": "1x12 0x20", "begins": "0x32"},
        True,
        True,
    ),
    "too few observations after enough": ({"gauge": "{bad}x32", "n": "9x12 0x20"}, True, True),
    "behind a gap": (
        {"gauge": "{bad}x12 _x12 {bad}x8", "due": GAP, "exporter": GAP},
        True,
        True,
    ),
    "in a long gap": (
        {"gauge": "{bad}x12 _x20", "due": "1x12 _x20", "exporter": "1x12 _x20"},
        True,
        True,
    ),
    "of an exporter that is down": (
        {"gauge": "{bad}x12 stale", "due": DOWN, "exporter": DOWN, "up": "1x12 0x20"},
        True,
        True,
    ),
    "of an exporter that is no target any more": (
        {"gauge": "{bad}x12 stale", "due": DOWN, "exporter": DOWN, "up": DOWN},
        True,
        True,
    ),
    "of a release that is over": (
        {"gauge": "{bad}x12 stale", "due": DOWN, "info": DOWN},
        True,
        False,
    ),
    "of a release whose file went bad": (
        {"gauge": "{bad}x12 stale", "due": DOWN, "info": DOWN, "reload": "1x12 0x20"},
        True,
        True,
    ),
}


def scene(row: Row, name: str, values: Mapping[str, str]) -> dict[str, str]:
    """Return the series of one release in one situation, scraped from an instance of its own."""
    texts = {"due": "1x32", "n": "9x32", "exporter": "1x32", "info": "", "up": ""} | dict(values)
    filled = {
        key: text.format(bad=repr(float(row.value)), good=repr(float(row.good)))
        for key, text in texts.items()
    }
    release = f"{row.name} {name}"
    where = {"project": "caro", "release": release, "job": "release", "instance": release}
    verdict = where | {"metric": row.metric, "priority": row.priority}
    gauge = series(row.gauge, **where, **labels(row))
    made = exporter(filled["exporter"], filled["up"], instance=release) | {
        series("release_info", **where): filled["info"] or filled["exporter"],
        gauge: filled.get("gauge", ""),
        series("release_metric_due", **verdict): filled["due"],
        series("release_metric_observations", **verdict): filled["n"],
        series("release_metric_due_timestamp_seconds", **verdict): filled.get("begins", ""),
    }
    if "reload" in filled:
        own = series("release_exporter_config_last_reload_successful", job="release",
                     instance=release)  # fmt: skip
        made[own] = filled["reload"]
    return {key: text for key, text in made.items() if text}


def labels(row: Row) -> dict[str, str]:
    if not row.labels:
        return {}
    name, value = row.labels.split("=")
    return {name: value.strip('"')}


def alert(row: Row, release: str, severity: str = "") -> dict[str, str]:
    found = {
        "alertname": row.name,
        "severity": severity or row.severity,
        "project": "caro",
        "release": release,
        "metric": row.metric,
    }
    return found | ({"priority": row.priority} if row.priority else {})


def scenes(row: Row) -> Iterator[Scene]:
    every: dict[str, str] = {}
    firing: dict[int, list[dict[str, str]]] = {12: [], 30: []}
    situations = dict(SITUATIONS) | {
        f"on {value!r}": ({"gauge": f"{value!r}x32"}, fires, fires) for value, fires in row.bounds()
    }
    for name, (values, *fires) in situations.items():
        if row.gauge == "release_oldest_open_bug_seconds" and "observations" in name:
            continue  # of a single worst case none are asked
        every |= scene(row, name, values)
        for minute, does in zip(firing, fires, strict=True):
            if does:
                firing[minute].append(alert(row, f"{row.name} {name}"))
    where = f'alertname="{row.name}"'
    yield Scene(row.name, every, [Check(at, some, where) for at, some in firing.items()])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.name} {row.low:g}")
def test_an_alert_fires_in_its_band_and_holds_until_a_fresh_value_leaves_it(
    row: Row, tmp_path: Path
) -> None:
    assert run(tmp_path, scenes(row), METRIC_RULES, every="2m") == ""
