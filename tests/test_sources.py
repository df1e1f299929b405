"""Sources: settings joined with their collectors, and what cannot be true."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from exporter.config.loading import load_release
from exporter.model import Context, ErrorClass, SourceError, UserError
from exporter.sources import Source, load_sources

OWN = """
project: caro
release: v1.1.0
milestones: [{name: beta start, planned: 2026-01-13, opens: beta}]
metrics:
  - id: X-1
    title: Crash free sessions
    name: crash_free_ratio
    help: Share of sessions without a crash.
    unit: percent
    bands:
      - {at_least: 95 %, verdict: pass, text: good}
      - {otherwise: true, verdict: fail, text: bad}
    source: {json: {file: crash.json, path: crash_free}}
"""

Load = Callable[[str], dict[str, Source]]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def load(text: str) -> dict[str, Source]:
        file = tmp_path / "release.yaml"
        file.write_text(text)
        return {one.name: one for one in load_sources(load_release(file, "release.yaml"))}

    return load


@pytest.fixture
def here(context: Context, tmp_path: Path) -> Context:
    return replace(context, folder=tmp_path)


def write(file: Path, document: dict[str, float], here: Context) -> None:
    file.write_text(json.dumps(document))
    os.utime(file, (here.now.timestamp(), here.now.timestamp()))


def test_the_plan_is_a_source_without_being_named(load: Load) -> None:
    assert "plan" in load(OWN)


def test_an_own_metric_brings_its_source_and_value(
    load: Load, here: Context, tmp_path: Path
) -> None:
    write(tmp_path / "crash.json", {"crash_free": 0.992}, here)
    (sample,) = load(OWN)["own_crash_free_ratio"].collect(here).samples
    assert (sample.gauge, sample.value) == ("release_crash_free_ratio", 0.992)


def test_a_percentage_where_a_ratio_belongs_is_refused_and_not_a_pass(
    load: Load, here: Context, tmp_path: Path
) -> None:
    write(tmp_path / "crash.json", {"crash_free": 99.2}, here)
    with pytest.raises(SourceError, match=r"9,920% is outside 0% to 100%") as caught:
        load(OWN)["own_crash_free_ratio"].collect(here)
    assert caught.value.kind is ErrorClass.MALFORMED
    assert str(caught.value) == (
        "X-1: 9,920% is outside 0% to 100%; if the file has percentages, set scale: 0.01"
    )


def test_another_value_that_cannot_be_is_refused_without_a_wrong_hint(
    load: Load, here: Context, tmp_path: Path
) -> None:
    write(tmp_path / "crash.json", {"crash_free": -1}, here)
    with pytest.raises(SourceError, match="X-1: -100% is outside 0% to 100%; correct what the"):
        load(OWN)["own_crash_free_ratio"].collect(here)


def test_a_source_below_sources_is_never_taken_for_an_own_metrics(load: Load) -> None:
    with pytest.raises(UserError, match="sources: unknown source 'own_zz'; known are benchmark"):
        load(f"{OWN}sources: {{own_zz: {{json: {{file: a, path: b}}}}}}\n")


def test_a_source_of_an_overridden_metric_stays_what_it_is(load: Load) -> None:
    assert "survey" in load(f"{OWN}due: {{EM-3: always}}\nsources: {{survey: }}\n")


def test_a_key_is_named_as_it_is_written(load: Load) -> None:
    with pytest.raises(UserError) as caught:
        load(f"{OWN}sources: {{benchmark: {{witout: a}}}}\n")
    start = "release.yaml: sources.benchmark.witout: unknown key 'witout'; did you mean 'without'?"
    assert str(caught.value).startswith(start)
    assert "with_" not in str(caught.value)


def test_a_wrong_path_is_one_line(load: Load) -> None:
    with pytest.raises(UserError) as caught:
        load(f"{OWN}sources: {{tests: {{files: [../a.txt]}}}}\n")
    (line,) = str(caught.value).splitlines()
    assert line.startswith("release.yaml: sources.tests.files[1]: write a path inside")


def test_one_file_needs_no_list(load: Load) -> None:
    written = "{tests: {files: a.txt}}"
    assert load(f"{OWN}sources: {written}\n")["tests"].settings.model_dump()["files"] == ("a.txt",)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("{jsn: {file: a, path: b}}", "unknown source 'jsn'; did you mean 'json'?"),
        ("{json: {file: a}}", "source.json.path: is missing; write it"),
        ("{json: {file: a, path: b, gauge: c}}", "source.json.gauge: follows from the name"),
        ("{json: {file: a, path: b}, csv: {}}", "write exactly one of csv, json, promql"),
        ("{json: a}", "write exactly one of csv, json, promql"),
        ("{}", "write exactly one of csv, json, promql"),
    ],
)
def test_a_mistake_in_an_own_source_names_file_key_and_fix(
    load: Load, written: str, message: str
) -> None:
    text = OWN.replace("{json: {file: crash.json, path: crash_free}}", written)
    with pytest.raises(UserError) as caught:
        load(text)
    assert str(caught.value).startswith("release.yaml: metrics.X-1.source")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("{interval: 500ms}", "interval: input should be greater than or equal to 1 second"),
        ("{max_age: 10m}", "max_age 10m is shorter than interval 15m: no reading would last"),
        ("{interval: 2d}", "max_age 26h is shorter than interval 2d: no reading would last"),
        ("{interval: 0s}", "interval: write a time above zero"),
    ],
)
def test_a_source_is_read_neither_all_the_time_nor_too_seldom(
    load: Load, written: str, message: str
) -> None:
    with pytest.raises(UserError) as caught:
        load(f"{OWN}sources: {{survey: {written}}}\n")
    assert message in str(caught.value)
    assert str(caught.value).startswith("release.yaml: sources.survey")


def test_an_age_of_just_one_interval_is_enough(load: Load) -> None:
    assert load(f"{OWN}sources: {{survey: {{interval: 1h, max_age: 1h}}}}\n")
