"""`collect`: every source once."""

import os
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import click

from exporter.commands.reading import read_once, select
from exporter.commands.settings import settle
from exporter.installation import load_installation
from exporter.model import UserError
from exporter.view import View

FAILED = 1


def collect(
    flags: Mapping[str, object],
    form: str,
    append: Path | None,
    only_release: str | None,
    only_sources: tuple[str, ...],
    clock: Callable[[], datetime],
) -> int:
    """Print what every source says now; return 0, or 1 when a source could not be read."""
    settings = settle({"log_level": "error"} | {k: v for k, v in flags.items() if v is not None})
    installation = load_installation(settings.config_file)
    if not installation.releases:
        raise UserError("\n".join(installation.mistakes.values()))
    sources = select(installation, only_release, only_sources)
    view = read_once(settings, installation, sources, clock)
    text = _render(form, view, clock())
    click.echo(text, nl=False)
    if append is not None:
        # A log for people is dated; documents for programs say their own time.
        _append(append, _dated(text, clock()) if form == "table" else text)
    failed = any(not state.up for one in view.releases for state in one.states.values())
    return FAILED if failed or installation.mistakes else 0


def _render(form: str, view: View, now: datetime) -> str:
    # Imported while nothing waits for it any more: the sources are read by now.
    if form == "table":
        from exporter.output.table import render_table  # noqa: PLC0415

        return render_table(view, now)
    if form == "json":
        from exporter.output.document import render_json  # noqa: PLC0415

        return render_json(view, now)
    from exporter.exposition.publisher import render_openmetrics  # noqa: PLC0415

    return render_openmetrics(view, now)


def _dated(text: str, now: datetime) -> str:
    return f"=== {now.astimezone():%Y-%m-%d %H:%M %Z} ===\n{text}\n"


def _append(file: Path, text: str) -> None:
    """Add the text in one write, so that two runs cannot interleave."""
    content = text.encode()
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            os.write(descriptor, content)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise UserError(f"--append: {file}: {(error.strerror or 'not written').lower()}") from error
