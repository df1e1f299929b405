"""A Prometheus rule file, dumped from data."""

from collections.abc import Sequence

from exporter.alerting.rules import Rule
from exporter.artifacts import yaml_file


def render(group: str, rules: Sequence[Rule]) -> str:
    """Return the file of one group; its rules are evaluated in this order."""
    return yaml_file.render({"groups": [{"name": group, "rules": [one.dump() for one in rules]}]})
