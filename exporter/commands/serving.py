"""`serve` and `demo`."""

import tempfile
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import click

from exporter import demo as example
from exporter.commands.settings import settle
from exporter.records.keeping import Options
from exporter.server.app import build_app
from exporter.server.process import listen
from exporter.server.process import serve as serve_app
from exporter.service import Service

Clock = Callable[[], datetime]


def serve(flags: Mapping[str, object], clock: Clock) -> None:
    """Serve the release files until told to end."""
    settings = settle(flags)
    records = Options(settings.records_raw, settings.records_retention)
    service = Service(settings.config_file, settings.storage_path, clock, records)
    # The socket first: a taken port is said at once, before anything is read.
    bound = listen(settings.web_listen_address)
    service.start()
    app = build_app(service, clock, lifecycle=settings.web_enable_lifecycle)
    serve_app(app, bound, service.reload)
    service.runner.stop()


def demo(flags: Mapping[str, object], clock: Clock) -> None:
    """Serve a copy of the example, its dates shifted so that the beta ends today."""
    with tempfile.TemporaryDirectory(prefix="release-exporter-demo-") as folder:
        file = example.prepare(Path(folder), clock())
        click.echo("The bundled example release: made data, its dates shifted to today.", err=True)
        click.echo("Status page and /metrics at the address below; end it with Ctrl-C.", err=True)
        storage = flags.get("storage_path") or Path(folder) / "data"
        serve(dict(flags) | {"config_file": file, "storage_path": storage}, clock)
