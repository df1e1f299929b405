"""Alertmanager's routes: who hears of an alert, how soon, in one message with which others."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from exporter.alerting.receivers import DEADMAN, DEFAULT, NOT_SENT, has_deadman, name_of, projects
from exporter.alerting.watching import WITHOUT_DATA
from exporter.config.receivers import ReceiverSettings
from exporter.config.week_hours import Hours
from exporter.durations import render as render_duration

Config = dict[str, Any]

BY_METRIC = ["project", "release", "metric", "severity"]
BY_RELEASE = ["project", "release"]
REVIEW_HOURS = "review hours"

WATCHDOG = 'alertname="ReleaseWatchdog"'
# Alerts of bands name a metric. Of those that watch the watching one does too.
A_BAND = ('metric!=""', f'alertname!="{WITHOUT_DATA.name}"')


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a group waits to be complete, to tell what joined or left it, and to say it again.

    The last must be a multiple of the one before it: it is only looked at then.
    """

    wait: timedelta
    interval: timedelta
    repeat: timedelta

    def render(self) -> Config:
        """Return the three as Alertmanager names them."""
        return {
            "group_wait": _duration(self.wait),
            "group_interval": _duration(self.interval),
            "repeat_interval": _duration(self.repeat),
        }


@dataclass(frozen=True, slots=True)
class Timings:
    """The pace of each kind of alert."""

    critical: Pace
    warning: Pace
    watchdog: Pace


TIMINGS = Timings(
    # The user looks at P0 bugs at least every 4 hours, and so does this.
    critical=Pace(timedelta(seconds=5), timedelta(minutes=1), timedelta(hours=4)),
    warning=Pace(timedelta(seconds=30), timedelta(minutes=5), timedelta(hours=24)),
    # A sign of life every minute, whatever else goes on.
    watchdog=Pace(timedelta(), timedelta(minutes=1), timedelta(minutes=1)),
)


def render_routes(settings: ReceiverSettings, timings: Timings = TIMINGS) -> Config:
    """Return the tree: nobody is told twice, and what no branch takes goes to everybody."""
    kinds = _kinds(settings, timings)
    return {
        "receiver": DEFAULT,
        "group_by": BY_RELEASE,
        **timings.warning.render(),
        "routes": [
            {
                "matchers": [WATCHDOG],
                "receiver": DEADMAN if has_deadman(settings) else NOT_SENT,
                "group_by": ["alertname"],
                **timings.watchdog.render(),
            },
            # Waived: it is on the dashboard, and nobody needs to be told.
            {"matchers": ['severity="info"'], "receiver": NOT_SENT},
            *(
                {
                    "matchers": [matcher("project", project)],
                    "receiver": name_of(project),
                    "routes": kinds,
                }
                for project in projects(settings)
            ),
            *kinds,
        ],
    }


def _kinds(settings: ReceiverSettings, timings: Timings) -> list[Config]:
    """Return the branches of one team: critical at once, warnings when they may be read."""
    held = {"active_time_intervals": [REVIEW_HOURS]} if settings.warning_hours else {}
    severities = [
        {"matchers": ['severity="critical"'], **timings.critical.render()},
        {"matchers": ['severity="warning"'], **timings.warning.render(), **held},
    ]
    return [
        {"matchers": list(A_BAND), "group_by": BY_METRIC, "routes": severities},
        # What watches the watching, in one message for a release.
        *severities,
    ]


def render_intervals(hours: Hours | None) -> list[Config]:
    """Return the time interval in which warnings are sent, when they are not sent always."""
    if hours is None:
        return []
    interval = {
        "weekdays": [hours.weekdays],
        "times": [{"start_time": hours.start, "end_time": hours.end}],
        "location": hours.zone,
    }
    return [{"name": REVIEW_HOURS, "time_intervals": [interval]}]


def matcher(label: str, value: str) -> str:
    """Return the text that matches a label's value exactly."""
    quoted = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'{label}="{quoted}"'


def _duration(value: timedelta) -> str:
    """Return the duration as Alertmanager reads it: without fractions."""
    if value.microseconds:
        return f"{value // timedelta(milliseconds=1)}ms"
    return render_duration(value)
