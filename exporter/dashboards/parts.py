"""What a metric is made of, by its id."""

from collections.abc import Mapping

from exporter.dashboards.days import by_day, downloads
from exporter.dashboards.part import Part
from exporter.dashboards.process import checks, milestones
from exporter.dashboards.shares import counts, promoters, satisfaction, shares

PARTS: Mapping[str, Part] = {
    "QM-1": counts(
        "Open bugs by priority",
        "Open issues with exactly the label of that priority.",
        "release_open_bugs",
        "priority",
        share=False,
    ),
    "QM-2": by_day(
        "Success rate by day",
        "Share of the command generations of each day of the beta that succeeded.",
        "release_command_success_ratio_daily",
        "percentunit",
        max=1,
    ),
    "QM-3": by_day(
        "Privacy violations by day",
        "Events of each day with a forbidden field or personal data: this must be 0.",
        "release_privacy_violations_daily",
    ),
    "QM-4": counts(
        "Test results",
        "The newest outcome of each test; skipped ones do not count.",
        "release_test_results",
        "result",
    ),
    "QM-5": counts(
        "Installations",
        "Testers by the result of their installation; pending is not failed.",
        "release_install_results",
        "result",
    ),
    "EM-1": by_day(
        "Participation by day",
        "Testers who took part, by day of the beta.",
        "release_beta_participants",
    ),
    "EM-3": Part(satisfaction, 8),
    "EM-4": Part(promoters),
    "EM-5": Part(downloads, 7),
    "PM-1": by_day(
        "P95 by day",
        "95th percentile of the generation time of each day.",
        "release_generation_p95_seconds_daily",
        "s",
    ),
    "PM-2": shares(
        "Backend distribution",
        "Share of the command generations by backend, cumulative over the beta.",
        "release_backend_usage_ratio",
        "backend",
    ),
    "PM-4": Part(milestones, 11),
    "PM-6": Part(checks, 7),
}
