"""A real Alertmanager with the repository's templates and a rendered configuration."""

import json
import os
import shutil
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from exporter.alerting.routes import Pace, Timings
from exporter.artifacts.alertmanager import render
from exporter.config.receivers import ReceiverSettings
from tests.live.conftest import Program, until

ROOT = Path(__file__).parents[2]
TEMPLATES = "usr/share/prometheus/alertmanager"


def _timings(pace: Pace) -> Timings:
    return Timings(verdict=pace, critical=pace, warning=pace, watchdog=pace, digest=pace)


_HOUR = timedelta(hours=1)
QUICK = _timings(Pace(timedelta(milliseconds=300), timedelta(milliseconds=300), _HOUR))
# For many alerts at once, which take a busy machine longer to hand over.
PATIENT = _timings(Pace(timedelta(seconds=2), timedelta(seconds=20), _HOUR))


def command(name: str) -> list[str]:
    """Return the start of a command line: of this machine's own, or of what PROMETHEUS_DIR holds.

    That is a folder with unpacked Debian packages. The newer Alertmanager finds its own templates
    only at the place of the installed one's, so it gets a view of the disk in which it does.
    """
    folder = os.environ.get("PROMETHEUS_DIR")
    if not folder:
        return [name]
    program = f"{folder}/usr/bin/{name}"
    if name != "prometheus-alertmanager":
        return [program]
    mounted = f'mount --bind "$0" /{TEMPLATES} && exec "$@"'
    return ["unshare", "-m", "sh", "-c", mounted, f"{folder}/{TEMPLATES}", program]


def settings(**written: object) -> ReceiverSettings:
    """Return the settings that say this, as the environment would."""
    return ReceiverSettings.model_validate(written)


def to_mailbox(port: int, **written: object) -> ReceiverSettings:
    """Return settings that send mail to that port of this machine."""
    usual = {"smtp_from": "release-exporter@example.com", "smtp_to": "team@example.com"}
    local = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_require_tls": False}
    return settings(**usual | local | written)


class Alertmanager(Program):
    """Alertmanager on a free port; in a cluster when it is told of one."""

    def __init__(
        self,
        folder: Path,
        receivers: ReceiverSettings,
        timings: Timings = QUICK,
        cluster: Iterable[str] = ("--cluster.listen-address=",),
        text: str | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copytree(ROOT / "alertmanager/templates", folder / "templates", dirs_exist_ok=True)
        config = folder / "alertmanager.yml"
        config.write_text(text or render(receivers, timings))
        super().__init__(
            [
                *command("prometheus-alertmanager"),
                f"--config.file={config}",
                f"--storage.path={folder / 'state'}",
                "--web.listen-address=127.0.0.1:0",
                "--web.external-url=http://alertmanager.example",
                *cluster,
            ]
        )

    @property
    def url(self) -> str:
        """The address that the log names."""
        return "http://" + self.wait_for(r'Listening on"? address=\"?([0-9.]+:\d+)')[1]

    def ready(self) -> "Alertmanager":
        """Return when it answers."""
        until(lambda: httpx.get(f"{self.url}/-/ready").is_success)
        return self

    def post(self, *alerts: dict[str, Any]) -> None:
        """Hand over alerts as Prometheus does; raises when they are refused."""
        # Escaped, so that half a character can be sent too.
        content, headers = json.dumps(alerts), {"Content-Type": "application/json"}
        url = f"{self.url}/api/v2/alerts"
        httpx.post(url, content=content, headers=headers, timeout=30).raise_for_status()

    def failures(self) -> list[str]:
        """Return the lines of its log that tell of trouble."""
        return [one for one in self.lines if "level=error" in one or "level=ERROR" in one]


def alert(
    name: str, severity: str = "critical", *, annotations: Mapping[str, str] = {}, **labels: str
) -> dict[str, Any]:
    """Return a firing alert of the release caro v1.1.0."""
    usual = {"project": "caro", "release": "v1.1.0", "metric": "QM-2"}
    texts = {"subject": f"ALERT: {name}", "summary": f"{name} is bad"}
    return {
        "labels": {"alertname": name, "severity": severity} | usual | labels,
        "annotations": texts | dict(annotations),
        "startsAt": _now(),
    }


def resolved(one: dict[str, Any]) -> dict[str, Any]:
    """Return the same alert when it is over."""
    return one | {"endsAt": _now()}


def _now() -> str:
    """Return the time: what began long ago would be sent without its group's wait."""
    return datetime.fromtimestamp(time.time(), UTC).isoformat()
