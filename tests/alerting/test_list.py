"""The list of alerts against the catalog, the contract's counts and the runbooks."""

import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from exporter.alerting.links import RUNBOOKS
from exporter.alerting.words import ALERTS, OWN_RUNBOOK
from exporter.catalog import CATALOG
from exporter.model import Verdict
from tests.alerting.promtool import PROMTOOL, ROOT, RULES
from tests.alerting.table import ROWS

SUBJECTS_OF_THE_USER = {
    "ALERT: P0 Bug": "critical",
    "EMERGENCY: Privacy Violation": "critical",
    "ALERT: Low Success Rate": "critical",
    "Warning: Success Rate": "warning",
    "Warning: Schedule": "warning",
}
# With the catalog's, from metrics.md: 13 fail and 14 warn bands, PM-5's of P1, and of each of its
# two priorities the oldest open bug's pair.
BANDS = 13 + 14 + 2 + 2 * 2
WATCHING_AT_LEAST = 7


def rules() -> list[dict[str, Any]]:
    contents = [yaml.safe_load(one.read_text("utf-8")) for one in RULES]
    return [rule for content in contents for group in content["groups"] for rule in group["rules"]]


def alerts() -> list[dict[str, Any]]:
    return [rule for rule in rules() if "alert" in rule]


def loud() -> list[dict[str, Any]]:
    """Return the alerts of bands without their waived twins."""
    return [
        rule
        for rule in alerts()
        if "sentence" in rule["annotations"] and rule["labels"]["severity"] != "info"
    ]


def names() -> set[str]:
    return {rule["alert"] for rule in alerts()}


def test_there_is_one_alert_for_each_warn_and_fail_band() -> None:
    severities = Counter(rule["labels"]["severity"] for rule in loud())
    assert len(loud()) == len({rule["alert"] for rule in loud()}) == BANDS
    assert severities == {"critical": 13 + 1 + 2, "warning": 14 + 1 + 2}
    assert {(one.name, one.severity) for one in ROWS} == {
        (rule["alert"], rule["labels"]["severity"]) for rule in loud()
    }


def test_the_catalogs_bands_are_as_many_as_the_contract_says() -> None:
    bands = Counter(
        band.verdict
        for metric in CATALOG
        for number, series in enumerate(metric.judged)
        for band in series.bands
        if number == 0
    )
    assert (bands[Verdict.FAIL], bands[Verdict.WARN]) == (13, 14)


def test_every_key_of_the_catalog_has_its_words() -> None:
    keys = {metric.key(series) for metric in CATALOG for series in metric.judged}
    assert keys == set(ALERTS)


@pytest.mark.live
@pytest.mark.parametrize("file", RULES, ids=lambda one: one.name)
def test_promtool_accepts_the_committed_rules(file: Path) -> None:
    done = subprocess.run([PROMTOOL, "check", "rules", "--lint=all", "--lint-fatal", str(file)],
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_enough_watch_the_watching() -> None:
    watching = names() - {rule["alert"] for rule in loud()}
    assert len(watching) >= WATCHING_AT_LEAST
    assert len(names()) >= 34


def test_the_subjects_are_the_users() -> None:
    subjects = {rule["annotations"]["subject"]: rule["labels"]["severity"] for rule in loud()}
    assert subjects.items() >= SUBJECTS_OF_THE_USER.items()
    assert {one.name: one.subject for one in ROWS} == {
        rule["alert"]: rule["annotations"]["subject"] for rule in loud()
    }
    assert len(subjects) == BANDS


def test_every_alert_follows_the_conventions() -> None:
    needed = {"summary", "description", "subject", "runbook_url", "dashboard_url"}
    for rule in alerts():
        assert rule["alert"].startswith("Release")
        assert rule["alert"].isalnum()
        assert rule["annotations"].keys() >= needed
        assert rule["labels"]["severity"] in {"critical", "warning", "info", "none"}


def test_what_is_critical_waits_for_nothing() -> None:
    assert not [
        rule["alert"]
        for rule in loud()
        if rule["labels"]["severity"] == "critical" and "for" in rule
    ]


def test_privacy_alone_has_no_quiet_twin() -> None:
    quiet = {rule["alert"] for rule in alerts() if rule["labels"]["severity"] == "info"}
    assert {rule["alert"] for rule in loud()} - quiet == {"ReleasePrivacyViolations"}


def test_no_rule_reads_a_verdict_or_makes_up_a_value() -> None:
    for rule in rules():
        assert "release_metric_verdict" not in rule["expr"]
        assert "release_gate" not in rule["expr"]
        assert "or vector(" not in rule["expr"]


def test_every_link_leads_to_a_runbook_and_every_runbook_is_linked() -> None:
    linked = {rule["annotations"]["runbook_url"].removeprefix(f"{RUNBOOKS}/") for rule in alerts()}
    there = {file.name for file in (ROOT / "docs/runbooks").iterdir()}
    assert linked | {f"{OWN_RUNBOOK}.md"} == there


@pytest.mark.parametrize(
    "file", sorted((ROOT / "docs/runbooks").iterdir()), ids=lambda one: one.name
)
def test_every_runbook_says_what_it_means_and_what_to_do(file: Path) -> None:
    text = file.read_text("utf-8")
    sections = ("## Meaning", "## Impact", "## Diagnosis", "## Mitigation")
    positions = [text.index(section) for section in sections]
    assert positions == sorted(positions)


def test_no_advice_is_left_over() -> None:
    advice = {file.stem for file in (ROOT / "exporter/alerting/runbooks").iterdir()}
    used = "".join(file.read_text("utf-8") for file in (ROOT / "docs/runbooks").iterdir())
    assert [name for name in advice if f"exporter/alerting/runbooks/{name}.md" not in used] == []
