"""A stand-in for Grafana: reads what is mounted as Grafana would, and says what it has read.

It refuses to start on what Grafana would refuse, or would take with an open password.
"""

import json
import os
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml

PROVISIONING = Path("/etc/grafana/provisioning")
STORAGE = Path("/var/lib/grafana")
SHORTEST = 20


def read_secret(name: str) -> str:
    """Return the secret that the variable's file holds."""
    secret = Path(os.environ[f"GF_SECURITY_{name}__FILE"]).read_text()
    assert len(secret) >= SHORTEST, name
    return secret


def read_provisioned(kind: str, key: str) -> list[dict[str, Any]]:
    """Return the entries of every provisioning file of that kind."""
    files = [yaml.safe_load(file.read_text()) for file in sorted(PROVISIONING.glob(f"{kind}/*.yml"))]
    assert all(file["apiVersion"] == 1 for file in files)
    return [entry for file in files for entry in file[key]]


def read_dashboards() -> list[dict[str, Any]]:
    """Return the dashboards below the folders that the providers name."""
    folders = [one["options"]["path"] for one in read_provisioned("dashboards", "providers")]
    files = [file for folder in folders for file in sorted(Path(folder).glob("*.json"))]
    return [json.loads(file.read_text()) for file in files]


class Handler(BaseHTTPRequestHandler):
    """Answers the few addresses that the tests ask."""

    def do_GET(self) -> None:
        """Answer with JSON; a path below /proxy is asked at the data source."""
        if self.path.startswith("/proxy/"):
            with urllib.request.urlopen(SOURCES[0]["url"] + self.path[6:]) as answer:  # noqa: S310
                self._answer(json.load(answer))
        elif self.path in PAGES:
            self._answer(PAGES[self.path])
        else:
            self.send_error(404)

    def _answer(self, content: Any) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing of each request."""


SOURCES = read_provisioned("datasources", "datasources")
DASHBOARDS = read_dashboards()
HOME = json.loads(Path(os.environ["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]).read_text())
SECRETS = [read_secret("ADMIN_PASSWORD"), read_secret("SECRET_KEY")]
assert SECRETS[0] != SECRETS[1]
# Kept in the volume, as Grafana keeps its database: a start with other secrets is noticed.
KEPT = STORAGE / "key"
if KEPT.exists():
    assert KEPT.read_text() == SECRETS[1], "another secret key than at the first start"
KEPT.write_text(SECRETS[1])

PAGES = {
    "/api/health": {"database": "ok", "version": "stand-in"},
    "/api/datasources": SOURCES,
    "/api/dashboards": [one["uid"] for one in DASHBOARDS],
    "/api/home": HOME["uid"],
    "/api/anonymous": os.environ.get("GF_AUTH_ANONYMOUS_ENABLED", "false"),
}
ThreadingHTTPServer(("", 3000), Handler).serve_forever()
