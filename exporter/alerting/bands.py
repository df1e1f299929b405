"""One alert for each warn and fail band, and its quiet twin while the verdict is waived."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from exporter.alerting import templates
from exporter.alerting.definitions import Definition
from exporter.alerting.links import DETAILED, EXECUTIVE, Links
from exporter.alerting.promql import inside, select
from exporter.alerting.reach import Reach, reaches
from exporter.alerting.rules import Alert
from exporter.alerting.standing import RELEASE, WAIVED, gauges, judged_name
from exporter.alerting.words import Words, runbook_of, words_of
from exporter.bands import Band
from exporter.model import Verdict

SEVERITIES = {Verdict.FAIL: "critical", Verdict.WARN: "warning"}
WAIVED_SEVERITY = "info"
NEVER_WAIVED = ("QM-3",)

# Numbers that move with every event: a warning waits until the next readings agree.
# Prometheus carries a wait over its own restart from ten minutes on, not below.
NOISY = ("PM-1", "PM-2")
NOISE = "10m"


@dataclass(frozen=True, slots=True)
class BandAlert:
    """One band of one gauge of a definition, with what it is called and where it applies."""

    definition: Definition
    gauge: str
    band: Band
    reach: Reach
    words: Words

    @property
    def name(self) -> str:
        """The alert's name."""
        return self.words[0]

    @property
    def worst_case(self) -> bool:
        """Whether this is about the oldest one, not the mean."""
        return self.gauge != self.definition.metric.gauge

    @property
    def wait(self) -> str:
        """How long the value must stay in the band; nothing for what is critical."""
        noisy = self.band.verdict is Verdict.WARN and self.definition.metric.id in NOISY
        return NOISE if noisy else ""

    @property
    def severity(self) -> str:
        """How urgent it is while nothing is waived."""
        return SEVERITIES[self.band.verdict]

    @property
    def waivable(self) -> bool:
        """Whether a waiver makes it quiet."""
        return self.definition.metric.id not in NEVER_WAIVED

    @property
    def condition(self) -> str:
        """The values in the band."""
        name, labels = judged_name(self.gauge), self.definition.labels
        return inside(self.definition.scope.select(name, labels), self.reach)

    @property
    def runbook(self) -> str:
        """The page of its runbook."""
        return runbook_of(self.definition.key, self.name, worst=self.worst_case)


def band_alerts(definition: Definition) -> Iterator[BandAlert]:
    """Yield the alerts of every warn and fail band, in the order of gauges and bands."""
    metric, series = definition.metric, definition.series
    for gauge in gauges(definition):
        positions: Counter[Verdict] = Counter()
        for band, reach in zip(series.bands, reaches(series.bands), strict=True):
            if band.verdict not in SEVERITIES:
                continue
            position, positions[band.verdict] = positions[band.verdict], positions[band.verdict] + 1
            worst = gauge != metric.gauge
            words = words_of(metric, series, band.verdict, position, worst=worst)
            yield BandAlert(definition, gauge, band, reach, words)


def rules(one: BandAlert, links: Links) -> Iterator[Alert]:
    """Yield the alert, and the one that takes its place while the verdict is waived."""
    alert = Alert(
        one.name,
        one.condition,
        {"severity": one.severity},
        _annotations(one, links),
        one.wait,
    )
    if not one.waivable:
        yield alert
        return
    waiver = f"{select(WAIVED, one.definition.labels)} > time()"
    yield replace(alert, expr=f"{one.condition}\nunless on {RELEASE} {waiver}")
    yield replace(
        alert,
        expr=f"{one.condition}\nand on {RELEASE} {waiver}",
        labels={"severity": WAIVED_SEVERITY},
        annotations={**alert.annotations, "summary": f"Waived: {alert.annotations['summary']}"},
    )


def _annotations(one: BandAlert, links: Links) -> dict[str, str]:
    metric, series = one.definition.metric, one.definition.series
    value = templates.value(metric.unit, one.reach)
    target, sentence = metric.target(series), templates.literal(one.band.text)
    title = templates.literal(shown_title(one))
    labels = one.definition.labels
    stale = templates.unless_fresh(
        one.gauge, series.labels, " Nothing fresh has come since: this is the last value known."
    )
    about = "{{ $labels.project }} {{ $labels.release }}"
    dashboard = links.dashboard(EXECUTIVE if series.executive else DETAILED)
    return {
        "summary": f"{about}: {title} {value} (target {target})",
        "description": (
            f"{title} is {value}, target {target}{templates.observations(labels, ', n = ')}:"
            f" {sentence}.{stale}"
        ),
        "subject": templates.literal(one.words[1]),
        "value": value,
        "target": target,
        "observations": templates.observations(labels),
        "age": templates.age(labels),
        "sentence": sentence,
        "runbook_url": links.runbook(one.runbook),
        "dashboard_url": dashboard,
    }


def shown_title(one: BandAlert) -> str:
    """Return what the value is called."""
    if not one.worst_case:
        return one.definition.series.title
    return f"Oldest open {dict(one.definition.series.labels)['priority']} bug"
