"""What the privacy audit says: how many events offend, since when, and how sure that is."""

import math
from collections.abc import Iterator
from datetime import datetime

from exporter.model import Sample, labels
from exporter.telemetry.tally import Tally, shown
from exporter.telemetry.view import View

VIOLATIONS = "release_privacy_violations"
FINDINGS = "release_privacy_findings"
SINCE = "release_privacy_since_timestamp_seconds"


class Audited:
    """What the privacy audit found, and since when it counts."""

    def __init__(self, tally: Tally, rules: tuple[str, ...], moved: str) -> None:
        """`rules` are the bits of the findings; `moved` is empty unless the first day was."""
        self.rules = rules
        self.moved = moved
        self.bounds = tally.counts.bounds
        self.audited = tally.counts.audited
        self.total = self.audited.total()
        self.violations = tally.violations

    def since(self) -> str:
        """Say since when violations count, and who moved that; nothing where it is ever."""
        if self.bounds.privacy_since == -math.inf:
            return ""
        day = datetime.fromtimestamp(self.bounds.privacy_since, self.bounds.zone).date()
        return f"counted since {day}" + (f", {self.moved}" if self.moved else "")


def violations(view: View, audit: Audited) -> Iterator[Sample]:
    """Return the violations; none is said only where every event could be looked into."""
    violations, total = audit.violations, audit.total
    if not total:
        return
    sure = not view.unaudited
    count = f"{violations.total} of {total} events have a field or a text that they must not have"
    evidence = ", ".join(filter(None, (count, audit.since())))
    if violations.total or sure:
        yield view.sample(VIOLATIONS, violations.total, total, evidence)
    for day in shown(audit.audited):
        of_day = violations.by_day.get(day, 0)
        if of_day or sure:
            yield view.daily(VIOLATIONS, of_day, audit.audited[day], day)
    for bit, rule in enumerate(audit.rules):
        found = violations.by_rule.get(bit, 0)
        if found or sure:
            yield view.sample(FINDINGS, found, total, f"{found} of {total} events", rule=rule)


def privacy_since(view: View, audit: Audited) -> Iterator[Sample]:
    """Return from when on violations count, with whether somebody moved that."""
    since = audit.bounds.privacy_since
    if since > -math.inf:
        moved = labels(moved=str(bool(audit.moved)).lower())
        evidence = f"violations are {audit.since()}"
        yield Sample(SINCE, since, moved, audit.total, view.moment(view.now), evidence)


def withheld(view: View, audit: Audited, files: int) -> dict[str, str]:
    """Return why it is not said that there is no violation, so that the last time stands."""
    if not view.unaudited or audit.violations.total:
        return {}
    why = f"{view.unaudited} of {files} files could not be audited"
    return dict.fromkeys((VIOLATIONS, f"{VIOLATIONS}_daily", FINDINGS), why)
