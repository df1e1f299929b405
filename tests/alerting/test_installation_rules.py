"""An installation's own rules: overridden bands, own metrics, observations, links."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from exporter.alerting.definitions import fingerprint
from exporter.artifacts import INSTALLED
from exporter.catalog import CATALOG
from exporter.cli import cli
from exporter.commands.generating import generate
from exporter.model import UserError
from tests.alerting.promtool import ROOT, Check, Scene, exporter, run, series

PLAIN = """
project: caro
release: v1.1.0
milestones: [{name: beta start, planned: 2026-01-13, opens: beta}]
"""
STRICT = """
project: caro
release: v1.2.0
milestones: [{name: beta start, planned: 2026-01-13, opens: beta}]
minimum_n: {QM-2: 10}
bands:
  QM-2:
    - {at_least: 95 %, verdict: pass, text: meets target}
    - {at_least: 90 %, verdict: fail, text: "{{ $labels.release }} is not a template"}
    - {otherwise: true, verdict: fail, text: stop}
metrics:
  - id: X-1
    title: Crash free
    name: crash_free_ratio
    help: Sessions without a crash.
    unit: percent
    source: {json: {file: crashes.json, value: ratio}}
    bands:
      - {at_least: 99 %, verdict: pass, text: fine}
      - {otherwise: true, verdict: warn, text: look at it}
