"""docs/metrics.md names every series that the exposition can have."""

import re
from pathlib import Path

import pytest

import exporter.exposition
from exporter.artifacts.metrics_page import render

SOURCES = sorted(Path(exporter.exposition.__file__).parent.glob("*.py"))
NAMES = sorted({name for one in SOURCES for name in re.findall(r'"(release_\w+)', one.read_text())})


def test_there_are_names_to_look_for() -> None:
    assert len(NAMES) > 25


@pytest.mark.parametrize("name", NAMES)
def test_the_page_names_every_series_of_the_exposition(name: str) -> None:
    assert re.search(rf"^\| `{name}", render(), re.MULTILINE)


def test_what_a_metric_of_several_verdicts_has_is_told_apart_by_priority() -> None:
    row = next(one for one in render().split("\n") if "release_waiver_expiry" in one)
    assert "| `project`, `release`, `metric`, `priority` |" in row
