"""Who may speak to the exporter, and whom it may ask."""

from exporter.artifacts.kubernetes.names import PORT_NAME, SELECTOR, Object, meta

# Where Prometheus and Grafana usually live.
MONITORING = "monitoring"

_HTTPS, _DNS, _PROMETHEUS = 443, 53, 9090


def policy() -> Object:
    """Return the policy: asked from the monitoring namespace; asks names, HTTPS and Prometheus."""
    monitoring = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": MONITORING}}}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": meta(),
        "spec": {
            "podSelector": {"matchLabels": SELECTOR},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [{"from": [monitoring], "ports": [_port(PORT_NAME)]}],
            "egress": [
                {"ports": [_port(_DNS, "UDP"), _port(_DNS)]},
                {"ports": [_port(_HTTPS)]},
                {"to": [monitoring], "ports": [_port(_PROMETHEUS)]},
            ],
        },
    }


def _port(port: int | str, protocol: str = "TCP") -> Object:
    return {"protocol": protocol, "port": port}
