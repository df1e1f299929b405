"""`collect`: every source once."""

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from exporter.commands.settings import settle
from exporter.config.environment import Environment
from exporter.freshness import SourceState
from exporter.installation import Installation, load_installation
from exporter.model import UserError
from exporter.release import Release
from exporter.runner import Runner
from exporter.sources import Source
from exporter.upstream.account import standings
from exporter.view import ReleaseView, View

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
    sources = _select(installation, only_release, only_sources)
    view = _read(settings, installation, sources, clock)
    text = _render(form, view, clock())
    click.echo(text, nl=False)
    if append is not None:
        # A log for people is dated; documents for programs say their own time.
        _append(append, _dated(text, clock()) if form == "table" else text)
    failed = any(not state.up for one in view.releases for state in one.states.values())
    return FAILED if failed or installation.mistakes else 0


def _select(
    installation: Installation, release: str | None, names: tuple[str, ...]
) -> list[Source]:
    every = [source for _, sources in installation.releases.values() for source in sources]
    chosen = [
        source
        for source in every
        if release in (None, source.release.name) and (not names or source.name in names)
    ]
    if not chosen:
        known = ", ".join(sorted({f"{one.release.name}: {one.name}" for one in every}))
        raise UserError(f"--release, --source: nothing is called so; there are {known}")
    return chosen


def _read(
    settings: Environment,
    installation: Installation,
    sources: list[Source],
    clock: Callable[[], datetime],
) -> View:
    runner = Runner(settings.storage_path, clock)
    runner.replace(sources)
    done = 0

    def progress(source: Source, state: SourceState) -> None:
        nonlocal done
        done += 1
        said = state.error[1] if state.error else f"{state.duration or 0:.2f}s"
        place = f"{source.release.project} {source.release.name} {source.name}"
        click.echo(f"[{done}/{len(sources)}] {place}: {said}", err=True)

    runner.run_once(progress)
    states, now = runner.states(), clock()
    by_release: dict[str, dict[str, SourceState]] = {}
    for source in sources:
        by_release.setdefault(source.release.file, {})[source.name] = states[source.id]
    return View(
        releases=tuple(
            ReleaseView(_asked(installation.releases[file], mine).as_of(now), mine)
            for file, mine in by_release.items()
        ),
        files=dict.fromkeys(installation.releases, True)
        | dict.fromkeys(installation.mistakes, False),
        mistakes=installation.mistakes,
        loaded=True,
        reload_ok=not installation.mistakes,
        upstream=standings(),
    )


def _asked(pair: tuple[Release, tuple[Source, ...]], states: Mapping[str, SourceState]) -> Release:
    """Return the release without the metrics of sources that were not asked for."""
    release, sources = pair
    left_out = {source.name for source in sources} - set(states)
    metrics = tuple(metric for metric in release.metrics if metric.source not in left_out)
    return replace(release, metrics=metrics)


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
