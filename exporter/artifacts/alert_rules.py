"""prometheus/rules: an alert for each warn and fail band, and those that watch the watching.

Recording rules stand before the alerts of a metric, because a firing alert must outlive its gauge;
there are none for the sake of dashboards, whose series are few and cheap to ask for.
"""

from collections.abc import Iterator

from exporter.alerting import bands, standing, watching
from exporter.alerting.definitions import Definition, definitions
from exporter.alerting.rules import Rule
from exporter.artifacts import rule_file
from exporter.artifacts.site import Site


def render_metrics(site: Site) -> str:
    """Return the rules of the bands."""
    return rule_file.render("release-metrics", list(metric_rules(site)))


def render_watching(site: Site) -> str:
    """Return the rules that watch the watching."""
    return rule_file.render("release-watching", list(watching_rules(site)))


def metric_rules(site: Site) -> Iterator[Rule]:
    """Yield what is remembered, then the alerts, metric by metric."""
    yield from standing.common()
    for one in definitions(site.releases):
        yield from _of(one, site)


def _of(one: Definition, site: Site) -> Iterator[Rule]:
    for gauge in standing.gauges(one):
        yield standing.judged(one, gauge)
    for alert in bands.band_alerts(one):
        yield from bands.rules(alert, site.links)


def watching_rules(site: Site) -> Iterator[Rule]:
    """Yield the watching alerts, each after what it needs."""
    yield watching.known()
    yield from watching.without_data(definitions(site.releases), site.links)
    yield watching.rules_outdated(site.releases, site.links)
    for one in watching.WATCHES:
        yield one.rule(site.links)
