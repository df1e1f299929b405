"""The alerts that watch the watching, each in every situation that its series can get into."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from exporter.alerting.watching import FACTS_PHASES, WATCHES
from exporter.sources import COLLECTORS
from tests.alerting.promtool import ROOT, RULES, Check, Scene, exporter, run, series

pytestmark = pytest.mark.live

CARO = {"project": "caro", "release": "v1.1.0"}
ON = {"job": "release", "instance": "a:1"}


@dataclass(frozen=True)
class Situation:
    """Series beside those of a healthy exporter, and whether the alert fires at both minutes."""

    series: Mapping[str, str]
    early: bool
    late: bool
    up: str = "1x32"
    scraped: str = "1x32"


@dataclass(frozen=True)
class Watched:
    """One alert, its labels, and what makes it fire."""

    name: str
    severity: str
    labels: Mapping[str, str]
    situations: Mapping[str, Situation] = field(default_factory=dict)


def of(name: str, values: str, **labels: str) -> dict[str, str]:
    """Return a series of the release."""
    return {series(name, **ON, **CARO, **labels): values}


def own(name: str, values: str, **labels: str) -> dict[str, str]:
    """Return a series of the exporter itself."""
    return {series(name, **ON, **labels): values}


DOWN = "stale _x20"


def usual(bad: Mapping[str, str], good: Mapping[str, str]) -> dict[str, Situation]:
    """Return the situations of an alert on series whose values are `{…}` of a constant.

    Bad from the start it fires at both; it holds while the exporter is down or Prometheus was off
    for less than five minutes; it ends with a good value, and with a series that is withdrawn.
    """

    def during(values: Mapping[str, str], first: str) -> dict[str, str]:
        return {name: f"{text}{first}" for name, text in values.items()}

    turned = {name: f"{text}x12 {good[name]}x20" for name, text in bad.items()}
    return {
        "bad": Situation(during(bad, "x32"), True, True),
        "good": Situation(during(good, "x32"), False, False),
        "missing": Situation({}, False, False),
        "bad, then good": Situation(turned, True, False),
        "bad, then the exporter is down": Situation(
            during(bad, f"x12 {DOWN}"), True, True, "1x12 0x20", f"1x12 {DOWN}"
        ),
        "bad, with a short restart": Situation(
            {name: f"{text}x12 _x3 {text}x20" for name, text in bad.items()},
            True,
            True,
            "1x12 _x3 1x20",
            "1x12 _x3 1x20",
        ),
    }


SOURCE = {"source": "tests"}
STARTED = "release_source_last_success_timestamp_seconds"
LIMIT = "release_source_max_age_seconds"
FACTS, FACTS_LIMIT = (
    "release_source_facts_timestamp_seconds",
    "release_source_facts_max_age_seconds",
)


def _merged(*parts: Mapping[str, str]) -> dict[str, str]:
    return {name: text for part in parts for name, text in part.items()}


def _phase(phase: str) -> dict[str, str]:
    return of("release_phase", "1", phase=phase)


def _quota(remaining: str, reset: str) -> dict[str, str]:
    labels = {"host": "api.github.com", "resource": "core"}
    return _merged(
        own("release_upstream_quota_remaining", remaining, **labels),
        own("release_upstream_quota_limit", "5000", **labels),
        own("release_upstream_quota_reset_timestamp_seconds", reset, **labels),
    )


TOKEN = "release_upstream_token_expiry_timestamp_seconds"
HOST = {"host": "api.github.com"}
WEEK = 7 * 86400
QM2 = {"metric": "QM-2"}
SUCCESS = "release_command_success_ratio"

WATCHED = [
    Watched(
        "ReleaseSourceStale",
        "warning",
        CARO | SOURCE,
        usual(
            _merged(of(STARTED, "-90000", **SOURCE), of(LIMIT, "86400", **SOURCE)),
            _merged(of(STARTED, "0", **SOURCE), of(LIMIT, "86400", **SOURCE)),
        )
        | {
            "on the limit": Situation(
                _merged(of(STARTED, "0x32", **SOURCE), of(LIMIT, "720x32", **SOURCE)), False, True
            ),
        },
    ),
    Watched(
        "ReleaseSourceFactsStale",
        "warning",
        CARO | SOURCE,
        usual(
            _merged(
                of(FACTS, "-90000", **SOURCE), of(FACTS_LIMIT, "86400", **SOURCE), _phase("beta")
            ),
            _merged(of(FACTS, "0", **SOURCE), of(FACTS_LIMIT, "86400", **SOURCE), _phase("beta")),
        )
        | {
            "old, after the phase that produces them": Situation(
                _merged(
                    of(FACTS, "-90000x32", **SOURCE),
                    of(FACTS_LIMIT, "86400x32", **SOURCE),
                    of("release_phase", "1x32", phase="release"),
                    of("release_phase", "0x32", phase="beta"),
                ),
                False,
                False,
            ),
            "on the limit": Situation(
                _merged(
                    of(FACTS, "0x32", **SOURCE),
                    of(FACTS_LIMIT, "720x32", **SOURCE),
                    of("release_phase", "1x32", phase="beta"),
                ),
                False,
                True,
            ),
        },
    ),
    Watched(
        "ReleaseSourceFailing",
        "warning",
        CARO | SOURCE,
        usual(of("release_source_up", "0", **SOURCE), of("release_source_up", "1", **SOURCE))
        | {
            "failing once": Situation(
                of("release_source_up", "1x6 0x4 1x30", **SOURCE), False, False
            )
        },
    ),
    Watched(
        "ReleaseConfigFileInvalid",
        "warning",
        ON | {"file": "release.yaml"},
        usual(
            own("release_config_file_valid", "0", file="release.yaml"),
            own("release_config_file_valid", "1", file="release.yaml"),
        ),
    ),
    Watched(
        "ReleaseConfigReloadFailed",
        "warning",
        ON,
        usual(
            own("release_exporter_config_last_reload_successful", "0"),
            own("release_exporter_config_last_reload_successful", "1"),
        )
        | {
            "because of a bad file, which alerts itself": Situation(
                _merged(
                    own("release_exporter_config_last_reload_successful", "0x32"),
                    own("release_config_file_valid", "0x32", file="release.yaml"),
                ),
                False,
                False,
            )
        },
    ),
    Watched(
        "ReleaseTokenExpiring",
        "warning",
        ON | HOST,
        usual(own(TOKEN, "9000", **HOST), own(TOKEN, str(2 * WEEK), **HOST))
        | {
            "on the limit": Situation(own(TOKEN, f"{WEEK + 720}x32", **HOST), False, True),
            "expired": Situation(own(TOKEN, "-5x32", **HOST), True, True),
        },
    ),
    Watched(
        "ReleaseQuotaLow",
        "warning",
        ON | HOST | {"resource": "core"},
        # What fires is kept for a quarter of an hour: it may be back to low at once.
        usual(_quota("499", "9999"), _quota("4000", "9999"))
        | {
            "on the limit": Situation(
                {name: f"{text}x32" for name, text in _quota("500", "9999").items()}, False, False
            ),
            "of a window that is over": Situation(
                {name: f"{text}x32" for name, text in _quota("0", "0").items()}, False, False
            ),
        },
    ),
    Watched(
        "ReleaseSeriesDropped",
        "warning",
        ON | {"gauge": "release_x"},
        usual(
            own("release_exporter_dropped_series", "3", gauge="release_x"),
            own("release_exporter_dropped_series", "0", gauge="release_x"),
        ),
    ),
    Watched(
        "ReleaseDigestNotPosted",
        "warning",
        CARO | {"review": "daily"},
        usual(
            of("release_digest_failed", "1", review="daily"),
            of("release_digest_failed", "0", review="daily"),
        ),
    ),
    Watched(
        "ReleaseMetricWithoutData",
        "warning",
        CARO | QM2 | {"source": "telemetry"},
        {
            "bad": Situation(of("release_metric_due", "1x32", **QM2), True, True),
            "good": Situation(
                _merged(of("release_metric_due", "1x32", **QM2), of(SUCCESS, "0x32")), False, False
            ),
            "missing": Situation({}, False, False),
            "not due": Situation(of("release_metric_due", "0x32", **QM2), False, False),
            "too few observations": Situation(
                _merged(
                    of("release_metric_due", "1x32", **QM2),
                    of(SUCCESS, "0.9x32"),
                    of("release_metric_observations", "0x32", **QM2),
                ),
                True,
                True,
            ),
            "withdrawn": Situation(
                _merged(of("release_metric_due", "1x32", **QM2), of(SUCCESS, "0.9x12 stale _x20")),
                False,
                True,
            ),
            "withdrawn for less than ten minutes": Situation(
                _merged(
                    of("release_metric_due", "1x32", **QM2), of(SUCCESS, "0.9x6 stale _x8 0.9x20")
                ),
                False,
                False,
            ),
            "bad, then the exporter is down": Situation(
                of("release_metric_due", f"1x12 {DOWN}", **QM2),
                True,
                True,
                "1x12 0x20",
                f"1x12 {DOWN}",
            ),
            "bad, with a short restart": Situation(
                of("release_metric_due", "1x12 _x3 1x20", **QM2),
                True,
                True,
                "1x12 _x3 1x20",
                "1x12 _x3 1x20",
            ),
            "bad, then good": Situation(
                _merged(of("release_metric_due", "1x32", **QM2), of(SUCCESS, "_x13 0.9x20")),
                True,
                False,
            ),
        },
    ),
    Watched(
        "ReleaseNotExposed",
        "critical",
        CARO,
        {
            "exposed": Situation({}, False, False),
            "down": Situation({}, False, True, "1x12 0x20", f"1x12 {DOWN}"),
            "down from the start": Situation({}, False, False, "0x32", "_x32"),
            "down for a moment": Situation({}, False, False, "1x4 0x2 1x20", "1x4 stale _x1 1x20"),
            "no target any more": Situation({}, False, True, f"1x12 {DOWN}", f"1x12 {DOWN}"),
            "over": Situation(
                {series("release_info", **ON, **CARO): "1x4 stale _x30"}, False, False
            ),
            "in a bad file": Situation(
                _merged(
                    {series("release_info", **ON, **CARO): "1x2 stale _x28"},
                    own("release_exporter_config_last_reload_successful", "1x2 0x28"),
                ),
                False,
                True,
            ),
        },
    ),
    Watched(
        "ReleaseExporterDown",
        "critical",
        ON,
        {
            "up": Situation({}, False, False),
            "down": Situation({}, False, True, "1x12 0x20", f"1x12 {DOWN}"),
            "failing one scrape": Situation({}, False, False, "1x11 0x0 1x20", "1x11 stale 1x20"),
            "down from the start": Situation({}, False, False, "0x32", "_x32"),
            "no target any more": Situation({}, False, False, f"1x12 {DOWN}", f"1x12 {DOWN}"),
            "down, with a gap": Situation({}, True, True, "1x2 0x10 _x8 0x20", "1x2 stale _x30"),
        },
    ),
    Watched(
        "ReleaseExporterAbsent",
        "critical",
        {},
        {
            "scraped": Situation({}, False, False),
            "never scraped": Situation({}, True, True, "_x32", "_x32"),
            "down": Situation({}, False, True, "1x12 0x20", f"1x12 {DOWN}"),
            "no target any more": Situation({}, False, True, f"1x12 {DOWN}", f"1x12 {DOWN}"),
            "back again": Situation({}, True, False, "_x13 1x20", "_x13 1x20"),
            "absent for a moment": Situation({}, False, False, "1x4 _x6 1x30", "1x4 _x6 1x30"),
        },
    ),
    Watched(
        "ReleaseWatchdog",
        "none",
        {},
        {
            "scraped": Situation({}, True, True),
            "never scraped": Situation({}, True, True, "_x32", "_x32"),
            "down": Situation({}, True, True, "1x12 0x20", f"1x12 {DOWN}"),
        },
    ),
]


def committed_hash() -> str:
    """Return the hash that stands in the committed rules."""
    text = (ROOT / "prometheus/rules/release-watching.yml").read_text()
    return text.partition('release_rules_info{hash!="')[2].partition('"')[0]


def _rules_info(found: str, values: str) -> dict[str, str]:
    return of("release_rules_info", values, hash=found)


def outdated() -> Watched:
    right = committed_hash()
    return Watched(
        "ReleaseRulesOutdated",
        "warning",
        CARO,
        {
            "of this configuration": Situation({}, False, False),
            "of another": Situation(
                _merged(_rules_info(right, "_x32"), _rules_info("other", "1x32")), True, True
            ),
            "changed": Situation(
                _merged(_rules_info(right, f"1x12 {DOWN}"), _rules_info("other", "_x13 1x20")),
                False,
                True,
            ),
            "of an exporter that does not say": Situation(_rules_info(right, "_x32"), True, True),
            "of another, then the exporter is down": Situation(
                _merged(_rules_info(right, "_x32"), _rules_info("other", f"1x12 {DOWN}")),
                True,
                True,
                "1x12 0x20",
                f"1x12 {DOWN}",
            ),
            "made anew": Situation(
                _merged(_rules_info(right, "_x13 1x20"), _rules_info("other", f"1x12 {DOWN}")),
                True,
                False,
            ),
        },
    )


def scene(watched: Watched, name: str, one: Situation) -> Scene:
    made = exporter(one.scraped, one.up) | {
        series("release_info", **ON, **CARO): one.scraped,
        series("release_rules_info", **ON, **CARO, hash=committed_hash()): one.scraped,
    }
    made |= one.series
    alert = {"alertname": watched.name, "severity": watched.severity, **watched.labels}
    by = tuple(alert)
    where = f'alertname="{watched.name}"'
    minutes = ((12, one.early), (30, one.late))
    checks = [Check(at, [alert] if fires else [], where, by) for at, fires in minutes]
    return Scene(f"{watched.name}: {name}", made, checks)


# Prometheus evaluates groups side by side: one may read what another records now, or did last time.
@pytest.mark.parametrize("rules", [RULES, RULES[::-1]], ids=lambda files: files[0].stem)
@pytest.mark.parametrize("watched", [*WATCHED, outdated()], ids=lambda one: one.name)
def test_what_watches_fires_holds_and_ends_as_it_should(
    watched: Watched, rules: Iterable[Path], tmp_path: Path
) -> None:
    scenes = [scene(watched, name, one) for name, one in watched.situations.items()]
    assert run(tmp_path, scenes, rules, every="2m") == ""


def test_a_healthy_exporter_fires_the_watchdog_alone(tmp_path: Path) -> None:
    made = exporter() | of("release_info", "1x32") | of("release_source_up", "1x32", source="plan")
    made |= _rules_info(committed_hash(), "1x32")
    healthy = Scene(
        "healthy", made, [Check(30, [{"alertname": "ReleaseWatchdog"}], by=("alertname",))]
    )
    assert run(tmp_path, [healthy], RULES) == ""


def test_every_watching_alert_has_its_situations() -> None:
    tested = {one.name for one in (*WATCHED, outdated())}
    assert tested == {one.name for one in WATCHES} | {
        "ReleaseMetricWithoutData",
        "ReleaseRulesOutdated",
    }


def test_the_phases_of_facts_are_those_of_the_collectors() -> None:
    produced = {name: module.Settings.PRODUCED_IN for name, module in COLLECTORS.items()}
    assert {name: phases for name, phases in produced.items() if phases} == FACTS_PHASES
