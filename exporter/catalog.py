"""The catalog: every metric of a release once. Its order is the order of the executive view.

Gauge, HELP, verdict, target, tier, phase and snapshot field derive from an entry; a threshold
stands here and nowhere else. Definitions and bounds are the user's; see docs/metrics.md.
"""

from dataclasses import dataclass
from datetime import timedelta

from exporter.bands import (
    OTHERWISE,
    Band,
    above,
    at_least,
    at_most,
    below,
    target_range,
    target_text,
    within,
)
from exporter.model import Labels, Tier, Verdict, labels
from exporter.plan import DAY, Phase
from exporter.units import (
    COUNT,
    HOURS,
    LATENESS,
    MILLISECONDS,
    PERCENT,
    POINTS,
    SCORE,
    SHARE,
    Unit,
)

PASS, WARN, FAIL = Verdict.PASS, Verdict.WARN, Verdict.FAIL


@dataclass(frozen=True, slots=True)
class Due:
    """From when a metric's verdict counts: a phase's opening or, `after`, its closing, plus `wait`.

    Without a phase it counts always. For `grace` from then on, having no value yet is excused.
    """

    phase: Phase | None = None
    after: bool = False
    wait: timedelta = timedelta()
    grace: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Judged:
    """One series of a metric's gauge that gets a verdict, by its labels, with its own bands.

    `worst` is a second gauge with the same labels whose value is held against the same bands: the
    worse verdict counts. `executive` keeps it on the executive view.
    """

    title: str
    bands: tuple[Band, ...]
    labels: Labels = ()
    worst: str = ""
    snapshot: str = ""
    executive: bool = True


@dataclass(frozen=True, slots=True)
class Metric:
    """One entry: what is measured, by which source, in which unit, due when, judged how."""

    id: str
    title: str
    gauge: str
    help: str
    source: str
    unit: Unit
    tier: Tier
    due: Due
    judged: tuple[Judged, ...]

    def key(self, series: Judged) -> str:
        """Return what names this verdict in a release file: `QM-2`, or `PM-5/P0` of several."""
        if len(self.judged) == 1:
            return self.id
        return "/".join((self.id, *(value for _, value in series.labels)))

    def target(self, series: Judged) -> str:
        """Return the target as the user writes it: `≥80%`."""
        return target_text(series.bands, self.unit)

    def target_value(self, series: Judged) -> float:
        """Return the target's bound in base units."""
        return target_range(series.bands).bounds[-1]

    def show(self, series: Judged, value: float) -> str:
        """Return the value in the user's unit, never rounded across one of the bounds."""
        bounds = tuple(bound for band in series.bands for bound in band.range.bounds)
        return self.unit.show(value, bounds)


ALWAYS = Due()
PREFLIGHT = Due(Phase.PREFLIGHT)
BETA = Due(Phase.BETA, grace=DAY)
BETA_OVER = Due(Phase.BETA, after=True)
FIRST_WEEK_OVER = Due(Phase.RELEASE, wait=7 * DAY)

HOUR = 3600.0
ONE_DAY = 24 * HOUR


def _resolution(priority: str, target: float, snapshot: str = "") -> Judged:
    return Judged(
        title=f"{priority} Resolution",
        labels=labels(priority=priority),
        worst="release_oldest_open_bug_seconds",
        snapshot=snapshot,
        executive=priority == "P0",
        bands=(
            Band(below(target), PASS, "responsive"),
            Band(at_most(2 * target), WARN, "review capacity"),
            Band(OTHERWISE, FAIL, "process issue"),
        ),
    )


