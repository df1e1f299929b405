"""The exporter itself: one pod, confined as the restricted profile wants it, and its state."""

from exporter import __version__
from exporter.artifacts.kubernetes.names import (
    NAME,
    PORT,
    PORT_NAME,
    RELEASES,
    SECRETS,
    SELECTOR,
    SETTINGS,
    Object,
    meta,
)

# The user of the image.
USER = 10150

CONFIGURED = "/etc/release-exporter"
DATA = "/var/lib/release-exporter"


def claim() -> Object:
    """Return where state and records are kept."""
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": meta(),
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
        },
    }


def service() -> Object:
    """Return the address that Prometheus and people ask."""
    ports = [{"name": PORT_NAME, "port": PORT, "targetPort": PORT_NAME}]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": meta(),
        "spec": {"selector": SELECTOR, "ports": ports},
    }


def deployment() -> Object:
    """Return the one pod; never two at a time, which would both write the state."""
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": meta(),
        "spec": {
            "replicas": 1,
            "strategy": {"type": "Recreate"},
            "selector": {"matchLabels": SELECTOR},
            "template": {"metadata": {"labels": SELECTOR}, "spec": _pod()},
        },
    }


def _pod() -> Object:
    return {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": 30,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "runAsGroup": USER,
            "fsGroup": USER,
            "fsGroupChangePolicy": "OnRootMismatch",
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [_container()],
        "volumes": [
            {"name": "data", "persistentVolumeClaim": {"claimName": NAME}},
            {"name": "releases", "configMap": {"name": RELEASES}},
            {"name": "secrets", "secret": {"secretName": SECRETS, "optional": True}},
            {"name": "tmp", "emptyDir": {"sizeLimit": "256Mi"}},
        ],
    }


def _container() -> Object:
    return {
        "name": NAME,
        "image": f"{NAME}:{__version__}",
        "args": ["serve"],
        "env": [
            {"name": "RELEASE_EXPORTER_CONFIG_FILE", "value": f"{CONFIGURED}/releases"},
            {"name": "RELEASE_EXPORTER_STORAGE_PATH", "value": DATA},
            {"name": "RELEASE_EXPORTER_WEB_LISTEN_ADDRESS", "value": f":{PORT}"},
        ],
        "envFrom": [{"configMapRef": {"name": SETTINGS, "optional": True}}],
        "ports": [{"name": PORT_NAME, "containerPort": PORT}],
        "volumeMounts": [
            {"name": "data", "mountPath": DATA},
            {"name": "releases", "mountPath": f"{CONFIGURED}/releases", "readOnly": True},
            {"name": "secrets", "mountPath": f"{CONFIGURED}/secrets", "readOnly": True},
            {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 - the pod's own
        ],
        # Reading everything for the first time may take minutes; being alive takes a second.
        "startupProbe": _probe("/-/healthy", period=2, failures=30),
        "livenessProbe": _probe("/-/healthy", period=30, failures=3),
        "readinessProbe": _probe("/-/ready", period=10, failures=3),
        "resources": {
            "requests": {"cpu": "50m", "memory": "128Mi"},
            "limits": {"memory": "512Mi"},
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
    }


def _probe(path: str, *, period: int, failures: int) -> Object:
    return {
        "httpGet": {"path": path, "port": PORT_NAME},
        "periodSeconds": period,
        "timeoutSeconds": 5,
        "failureThreshold": failures,
    }
