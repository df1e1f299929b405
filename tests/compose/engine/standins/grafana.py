"""A stand-in for Grafana: reads what is mounted as Grafana would, and says what it has read.

It refuses to start on what Grafana would refuse, or would take with an open password.
"""

import base64
import json
import os
import signal
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
    files = [
        yaml.safe_load(file.read_text()) for file in sorted(PROVISIONING.glob(f"{kind}/*.yml"))
    ]
    assert all(file["apiVersion"] == 1 for file in files)
    return [entry for file in files for entry in file[key]]


def read_dashboards() -> list[dict[str, Any]]:
    """Return the dashboards below the folders that the providers name."""
    folders = [one["options"]["path"] for one in read_provisioned("dashboards", "providers")]
    files = [file for folder in folders for file in sorted(Path(folder).glob("*.json"))]
    return [json.loads(file.read_text()) for file in files]


class Handler(BaseHTTPRequestHandler):
    """Answers the few of Grafana's addresses that the tests ask."""

    def do_GET(self) -> None:
        """Answer with JSON; whoever has not logged in may only look."""
        if self.path == "/api/health":
            return self._answer({"database": "ok", "version": "stand-in"})
        given = self.headers.get("Authorization")
        if given not in (LOGIN, None) or (given is None and not (ANONYMOUS and self._looks())):
            return self.send_error(401)
        if self.path.startswith(PROXY):
            with urllib.request.urlopen(SOURCE["url"] + self.path[len(PROXY) :]) as answer:  # noqa: S310 - the test's own
                return self._answer(json.load(answer))
        pages: dict[str, Any] = {
            "/api/org": {"id": 1},
            "/api/search?type=dash-db": [{"uid": one["uid"]} for one in DASHBOARDS],
            "/api/dashboards/home": {"dashboard": HOME},
        }
        return self._answer(pages[self.path]) if self.path in pages else self.send_error(404)

    def _looks(self) -> bool:
        return self.path.startswith((PROXY, "/api/search", "/api/dashboards/home"))

    def _answer(self, content: Any) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing of each request."""


(SOURCE,) = read_provisioned("datasources", "datasources")
PROXY = f"/api/datasources/proxy/uid/{SOURCE['uid']}"
DASHBOARDS = read_dashboards()
HOME = json.loads(Path(os.environ["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]).read_text())
ANONYMOUS = os.environ.get("GF_AUTH_ANONYMOUS_ENABLED") == "true"
PASSWORD, KEY = read_secret("ADMIN_PASSWORD"), read_secret("SECRET_KEY")
LOGIN = "Basic " + base64.b64encode(f"admin:{PASSWORD}".encode()).decode()
assert PASSWORD != KEY
# Kept in the volume, as Grafana keeps its database: a start with another key is noticed.
KEPT = STORAGE / "key"
if KEPT.exists():
    assert KEPT.read_text() == KEY, "another secret key than at the first start"
KEPT.write_text(KEY)

# The first process of a container ends at no signal that it does not take.
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
ThreadingHTTPServer(("", 3000), Handler).serve_forever()
