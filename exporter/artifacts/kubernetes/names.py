"""What the objects call themselves, and each other."""

from typing import Any

Object = dict[str, Any]

NAME = "release-exporter"
RELEASES = f"{NAME}-releases"
SETTINGS = f"{NAME}-settings"
SECRETS = f"{NAME}-secrets"
PORT = 10150
PORT_NAME = "web"

SELECTOR = {"app.kubernetes.io/name": NAME}


def meta(name: str = NAME, **labels: str) -> Object:
    """Return an object's metadata; the namespace is whoever applies it's choice."""
    return {"name": name, "labels": SELECTOR | labels}
