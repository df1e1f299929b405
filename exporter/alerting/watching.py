"""The alerts that watch the watching: silence must mean that all is well and looked at."""

from collections.abc import Iterator, Mapping, Sequence

from exporter.alerting.definitions import Definition, Id, fingerprint
from exporter.alerting.links import Links
from exporter.alerting.promql import identity, select
from exporter.alerting.rules import Alert, Record
from exporter.alerting.standing import EXPORTER, METRIC, RELEASE, WATCHED, acceptable, gauges, held
from exporter.alerting.watch import Watch
from exporter.catalog import CATALOG
from exporter.plan import Phase
from exporter.release import Release

KNOWN = "instance:release_exporter_build_info:known"

_SOURCE = "(project, release, source)"

# While which phases a source's facts come about; outside of them they may be old.
FACTS_PHASES: Mapping[str, tuple[Phase, ...]] = {
    "benchmark": (Phase.PREFLIGHT,),
    "documentation": (Phase.PREFLIGHT,),
    "telemetry": (Phase.BETA,),
    "testers": (Phase.BETA,),
    "tests": (Phase.PREFLIGHT, Phase.BETA, Phase.ANALYSIS, Phase.GO_NO_GO),
}

# Waits below ten minutes do not survive a restart of Prometheus: what fired would resolve.
_SETTLED = "10m"

_ABOUT = "{{ $labels.project }} {{ $labels.release }}"
_WHERE = "{{ $labels.instance }}"
_METRIC = "{{ $labels.metric }}{{ with $labels.priority }} {{ . }}{{ end }}"

WITHOUT_DATA = Watch(
    name="ReleaseMetricWithoutData",
    severity="warning",
    subject="Warning: No Data",
    expr="",
    by=METRIC,
    summary=f"{_ABOUT}: {_METRIC} is due and has no acceptable value",
    description="The metric counts already, and nothing fresh with enough observations has come"
    " from the source {{ $labels.source }}: its verdict is unknown, which is no pass.",
    wait=_SETTLED,
)

RULES_OUTDATED = Watch(
    name="ReleaseRulesOutdated",
    severity="warning",
    subject="Warning: Alert Rules Outdated",
    expr="",
    by=RELEASE,
    summary=f"{_ABOUT}: the alert rules follow from another configuration",
    description="Bands, observations or metrics of the release changed since the rules in"
    " Prometheus were generated: alerts may use other thresholds than the gate. Run"
    " `release-exporter generate --config … --out …` and reload Prometheus.",
    wait=_SETTLED,
)

_LIMIT = "release_source_facts_max_age_seconds"
# Facts of own metrics come about in every phase.
_FACTS = f'{_LIMIT}{{source=~"own_.+"}} or ' + " or ".join(
    f'{_LIMIT}{{source="{source}"}} and on {RELEASE}'
    f' release_phase{{phase=~"{"|".join(phases)}"}} == 1'
    for source, phases in FACTS_PHASES.items()
)

