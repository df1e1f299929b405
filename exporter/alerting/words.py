"""The names of alerts and the subjects of their messages, as the user writes them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from exporter.catalog import Judged, Metric
from exporter.model import Verdict

Words = tuple[str, str]


@dataclass(frozen=True, slots=True)
class AlertWords:
    """Name and subject of each fail and each warn band of one judged series, mild ones first."""

    fail: tuple[Words, ...] = ()
    warn: tuple[Words, ...] = ()

    def of(self, verdict: Verdict) -> tuple[Words, ...]:
        """Return those of the verdict."""
        return self.fail if verdict is Verdict.FAIL else self.warn


# By the verdict's key.
ALERTS: Mapping[str, AlertWords] = {
    "QM-1": AlertWords(fail=(("ReleaseP0BugsOpen", "ALERT: P0 Bug"),)),
    "QM-2": AlertWords(
        fail=(("ReleaseSuccessRateCritical", "ALERT: Low Success Rate"),),
        warn=(("ReleaseSuccessRateWarning", "Warning: Success Rate"),),
    ),
    "QM-3": AlertWords(fail=(("ReleasePrivacyViolations", "EMERGENCY: Privacy Violation"),)),
    "QM-4": AlertWords(fail=(("ReleaseTestsFailing", "ALERT: Test Failures"),)),
    "QM-5": AlertWords(
        fail=(("ReleaseInstallationCritical", "ALERT: Installation Failures"),),
        warn=(("ReleaseInstallationWarning", "Warning: Installation"),),
    ),
    "EM-1": AlertWords(
        fail=(("ReleaseBetaCompletionCritical", "ALERT: Low Beta Completion"),),
        warn=(("ReleaseBetaCompletionWarning", "Warning: Beta Completion"),),
    ),
    "EM-2": AlertWords(warn=(("ReleaseSurveyResponseWarning", "Warning: Survey Response"),)),
    "EM-3": AlertWords(
        fail=(("ReleaseSatisfactionCritical", "ALERT: Low Satisfaction"),),
        warn=(("ReleaseSatisfactionWarning", "Warning: Satisfaction"),),
    ),
    "EM-4": AlertWords(
        fail=(("ReleaseNetPromoterScoreCritical", "ALERT: Poor NPS"),),
        warn=(("ReleaseNetPromoterScoreWarning", "Warning: NPS"),),
    ),
    "EM-5": AlertWords(
        warn=(
            ("ReleaseAdoptionSlow", "Warning: Slow Adoption"),
            ("ReleaseAdoptionLow", "Warning: Low Adoption"),
        )
    ),
    "PM-1": AlertWords(
        fail=(("ReleaseGenerationTimeCritical", "ALERT: Slow Generation"),),
        warn=(("ReleaseGenerationTimeWarning", "Warning: Generation Time"),),
    ),
    "PM-2": AlertWords(
        warn=(
            ("ReleaseStaticBackendWarning", "Warning: Static Backend"),
            ("ReleasePatternCoverageWarning", "Warning: Pattern Coverage"),
        )
    ),
    "PM-3": AlertWords(
        fail=(("ReleaseTelemetryOverheadCritical", "ALERT: Telemetry Overhead"),),
        warn=(("ReleaseTelemetryOverheadWarning", "Warning: Telemetry Overhead"),),
    ),
    "PM-4": AlertWords(
        fail=(("ReleaseScheduleCritical", "ALERT: Schedule Delay"),),
        warn=(("ReleaseScheduleWarning", "Warning: Schedule"),),
    ),
    "PM-5/P0": AlertWords(
        fail=(("ReleaseP0ResolutionCritical", "ALERT: P0 Resolution Time"),),
        warn=(("ReleaseP0ResolutionWarning", "Warning: P0 Resolution Time"),),
    ),
    "PM-5/P1": AlertWords(
        fail=(("ReleaseP1ResolutionCritical", "ALERT: P1 Resolution Time"),),
        warn=(("ReleaseP1ResolutionWarning", "Warning: P1 Resolution Time"),),
    ),
    "PM-6": AlertWords(fail=(("ReleaseDocumentationInaccurate", "ALERT: Documentation"),)),
}

# Of the oldest open bug, held against the bands of the mean.
WORST_CASES: Mapping[str, AlertWords] = {
    f"PM-5/{priority}": AlertWords(
        fail=((f"Release{priority}OldestBugCritical", f"ALERT: Old {priority} Bug"),),
        warn=((f"Release{priority}OldestBugWarning", f"Warning: Old {priority} Bug"),),
    )
    for priority in ("P0", "P1")
}

OWN_RUNBOOK = "ReleaseOwnMetric"

_PREFIX = {Verdict.FAIL: "ALERT", Verdict.WARN: "Warning"}
_SUFFIX = {Verdict.FAIL: "Critical", Verdict.WARN: "Warning"}


def words_of(
    metric: Metric, series: Judged, verdict: Verdict, position: int, *, worst: bool = False
) -> Words:
    """Return name and subject of the n-th band of that verdict; a release may have more bands."""
    key = metric.key(series)
    written = (WORST_CASES if worst else ALERTS).get(key, AlertWords()).of(verdict)
    if position < len(written):
        return written[position]
    base = _base(key, metric, series, worst=worst)
    number = str(position + 1) if position else ""
    name = f"Release{base}{_SUFFIX[verdict]}{number}"
    return name, f"{_PREFIX[verdict]}: {series.title}"


def runbook_of(key: str, name: str, *, worst: bool = False) -> str:
    """Return the runbook of an alert: its own page, else one of the same verdict's key."""
    words = (WORST_CASES if worst else ALERTS).get(key)
    if words is None:
        return OWN_RUNBOOK
    pages = [page for page, _ in (*words.fail, *words.warn)]
    return name if name in pages else pages[0]


def _base(key: str, metric: Metric, series: Judged, *, worst: bool) -> str:
    """Return the middle of a name that nobody wrote: from the title, or an own metric's gauge."""
    if key in ALERTS:
        return _camel(series.title) + ("OldestBug" if worst else "")
    return _camel(metric.gauge.removeprefix("release_"))


def _camel(text: str) -> str:
    words = re.findall(r"[A-Za-z0-9]+", text)
    return "".join(word[0].upper() + word[1:] for word in words)
