"""grafana: the dashboards, and what makes Grafana find them and their Prometheus when it starts."""

from collections.abc import Callable
from functools import partial

from exporter.alerting.links import Links
from exporter.artifacts.site import Site
from exporter.dashboards import detailed, executive, health, portfolio, provisioning, rendering
from exporter.dashboards.model import Dashboard

Render = Callable[[Site], str]

FOLDER = "grafana"
VIEWS: tuple[Callable[[Links], Dashboard], ...] = (
    executive.dashboard,
    detailed.dashboard,
    health.dashboard,
    portfolio.dashboard,
)


def files() -> dict[str, Render]:
    """Return every file's path in the repository and what renders it."""
    views: dict[str, Render] = {
        f"{FOLDER}/dashboards/{view(Links()).uid}.json": partial(_render, view) for view in VIEWS
    }
    provisioned: dict[str, Render] = {
        f"{FOLDER}/provisioning/{name}": partial(_same, render)
        for name, render in provisioning.FILES.items()
    }
    return views | provisioned


def _render(view: Callable[[Links], Dashboard], site: Site) -> str:
    return rendering.render(view(site.links))


def _same(render: Callable[[], str], _: Site) -> str:
    return render()
