"""Releases and states that tests of several rooms share."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from exporter.catalog import CATALOG
from exporter.freshness import Limits, SourceState
from exporter.model import Labels, Reading, Sample
from exporter.plan import Milestone, Phase, Plan
from exporter.release import Release
from exporter.view import ReleaseView, View

NOW = datetime(2026, 1, 17, 20, 0, tzinfo=UTC)
LIMITS = Limits(timedelta(hours=26))


def plan_of(zone: str = "America/Los_Angeles", beta_end: date | None = None) -> Plan:
    """Return the user's own plan, as far as it is in the middle of its beta's last day."""
    rows = [
        ("planning", 9, 9, None, Phase.PLANNING),
        ("recruitment", 11, 11, None, Phase.RECRUITMENT),
        ("preflight", 12, 12, None, Phase.PREFLIGHT),
        ("beta start", 13, 13, Phase.BETA, None),
        ("beta end", 17, None, None, Phase.BETA),
        ("analysis", 19, None, None, Phase.ANALYSIS),
        ("go/no-go", 23, None, Phase.GO_NO_GO, Phase.GO_NO_GO),
        ("release", 24, None, Phase.RELEASE, Phase.RELEASE),
    ]
    milestones = [
        Milestone(name, date(2026, 1, day), date(2026, 1, done) if done else None, opens, closes)
        for name, day, done, opens, closes in rows
    ]
    milestones[4] = replace(milestones[4], actual=beta_end)
    return Plan(tuple(milestones), ZoneInfo(zone))


def release_of(plan: Plan, folder: Path = Path("/nowhere"), **changes: object) -> Release:
    """Return caro v1.1.0 over the catalog."""
    release = Release("caro", "v1.1.0", "release.yaml", folder, plan, CATALOG, {})
    return replace(release, **changes)  # type: ignore[arg-type]  # fields by name


def state_of(samples: Iterable[Sample], **changes: object) -> SourceState:
    """Return the state of a source that was read well a moment ago."""
    state = SourceState(LIMITS, Reading.of(samples, read=10, facts_from=NOW), NOW, NOW, 0.1)
    return replace(state, **changes)  # type: ignore[arg-type]  # fields by name


def sample_of(gauge: str, value: float, labels: Labels = (), n: int = 100) -> Sample:
    """Return a sample of now."""
    return Sample(gauge, value, labels, n, NOW, "made for a test")


def view_of(release: Release, states: dict[str, SourceState]) -> View:
    """Return a view of one release that was loaded without a mistake."""
    return View(
        releases=(ReleaseView(release, states),),
        files={release.file: True},
        loaded=True,
        reload_ok=True,
        reloaded=NOW,
    )


# A value in the best band of every gauge that has a verdict.
BEST: tuple[tuple[str, str, float, Labels], ...] = (
    ("github", "release_open_bugs", 0, (("priority", "P0"),)),
    ("telemetry", "release_privacy_violations", 0, ()),
    ("tests", "release_test_pass_ratio", 1, ()),
    ("telemetry", "release_command_success_ratio", 0.948, ()),
    ("testers", "release_install_success_ratio", 1, ()),
    ("survey", "release_satisfaction_score", 4.6, ()),
    ("survey", "release_net_promoter_score", 80, ()),
    ("testers", "release_beta_completion_ratio", 0.8, ()),
    ("telemetry", "release_generation_p95_seconds", 0.85, ()),
    ("telemetry", "release_backend_usage_ratio", 0.95, (("backend", "static"),)),
    ("benchmark", "release_telemetry_overhead_ratio", 0.000001, ()),
    ("plan", "release_schedule_variance_seconds", 0, ()),
    ("github", "release_bug_resolution_seconds", 9000, (("priority", "P0"),)),
    ("github", "release_bug_resolution_seconds", 64800, (("priority", "P1"),)),
    ("documentation", "release_documentation_accuracy_ratio", 1, ()),
    ("testers", "release_survey_response_ratio", 1, ()),
    ("downloads", "release_first_week_downloads", 285, (("scope", "version"),)),
)


def best_states() -> dict[str, SourceState]:
    """Return every source read well, with the values of the user's example."""
    by_source: dict[str, list[Sample]] = {}
    for source, gauge, value, labels in BEST:
        by_source.setdefault(source, []).append(sample_of(gauge, value, labels))
    return {source: state_of(samples) for source, samples in by_source.items()}
