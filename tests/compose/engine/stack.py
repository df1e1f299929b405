"""The stack on a real engine: Compose's commands, and what its programs answer."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from tests.compose.audit import ROOT, load_services
from tests.live.conftest import until

STANDINS = Path(__file__).parent / "standins"
SERVING = ("exporter", "prometheus", "alertmanager", "grafana", "mail")
PROMETHEUS, ALERTMANAGER = "http://127.0.0.1:9090", "http://127.0.0.1:9093"
GRAFANA, MAIL = "http://127.0.0.1:3000", "http://127.0.0.1:8025"
PATIENCE = 180


def docker(
    *arguments: str, check: bool = True, environment: Mapping[str, str] | None = None
) -> str:
    """Return what docker prints."""
    done = subprocess.run(
        ["docker", *arguments],
        cwd=ROOT,
        env={**os.environ, "DOCKER_BUILDKIT": "0", **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0 or not check, done.stdout + done.stderr
    return done.stdout.strip()


def build_images() -> None:
    """Build the exporter's image, and a stand-in under each official name that is not there."""
    docker("build", "--tag", "release-exporter:local", ".")
    services = load_services("docker-compose.yml")
    for name in ("grafana", "mail"):
        image = services[name]["image"]
        label = '{{index .Config.Labels "stand-in"}}'
        if docker("image", "inspect", "--format", label, image, check=False) in ("", "true"):
            docker(
                "build", "--tag", image, "--file", f"{STANDINS}/Dockerfile.{name}", str(STANDINS)
            )


class Stack:
    """One installation, under its own project name, on the ports of the Compose file."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        # Nothing of the clone's own .env.
        self.environment = {"COMPOSE_DISABLE_ENV_FILE": "true", **(environment or {})}
        self.seconds = 0.0

    def compose(self, *arguments: str, check: bool = True) -> str:
        """Return what a command of Compose prints."""
        project = ("compose", "--project-name", "release-exporter-test")
        return docker(*project, *arguments, check=check, environment=self.environment)

    def up(self) -> None:
        """Start it, and return when all of it is healthy."""
        began = time.monotonic()
        self.compose("up", "--detach", "--wait")
        self.seconds = time.monotonic() - began

    def down(self) -> None:
        """End it; what is in volumes stays."""
        self.compose("down")

    def remove(self) -> None:
        """End it and remove all that it kept."""
        self.compose("--profile", "*", "down", "--volumes", "--remove-orphans", check=False)

    def inspect(self, service: str) -> Any:
        """Return what the engine knows of the service's container."""
        return json.loads(docker("inspect", self.compose("ps", "--all", "--quiet", service)))[0]

    def is_healthy(self, service: str) -> bool:
        """Tell whether its health check says so."""
        state = self.inspect(service)["State"]
        return bool(state["Running"] and state["Health"]["Status"] == "healthy")

    def kill(self, service: str) -> None:
        """Kill its first process as the kernel would, and return when it is healthy again."""
        # `docker kill` would count as an end that was asked for.
        before = self.inspect(service)
        os.kill(before["State"]["Pid"], signal.SIGKILL)
        until(lambda: self.inspect(service)["RestartCount"] > before["RestartCount"], PATIENCE)
        until(lambda: self.is_healthy(service), PATIENCE)

    def read(self, service: str, path: str) -> str:
        """Return the text of a file in the service's container."""
        return self.compose("exec", "--no-TTY", service, "cat", path)


def ask(url: str, **parameters: Any) -> Any:
    """Return the JSON that the address answers with; None while there is none."""
    try:
        answer = httpx.get(url, params=parameters or None, timeout=30, trust_env=False)
    except httpx.TransportError:
        return None
    return answer.json() if answer.is_success else None


def query(expression: str, when: float | None = None) -> dict[str, float]:
    """Return the value of each series by its labels, as JSON in order."""
    moment = {} if when is None else {"time": when}
    found = ask(f"{PROMETHEUS}/api/v1/query", query=expression, **moment)
    rows = found["data"]["result"] if found else []
    return {json.dumps(one["metric"], sort_keys=True): float(one["value"][1]) for one in rows}


def mails() -> list[str]:
    """Return the subject of every mail in the catcher, the newest first."""
    found = ask(f"{MAIL}/api/v1/messages")
    return [one["Subject"] for one in found["messages"]] if found else []
