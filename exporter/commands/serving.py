"""`serve` and `demo`."""

import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import click

from exporter import demo as example
from exporter import recorded
from exporter.commands.digesting import settings_of
from exporter.commands.settings import settle
from exporter.config.environment import PREFIX
from exporter.records.keeping import Options
from exporter.server.app import build_app
from exporter.server.process import listen
from exporter.server.process import serve as serve_app
from exporter.server.scrapes import Scrapes
from exporter.server.web_file import WebFile
from exporter.service import Service
from exporter.telemetry.client import ENGINE, ON_CLUSTER

Clock = Callable[[], datetime]

FOLDER = "release-exporter-demo-"
# Seconds that a thread goes on computing while others want to; Python's own are 0.005.
TURN = 0.0005


def serve(flags: Mapping[str, object], clock: Clock) -> None:
    """Serve the release files until told to end."""
    # Rendering must not keep for long who only has a line to send or a small file to write: a
    # collector does so ten times a run, and a tenth of this is what it waits for each time.
    sys.setswitchinterval(TURN)
    settings = settle(flags)
    web = WebFile(settings.web_config_file) if settings.web_config_file else None
    records = Options(settings.records_raw, settings.records_retention)
    service = Service(
        settings.config_file, settings.storage_path, clock, records, settings_of(settings)
    )
    # The socket first: a taken port is said at once, before anything is read.
    bound = listen(settings.web_listen_address)
    try:
        service.start()
        app = build_app(service, clock, lifecycle=settings.web_enable_lifecycle)
        serve_app(app, bound, service.reload, Scrapes(service.publisher), web)
    finally:
        service.runner.stop()
        for engine in (ENGINE, ON_CLUSTER):
            engine.close()  # it would go on with what it reads


def demo(flags: Mapping[str, object], kept: Path | None, clock: Clock) -> None:
    """Serve a copy of the example, its dates shifted so that the beta ends today.

    With `kept`, the copy in that folder: the same one at each start.
    """
    # What an abandoned read still writes there is no reason to end with an error.
    with tempfile.TemporaryDirectory(prefix=FOLDER, ignore_cleanup_errors=True) as folder:
        file = example.keep(kept, clock()) if kept else example.prepare(Path(folder), clock())
        click.echo("The bundled example release: made data, its dates shifted to today.", err=True)
        click.echo("Status page and /metrics at the address below; end it with Ctrl-C.", err=True)
        storage = flags.get("storage_path") or Path(folder) / "data"
        with recorded.serve(recorded.load_upstream(file.parent / "upstream"), clock) as upstream:
            _speak_to(example.connect(file, upstream))
            example.remember(file, Path(str(storage)), clock())
            # Nobody is to be told of made data.
            made = {"config_file": file, "storage_path": storage, "digest": False}
            serve(dict(flags) | made, clock)


def _speak_to(settings: Mapping[str, str]) -> None:
    """Replace what the environment says of GitHub: the demo is not to be told a real secret."""
    for name in [name for name in os.environ if name.upper().startswith(f"{PREFIX}GITHUB_")]:
        del os.environ[name]
    os.environ.update({PREFIX + name: value for name, value in settings.items()})
