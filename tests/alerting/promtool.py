"""Rules under the real promtool: series in, firing alerts out."""

import os
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
# Another version: `PROMTOOL=… pytest tests/alerting`.
PROMTOOL = os.environ.get("PROMTOOL", "promtool")
METRIC_RULES = (ROOT / "prometheus/rules/release-metrics.yml",)
RULES = tuple(sorted((ROOT / "prometheus/rules").glob("*.yml")))

Series = Mapping[str, str]
Firing = frozenset[tuple[tuple[str, str], ...]]

BY = ("alertname", "severity", "project", "release", "metric", "priority")


@dataclass(frozen=True)
class Check:
    """At that minute exactly these alerts fire, of those that `where` selects or `expr` finds."""

    minute: int
    firing: Iterable[Mapping[str, str]]
    where: str = ""
    by: tuple[str, ...] = BY
    expr: str = ""

    def dump(self) -> dict[str, Any]:
        selector = f'ALERTS{{alertstate="firing",{self.where}}}'
        samples = [
            {"labels": "{" + ",".join(f'{k}="{v}"' for k, v in one.items()) + "}", "value": 1}
            for one in self.firing
        ]
        return {
            "expr": self.expr or f"max by ({', '.join(self.by)}) ({selector})",
            "eval_time": f"{self.minute}m",
            "exp_samples": samples,
        }


@dataclass(frozen=True)
class Scene:
    """Series from minute 0 on, one value each `interval`, and what is then checked."""

    name: str
    series: Series
    checks: Iterable[Check] = ()
    alerts: Iterable[Mapping[str, Any]] = ()
    interval: str = "1m"

    def dump(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "interval": self.interval,
            "input_series": [
                {"series": name, "values": values} for name, values in self.series.items()
            ],
            "promql_expr_test": [one.dump() for one in self.checks],
            "alert_rule_test": list(self.alerts),
        }


def run(
    folder: Path, scenes: Iterable[Scene], rules: Iterable[Path] = RULES, every: str = "1m"
) -> str:
    """Return what promtool found wrong; empty when everything is as expected.

    In each round the groups are evaluated in the order of `rules`: of those whose order is not
    given promtool shuffles them in every run.
    """
    file, scenes = folder / "test.yml", list(scenes)
    # Nine tenths of the time go into texts that only a scene with alerts looks at.
    wordy = any(one.alerts for one in scenes)
    files = [one if wordy else _wordless(one, folder) for one in rules]
    content = {
        "rule_files": [str(one) for one in files],
        "evaluation_interval": every,
        "group_eval_order": [name for one in files for name in _groups(one)],
        "tests": [one.dump() for one in scenes],
    }
    file.write_text(yaml.dump(content, Dumper=yaml.CSafeDumper, sort_keys=False, width=10_000))
    done = subprocess.run(
        [PROMTOOL, "test", "rules", str(file)], capture_output=True, text=True, check=False
    )
    return "" if done.returncode == 0 else (done.stdout + done.stderr)[:8000]


def _groups(rules: Path) -> list[str]:
    return [one["name"] for one in yaml.load(rules.read_text("utf-8"), yaml.CSafeLoader)["groups"]]


def _wordless(rules: Path, folder: Path) -> Path:
    """Write the same rules without annotations and return the file."""
    content = yaml.load(rules.read_text("utf-8"), yaml.CSafeLoader)
    for group in content["groups"]:
        for rule in group["rules"]:
            rule.pop("annotations", None)
    file = folder / f"wordless-{rules.name}"
    file.write_text(yaml.dump(content, Dumper=yaml.CSafeDumper, width=10_000))
    return file


def series(name: str, /, **labels: str) -> str:
    """Return a series' name with its labels, those that are empty left out."""
    inner = ",".join(f'{key}="{value}"' for key, value in labels.items() if value)
    return f"{name}{{{inner}}}"


def exporter(values: str = "1x32", up: str = "", *, instance: str = "a:1") -> dict[str, str]:
    """Return what every scrape of an exporter has, beside `up`."""
    where = {"job": "release", "instance": instance}
    return {
        series("up", **where): up or values,
        series("release_exporter_config_last_reload_successful", **where): values,
        series("release_exporter_build_info", **where): values,
    }
