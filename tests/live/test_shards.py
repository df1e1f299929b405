"""Two exporters with release files of their own under one Prometheus, and one of them dies."""

import re
import shutil
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from exporter.cli import clock
from tests.dashboards.reading import UIDS, asked, load, name_of, panel_of, panels
from tests.example import ROOT
from tests.live.asking import Ask, prometheus
from tests.live.conftest import Exporter, until
from tests.live.documented import part

pytestmark = pytest.mark.live

RELEASE = """\
project: {project}
release: v1.0.0
milestones:
  - {{name: planning, planned: {start}, actual: {start}, closes: planning}}
  - {{name: preflight, planned: {today}, opens: preflight}}
sources:
  tests: {{files: [{project}.xml]}}
"""
GOOD = '<testsuite name="a"><testcase name="b"/></testsuite>'
BAD = '<testsuite name="a"><testcase name="b"><failure message="no"/></testcase></testsuite>'
PASS_RATE = 'release_test_pass_ratio{project="%s"}'

NOT_EXPOSED = "ReleaseNotExposed"


@dataclass
class Shards:
    """The folders of release files, the exporters that serve them, and a Prometheus."""

    folders: dict[str, Path]
    exporters: dict[str, Exporter]
    ask: Ask

    def query(self, expression: str) -> list[dict[str, str]]:
        """Return the labels of every series."""
        return [one["metric"] for one in self.ask("query", {"query": expression})]

    def firing(self, **labels: str) -> set[str]:
        """Return the names of the alerts that fire, of those with these labels."""
        chosen = "".join(f',{key}="{value}"' for key, value in labels.items())
        found = self.query(f'ALERTS{{alertstate="firing"{chosen}}}')
        return {one["alertname"] for one in found}

    def shown(self, view: str, title: str, project: str) -> dict[str, float]:
        """Return what the panel shows of that project's release; each name is there once."""
        (target,) = panel_of(load(view), title)["targets"]
        rows = self.ask("query", {"query": asked(target["expr"], project, "v1.0.0")})
        named = [(name_of(target["legendFormat"], x["metric"]), x["value"][1]) for x in rows]
        assert len(dict(named)) == len(named)
        return {name: float(value) for name, value in named}


def write_release(folder: Path, project: str, results: str) -> None:
    now = clock()
    text = RELEASE.format(
        project=project,
        start=f"{now - timedelta(days=3):%Y-%m-%d}",
        today=f"{now:%Y-%m-%d}",
    )
    (folder / f"{project}.yaml").write_text(text)
    (folder / f"{project}.xml").write_text(results)


def impatient(folder: Path) -> Path:
    """Return a copy of the rules that waits for a second where they wait for minutes."""
    rules = shutil.copytree(ROOT / "prometheus" / "rules", folder / "rules")
    for file in rules.iterdir():
        file.write_text(re.sub(r"\bfor: \d+m$", "for: 1s", file.read_text(), flags=re.MULTILINE))
    return rules


def configuration(rules: Path, targets: list[str]) -> str:
    """Return Prometheus' configuration with the part that the documents show."""
    (scrape,) = part("scrape_configs")
    (group,) = scrape["static_configs"]
    assert len(group["targets"]) == len(targets)
    group["targets"] = targets
    content = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [f"{rules}/*.yml"],
        "scrape_configs": [scrape],
    }
    return yaml.safe_dump(content)


@pytest.fixture
def shards(tmp_path: Path) -> Iterator[Shards]:
    folders = {"alpha": tmp_path / "a", "beta": tmp_path / "b"}
    exporters = {}
    for project, results in (("alpha", BAD), ("beta", GOOD)):
        folders[project].mkdir()
        write_release(folders[project], project, results)
        exporters[project] = Exporter(folders[project], tmp_path / f"{project}-data").ready()
    targets = [one.url.removeprefix("http://") for one in exporters.values()]
    with prometheus(tmp_path, configuration(impatient(tmp_path), targets)) as ask:
        made = Shards(folders, exporters, ask)
        until(lambda: len(made.query("release_info")) == 2 or None)
        until(lambda: "ReleaseTestsFailing" in made.firing(project="alpha"))
        # Nobody counts their P0 bugs.
        until(lambda: made.firing(project="beta") == {"ReleaseMetricWithoutData"})
        yield made
    for one in exporters.values():
        one.kill()


def test_nothing_of_two_shards_is_mixed_or_there_twice(shards: Shards) -> None:
    until(
        lambda: shards.shown("release-executive", "Test Pass Rate", "alpha").get("value") == 0, 60
    )
    assert shards.shown("release-executive", "Test Pass Rate", "beta")["value"] == 1
    assert "ReleaseTestsFailing" not in shards.firing(project="beta")
    assert shards.firing(alertname="ReleaseExporterDown") == set()
    assert shards.firing(alertname="ReleaseNotExposed") == set()
    (target, *_) = panel_of(load("release-portfolio"), "Releases")["targets"]
    listed = shards.query(target["expr"])
    assert sorted(one["project"] for one in listed) == ["alpha", "beta"]
    for uid in UIDS:
        for panel in panels(load(uid)):
            for target in panel["targets"]:
                if "$project" in target["expr"]:
                    found = shards.query(asked(target["expr"], "alpha", "v1.0.0"))
                    assert {one.get("project", "alpha") for one in found} <= {"alpha"}
                    assert not any("instance" in one for one in found)


def test_the_releases_of_a_dead_shard_are_unknown_and_said_to_be_and_the_others_are_as_before(
    shards: Shards,
) -> None:
    dead = shards.exporters["alpha"].url.removeprefix("http://")
    shards.exporters["alpha"].kill()
    until(lambda: "ReleaseNotExposed" in shards.firing(project="alpha"), 60)
    until(lambda: "ReleaseExporterDown" in shards.firing(instance=dead), 60)
    # What failed still fails: nobody has seen it pass.
    assert "ReleaseTestsFailing" in shards.firing(project="alpha")
    for title in ("Test Pass Rate", "OVERALL STATUS"):
        assert shards.shown("release-executive", title, "alpha") == {}
    assert shards.query(PASS_RATE % "alpha") == []

    assert shards.firing(project="beta") == {"ReleaseMetricWithoutData"}
    assert shards.shown("release-executive", "Test Pass Rate", "beta")["value"] == 1
    assert len(shards.query('ALERTS{alertname="ReleaseExporterDown",alertstate="firing"}')) == 1
    assert shards.firing(alertname="ReleaseExporterAbsent") == set()

    # The other one takes the release over: it is known again, and still fails.
    write_release(shards.folders["beta"], "alpha", BAD)
    shards.exporters["beta"].process.send_signal(signal.SIGHUP)
    until(lambda: "ReleaseNotExposed" not in shards.firing(project="alpha"), 60)
    until(
        lambda: shards.shown("release-executive", "Test Pass Rate", "alpha").get("value") == 0, 60
    )
    assert "ReleaseTestsFailing" in shards.firing(project="alpha")
    assert "ReleaseExporterDown" in shards.firing(instance=dead)


def shown_pass_rate(shards: Shards, project: str) -> object:
    return shards.shown("release-executive", "Test Pass Rate", project).get("value")


def test_when_no_shard_is_left_that_is_said_too(shards: Shards) -> None:
    for one in shards.exporters.values():
        one.kill()
    until(lambda: "ReleaseExporterAbsent" in shards.firing(), 60)
    both = {"alpha", "beta"}
    until(lambda: both <= {one for one in both if NOT_EXPOSED in shards.firing(project=one)}, 60)
