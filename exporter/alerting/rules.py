"""Rules as data: what a Prometheus rule file holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Record:
    """A recording rule: `name` is the new series, `labels` are set on it."""

    name: str
    expr: str
    labels: Mapping[str, str] = field(default_factory=dict)

    def dump(self) -> dict[str, object]:
        """Return the rule as its file has it."""
        rule: dict[str, object] = {"record": self.name, "expr": self.expr}
        return rule | ({"labels": dict(self.labels)} if self.labels else {})


@dataclass(frozen=True, slots=True)
class Alert:
    """An alerting rule; `wait` and `keep` are its `for` and `keep_firing_for`."""

    name: str
    expr: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    wait: str = ""
    keep: str = ""

    def dump(self) -> dict[str, object]:
        """Return the rule as its file has it."""
        rule: dict[str, object] = {"alert": self.name, "expr": self.expr}
        times = {"for": self.wait, "keep_firing_for": self.keep}
        rule |= {key: value for key, value in times.items() if value}
        return rule | {"labels": dict(self.labels), "annotations": dict(self.annotations)}


Rule = Record | Alert