WATCHES: tuple[Watch, ...] = (
    Watch(
        name="ReleaseSourceStale",
        severity="warning",
        subject="Warning: Source Stale",
        expr=f"max by {_SOURCE} (time() - release_source_last_success_timestamp_seconds"
        " > release_source_max_age_seconds)",
        by=_SOURCE,
        summary=f"{_ABOUT}: the source {{{{ $labels.source }}}} was not read for too long",
        description="The last good reading is older than the source's max_age: its values are"
        " withdrawn, and its metrics' verdicts are unknown once they are due.",
    ),
    Watch(
        name="ReleaseSourceFactsStale",
        severity="warning",
        subject="Warning: Facts Stale",
        expr=f"max by {_SOURCE} (time() - release_source_facts_timestamp_seconds > ({_FACTS}))",
        by=_SOURCE,
        summary=f"{_ABOUT}: the source {{{{ $labels.source }}}} says nothing new",
        description="The source can be read, but its newest fact is older than its facts_max_age"
        " while the phase that produces the facts is open: its values are withdrawn.",
    ),
    Watch(
        name="ReleaseSourceFailing",
        severity="warning",
        subject="Warning: Source Failing",
        expr=f"max by {_SOURCE} (release_source_up == 0)",
        by=_SOURCE,
        summary=f"{_ABOUT}: the source {{{{ $labels.source }}}} cannot be read",
        description="Its runs fail; the last good values stand until its max_age, then they are"
        " withdrawn.",
        wait=_SETTLED,
        keep="10m",
    ),
    Watch(
        name="ReleaseNotExposed",
        severity="critical",
        subject="ALERT: Release Not Watched",
        expr=f"{WATCHED} == 0",
        by="",
        summary=f"{_ABOUT}: no exporter exposes the release any more",
        description="It was exposed and did not end: its exporter is down, out of reach, or could"
        " not read its file. What fired goes on firing; nothing new is noticed.",
        wait=_SETTLED,
    ),
    Watch(
        name="ReleaseExporterDown",
        severity="critical",
        subject="ALERT: Exporter Down",
        expr=f"up == 0 and on {EXPORTER} {KNOWN}",
        by="",
        summary=f"The release exporter {_WHERE} cannot be scraped",
        description="Nothing is known of its releases: alerts that fire go on firing, new ones"
        " cannot begin.",
        wait="1m",
    ),
    Watch(
        name="ReleaseExporterAbsent",
        severity="critical",
        subject="ALERT: Exporter Absent",
        expr="absent(release_exporter_build_info)",
        by="",
        summary="Prometheus scrapes no release exporter",
        description="No target exposes release_exporter_build_info: no release is watched.",
        wait=_SETTLED,
    ),
    Watch(
        name="ReleaseConfigFileInvalid",
        severity="warning",
        subject="Warning: Release File Invalid",
        expr="release_config_file_valid == 0",
        by="(job, instance, file)",
        summary=f"{{{{ $labels.file }}}} on {_WHERE} is no valid release file",
        description="What it said before is served on, or nothing if it never was valid. The"
        " status page and `release-exporter config check` name the mistake.",
    ),
    Watch(
        name="ReleaseConfigReloadFailed",
        severity="warning",
        subject="Warning: Reload Failed",
        expr="release_exporter_config_last_reload_successful == 0"
        f" unless on {EXPORTER} release_config_file_valid == 0",
        by=EXPORTER,
        summary=f"The release exporter {_WHERE} could not load its release files",
        description="It serves what it had before; changes since then do not count.",
    ),
    Watch(
        name="ReleaseTokenExpiring",
        severity="warning",
        subject="Warning: Token Expiring",
        expr="release_upstream_token_expiry_timestamp_seconds - time() < 7 * 86400",
        by="(job, instance, host)",
        summary=f"The token for {{{{ $labels.host }}}} on {_WHERE} expires within a week",
        description="With it end the readings of every source that asks this service.",
    ),
    Watch(
        name="ReleaseQuotaLow",
        severity="warning",
        subject="Warning: Quota Low",
        expr="release_upstream_quota_remaining < 0.1 * release_upstream_quota_limit"
        " and release_upstream_quota_reset_timestamp_seconds > time()",
        by="(job, instance, host, resource)",
        summary=f"{{{{ $labels.host }}}} allows {_WHERE} hardly any more requests",
        description="Less than a tenth of the window's requests for {{ $labels.resource }} is left:"
        " readings stop when it is used up.",
        keep="15m",
    ),
    Watch(
        name="ReleaseSeriesDropped",
        severity="warning",
        subject="Warning: Series Dropped",
        expr="release_exporter_dropped_series > 0",
        by="(job, instance, gauge)",
        summary=f"{_WHERE} does not expose every series of {{{{ $labels.gauge }}}}",
        description="They were there twice or too many: what was dropped alerts nobody.",
    ),
    Watch(
        name="ReleaseDigestNotPosted",
        severity="warning",
        subject="Warning: Review Summary Not Sent",
        expr="max by (project, release, review) (release_digest_failed == 1)",
        by="(project, release, review)",
        summary=f"{_ABOUT}: the {{{{ $labels.review }}}} review's summary reached nobody",
        description="The exporter could not hand it to Alertmanager, and tries for four hours after"
        " the review began. It ends with the next summary that is handed over.",
        wait=_SETTLED,
    ),
    Watch(
        name="ReleaseWatchdog",
        severity="none",
        subject="Watchdog",
        expr="vector(1)",
        by="",
        summary="Alerts of releases are evaluated and delivered",
        description="It fires always. Let something outside expect it: when it stops coming,"
        " Prometheus, Alertmanager or the way between them is broken.",
    ),
)


def known() -> Record:
    """Return the record of the exporters, kept while one is a target and down."""
    info = f"max by {EXPORTER} (release_exporter_build_info)"
    return Record(KNOWN, f"{info}\nor\n({held(KNOWN)} and on {EXPORTER} up == 0)")


def without_data(judged: Sequence[Definition], links: Links) -> Iterator[Alert]:
    """Yield the alert of each judged series that is due and has no acceptable value."""
    for one in judged:
        due = one.scope.select("release_metric_due", one.labels)
        values = (f"({acceptable(one, gauge)})" for gauge in gauges(one))
        missing = f"unless on {RELEASE} ({' or '.join(values)})"
        expr = f"max by {METRIC} ({due} == 1)\n{missing}"
        yield WITHOUT_DATA.rule(
            links, expr, one.scope, **dict(one.labels), source=one.metric.source
        )


def rules_outdated(releases: Sequence[Release], links: Links) -> Alert:
    """Return the alert of releases that are configured otherwise than these rules are made for."""
    usual = fingerprint(CATALOG, {})
    prints = {one.id: fingerprint(one.metrics, one.minimum_n) for one in releases}
    others = {where: found for where, found in sorted(prints.items()) if found != usual}
    terms = [_usual(usual, list(others))]
    terms += [
        f"{select('release_rules_info', identity(*where))} unless"
        f" {select('release_rules_info', (('hash', found),))}"
        for where, found in others.items()
    ]
    # An exporter that does not say what it judges by is older than these rules.
    terms.append(f"release_info unless on {RELEASE} release_rules_info")
    listed = "\n  or ".join(f"({term})" for term in terms)
    return RULES_OUTDATED.rule(links, f"max by {RELEASE} (\n  {listed}\n)")


def _usual(found: str, others: Sequence[Id]) -> str:
    selector = f'release_rules_info{{hash!="{found}"}}'
    named = " or ".join(select("release_rules_info", identity(*one)) for one in others)
    return f"{selector} unless ({named})" if named else selector
