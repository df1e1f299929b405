"""The day's snapshot, byte for byte in the user's format, and the decision beside it."""

import json
from datetime import UTC, datetime

from exporter.catalog import CATALOG
from exporter.gate.document import dump, load
from exporter.gate.report import settle
from exporter.model import labels
from exporter.records.snapshot import FIELDS, keys, render
from tests.records.reports import LATER, report
from tests.releases import best_states, sample_of, state_of

# From the user's own document, "Format (JSON)".
USERS = """\
{
  "date": "2026-01-13",
  "phase": "beta_day_1",
  "quality": {
    "p0_bugs": 0,
    "test_pass_rate": 100.0,
    "success_rate": 85.5,
    "privacy_violations": 0,
    "installation_success": 100.0
  },
  "engagement": {
    "beta_completion": 100.0,
    "survey_response": 0.0,
    "satisfaction": null,
    "nps": null
  },
  "performance": {
    "p95_generation_time_ms": 850,
    "static_backend_pct": 95.0,
    "telemetry_overhead_pct": 0.0001
  },
  "process": {
    "schedule_variance_days": 0,
    "p0_resolution_hours": null,
    "documentation_accuracy": 100.0
  }
}
"""


def test_the_users_values_are_the_users_file() -> None:
    states = best_states()
    del states["survey"]
    states["github"] = state_of([sample_of("release_open_bugs", 0, labels(priority="P0"))])
    states["testers"] = state_of(
        [
            sample_of("release_install_success_ratio", 1),
            sample_of("release_beta_completion_ratio", 1),
            sample_of("release_survey_response_ratio", 0),
        ]
    )
    kept = [x for x in states["telemetry"].reading.samples if "success" not in x.gauge]  # type: ignore[union-attr]  # it was read
    states["telemetry"] = state_of([*kept, sample_of("release_command_success_ratio", 0.855)])
    first_day = datetime(2026, 1, 13, 20, tzinfo=UTC)
    assert render(report(now=first_day, states=states)) == USERS


def test_every_snapshot_field_of_the_catalog_is_one_of_the_users_and_none_is_left_out() -> None:
    assert {field for field, _ in keys()} == set(FIELDS)
    users = json.loads(USERS)
    groups = {name: group for name, group in users.items() if isinstance(group, dict)}
    assert tuple(f"{name}.{field}" for name, group in groups.items() for field in group) == FIELDS


def test_without_any_source_every_value_is_null() -> None:
    content = json.loads(render(report(states={})))
    groups = [group for group in content.values() if isinstance(group, dict)]
    values = [value for group in groups for value in group.values()]
    assert values == [None] * len(FIELDS)


def test_no_digit_is_lost_and_none_is_invented() -> None:
    states = best_states() | {
        "telemetry": state_of(
            [
                sample_of("release_command_success_ratio", 1367 / 1732),
                sample_of("release_generation_p95_seconds", 0.8505),
            ]
        ),
        "plan": state_of([sample_of("release_schedule_variance_seconds", -86400 * 2.0)]),
    }
    content = json.loads(render(report(states=states)))
    assert content["quality"]["success_rate"] == 100 * (1367 / 1732)
    assert content["performance"]["p95_generation_time_ms"] == 850.5
    assert content["process"]["schedule_variance_days"] == -2


def test_the_resolution_time_is_the_mean_even_where_an_open_bug_decides() -> None:
    where = labels(priority="P0")
    states = best_states() | {
        "github": state_of(
            [
                sample_of("release_bug_resolution_seconds", 7200, where),
                sample_of("release_oldest_open_bug_seconds", 360000, where),
            ]
        )
    }
    made = report(states=states)
    line = made.line("PM-5/P0")
    assert line is not None
    assert line.value == 360000
    assert json.loads(render(made))["process"]["p0_resolution_hours"] == 2.0


def test_outside_of_the_beta_the_phase_has_no_day() -> None:
    assert json.loads(render(report(now=LATER)))["phase"] == "post_release"


def test_own_metrics_stay_out_and_stand_in_the_verdicts() -> None:
    assert len(FIELDS) < sum(len(metric.judged) for metric in CATALOG)
    assert json.loads(render(report())).keys() == json.loads(USERS).keys()


def test_the_verdicts_file_read_back_gives_the_same_decision() -> None:
    for states in (best_states(), {}, best_states() | {"plan": state_of([])}):
        made = report(states=states)
        again = load(dump(made))
        assert again == made
        assert settle(again, [one.waiver() for one in again.waivers]).decision is made.decision
