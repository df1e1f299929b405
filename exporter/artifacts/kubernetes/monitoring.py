"""For the Prometheus operator and Grafana's sidecar: what to scrape, which rules, which views."""

import json
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

import yaml

from exporter.artifacts.kubernetes.names import NAME, PORT_NAME, SELECTOR, Object, meta

RULES = "prometheus/rules"
DASHBOARDS = "grafana/dashboards"

# What Grafana's sidecar looks for.
_LABEL = {"grafana_dashboard": "1"}


def service_monitor() -> Object:
    """Return what is scraped; a new pod is the same instance: what is remembered goes on."""
    relabelings = [
        {"targetLabel": "instance", "replacement": NAME},
        {"action": "labeldrop", "regex": "pod|container|endpoint"},
    ]
    endpoint = {"port": PORT_NAME, "path": "/metrics", "relabelings": relabelings}
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "ServiceMonitor",
        "metadata": meta(),
        "spec": {"selector": {"matchLabels": SELECTOR}, "endpoints": [endpoint]},
    }


def rules(files: Mapping[str, str]) -> Object:
    """Return the groups of all rule files."""
    texts = [text for _, text in _in(RULES, files)]
    groups = [group for text in texts for group in yaml.safe_load(text)["groups"]]
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": meta(),
        "spec": {"groups": groups},
    }


def dashboards(files: Mapping[str, str]) -> list[Object]:
    """Return a ConfigMap for each dashboard, without the spaces that people like to read."""
    return [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": meta(f"{NAME}-{name.stem}", **_LABEL),
            "data": {name.name: json.dumps(json.loads(text), separators=(",", ":"))},
        }
        for name, text in _in(DASHBOARDS, files)
    ]


def _in(folder: str, files: Mapping[str, str]) -> Iterator[tuple[PurePosixPath, str]]:
    for name, text in sorted(files.items()):
        path = PurePosixPath(name)
        if path.parent == PurePosixPath(folder):
            yield path, text
