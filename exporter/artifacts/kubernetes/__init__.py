"""deploy/kubernetes: the exporter in a cluster whose Prometheus and Grafana are there already.

Each file is rendered from the other files of the same installation: no rule or dashboard is
written a second time.
"""

from collections.abc import Callable, Mapping

from exporter.artifacts import yaml_file
from exporter.artifacts.kubernetes import example, monitoring, network, workload

# The other files of an installation, by their path.
Files = Mapping[str, str]

FOLDER = "deploy/kubernetes"


def _kustomization(_: Files) -> str:
    resources = [name.removeprefix(f"{FOLDER}/") for name in MANIFESTS if name != _KUSTOMIZATION]
    return yaml_file.render(
        {
            "apiVersion": "kustomize.config.k8s.io/v1beta1",
            "kind": "Kustomization",
            "resources": resources,
        }
    )


def _exporter(_: Files) -> str:
    return yaml_file.render(workload.claim(), workload.deployment(), workload.service())


def _network(_: Files) -> str:
    return yaml_file.render(network.policy())


def _monitoring(files: Files) -> str:
    return yaml_file.render(monitoring.service_monitor(), monitoring.rules(files))


def _dashboards(files: Files) -> str:
    return yaml_file.render(*monitoring.dashboards(files))


_KUSTOMIZATION = f"{FOLDER}/kustomization.yaml"

# What an installation has its own of.
MANIFESTS: dict[str, Callable[[Files], str]] = {
    _KUSTOMIZATION: _kustomization,
    f"{FOLDER}/release-exporter.yaml": _exporter,
    f"{FOLDER}/network.yaml": _network,
    f"{FOLDER}/monitoring.yaml": _monitoring,
    f"{FOLDER}/dashboards.yaml": _dashboards,
}

# What is copied and filled in: generating again must not take the user's words away.
EXAMPLES: dict[str, Callable[[], str]] = {
    f"{FOLDER}/example/settings.yaml": example.render,
}


def render(files: Files) -> dict[str, str]:
    """Return the manifests of the installation that these files are of."""
    return {name: manifest(files) for name, manifest in MANIFESTS.items()}
