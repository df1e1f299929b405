"""A watching alert: it goes on firing while those whose series it reads are silent."""

from collections.abc import Mapping
from dataclasses import dataclass

from exporter.alerting.definitions import EVERYWHERE, Scope
from exporter.alerting.links import Links
from exporter.alerting.rules import Alert
from exporter.alerting.standing import EXPORTER, RELEASE, WATCHED


@dataclass(frozen=True, slots=True)
class Watch:
    """One watching alert: what it is called, when it fires, and what it says.

    `by` are the labels that it keeps: what fires holds while who exposes them is silent.
    """

    name: str
    severity: str
    subject: str
    expr: str
    by: str
    summary: str
    description: str
    wait: str = ""
    keep: str = ""

    def rule(self, links: Links, expr: str = "", scope: Scope = EVERYWHERE, **labels: str) -> Alert:
        """Return the rule, over another expression if there is one."""
        return Alert(
            self.name,
            _holding(self, expr or self.expr, scope, labels),
            {"severity": self.severity, **labels},
            {
                "summary": self.summary,
                "description": self.description,
                "subject": self.subject,
                "runbook_url": links.runbook(self.name),
                "dashboard_url": links.health(),
            },
            self.wait,
            self.keep,
        )


def _holding(watch: Watch, expr: str, scope: Scope, labels: Mapping[str, str]) -> str:
    """Return the expression, which goes on firing while its series are missing."""
    if not watch.by:
        return expr
    named = {"alertname": watch.name, "alertstate": "firing", **labels}
    before = f"max by {watch.by} ({scope.select('ALERTS', tuple(named.items()))})"
    if "project" in watch.by:
        silent = f"and on {RELEASE} {WATCHED} unless on {RELEASE} release_info"
    else:
        silent = f"and on {EXPORTER} up == 0"
    return f"{expr}\nor\n({before} {silent})"
