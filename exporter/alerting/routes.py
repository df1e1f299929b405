"""Alertmanager's routes: who hears of an alert, how soon, in one message with which others."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from exporter.alerting.receivers import (
    DEADMAN,
    DEFAULT,
    DIGEST,
    NOT_SENT,
    digest_of,
    has_deadman,
    name_of,
    projects,
)
from exporter.alerting.watching import WITHOUT_DATA
from exporter.config.receivers import ReceiverSettings
from exporter.config.week_hours import Hours
from exporter.durations import render as render_duration

Config = dict[str, Any]

# Not by severity, and all on one route: Alertmanager remembers by group what it told. In a group
# of its own, a warning that got worse would stay told and open, and not be told when it comes
# again; here whatever is told last is what holds.
BY_VERDICT = ["project", "release", "metric", "priority"]
BY_RELEASE = ["project", "release"]
REVIEW_HOURS = "review hours"

# Each review's summary by itself.
BY_REVIEW = ["alertname", "project", "release", "review"]

WATCHDOG = 'alertname="ReleaseWatchdog"'
A_DIGEST = 'severity="digest"'
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

    verdict: Pace
    critical: Pace
    warning: Pace
    watchdog: Pace
    digest: Pace


TIMINGS = Timings(
    verdict=Pace(timedelta(seconds=5), timedelta(minutes=1), timedelta(hours=12)),
    # The other two are of what watches the watching.
    critical=Pace(timedelta(seconds=5), timedelta(minutes=1), timedelta(hours=4)),
    warning=Pace(timedelta(seconds=30), timedelta(minutes=5), timedelta(hours=24)),
    # A sign of life every minute, whatever else goes on.
    watchdog=Pace(timedelta(), timedelta(minutes=1), timedelta(minutes=1)),
    # Told once: it ends long before it would be said again.
    digest=Pace(timedelta(), timedelta(minutes=1), timedelta(hours=24)),
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
            _digests(settings, timings),
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


def _digests(settings: ReceiverSettings, timings: Timings) -> Config:
    """Return the branch of the review summaries, whose receivers are not told of an end."""
    own = [
        {"matchers": [matcher("project", project)], "receiver": digest_of(project)}
        for project in projects(settings)
    ]
    branch = {"matchers": [A_DIGEST], "receiver": DIGEST, "group_by": BY_REVIEW}
    return branch | timings.digest.render() | ({"routes": own} if own else {})


def _kinds(settings: ReceiverSettings, timings: Timings) -> list[Config]:
    """Return the branches of one team: a verdict at once, then what watches the watching."""
    held = {"active_time_intervals": [REVIEW_HOURS]} if settings.warning_hours else {}
    warning = 'severity="warning"'
    verdict = {"matchers": list(A_BAND), "group_by": BY_VERDICT, **timings.verdict.render()}
    if held:
        verdict["routes"] = [{"matchers": [warning], **held}]
    return [
        verdict,
        {"matchers": ['severity="critical"'], **timings.critical.render()},
        {"matchers": [warning], **timings.warning.render(), **held},
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
