from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from exporter.alerting.routes import TIMINGS, Pace, matcher, render_intervals, render_routes
from exporter.config.receivers import ReceiverSettings
from exporter.digest.alert import MARGIN
from exporter.digest.reviews import LATE

PACES = (TIMINGS.verdict, TIMINGS.critical, TIMINGS.warning, TIMINGS.watchdog, TIMINGS.digest)


def routes_of(route: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield route
    for one in route.get("routes", ()):
        yield from routes_of(one)


def routes(**written: object) -> list[dict[str, Any]]:
    return list(routes_of(render_routes(ReceiverSettings.model_validate(written))))


@pytest.mark.parametrize("pace", PACES)
def test_what_is_repeated_is_a_multiple_of_what_is_looked_at(pace: Pace) -> None:
    assert pace.repeat % pace.interval == timedelta()


def test_verdicts_and_critical_alerts_wait_for_at_most_ten_seconds() -> None:
    urgent = {'metric!=""', 'severity="critical"'}
    found = [one for one in routes() if urgent & set(one.get("matchers", ()))]
    assert [one["group_wait"] for one in found] == ["5s", "5s"]


def test_a_summary_is_alone_and_over_before_it_would_be_said_again() -> None:
    (digest,) = (one for one in routes() if 'severity="digest"' in one.get("matchers", ()))
    assert digest["group_by"] == ["alertname", "project", "release", "review"]
    assert TIMINGS.digest.repeat > LATE + MARGIN


def test_all_severities_of_a_verdict_are_one_group_of_one_route() -> None:
    (verdicts,) = (one for one in routes() if 'metric!=""' in one.get("matchers", ()))
    assert "routes" not in verdicts
    assert verdicts["group_by"] == ["project", "release", "metric", "priority"]


def test_only_warnings_are_held_and_only_when_hours_are_named() -> None:
    assert not [one for one in routes() if "active_time_intervals" in one]
    hours = "Mon-Fri 09:00-17:00 America/Los_Angeles"
    held = [one for one in routes(warning_hours=hours) if "active_time_intervals" in one]
    assert [one["matchers"] for one in held] == [['severity="warning"']] * 2
    settings = ReceiverSettings.model_validate({"warning_hours": hours})
    assert render_intervals(settings.warning_hours) == [
        {
            "name": "review hours",
            "time_intervals": [
                {
                    "weekdays": ["monday:friday"],
                    "times": [{"start_time": "09:00", "end_time": "17:00"}],
                    "location": "America/Los_Angeles",
                }
            ],
        }
    ]


def test_a_projects_name_cannot_leave_its_quotes() -> None:
    assert matcher("project", 'a"b\\c\nd') == 'project="a\\"b\\\\c\\nd"'


def test_short_paces_are_written_without_fractions() -> None:
    pace = Pace(timedelta(), timedelta(milliseconds=250), timedelta(seconds=1.5))
    assert pace.render() == {
        "group_wait": "0s",
        "group_interval": "250ms",
        "repeat_interval": "1500ms",
    }
