"""The whole way of an alert: exporter, Prometheus with generated rules, Alertmanager, mail."""

import json
import os
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from exporter.config.receivers import ReceiverSettings
from exporter.demo import prepare
from tests.live.alertmanagers import Alertmanager, command
from tests.live.conftest import Exporter, Program

PROMETHEUS = """
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: ["{rules}/*.yml"]
alerting: {{alertmanagers: [{{static_configs: [{{targets: ["{alertmanager}"]}}]}}]}}
scrape_configs:
  - job_name: release
    static_configs: [{{targets: ["{exporter}"]}}]
"""


class Watched:
    """The bundled example, whose beta ends today, with a mailbox at the other end."""

    def __init__(self, folder: Path, receivers: ReceiverSettings) -> None:
        self.release = prepare(folder / "release", self._now())
        text = self.release.read_text("utf-8").replace("interval: 5m", "interval: 1s")
        self.release.write_text(text, "utf-8")
        self._generate(folder / "generated")
        self._folder = folder
        self._receivers = receivers
        self.programs: list[Program] = []

    def start(self) -> None:
        """Start the three, each when the one before it answers."""
        exporter = Exporter(self.release, self._folder / "data")
        alertmanager = Alertmanager(self._folder / "alertmanager", self._receivers)
        self.programs += [exporter, alertmanager]
        exporter.ready()
        alertmanager.ready()
        config = self._folder / "prometheus.yml"
        config.write_text(
            PROMETHEUS.format(
                rules=self._folder / "generated/prometheus/rules",
                alertmanager=alertmanager.url.removeprefix("http://"),
                exporter=exporter.url.removeprefix("http://"),
            )
        )
        arguments = (f"--config.file={config}", f"--storage.tsdb.path={self._folder / 'tsdb'}")
        prometheus = Program(
            [*command("prometheus"), *arguments, "--web.listen-address=127.0.0.1:0"]
        )
        self.programs.append(prometheus)
        prometheus.wait_for(r"Server is ready to receive web requests")

    def end(self) -> None:
        """Kill what was started."""
        for program in self.programs:
            program.kill()

    def succeed(self, percent: int) -> None:
        """Let so many of 100 commands have succeeded, from one reading to the next."""
        telemetry = self.release.parent / "telemetry"
        event = {
            "type": "command_generation",
            "timestamp": self._now().isoformat().replace("+00:00", "Z"),
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

    def _generate(self, out: Path) -> None:
        subprocess.run(
            [sys.executable, "-m", "exporter", "generate", "--config", self.release, "--out", out],
            check=True,
            capture_output=True,
        )

    @staticmethod
    def _now() -> datetime:
        return datetime.fromtimestamp(time.time(), UTC)
