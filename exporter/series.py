"""The series beside the catalog's gauges: what the detailed views need, with their HELP."""

SUPPORTING: dict[str, str] = {
    "release_backend_usage_ratio_daily": "Share of command generations by backend and day.",
    "release_beta_participants": "Testers who took part, by day of the beta.",
    "release_command_results": "Command generations by result, cumulative over the beta.",
    "release_command_success_ratio_daily": "Share of command generations that succeeded, by day.",
    "release_documentation_check": "1 where a documentation check passed, else 0.",
    "release_downloads_daily": "Downloads by complete UTC day from publication, at most 35 days.",
    "release_generation_p95_seconds_daily": "95th percentile of the generation time, by day.",
    "release_install_results": "Testers by the result of their installation.",
    "release_milestone_actual_timestamp_seconds": "Start of the day a milestone was finished on.",
    "release_milestone_planned_timestamp_seconds": "Start of the day a milestone is planned for.",
    "release_milestone_remaining_seconds": (
        "Calendar days of 86,400 s to an unfinished milestone's planned day; overdue is negative."
    ),
    "release_new_issues": "Issues opened in the last 24 hours.",
    "release_oldest_open_bug_seconds": "Age of the oldest open bug by priority.",
    "release_open_discussions": "Open discussions of the repository.",
    "release_open_issues": "Open issues of the repository, without pull requests.",
    "release_package_downloads": "Downloads of the package since it exists.",
    "release_privacy_findings": "Telemetry events that a privacy rule matches, by rule.",
    "release_privacy_since_timestamp_seconds": (
        "From when on privacy violations count, by whether that was moved from the beta's start."
    ),
    "release_privacy_violations_daily": "Telemetry events with a privacy violation, by day.",
    "release_repository_stars": "Stars of the repository.",
    "release_survey_answers": "Answers to a survey question by score.",
    "release_survey_responses": "Testers by whether they answered the survey.",
    "release_tracker_milestone_closed_timestamp_seconds": (
        "Time at which the tracker's milestone of the same name in the plan was closed."
    ),
    "release_tracker_milestone_due_timestamp_seconds": (
        "Due date of the tracker's milestone of the same name in the plan."
    ),
    "release_telemetry_duplicate_events": "Copies of telemetry events that were counted once.",
    "release_telemetry_events": "Telemetry events by type, each counted once.",
    "release_test_results": "Automated tests by result, newest outcome of each test.",
}
