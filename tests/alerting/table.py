"""Every alert of a band, written out a second time from the user's document."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf, nextafter

HOUR, A_DAY = 3600.0, 86400.0
CRITICAL, WARNING = "critical", "warning"


@dataclass(frozen=True)
class Row:
    """One alert: of which gauge, the lowest and highest value on which it fires, and one without.

    An end that does not belong to the band is given as the next number that does.
    """

    name: str
    severity: str
    metric: str
    gauge: str
    low: float
    high: float
    good: float
    subject: str
    priority: str = ""
    labels: str = ""
    wait: int = 0

    @property
    def value(self) -> float:
        """A value inside."""
        if self.low == -inf:
            return self.high - abs(self.high) / 10 if self.high > 1e-3 else self.high - 1
        return self.low * 1.5 + 1 if self.high == inf else (self.low + self.high) / 2

    def bounds(self) -> Iterator[tuple[float, bool]]:
        """Yield both ends and their neighbours, and whether it fires on them."""
        for end, outward in ((self.low, -inf), (self.high, inf)):
            if abs(end) != inf:
                yield end, True
                yield nextafter(end, outward), False


def _under(bound: float) -> float:
    return nextafter(bound, -inf)


def _over(bound: float) -> float:
    return nextafter(bound, inf)


def _resolution(priority: str, target: float) -> list[Row]:
    mean, oldest = "release_bug_resolution_seconds", "release_oldest_open_bug_seconds"
    labels = f'priority="{priority}"'
    return [
        Row(
            f"Release{priority}{what}{'Critical' if severity == CRITICAL else 'Warning'}",
            severity,
            "PM-5",
            gauge,
            low,
            high,
            target / 2,
            f"{'ALERT' if severity == CRITICAL else 'Warning'}: {subject}",
            priority,
            labels,
        )
        for gauge, what, subject in (
            (mean, "Resolution", f"{priority} Resolution Time"),
            (oldest, "OldestBug", f"Old {priority} Bug"),
        )
        for severity, low, high in (
            (WARNING, target, 2 * target),
            (CRITICAL, _over(2 * target), inf),
        )
    ]


_OPEN, _STATIC = 'priority="P0"', 'backend="static"'
ROWS = [
    Row(
        "ReleaseP0BugsOpen",
        CRITICAL,
        "QM-1",
        "release_open_bugs",
        _over(0),
        inf,
        0,
        "ALERT: P0 Bug",
        labels=_OPEN,
    ),
    Row(
        "ReleaseSuccessRateWarning",
        WARNING,
        "QM-2",
        "release_command_success_ratio",
        0.7,
        _under(0.8),
        0.9,
        "Warning: Success Rate",
    ),
    Row(
        "ReleaseSuccessRateCritical",
        CRITICAL,
        "QM-2",
        "release_command_success_ratio",
        -inf,
        _under(0.7),
        0.9,
        "ALERT: Low Success Rate",
    ),
    Row(
        "ReleasePrivacyViolations",
        CRITICAL,
        "QM-3",
        "release_privacy_violations",
        _over(0),
        inf,
        0,
        "EMERGENCY: Privacy Violation",
    ),
    Row(
        "ReleaseTestsFailing",
        CRITICAL,
        "QM-4",
        "release_test_pass_ratio",
        -inf,
        _under(1),
        1,
        "ALERT: Test Failures",
    ),
    Row(
        "ReleaseInstallationWarning",
        WARNING,
        "QM-5",
        "release_install_success_ratio",
        0.9,
        _under(0.95),
        1,
        "Warning: Installation",
    ),
    Row(
        "ReleaseInstallationCritical",
        CRITICAL,
        "QM-5",
        "release_install_success_ratio",
        -inf,
        _under(0.9),
        1,
        "ALERT: Installation Failures",
    ),
    Row(
        "ReleaseBetaCompletionWarning",
        WARNING,
        "EM-1",
        "release_beta_completion_ratio",
        0.6,
        _under(0.8),
        1,
        "Warning: Beta Completion",
    ),
    Row(
        "ReleaseBetaCompletionCritical",
        CRITICAL,
        "EM-1",
        "release_beta_completion_ratio",
        -inf,
        _under(0.6),
        1,
        "ALERT: Low Beta Completion",
    ),
    Row(
        "ReleaseSurveyResponseWarning",
        WARNING,
        "EM-2",
        "release_survey_response_ratio",
        -inf,
        _under(0.8),
        0.9,
        "Warning: Survey Response",
    ),
    Row(
        "ReleaseSatisfactionWarning",
        WARNING,
        "EM-3",
        "release_satisfaction_score",
        3.5,
        _under(4),
        4.6,
        "Warning: Satisfaction",
    ),
    Row(
        "ReleaseSatisfactionCritical",
        CRITICAL,
        "EM-3",
        "release_satisfaction_score",
        -inf,
        _under(3.5),
        4.6,
        "ALERT: Low Satisfaction",
    ),
    Row(
        "ReleaseNetPromoterScoreWarning",
        WARNING,
        "EM-4",
        "release_net_promoter_score",
        0,
        _under(30),
        30,
        "Warning: NPS",
    ),
    Row(
        "ReleaseNetPromoterScoreCritical",
        CRITICAL,
        "EM-4",
        "release_net_promoter_score",
        -inf,
        _under(0),
        80,
        "ALERT: Poor NPS",
    ),
    Row(
        "ReleaseAdoptionSlow",
        WARNING,
        "EM-5",
        "release_first_week_downloads",
        50,
        _under(100),
        285,
        "Warning: Slow Adoption",
        labels='scope="version"',
    ),
    Row(
        "ReleaseAdoptionLow",
        WARNING,
        "EM-5",
        "release_first_week_downloads",
        -inf,
        _under(50),
        285,
        "Warning: Low Adoption",
        labels='scope="version"',
    ),
    Row(
        "ReleaseGenerationTimeWarning",
        WARNING,
        "PM-1",
        "release_generation_p95_seconds",
        2,
        5,
        0.85,
        "Warning: Generation Time",
        wait=10,
    ),
    Row(
        "ReleaseGenerationTimeCritical",
        CRITICAL,
        "PM-1",
        "release_generation_p95_seconds",
        _over(5),
        inf,
        0.85,
        "ALERT: Slow Generation",
    ),
    Row(
        "ReleaseStaticBackendWarning",
        WARNING,
        "PM-2",
        "release_backend_usage_ratio",
        0.6,
        0.8,
        0.95,
        "Warning: Static Backend",
        labels=_STATIC,
        wait=10,
    ),
    Row(
        "ReleasePatternCoverageWarning",
        WARNING,
        "PM-2",
        "release_backend_usage_ratio",
        -inf,
        _under(0.6),
        0.95,
        "Warning: Pattern Coverage",
        labels=_STATIC,
        wait=10,
    ),
    Row(
        "ReleaseTelemetryOverheadWarning",
        WARNING,
        "PM-3",
        "release_telemetry_overhead_ratio",
        0.05,
        0.1,
        -0.01,
        "Warning: Telemetry Overhead",
    ),
    Row(
        "ReleaseTelemetryOverheadCritical",
        CRITICAL,
        "PM-3",
        "release_telemetry_overhead_ratio",
        _over(0.1),
        inf,
        0.000001,
        "ALERT: Telemetry Overhead",
    ),
    Row(
        "ReleaseScheduleWarning",
        WARNING,
        "PM-4",
        "release_schedule_variance_seconds",
        _over(A_DAY),
        3 * A_DAY,
        0,
        "Warning: Schedule",
    ),
    Row(
        "ReleaseScheduleWarning",
        WARNING,
        "PM-4",
        "release_schedule_variance_seconds",
        -inf,
        _under(-A_DAY),
        0,
        "Warning: Schedule",
    ),
    Row(
        "ReleaseScheduleCritical",
        CRITICAL,
        "PM-4",
        "release_schedule_variance_seconds",
        _over(3 * A_DAY),
        inf,
        0,
        "ALERT: Schedule Delay",
    ),
    *_resolution("P0", 4 * HOUR),
    *_resolution("P1", 48 * HOUR),
    Row(
        "ReleaseDocumentationInaccurate",
        CRITICAL,
        "PM-6",
        "release_documentation_accuracy_ratio",
        -inf,
        _under(1),
        1,
        "ALERT: Documentation",
    ),
]
