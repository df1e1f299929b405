"""Files that follow from the catalog and the models; committed, and proven to follow."""

from collections.abc import Callable
from functools import partial

from exporter.api import openapi
from exporter.artifacts import (
    alert_rules,
    alertmanager,
    dashboards,
    gate_schema,
    kubernetes,
    metrics_page,
    release_schema,
    report_schemas,
    runbooks,
)
from exporter.artifacts.site import Site

# What an installation has its own of, and the function that renders it for one.
INSTALLED: dict[str, Callable[[Site], str]] = {
    "alertmanager/alertmanager.yml": alertmanager.render_site,
    "prometheus/rules/release-metrics.yml": alert_rules.render_metrics,
    "prometheus/rules/release-watching.yml": alert_rules.render_watching,
    **dashboards.files(),
}


def render_installed(site: Site) -> dict[str, str]:
    """Return the files of an installation, by their path."""
    return {name: render(site) for name, render in INSTALLED.items()}


def _manifest(render: Callable[[kubernetes.Files], str]) -> str:
    return render(render_installed(Site()))


# Path in the repository, and the function that renders the file.
ARTIFACTS: dict[str, Callable[[], str]] = {
    "docs/gate.schema.json": gate_schema.render,
    "docs/metrics.md": metrics_page.render,
    "docs/openapi.json": openapi.render,
    "docs/release.schema.json": release_schema.render,
    "docs/report.schema.json": report_schemas.render_report,
    "docs/review.schema.json": report_schemas.render_review,
    **runbooks.pages(),
    **{name: partial(render, Site()) for name, render in INSTALLED.items()},
    **{name: partial(_manifest, render) for name, render in kubernetes.MANIFESTS.items()},
    **kubernetes.EXAMPLES,
}
