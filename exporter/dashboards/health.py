"""Exporter health: why a number is missing, in one look."""

from exporter.alerting.links import DEFAULTS, Links
from exporter.dashboards import links, missing, program, sources, upstream, variables
from exporter.dashboards.model import Dashboard, Row


def dashboard(site: Links = DEFAULTS) -> Dashboard:
    """Return the view."""
    return Dashboard(
        links.HEALTH,
        "Release: Exporter health",
        "Why is this number missing? Sources, limits, errors, quotas and the exporter itself.",
        (
            missing.unknown(24, 7),
            Row("Sources"),
            sources.states(24, 11),
            sources.ages(12, 7),
            sources.errors(12, 7),
            sources.rejections(12, 7),
            sources.durations(12, 7),
            Row("Services that are asked"),
            upstream.services(12, 6),
            upstream.quotas(12, 6),
            upstream.requests(24, 6),
            Row("The exporter"),
            program.state(24, 3),
            program.files(8, 6),
            program.dropped(8, 6),
            program.scrapes(8, 6),
            program.resources(24, 6),
        ),
        variables.of_release(),
        links.views(site),
        since="now-24h",
    )
