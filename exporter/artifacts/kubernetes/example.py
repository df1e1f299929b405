"""The user's own words in a cluster, to copy and fill in: release files, settings, secrets."""

from exporter.artifacts import yaml_file
from exporter.artifacts.kubernetes.names import RELEASES, SECRETS, SETTINGS, Object, meta
from exporter.artifacts.kubernetes.workload import CONFIGURED

HEAD = """\
# Written by `release-exporter generate`: copy it, fill the copy in, and keep secrets out of git.
"""

_RELEASE = """\
project: my-project
release: v1.0.0
milestones:
  - {name: beta start, planned: 2026-01-13, opens: beta}
  - {name: beta end, planned: 2026-01-17, closes: beta}
"""

_FILE = f"{CONFIGURED}/secrets"


def render() -> str:
    """Return the three as one file."""
    return yaml_file.render(_releases(), _settings(), _secrets(), head=HEAD)


def _releases() -> Object:
    return _map("ConfigMap", RELEASES, data={"my-project.yaml": _RELEASE})


def _settings() -> Object:
    return _map(
        "ConfigMap",
        SETTINGS,
        data={"RELEASE_EXPORTER_GITHUB_TOKEN_FILE": f"{_FILE}/github-token"},
    )


def _secrets() -> Object:
    return _map("Secret", SECRETS, type="Opaque", stringData={"github-token": "put the token here"})


def _map(kind: str, name: str, **fields: object) -> Object:
    return {"apiVersion": "v1", "kind": kind, "metadata": meta(name), **fields}
