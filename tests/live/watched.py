"""The whole way of an alert: exporter, Prometheus with generated rules, Alertmanager, mail."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import yaml

from exporter import recorded
from exporter.config.environment import PREFIX
from exporter.config.receivers import ReceiverSettings
from exporter.demo import connect, prepare
from tests.live.alertmanagers import Alertmanager, command
from tests.live.conftest import Exporter, Program, until

PROMETHEUS = """
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: ["{rules}/*.yml"]
alerting: {{alertmanagers: [{{static_configs: [{{targets: ["{alertmanager}"]}}]}}]}}
scrape_configs:
  - job_name: release
    static_configs: [{{targets: ["{exporter}"]}}]
"""
# Prometheus carries a wait over its own restart only from so long on; here the waits are short too.
SHORT = "--rules.alert.for-grace-period=1s"
WAITS = {"1m": "1s", "10m": "4s", "15m": "5s"}

Told = tuple[str, str]


class Watched:
    """The bundled example, whose beta ends today, with a mailbox at the other end.

    With `sources` it asks the recorded services too; these settings are added to its sources', and
    all are read every second. The `impatient` one has rules that wait for seconds.
    """

    def __init__(
        self,
        folder: Path,
        receivers: ReceiverSettings,
        sources: Mapping[str, Mapping[str, str]] | None = None,
        *,
        impatient: bool = False,
    ) -> None:
        self._folder = folder
        self._receivers = receivers
        self._stack = ExitStack()
        self._environment: dict[str, str] = {}
        self._address = f"127.0.0.1:{_free_port()}"
        self._flags = [SHORT] if impatient else []
        self.release = prepare(folder / "release", self._now())
        text = self.release.read_text("utf-8").replace("interval: 5m", "interval: 1s")
        self.release.write_text(text, "utf-8")
        if sources is not None:
            self._connect()
            self.configure(sources)
        self._generate(folder / "generated")
        self.programs: list[Program] = []

    def start(self) -> None:
        """Start the three, each when the one before it answers."""
        self.start_exporter().ready()
        self.alertmanager = Alertmanager(self._folder / "alertmanager", self._receivers)
        self.programs.append(self.alertmanager)
        self.alertmanager.ready()
        self.start_prometheus()
        if self._flags:
            # Not before the first scrape, which is seconds after the start: until then there is
            # no exporter.
            self._await_targets()
            _shorten(self._folder / "generated/prometheus/rules")
            self.restart_prometheus(kill=False)
        self._await_targets()

    def start_exporter(self) -> Exporter:
        """Start the exporter, always at the same address."""
        at = f"--web.listen-address={self._address}"
        self.exporter = Exporter(self.release, self._folder / "data", at, **self._environment)
        self.programs.append(self.exporter)
        return self.exporter

    def start_prometheus(self) -> None:
        """Start Prometheus over what it knows already."""
        config = self._folder / "prometheus.yml"
        config.write_text(
            PROMETHEUS.format(
                rules=self._folder / "generated/prometheus/rules",
                alertmanager=self.alertmanager.url.removeprefix("http://"),
                exporter=self._address,
            )
        )
        arguments = (f"--config.file={config}", f"--storage.tsdb.path={self._folder / 'tsdb'}")
        self.prometheus = Program(
            [
                *command("prometheus"),
                *arguments,
                "--web.listen-address=127.0.0.1:0",
                *self._flags,
            ]
        )
        self.programs.append(self.prometheus)
        self.prometheus.wait_for(r"Server is ready to receive web requests")

    def restart_prometheus(self, *, kill: bool) -> None:
        """End Prometheus in good order or not, and start it again."""
        if kill:
            self.prometheus.kill()
        else:
            self.prometheus.end()
        self.start_prometheus()

    def end(self) -> None:
        """Kill what was started."""
        for program in self.programs:
            program.kill()
        self._stack.close()

    def configure(self, sources: Mapping[str, Mapping[str, str] | None]) -> None:
        """Add settings to sources of the release file, or take a source out with None."""
        content = yaml.safe_load(self.release.read_text("utf-8"))
        content["sources"] = {
            name: settings | _often(name) | (sources.get(name) or {})
            for name, settings in content["sources"].items()
            if sources.get(name, {}) is not None
        }
        self.release.write_text(yaml.safe_dump(content, sort_keys=False), "utf-8")

    def active(self) -> set[Told]:
        """Return what Alertmanager tells: alerts with their source or metric, less the watchdog."""
        url = f"{self.alertmanager.url}/api/v2/alerts?inhibited=false"
        alerts = httpx.get(url, timeout=10).json()
        return {_told(one["labels"]) for one in alerts} - {("ReleaseWatchdog", "")}

    @contextmanager
    def noticing(self) -> Iterator[set[Told]]:
        """Give what Alertmanager is told from now on, growing until the block ends."""
        seen: set[Told] = set()
        over = threading.Event()

        def look() -> None:
            while not over.wait(0.25):
                seen.update(self.active())

        thread = threading.Thread(target=look, daemon=True)
        thread.start()
        try:
            yield seen
        finally:
            over.set()
            thread.join()

    def until_calm(self, seconds: float = 60) -> None:
        """Return when Alertmanager holds nothing any more."""
        until(lambda: not self.active(), seconds)

    def open_p0(self) -> dict[str, Any]:
        """Open a bug in the recorded tracker; return it, to be closed."""
        issues = self.upstream.upstream.repositories[0].issues
        like = next(one for one in issues if one["number"] == 46)
        now = _stamp(self._now())
        issue: dict[str, Any] = json.loads(json.dumps(like).replace("/46", "/90"))
        issue |= {
            "id": like["id"] + 1_000_000,
            "number": 90,
            "title": "Secret title <!channel>",
            "state": "open",
            "state_reason": None,
            "created_at": now,
            "updated_at": now,
            "closed_at": None,
            "closed_by": None,
        }
        issues.append(issue)
        return issue

    def close(self, issue: dict[str, Any]) -> None:
        """Close the bug as done."""
        now = _stamp(self._now())
        issue |= {"state_reason": "completed", "updated_at": now, "closed_at": now}
        issue["state"] = "closed"

    def succeed(self, percent: int) -> None:
        """Let so many of 100 commands have succeeded, from one reading to the next."""
        telemetry = self.release.parent / "telemetry"
        event = {
            "type": "command_generation",
            "timestamp": _stamp(self._now()),
            "backend": "static",
            "duration_ms": 12,
        }
        events = [event | {"success": number < percent} for number in range(100)]
        written = telemetry / "all.json.new"
        written.write_text(json.dumps(events))
        os.replace(written, telemetry / "all.json")  # noqa: PTH105 - replaces what is there
        for other in telemetry.iterdir():
            if other.is_dir():
                shutil.rmtree(other)

    def _await_targets(self) -> None:
        """Return once Prometheus knows exporter and Alertmanager.

        It finds them seconds after its start, and says again what it said to nobody in a minute.
        """
        url = self.prometheus.wait_for(r'Listening on"? .*address=\"?([0-9.]+:\d+)')[1]

        def known(path: str, part: str) -> bool:
            answer = httpx.get(f"http://{url}/api/v1/{path}", timeout=10)
            return bool(answer.json()["data"][part])

        until(lambda: known("query?query=release_exporter_build_info", "result"))
        until(lambda: known("alertmanagers", "activeAlertmanagers"))

    def _connect(self) -> None:
        known = recorded.load_upstream(self.release.parent / "upstream")
        self.upstream = self._stack.enter_context(recorded.serve(known, self._now))
        settings = connect(self.release, self.upstream)
        self._environment = {PREFIX + name: value for name, value in settings.items()}

    def _generate(self, out: Path) -> None:
        subprocess.run(
            [sys.executable, "-m", "exporter", "generate", "--config", self.release, "--out", out],
            check=True,
            capture_output=True,
        )

    @staticmethod
    def _now() -> datetime:
        return datetime.fromtimestamp(time.time(), UTC)


def _often(name: str) -> dict[str, str]:
    # The registry is to be asked once a second at most.
    return {"interval": "2s" if name == "downloads" else "1s"}


def _told(labels: Mapping[str, str]) -> Told:
    return labels["alertname"], labels.get("metric") or labels.get("source", "")


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _shorten(rules: Path) -> None:
    """Let rules wait for so many seconds instead: what waits longest still does."""
    for file in rules.iterdir():
        text = file.read_text("utf-8")
        for usual, short in WAITS.items():
            text = re.sub(rf"(?m)^(  +(?:for|keep_firing_for): ){usual}$", rf"\g<1>{short}", text)
        assert not re.search(r"(?m)^  +(?:for|keep_firing_for): \d+m$", text)
        file.write_text(text, "utf-8")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])