"""
Generate = Callable[..., Path]


@pytest.fixture
def made(tmp_path: Path) -> Generate:
    """Return a function that writes release files and generates their rules."""

    def generated(**files: str) -> Path:
        folder, out = tmp_path / "releases", tmp_path / "out"
        folder.mkdir(exist_ok=True)
        for name, text in files.items():
            (folder / f"{name}.yaml").write_text(text)
        flags = {"config_file": folder, "runbook_url": "https://wiki.example/runbooks/"}
        assert generate(tmp_path, out, flags, only_check=False) == 0
        return out / "prometheus/rules"

    return generated


def rules(folder: Path) -> list[dict[str, Any]]:
    contents = [yaml.safe_load(one.read_text("utf-8")) for one in sorted(folder.iterdir())]
    return [rule for content in contents for group in content["groups"] for rule in group["rules"]]


def test_without_overrides_they_are_the_committed_ones_with_its_links(made: Generate) -> None:
    default = "https://github.com/wildcard/release-exporter/blob/main/docs/runbooks"
    for file in made(plain=PLAIN).iterdir():
        committed = (ROOT / "prometheus/rules" / file.name).read_text("utf-8")
        assert (
            file.read_text("utf-8").replace("https://wiki.example/runbooks", default) == committed
        )


@pytest.mark.live
def test_promtool_accepts_them(made: Generate) -> None:
    for file in made(plain=PLAIN, strict=STRICT).iterdir():
        subprocess.run(["promtool", "check", "rules", str(file)], check=True, capture_output=True)


def _series(release: str, success: str, n: str = "50x12") -> dict[str, str]:
    where = {"project": "caro", "release": release, "job": "release", "instance": "a:1"}
    return {
        series("release_info", **where): "1x12",
        series("release_command_success_ratio", **where): success,
        series("release_metric_due", **where, metric="QM-2"): "1x12",
        series("release_metric_observations", **where, metric="QM-2"): n,
    }


@pytest.mark.live
@pytest.mark.parametrize(
    ("success", "n", "plain", "strict"),
    [
        ("0.96x12", "50x12", [], []),
        ("0.92x12", "50x12", [], ["ReleaseSuccessRateCritical"]),
        ("0.75x12", "50x12", ["ReleaseSuccessRateWarning"], ["ReleaseSuccessRateCritical2"]),
        ("0.65x12", "9x12", ["ReleaseSuccessRateCritical"], []),
    ],
)
def test_default_and_own_bands_never_both_apply(
    made: Generate, tmp_path: Path, success: str, n: str, plain: list[str], strict: list[str]
) -> None:
    folder = made(plain=PLAIN, strict=STRICT)
    every = exporter() | _series("v1.1.0", success) | _series("v1.2.0", success, n)
    firing = [
        {"alertname": name, "release": release}
        for release, names in (("v1.1.0", plain), ("v1.2.0", strict))
        for name in names
    ]
    check = Check(10, firing, 'metric="QM-2",alertname!="ReleaseMetricWithoutData"',
                  ("alertname", "release"))  # fmt: skip
    assert run(tmp_path, [Scene("own bands", every, [check])], sorted(folder.iterdir())) == ""


@pytest.mark.live
def test_an_own_metric_alerts_like_the_others(made: Generate, tmp_path: Path) -> None:
    folder = made(strict=STRICT)
    where = {"project": "caro", "release": "v1.2.0", "job": "release", "instance": "a:1"}
    every = exporter() | _series("v1.2.0", "0.96x12") | {
        series("release_crash_free_ratio", **where): "0.98x12",
        series("release_metric_due", **where, metric="X-1"): "1x12",
    }  # fmt: skip
    alert = {"alertname": "ReleaseCrashFreeRatioWarning", "severity": "warning", "metric": "X-1"}
    check = Check(10, [alert], 'metric="X-1"', tuple(alert))
    assert run(tmp_path, [Scene("own metric", every, [check])], sorted(folder.iterdir())) == ""


@pytest.mark.live
def test_rules_of_another_configuration_are_told(made: Generate, tmp_path: Path) -> None:
    folder = made(plain=PLAIN, strict=STRICT)
    usual = fingerprint(CATALOG, {})
    text = (folder / "release-watching.yml").read_text("utf-8")
    (own,) = set(text.split('hash="')[1:2])
    own = own.partition('"')[0]
    where = {"job": "release", "instance": "a:1", "project": "caro"}
    every = exporter()
    for release, found in (("v1.1.0", usual), ("v1.2.0", own), ("v1", usual), ("v2", own)):
        every |= {
            series("release_info", **where, release=release): "1x12",
            series("release_rules_info", **where, release=release, hash=found): "1x12",
        }
    every |= {series("release_info", **where, release="v3"): "1x12"}
    firing = [{"release": "v2"}, {"release": "v3"}]
    check = Check(12, firing, 'alertname="ReleaseRulesOutdated"', ("release",))
    assert run(tmp_path, [Scene("hashes", every, [check])], sorted(folder.iterdir())) == ""


def test_a_sentence_of_the_user_is_no_template(made: Generate) -> None:
    texts = [
        rule["annotations"]["sentence"]
        for rule in rules(made(strict=STRICT))
        if "not a template" in rule.get("annotations", {}).get("sentence", "")
    ]
    assert set(texts) == {'{{ "{{" }} $labels.release }} is not a template'}


def test_links_follow_the_setting_and_own_alerts_have_a_runbook(made: Generate) -> None:
    urls = {
        rule["alert"]: rule["annotations"]["runbook_url"]
        for rule in rules(made(strict=STRICT))
        if "alert" in rule
    }
    base = "https://wiki.example/runbooks"
    assert urls["ReleaseSuccessRateCritical"] == f"{base}/ReleaseSuccessRateCritical.md"
    assert urls["ReleaseSuccessRateCritical2"] == f"{base}/ReleaseSuccessRateCritical.md"
    assert urls["ReleaseCrashFreeRatioWarning"] == f"{base}/ReleaseOwnMetric.md"
    pages = {file.name for file in (ROOT / "docs/runbooks").iterdir()}
    assert {url.rpartition("/")[2] for url in urls.values()} <= pages


def test_a_bad_file_writes_nothing(tmp_path: Path, made: Generate) -> None:
    with pytest.raises(UserError, match=r"broken\.yaml"):
        made(plain=PLAIN, broken="project: [")
    assert not (tmp_path / "out").exists()


def test_check_tells_what_no_longer_follows(tmp_path: Path, made: Generate) -> None:
    made(plain=PLAIN)
    flags = {"config_file": tmp_path / "releases", "runbook_url": "https://wiki.example/runbooks"}
    assert generate(tmp_path, tmp_path / "out", flags, only_check=True) == 0
    (tmp_path / "releases/strict.yaml").write_text(STRICT)
    assert generate(tmp_path, tmp_path / "out", flags, only_check=True) == 1


def test_both_options_are_needed(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["generate", "--out", str(tmp_path)])
    assert "give both --config and --out" in str(done.exception)


def test_every_rule_file_is_made_for_installations_too() -> None:
    committed = {f"prometheus/rules/{one.name}" for one in (ROOT / "prometheus/rules").iterdir()}
    assert committed <= set(INSTALLED)