CATALOG: tuple[Metric, ...] = (
    Metric(
        id="QM-1",
        title="Open P0 bugs",
        gauge="release_open_bugs",
        help="Open bugs by priority: issues with exactly that label, without pull requests.",
        source="github",
        unit=COUNT,
        tier=Tier.CRITICAL,
        due=ALWAYS,
        judged=(
            Judged(
                title="P0 Bugs",
                labels=labels(priority="P0"),
                snapshot="quality.p0_bugs",
                bands=(
                    Band(at_most(0), PASS, "proceed"),
                    Band(OTHERWISE, FAIL, "BLOCK release until fixed", blocks=True),
                ),
            ),
        ),
    ),
    Metric(
        id="QM-3",
        title="Privacy violations",
        gauge="release_privacy_violations",
        help="Telemetry events with a forbidden field or personal data, each counted once.",
        source="telemetry",
        unit=COUNT,
        tier=Tier.CRITICAL,
        due=BETA,
        judged=(
            Judged(
                title="Privacy Violations",
                snapshot="quality.privacy_violations",
                bands=(
                    Band(at_most(0), PASS, "required"),
                    Band(OTHERWISE, FAIL, "EMERGENCY STOP, fix immediately", blocks=True),
                ),
            ),
        ),
    ),
    Metric(
        id="QM-4",
        title="Test pass rate",
        gauge="release_test_pass_ratio",
        help="Share of automated tests that passed; ignored ones do not count.",
        source="tests",
        unit=SHARE,
        tier=Tier.CRITICAL,
        due=PREFLIGHT,
        judged=(
            Judged(
                title="Test Pass Rate",
                snapshot="quality.test_pass_rate",
                bands=(
                    Band(at_least(1.0), PASS, "required for release"),
                    Band(OTHERWISE, FAIL, "fix failing tests before proceeding", blocks=True),
                ),
            ),
        ),
    ),
    Metric(
        id="QM-2",
        title="Command success",
        gauge="release_command_success_ratio",
        help="Share of command generations that succeeded, cumulative over the beta.",
        source="telemetry",
        unit=SHARE,
        tier=Tier.CRITICAL,
        due=BETA,
        judged=(
            Judged(
                title="Success Rate",
                snapshot="quality.success_rate",
                bands=(
                    Band(at_least(0.80), PASS, "meets target"),
                    Band(at_least(0.70), WARN, "document issues, release with caveats"),
                    Band(OTHERWISE, FAIL, "BLOCK, expand patterns", blocks=True),
                ),
            ),
        ),
    ),
    Metric(
        id="QM-5",
        title="Installation success",
        gauge="release_install_success_ratio",
        help="Share of attempted installations that succeeded; pending testers do not count.",
        source="testers",
        unit=SHARE,
        tier=Tier.HIGH,
        due=BETA,
        judged=(
            Judged(
                title="Installation",
                snapshot="quality.installation_success",
                bands=(
                    Band(at_least(0.95), PASS, "acceptable"),
                    Band(at_least(0.90), WARN, "investigate issues"),
                    Band(OTHERWISE, FAIL, "fix installation before release", blocks=True),
                ),
            ),
        ),
    ),
    Metric(
        id="EM-3",
        title="Satisfaction",
        gauge="release_satisfaction_score",
        help="Mean satisfaction in the survey, from 1 to 5.",
        source="survey",
        unit=SCORE,
        tier=Tier.HIGH,
        due=BETA_OVER,
        judged=(
            Judged(
                title="Satisfaction",
                snapshot="engagement.satisfaction",
                bands=(
                    Band(at_least(4.0), PASS, "meets target"),
                    Band(at_least(3.5), WARN, "acceptable with documented issues"),
                    Band(OTHERWISE, FAIL, "major usability problems"),
                ),
            ),
        ),
    ),
    Metric(
        id="EM-4",
        title="Net promoter score",
        gauge="release_net_promoter_score",
        help="Share of promoters minus share of detractors, in points from -100 to 100.",
        source="survey",
        unit=POINTS,
        tier=Tier.HIGH,
        due=BETA_OVER,
        judged=(
            Judged(
                title="NPS",
                snapshot="engagement.nps",
                bands=(
                    Band(at_least(70), PASS, "excellent"),
                    Band(at_least(30), PASS, "good"),
                    Band(at_least(0), WARN, "acceptable"),
                    Band(OTHERWISE, FAIL, "poor"),
                ),
            ),
        ),
    ),
    Metric(
        id="EM-1",
        title="Beta completion",
        gauge="release_beta_completion_ratio",
        help="Share of testers who took part on all planned days so far.",
        source="testers",
        unit=SHARE,
        tier=Tier.HIGH,
        due=BETA_OVER,
        judged=(
            Judged(
                title="Beta Completion",
                snapshot="engagement.beta_completion",
                bands=(
                    Band(at_least(0.80), PASS, "sufficient data"),
                    Band(at_least(0.60), WARN, "acceptable if quality data"),
                    Band(OTHERWISE, FAIL, "insufficient data, consider extending"),
                ),
            ),
        ),
    ),
    Metric(
        id="PM-1",
        title="Generation time, P95",
        gauge="release_generation_p95_seconds",
        help="95th percentile of the time that a command generation took.",
        source="telemetry",
        unit=MILLISECONDS,
        tier=Tier.PERFORMANCE,
        due=BETA,
        judged=(
            Judged(
                title="P95 Gen Time",
                snapshot="performance.p95_generation_time_ms",
                bands=(
                    Band(below(2.0), PASS, "meets target"),
                    Band(at_most(5.0), WARN, "acceptable with note"),
                    Band(OTHERWISE, FAIL, "user experience degraded"),
                ),
            ),
        ),
    ),
    Metric(
        id="PM-2",
        title="Backend usage",
        gauge="release_backend_usage_ratio",
        help="Share of command generations by backend; the verdict is on static.",
        source="telemetry",
        unit=SHARE,
        tier=Tier.PERFORMANCE,
        due=BETA,
        judged=(
            Judged(
                title="Static Backend",
                labels=labels(backend="static"),
                snapshot="performance.static_backend_pct",
                bands=(
                    Band(above(0.80), PASS, "optimal"),
                    Band(at_least(0.60), WARN, "acceptable"),
                    Band(OTHERWISE, WARN, "pattern coverage insufficient"),
                ),
            ),
        ),
    ),
    Metric(
        id="PM-3",
        title="Telemetry overhead",
        gauge="release_telemetry_overhead_ratio",
        help="Extra time that telemetry costs: (mean with - without) / without.",
        source="benchmark",
        unit=PERCENT,
        tier=Tier.PERFORMANCE,
        due=PREFLIGHT,
        judged=(
            Judged(
                title="Telemetry Overhead",
                snapshot="performance.telemetry_overhead_pct",
                bands=(
                    Band(below(0.05), PASS, "acceptable"),
                    Band(at_most(0.10), WARN, "review implementation"),
                    Band(OTHERWISE, FAIL, "significant impact"),
                ),
            ),
        ),
    ),
    Metric(
        id="PM-4",
        title="Schedule variance",
        gauge="release_schedule_variance_seconds",
        help="How late the plan is, in calendar days of 86,400 s; early is negative.",
        source="plan",
        unit=LATENESS,
        tier=Tier.PROCESS,
        due=ALWAYS,
        judged=(
            Judged(
                title="Schedule",
                snapshot="process.schedule_variance_days",
                bands=(
                    Band(within(ONE_DAY), PASS, "on track"),
                    Band(at_most(3 * ONE_DAY), WARN, "minor slip"),
                    Band(OTHERWISE, FAIL, "significant delay"),
                ),
            ),
        ),
    ),
    Metric(
        id="PM-5",
        title="Mean time to resolve",
        gauge="release_bug_resolution_seconds",
        help="Mean time from creation to closing over bugs closed as completed, by priority.",
        source="github",
        unit=HOURS,
        tier=Tier.PROCESS,
        due=BETA,
        judged=(
            _resolution("P0", 4 * HOUR, "process.p0_resolution_hours"),
            _resolution("P1", 48 * HOUR),
        ),
    ),
    Metric(
        id="PM-6",
        title="Documentation accuracy",
        gauge="release_documentation_accuracy_ratio",
        help="Share of documentation checks that passed; an unchecked item is not passed.",
        source="documentation",
        unit=SHARE,
        tier=Tier.PROCESS,
        due=PREFLIGHT,
        judged=(
            Judged(
                title="Documentation",
                snapshot="process.documentation_accuracy",
                bands=(
                    Band(at_least(1.0), PASS, "required"),
                    Band(OTHERWISE, FAIL, "fix before release", blocks=True),
                ),
            ),
        ),
    ),
    Metric(
        id="EM-2",
        title="Survey response",
        gauge="release_survey_response_ratio",
        help="Share of testers who answered the survey.",
        source="testers",
        unit=SHARE,
        tier=Tier.ENGAGEMENT,
        due=BETA_OVER,
        judged=(
            Judged(
                title="Survey Response",
                snapshot="engagement.survey_response",
                executive=False,
                bands=(
                    Band(at_least(1.0), PASS, "ideal", target=True),
                    Band(at_least(0.80), PASS, "acceptable"),
                    Band(OTHERWISE, WARN, "follow up personally"),
                ),
            ),
        ),
    ),
    Metric(
        id="EM-5",
        title="Downloads in the first week",
        gauge="release_first_week_downloads",
        help="Downloads during the 7 complete UTC days from publication.",
        source="downloads",
        unit=COUNT,
        tier=Tier.ENGAGEMENT,
        due=FIRST_WEEK_OVER,
        judged=(
            Judged(
                title="Downloads (Week 1)",
                executive=False,
                bands=(
                    Band(at_least(100), PASS, "good adoption"),
                    Band(at_least(50), WARN, "slow but acceptable"),
                    Band(OTHERWISE, WARN, "low interest, investigate"),
                ),
            ),
        ),
    ),
)
